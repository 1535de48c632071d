//! Another IMAP client that changes an account: the [`Hand`] of the contract, and what its cases do
//! not ask for.

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::contract::{Failure, Hand, Outcome};
use crate::marks::{Flag, Keyword, Marks};
use crate::name::{FolderRef, ItemRef};
use crate::servers::Login;
use crate::servers::imap::{RawImap, Reply, quoted};

/// A client of its own on one account. Folders are called as the server calls them on the wire
/// (modified UTF-7), items `UIDVALIDITY.UID`.
#[derive(Debug)]
pub struct ImapHand {
    connection: Mutex<RawImap>,
    /// What stands before the names of folders that are made at the top, say `INBOX.`.
    prefix: String,
}

impl ImapHand {
    /// Logs in to a server at a loopback port.
    ///
    /// # Errors
    /// It is refused.
    pub async fn login(port: u16, login: &Login) -> Result<Self, Failure> {
        let mut connection = RawImap::login(port, login).await?;
        let namespaces = connection.run("NAMESPACE").await?;
        let prefix = namespaces.after("NAMESPACE ((\"").unwrap_or_default();
        let prefix = prefix.split('"').next().unwrap_or_default().to_owned();
        Ok(Self {
            connection: Mutex::new(connection),
            prefix,
        })
    }

    /// Says a command that must be taken, with no folder selected.
    ///
    /// # Errors
    /// It is refused, or the connection fails.
    pub async fn run(&self, command: &str) -> Result<Reply, Failure> {
        self.connection.lock().await.run(command).await
    }

    /// Selects a folder, says a command that must be taken, and leaves the folder.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn within(&self, folder: &str, command: &str) -> Result<Reply, Failure> {
        let mut connection = self.connection.lock().await;
        connection
            .run(&format!("SELECT {}", quoted(folder)))
            .await?;
        let done = connection.run(command).await;
        connection.run("UNSELECT").await?;
        done
    }

    /// Appends a message with these flags (`\Seen $Forwarded`), received now or at `time` (UTC epoch
    /// seconds); its UIDVALIDITY and UID.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn append(
        &self,
        folder: &str,
        flags: &str,
        time: Option<i64>,
        content: &[u8],
    ) -> Result<(u32, u32), Failure> {
        let folder = quoted(folder);
        let time = time.map(|time| format!(" \"{}\"", date_time(time)));
        let command = format!("APPEND {folder} ({flags}){}", time.unwrap_or_default());
        let mut connection = self.connection.lock().await;
        let reply = connection.run_with(&command, content).await?;
        let mut words = reply
            .after("APPENDUID")
            .unwrap_or_default()
            .split([' ', ']']);
        let mut number = || words.next()?.parse().ok();
        number()
            .zip(number())
            .ok_or_else(|| format!("no UID: {}", reply.end).into())
    }

    /// Stores flags: `change` is `+FLAGS`, `-FLAGS` or `FLAGS`.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn store(&self, folder: &str, uids: &str, change: &str, flags: &str) -> Outcome {
        let command = format!("UID STORE {uids} {change} ({flags})");
        self.within(folder, &command).await.map(drop)
    }

    /// Removes messages at once.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn expunge(&self, folder: &str, uids: &str) -> Outcome {
        self.store(folder, uids, "+FLAGS.SILENT", "\\Deleted")
            .await?;
        self.within(folder, &format!("UID EXPUNGE {uids}"))
            .await
            .map(drop)
    }

    /// Moves messages; the UIDVALIDITY of `to` and the new UIDs as a set.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn move_to(
        &self,
        folder: &str,
        uids: &str,
        to: &str,
    ) -> Result<(u32, String), Failure> {
        let command = format!("UID MOVE {uids} {}", quoted(to));
        let reply = self.within(folder, &command).await?;
        let copied = reply.after("COPYUID").unwrap_or_default();
        let words: Vec<_> = copied.split([' ', ']']).collect();
        match words.as_slice() {
            [validity, _, new, ..] => Ok((validity.parse()?, (*new).to_owned())),
            _ => Err(format!("nothing was moved: {}", reply.end).into()),
        }
    }

    /// CREATE.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn create(&self, folder: &str) -> Outcome {
        self.run(&format!("CREATE {}", quoted(folder)))
            .await
            .map(drop)
    }

    /// RENAME.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn rename(&self, folder: &str, to: &str) -> Outcome {
        let command = format!("RENAME {} {}", quoted(folder), quoted(to));
        self.run(&command).await.map(drop)
    }

    /// DELETE.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn delete(&self, folder: &str) -> Outcome {
        self.run(&format!("DELETE {}", quoted(folder)))
            .await
            .map(drop)
    }

    /// SUBSCRIBE or UNSUBSCRIBE.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn subscribe(&self, folder: &str, yes: bool) -> Outcome {
        let verb = if yes { "SUBSCRIBE" } else { "UNSUBSCRIBE" };
        self.run(&format!("{verb} {}", quoted(folder)))
            .await
            .map(drop)
    }

    /// How many messages a folder has.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn count(&self, folder: &str) -> Result<u32, Failure> {
        let reply = self
            .run(&format!("STATUS {} (MESSAGES)", quoted(folder)))
            .await?;
        reply.number("(MESSAGES ").ok_or_else(|| "no count".into())
    }

    /// Every message of a folder: UID and flags as the server lists them, without `\Recent`.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn flags(&self, folder: &str) -> Result<Vec<(u32, Vec<String>)>, Failure> {
        if self.count(folder).await? == 0 {
            return Ok(Vec::new());
        }
        let reply = self.within(folder, "UID FETCH 1:* (FLAGS)").await?;
        Ok(reply
            .lines
            .iter()
            .filter_map(|line| fetched(line))
            .collect())
    }
}

