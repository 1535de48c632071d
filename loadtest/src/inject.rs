//! Senders: they make the changes, by whatever way the scenario asks for, and say when each was there.

mod imap;
mod lmtp;

use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::fleet::Account;
use crate::hand::{Hand, Marks, Place, message};
use crate::scenario::{By, Changes};
use crate::world::World;
use imap::Client;
use lmtp::Lmtp;

/// Something to do to a message.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) account: usize,
    pub(crate) number: u64,
    /// Where it is.
    pub(crate) place: Place,
    pub(crate) deed: Deed,
}

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// It is delivered, with this subject.
    Deliver(String),
    /// It gets these marks.
    Mark(Marks),
    /// It goes to the other place.
    Move,
    /// It is removed.
    Remove,
}

/// It was done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) account: usize,
    pub(crate) number: u64,
    /// Just before it was given out of hand: before the rename, before the dot of DATA, before the literal.
    pub(crate) before: Instant,
    /// When the server said that it has it; of a Maildir, the same as `before`.
    pub(crate) there: Instant,
}

/// What every sender needs.
pub(crate) struct Means {
    accounts: Vec<Account>,
    hands: Option<Vec<Hand>>,
    run: String,
    changes: Changes,
    lmtp: Option<String>,
    imap: Option<u16>,
}

impl Means {
    /// Ways into the world of a scenario.
    ///
    /// # Errors
    /// A Maildir cannot be used.
    pub(crate) fn new(world: &World, changes: &Changes, run: &str) -> anyhow::Result<Arc<Self>> {
        let hand = |account: &Account| {
            Hand::new(&account.maildir, run)
                .with_context(|| format!("cannot use {}", account.maildir.display()))
        };
        let hands = world.accounts.iter().map(hand);
        Ok(Arc::new(Self {
            accounts: world.accounts.clone(),
            hands: world
                .has_maildirs
                .then(|| hands.collect::<anyhow::Result<Vec<_>>>())
                .transpose()?,
            run: run.to_owned(),
            changes: changes.clone(),
            lmtp: world.lmtp.clone(),
            imap: world.imap,
        }))
    }

    /// Makes the second folder in all accounts that have no Maildir.
    ///
    /// # Errors
    /// The server does not.
    pub(crate) async fn make_folders(&self) -> anyhow::Result<()> {
        let Some(port) = self.imap.filter(|_| self.hands.is_none()) else {
            return Ok(());
        };
        for account in &self.accounts {
            Client::login(port, account).await?.make_folder().await?;
        }
        Ok(())
    }

    fn message(&self, number: u64, subject: &str) -> String {
        let size = usize::try_from(self.changes.body_bytes).unwrap_or(0);
        let line = format!("Message {number} of run {}.\n", self.run);
        let text = line.repeat(size.div_ceil(line.len()).max(1));
        message(subject, &self.id(number), &text)
    }

    /// What stands between the angle brackets of Message-ID.
    fn id(&self, number: u64) -> String {
        format!("{}Q{number}@loadtest", self.run)
    }
}

/// Does what it is told until there is nothing more.
///
/// # Errors
/// A change is refused, or a server is away: what is not done can be neither lost nor late.
pub(crate) async fn send(
    means: Arc<Means>,
    mut jobs: Receiver<Job>,
    done: Sender<Done>,
) -> anyhow::Result<()> {
    let mut sender = One { means, lmtp: None };
    while let Some(job) = jobs.recv().await {
        let Job {
            account, number, ..
        } = job;
        let (before, there) = sender
            .act(&job)
            .await
            .with_context(|| format!("change of message {number} of account {account}"))?;
        let told = Done {
            account,
            number,
            before,
            there,
        };
        if done.send(told).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// One sender.
struct One {
    means: Arc<Means>,
    /// Its connection, kept as MTAs keep theirs.
    lmtp: Option<Lmtp>,
}

impl One {
    async fn act(&mut self, job: &Job) -> anyhow::Result<(Instant, Instant)> {
        let means = Arc::clone(&self.means);
        let account = means.accounts.get(job.account).context("no such account")?;
        let subject = match &job.deed {
            Deed::Deliver(subject) => subject,
            Deed::Mark(_) | Deed::Move | Deed::Remove => return means.alter(job, account).await,
        };
        let message = means.message(job.number, subject);
        match means.changes.by {
            By::Maildir => {
                let hand = means.hand(job.account)?;
                let there = hand.deliver_bytes(job.place, job.number, message.as_bytes())?;
                Ok((there, there))
            }
            By::Lmtp => self.lmtp(&account.user, &message).await,
            By::Imap => {
                let port = means.imap.context("no IMAP")?;
                let mut client = Client::login(port, account).await?;
                client.append(job.place, &message).await
            }
            By::Command => command(&means.changes.command, &account.user, &message).await,
        }
    }

    async fn lmtp(&mut self, user: &str, message: &str) -> anyhow::Result<(Instant, Instant)> {
        let address = self.means.lmtp.as_deref().context("no LMTP")?;
        let mut connection = match self.lmtp.take() {
            Some(open) => open,
            None => Lmtp::connect(address).await?,
        };
        let times = connection.deliver(user, message).await?;
        self.lmtp = Some(connection);
        Ok(times)
    }
}

impl Means {
    fn hand(&self, account: usize) -> anyhow::Result<&Hand> {
        let hands = self.hands.as_ref().context("no Maildirs")?;
        hands.get(account).context("no such account")
    }

    /// Something is done to a message that is there.
    async fn alter(&self, job: &Job, account: &Account) -> anyhow::Result<(Instant, Instant)> {
        let (number, place) = (job.number, job.place);
        if self.hands.is_some() {
            let hand = self.hand(job.account)?;
            let there = match job.deed {
                Deed::Mark(marks) => hand.mark(place, number, marks)?,
                Deed::Move => hand.relocate(place, number)?,
                Deed::Remove | Deed::Deliver(_) => hand.remove(place, number)?,
            };
            return Ok((there, there));
        }
        let port = self.imap.context("neither Maildirs nor IMAP")?;
        let mut client = Client::login(port, account).await?;
        client.alter(place, &self.id(number), &job.deed).await
    }
}

/// Has a program take the message in.
async fn command(
    words: &[String],
    user: &str,
    message: &str,
) -> anyhow::Result<(Instant, Instant)> {
    let mut words = words.iter().map(|word| word.replace("{user}", user));
    let program = words.next().context("there is no program")?;
    let mut child = Command::new(&program)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let mut to = child.stdin.take().context("it takes nothing")?;
    to.write_all(message.as_bytes()).await?;
    let before = Instant::now();
    drop(to);
    let status = child.wait().await?;
    let there = Instant::now();
    ensure!(status.success(), "{program}: {status}");
    Ok((before, there))
}

#[cfg(test)]
mod tests {
    use super::command;

    #[tokio::test]
    async fn a_program_is_told_the_user_and_the_message() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("{user}");
        let script = format!("cat > '{}'", to.display());
        let words = ["sh", "-c", script.as_str()].map(str::to_owned);
        let (before, there) = command(&words, "anna", "Subject: x\n").await.unwrap();
        assert!(before <= there);
        let read = std::fs::read_to_string(folder.path().join("anna")).unwrap();
        assert_eq!(read, "Subject: x\n");
        assert!(command(&["false".to_owned()], "anna", "").await.is_err());
    }
}
