//! Changes by IMAP: another program of the user's.

use std::time::Instant;

use anyhow::{Context, anyhow};
use backends::servers::{Failure, Login, RawImap};

use super::Deed;
use crate::fleet::Account;
use crate::hand::{FOLDER, Place};

/// A connection for one change: so many accounts would be too many connections to keep.
pub(super) struct Client {
    connection: RawImap,
}

impl Client {
    pub(super) async fn login(port: u16, account: &Account) -> anyhow::Result<Self> {
        let login = Login::new(&account.user, &account.password);
        let connection = RawImap::login(port, &login).await.map_err(plain)?;
        Ok(Self { connection })
    }

    async fn run(&mut self, command: &str) -> anyhow::Result<Vec<String>> {
        let reply = self.connection.run(command).await.map_err(plain)?;
        Ok(reply.lines)
    }

    /// Makes the second folder, if it is not there.
    pub(super) async fn make_folder(&mut self) -> anyhow::Result<()> {
        let create = format!("CREATE {FOLDER}");
        // It may be there already; then it can be subscribed all the same.
        let _exists = self.connection.command(&create).await.map_err(plain)?;
        self.run(&format!("SUBSCRIBE {FOLDER}")).await?;
        Ok(())
    }

    /// Appends a message; when it was about to be sent, and when the server had it.
    pub(super) async fn append(
        &mut self,
        place: Place,
        message: &str,
    ) -> anyhow::Result<(Instant, Instant)> {
        let content = message.replace('\n', "\r\n");
        let command = format!("APPEND {} ()", name(place));
        let before = Instant::now();
        let appended = self.connection.run_with(&command, content.as_bytes()).await;
        appended.map_err(plain)?;
        Ok((before, Instant::now()))
    }

    /// Does something to a message that is found by its Message-ID.
    pub(super) async fn alter(
        &mut self,
        place: Place,
        id: &str,
        deed: &Deed,
    ) -> anyhow::Result<(Instant, Instant)> {
        self.run(&format!("SELECT {}", name(place))).await?;
        let search = format!("UID SEARCH HEADER Message-ID \"<{id}>\"");
        let lines = self.run(&search).await?;
        let found = lines.iter().find_map(|line| line.strip_prefix("* SEARCH "));
        let uid: u32 = found
            .and_then(|uids| uids.split(' ').next()?.trim().parse().ok())
            .with_context(|| format!("{id} is not where it was put"))?;
        let before = Instant::now();
        let command = match deed {
            Deed::Mark(marks) => {
                let flags = [(marks.read, "\\Seen"), (marks.flagged, "\\Flagged")];
                let flags = flags.iter().filter(|(set, _)| *set);
                let flags: Vec<_> = flags.map(|(_, flag)| *flag).collect();
                format!("UID STORE {uid} FLAGS.SILENT ({})", flags.join(" "))
            }
            Deed::Move => format!("UID MOVE {uid} {}", name(place.other())),
            Deed::Remove | Deed::Deliver(_) => {
                self.run(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"))
                    .await?;
                format!("UID EXPUNGE {uid}")
            }
        };
        self.run(&command).await?;
        Ok((before, Instant::now()))
    }
}

fn name(place: Place) -> &'static str {
    match place {
        Place::Inbox => "INBOX",
        Place::Folder => FOLDER,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn plain(error: Failure) -> anyhow::Error {
    anyhow!("{error}")
}
