//! Waiting for the server to say something (RFC 2177). All of it is cancel-safe.

use tokio::io::{AsyncRead, AsyncWrite};

use super::{Reply, Session, passed_over};
use crate::imap::error::Error;
use crate::imap::wire::{Command, Event, Status, Tag, Untagged};

/// A running `IDLE`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Idle {
    pub(super) tag: Tag,
    pub(super) phase: Phase,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// The server has not agreed yet.
    Asked,
    /// It has not agreed yet, and it is to end once it has.
    Regretted,
    /// The server speaks when it likes.
    Waiting,
    /// The server was asked to end it.
    Ending,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Begins to wait; [`Self::idle_event`] tells what comes.
    ///
    /// # Errors
    /// [`Error::Poisoned`].
    pub fn idle(&mut self) -> Result<(), Error> {
        self.begin()?;
        let tag = self.submit(&Command::idle())?;
        self.idle = Some(Idle {
            tag,
            phase: Phase::Asked,
        });
        Ok(())
    }

    /// Ends the waiting, once [`Self::idle_event`] has given all that came before the end. That the end comes proves
    /// that the connection stands.
    ///
    /// # Errors
    /// [`Error::Poisoned`] when nobody waits.
    pub fn idle_end(&mut self) -> Result<(), Error> {
        let idle = self.idle.as_mut().ok_or(Error::Poisoned)?;
        match idle.phase {
            Phase::Asked => idle.phase = Phase::Regretted,
            Phase::Waiting => {
                idle.phase = Phase::Ending;
                self.respond("DONE")?;
            }
            Phase::Regretted | Phase::Ending => {}
        }
        Ok(())
    }

    /// Waits until the server says something; `None`: the waiting has ended, by us or by the server.
    ///
    /// Cancel-safe. May wait for ever, unless [`Self::idle_end`] was called: proving that the connection stands is the
    /// caller's duty.
    ///
    /// # Errors
    /// The session is of no use any more; [`Error::Refused`] when the server does not let us wait, and then it is.
    pub async fn idle_event(&mut self) -> Result<Option<Untagged>, Error> {
        while self.idle.is_some() {
            match self.event().await? {
                Event::Untagged(data) => return Ok(Some(data)),
                Event::Done(done) if done.status == Status::Ok => return Ok(None),
                Event::Done(done) => {
                    return Err(Error::Refused(Reply::empty("IDLE", done).refusal()));
                }
                other => passed_over(&other),
            }
        }
        Ok(None)
    }

    /// The server has agreed.
    pub(super) fn idle_agreed(&mut self) {
        let Some(idle) = &mut self.idle else {
            return;
        };
        let regretted = idle.phase == Phase::Regretted;
        if matches!(idle.phase, Phase::Asked | Phase::Regretted) {
            idle.phase = Phase::Waiting;
        }
        if regretted {
            // Somebody waits: nothing can be wrong.
            let _somebody_waits = self.idle_end();
        }
    }
}
