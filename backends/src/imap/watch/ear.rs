//! Listening to one folder by `IDLE`, on a connection of its own.
//!
//! While nothing happens nothing is sent, so that the server may put its side to sleep (Dovecot's hibernation). Before
//! the proof is due, and when asked to, the waiting is ended and begun anew: a connection that does not stand is found
//! by that (rule R10).

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::imap::error::Error;
use crate::imap::session::Access;
use crate::imap::store::{Account, Open};
use crate::imap::wire::{Event, MailboxName, Status, Untagged};
use crate::name::FolderRef;

/// A server that ends the waiting by itself is asked again after this.
const PAUSE: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Ear {
    folder: FolderRef,
    open: Open,
    proof_every: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The waiting is to be begun then.
    Paused(Instant),
    /// The server speaks when it likes; a proof is due then.
    Waiting { since: Instant, proof: Instant },
    /// The server owes us the end of the waiting.
    Proving,
}

impl Ear {
    /// Opens a connection and listens to a folder: what changes after this has returned is heard.
    pub(super) async fn open(
        account: &Account,
        folder: FolderRef,
        proof_every: Duration,
    ) -> Result<Self, Error> {
        Self::listen(account.dial().await?, folder, proof_every).await
    }

    /// Listens on a connection that is open.
    pub(super) async fn listen(
        mut open: Open,
        folder: FolderRef,
        proof_every: Duration,
    ) -> Result<Self, Error> {
        let name = MailboxName::from_reference(folder.as_str());
        let _opened = open.session.select(&name, Access::Read, None).await?;
        // The server tells of all that happens from here on, at the latest when the waiting begins.
        Ok(Self {
            folder,
            open,
            proof_every,
            state: State::Paused(Instant::now()),
        })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &FolderRef {
        &self.folder
    }

    /// Has the connection proved at once.
    pub(super) fn prove(&mut self) {
        if let State::Waiting { proof, .. } = &mut self.state {
            *proof = Instant::now();
        }
    }

    /// Waits until something changes. Cancel-safe.
    ///
    /// # Errors
    /// Nothing is heard any more.
    pub(super) async fn hear(&mut self) -> Result<(), Error> {
        loop {
            let alarm = match self.state {
                State::Paused(until) => Some(until),
                State::Waiting { proof, .. } => Some(proof),
                State::Proving => None,
            };
            tokio::select! {
                biased;
                event = self.open.session.event() => {
                    if self.heard(&event?)? {
                        return Ok(());
                    }
                }
                () = until(alarm) => self.ring()?,
            }
        }
    }

    fn ring(&mut self) -> Result<(), Error> {
        self.state = match self.state {
            State::Paused(_) => {
                self.open.session.idle()?;
                let since = Instant::now();
                State::Waiting {
                    since,
                    proof: since + self.proof_every.mul_f64(spread()),
                }
            }
            State::Waiting { .. } => {
                self.open.session.idle_end()?;
                State::Proving
            }
            State::Proving => State::Proving,
        };
        Ok(())
    }

    /// Whether it says that something changed.
    fn heard(&mut self, event: &Event) -> Result<bool, Error> {
        match event {
            Event::Untagged(data) => Ok(is_change(data)),
            // It may have been a change.
            Event::Malformed(malformed) => Ok(!malformed.is_unknown()),
            Event::Done(done) if done.status == Status::Ok => {
                self.state = State::Paused(match self.state {
                    // The server ended it, which it may, but not without end.
                    State::Waiting { since, .. } => since + PAUSE,
                    State::Paused(_) | State::Proving => Instant::now(),
                });
                Ok(false)
            }
            Event::Done(done) => Err(Error::ended("IDLE", done)),
            Event::Continue(_) | Event::Begin { .. } | Event::Piece(_) | Event::End => Ok(false),
        }
    }
}

/// Whether data says that something in the open folder changed.
fn is_change(data: &Untagged) -> bool {
    matches!(
        data,
        Untagged::Exists(_)
            | Untagged::Expunge(_)
            | Untagged::Vanished { .. }
            | Untagged::Fetch(_)
            | Untagged::Recent(_)
    )
}

/// Waits for a time, or for ever.
pub(super) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Between three quarters and one, so that many connections are not proved together.
fn spread() -> f64 {
    let part = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(0);
    1.0 - f64::from(part) / f64::from(u32::MAX) / 4.0
}

impl fmt::Debug for Ear {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ear")
            .field("session", &self.open.session)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