fn fetched(line: &str) -> Option<(u32, Vec<String>)> {
    let items = line.split_once(" FETCH (")?.1;
    let uid = items.split_once("UID ")?.1.split([' ', ')']).next()?;
    let flags = items.split_once("FLAGS (")?.1.split(')').next()?;
    let mut flags: Vec<_> = flags.split_whitespace().map(str::to_owned).collect();
    flags.retain(|flag| flag != "\\Recent");
    flags.sort_unstable();
    Some((uid.parse().ok()?, flags))
}

/// IMAP's flags and keywords for marks.
fn flag_list(marks: &Marks) -> String {
    let flags = marks.flags.iter().map(|flag| match flag {
        Flag::Draft => "\\Draft",
        Flag::Flagged => "\\Flagged",
        Flag::Forwarded => Keyword::FORWARDED,
        Flag::Answered => "\\Answered",
        Flag::Seen => "\\Seen",
        Flag::Trashed => "\\Deleted",
    });
    let words: Vec<_> = flags
        .chain(marks.keywords.iter().map(Keyword::as_str))
        .collect();
    words.join(" ")
}

/// An IMAP date-time (RFC 9051) of UTC epoch seconds; the day by Howard Hinnant's `civil_from_days`.
fn date_time(time: i64) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (days, second) = (time.div_euclid(86_400) + 719_468, time.rem_euclid(86_400));
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12;
    let year = year + era * 400 + i64::from(month < 2);
    let name = usize::try_from(month)
        .ok()
        .and_then(|month| MONTHS.get(month));
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let name = name.unwrap_or(&"Jan");
    format!(
        "{of_month:02}-{name}-{year:04} {hour:02}:{minute:02}:{:02} +0000",
        second % 60
    )
}

fn uid(item: &ItemRef) -> Result<&str, Failure> {
    let (_, uid) = item
        .as_str()
        .rsplit_once('.')
        .ok_or("not UIDVALIDITY.UID")?;
    Ok(uid)
}

#[async_trait]
impl Hand for ImapHand {
    async fn deliver(
        &self,
        folder: &FolderRef,
        time: i64,
        content: &[u8],
    ) -> Result<ItemRef, Failure> {
        let made = self.append(folder.as_str(), "", Some(time), content).await;
        let (validity, uid) = made?;
        Ok(ItemRef::new(format!("{validity}.{uid}")))
    }

    async fn set_marks(&self, folder: &FolderRef, item: &ItemRef, marks: &Marks) -> Outcome {
        let flags = flag_list(marks);
        self.store(folder.as_str(), uid(item)?, "FLAGS", &flags)
            .await
    }

    async fn remove(&self, folder: &FolderRef, item: &ItemRef) -> Outcome {
        self.expunge(folder.as_str(), uid(item)?).await
    }

    async fn relocate(&self, folder: &FolderRef, item: &ItemRef, to: &FolderRef) -> Outcome {
        let moved = self.move_to(folder.as_str(), uid(item)?, to.as_str());
        moved.await.map(drop)
    }

    async fn create_folder(&self, name: &str) -> Result<FolderRef, Failure> {
        let folder = format!("{}{name}", self.prefix);
        self.create(&folder).await?;
        // As clients do: folders that are not subscribed are hidden by many.
        self.subscribe(&folder, true).await?;
        Ok(FolderRef::new(folder))
    }

    async fn rename_folder(&self, folder: &FolderRef, name: &str) -> Result<FolderRef, Failure> {
        let to = format!("{}{name}", self.prefix);
        self.rename(folder.as_str(), &to).await?;
        self.subscribe(folder.as_str(), false).await?;
        self.subscribe(&to, true).await?;
        Ok(FolderRef::new(to))
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Outcome {
        self.delete(folder.as_str()).await?;
        self.subscribe(folder.as_str(), false).await
    }
}

#[cfg(test)]
mod tests {
    use super::{date_time, fetched};

    #[test]
    fn times_are_written_as_imap_does() {
        for (time, text) in [
            (0, "01-Jan-1970 00:00:00 +0000"),
            (951_782_400, "29-Feb-2000 00:00:00 +0000"),
            (1_700_000_000, "14-Nov-2023 22:13:20 +0000"),
            (1_735_689_599, "31-Dec-2024 23:59:59 +0000"),
        ] {
            assert_eq!(date_time(time), text);
        }
    }

    #[test]
    fn flags_are_read_in_either_order() {
        let flags = vec!["$Work".to_owned(), "\\Seen".to_owned()];
        let expected = Some((7, flags));
        let line = "* 1 FETCH (UID 7 FLAGS (\\Seen \\Recent $Work))";
        assert_eq!(fetched(line), expected);
        assert_eq!(fetched("* 1 FETCH (FLAGS (\\Seen $Work) UID 7)"), expected);
    }
}
