//! The hand of another program in a Maildir: delivers, marks and removes messages while the service runs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The folder that the fleet's mail is put into, besides the INBOX.
pub(crate) const FOLDER: &str = "Loadtest";

/// Where a message is put.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// The INBOX.
    Inbox,
    /// [`FOLDER`].
    Folder,
}

impl Place {
    /// The one that this is not.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Inbox => Self::Folder,
            Self::Folder => Self::Inbox,
        }
    }
}

/// Where a message is found: what phones delete is in the trash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    /// The INBOX.
    Inbox,
    /// [`FOLDER`].
    Folder,
    /// The trash.
    Trash,
}

/// Marks of a message.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Marks {
    /// Whether it was read.
    pub(crate) read: bool,
    /// Whether it is flagged.
    pub(crate) flagged: bool,
}

/// Messages by number: where each is, and its marks.
pub(crate) type Contents = BTreeMap<u64, (Shown, Marks)>;

/// A hand in one Maildir.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    root: PathBuf,
    /// Tells the files of this run from all others.
    run: String,
}

impl Hand {
    /// Makes sure that the folders are there.
    pub(crate) fn new(root: &Path, run: &str) -> io::Result<Self> {
        let hand = Self {
            root: root.to_owned(),
            run: run.to_owned(),
        };
        for place in [Place::Inbox, Place::Folder] {
            for part in ["tmp", "new", "cur"] {
                fs::create_dir_all(hand.folder(place).join(part))?;
            }
        }
        Ok(hand)
    }

    /// Delivers a message; says when it was there: just before the rename.
    pub(crate) fn deliver(&self, place: Place, number: u64, subject: &str) -> io::Result<Instant> {
        let text = format!("Message {number} of run {}.\n", self.run);
        let id = format!("{}@loadtest", self.unique(number));
        self.deliver_bytes(place, number, message(subject, &id, &text).as_bytes())
    }

    /// Delivers these bytes as a message.
    pub(crate) fn deliver_bytes(
        &self,
        place: Place,
        number: u64,
        message: &[u8],
    ) -> io::Result<Instant> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let name = format!(
            "{}.{}",
            since.unwrap_or_default().as_secs(),
            self.unique(number)
        );
        let folder = self.folder(place);
        let (tmp, new) = (
            folder.join("tmp").join(&name),
            folder.join("new").join(&name),
        );
        let mut file = File::create_new(&tmp)?;
        file.write_all(message)?;
        drop(file);
        let there = Instant::now();
        fs::rename(tmp, new)?;
        Ok(there)
    }

    /// Marks a message, as a mail program does that keeps the flags in the file's name.
    pub(crate) fn mark(&self, place: Place, number: u64, marks: Marks) -> io::Result<Instant> {
        let from = self.find(place, number)?;
        let name = from.file_name().unwrap_or_default().to_string_lossy();
        let (base, flags) = name.split_once(":2,").unwrap_or((&name, ""));
        let mut flags: Vec<char> = flags.chars().filter(|flag| !"FS".contains(*flag)).collect();
        flags.extend(marks.flagged.then_some('F'));
        flags.extend(marks.read.then_some('S'));
        // In the order of ASCII, as the convention wants it.
        flags.sort_unstable();
        let flags: String = flags.into_iter().collect();
        let to = self
            .folder(place)
            .join("cur")
            .join(format!("{base}:2,{flags}"));
        let there = Instant::now();
        fs::rename(from, to)?;
        Ok(there)
    }

    /// Moves a message into the other folder, marks and all.
    pub(crate) fn relocate(&self, from: Place, number: u64) -> io::Result<Instant> {
        let path = self.find(from, number)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let info = if name.contains(":2,") { "" } else { ":2," };
        let to = self.folder(from.other()).join("cur");
        let to = to.join(format!("{name}{info}"));
        let there = Instant::now();
        fs::rename(path, to)?;
        Ok(there)
    }

    /// Removes a message.
    pub(crate) fn remove(&self, place: Place, number: u64) -> io::Result<Instant> {
        let path = self.find(place, number)?;
        let there = Instant::now();
        fs::remove_file(path)?;
        Ok(there)
    }

    /// All messages of this run by number, and the numbers of those that are there more than once.
    pub(crate) fn contents(&self) -> io::Result<(Contents, Vec<u64>)> {
        let (mut contents, mut twins) = (Contents::new(), Vec::new());
        for (shown, folder) in [
            (Shown::Inbox, self.root.clone()),
            (Shown::Folder, self.root.join(format!(".{FOLDER}"))),
            (Shown::Trash, self.root.join(".Trash")),
        ] {
            for part in ["new", "cur"] {
                let entries = match fs::read_dir(folder.join(part)) {
                    Ok(entries) => entries,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                };
                for entry in entries {
                    let name = entry?.file_name().to_string_lossy().into_owned();
                    let (base, flags) = name.split_once(":2,").unwrap_or((&name, ""));
                    let unique = base.split('.').nth(1).unwrap_or_default();
                    let number = unique.strip_prefix(&format!("{}Q", self.run));
                    let Some(number) = number.and_then(|number| number.parse().ok()) else {
                        continue;
                    };
                    let marks = Marks {
                        read: flags.contains('S'),
                        flagged: flags.contains('F'),
                    };
                    if contents.insert(number, (shown, marks)).is_some() {
                        twins.push(number);
                    }
                }
            }
        }
        Ok((contents, twins))
    }

    /// Where a message is now; others may have renamed it.
    fn find(&self, place: Place, number: u64) -> io::Result<PathBuf> {
        let unique = self.unique(number);
        for part in ["cur", "new"] {
            for entry in fs::read_dir(self.folder(place).join(part))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let mut parts = name.split([':', '.']);
                if parts.nth(1) == Some(unique.as_str()) {
                    return Ok(entry.path());
                }
            }
        }
        Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("message {number} is not where it was put"),
        ))
    }

    fn folder(&self, place: Place) -> PathBuf {
        match place {
            Place::Inbox => self.root.clone(),
            Place::Folder => self.root.join(format!(".{FOLDER}")),
        }
    }

    fn unique(&self, number: u64) -> String {
        format!("{}Q{number}", self.run)
    }
}

/// A message with this text.
pub(crate) fn message(subject: &str, id: &str, text: &str) -> String {
    format!(
        "From: Load <load@example.org>\nTo: Fleet <fleet@example.org>\nSubject: {subject}\n\
         Message-ID: <{id}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_again_after_others_renamed_it() {
        let folder = tempfile::tempdir().unwrap();
        let hand = Hand::new(folder.path(), "run").unwrap();
        hand.deliver(Place::Inbox, 1, "one").unwrap();
        hand.deliver(Place::Inbox, 11, "eleven").unwrap();
        let found = hand.find(Place::Inbox, 1).unwrap();
        assert!(found.parent().unwrap().ends_with("new"));
        let marks = Marks {
            read: true,
            flagged: true,
        };
        hand.mark(Place::Inbox, 1, marks).unwrap();
        let found = hand.find(Place::Inbox, 1).unwrap();
        assert!(found.to_string_lossy().ends_with("runQ1:2,FS"), "{found:?}");
        hand.mark(Place::Inbox, 1, Marks::default()).unwrap();
        hand.remove(Place::Inbox, 1).unwrap();
        assert!(hand.find(Place::Inbox, 1).is_err());
        assert!(hand.find(Place::Inbox, 11).is_ok());
    }
}
