//! Plain IMAP clients that wait in the same mailboxes, so that the server's own delay can be told from ours.

mod compare;

use std::time::Instant;

use anyhow::{Context, anyhow};
use backends::servers::{Failure, Login, RawImap};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;
use tokio::time::error::Elapsed;

pub(crate) use compare::{Comparison, Signed};

/// What a client was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    pub(crate) account: usize,
    /// Messages of the INBOX that are new to it.
    pub(crate) messages: usize,
    /// When the line was there.
    pub(crate) at: Instant,
}

/// Logs a client in, selects the INBOX and begins to wait; what it hears is sent on.
///
/// # Errors
/// The server does not let it.
pub(crate) async fn wait(
    tasks: &mut JoinSet<anyhow::Result<()>>,
    port: u16,
    (account, login): (usize, &Login),
    heard: Sender<Heard>,
) -> anyhow::Result<()> {
    let failed = |error: Failure| anyhow!("the client beside {}: {error}", login.user);
    let mut client = RawImap::login(port, login).await.map_err(failed)?;
    let selected = client.run("SELECT INBOX").await.map_err(failed)?;
    let found = selected.lines.iter().find_map(|line| exists(line));
    let mut count = found.context("the server does not count the INBOX")?;
    client.idle().await.map_err(failed)?;
    tasks.spawn(async move {
        loop {
            let line = match client.line().await {
                Ok(line) => line,
                // Nothing was said for a while: nothing of a line is lost.
                Err(error) if error.is::<Elapsed>() => continue,
                Err(error) => return Err(anyhow!("a client beside the phones: {error}")),
            };
            let at = Instant::now();
            if line.ends_with(" EXPUNGE") {
                count = count.saturating_sub(1);
            }
            let Some(now) = exists(&line) else {
                continue;
            };
            let messages = now.saturating_sub(count);
            count = now;
            let told = Heard {
                account,
                messages,
                at,
            };
            if messages > 0 && heard.send(told).await.is_err() {
                return Ok(());
            }
        }
    });
    Ok(())
}

/// The number of `* 12 EXISTS`.
fn exists(line: &str) -> Option<usize> {
    line.strip_prefix("* ")?
        .strip_suffix(" EXISTS")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::exists;

    #[test]
    fn the_number_of_messages_is_read() {
        assert_eq!(exists("* 12 EXISTS"), Some(12));
        assert_eq!(exists("* 12 EXPUNGE"), None);
        assert_eq!(exists("* OK Still here"), None);
    }
}
