//! Waiting for the end of a command, whatever the server says until then: neither for ever nor for anything.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{self, Instant};

use super::{Reply, Session, passed_over};
use crate::imap::error::Error;
use crate::imap::wire::{Command, Event, Untagged};

/// How many times the silence that is borne a command may take, if the server goes on saying something.
pub(super) const LONGEST: u32 = 20;

/// Most responses to one command where each is handed out: several for each of half a million messages.
const HANDED_OUT: usize = 2_000_000;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn latest(&self) -> Instant {
        Instant::now() + self.longest
    }

    /// The next event, of a command that is to have ended by then.
    async fn event_until(&mut self, latest: Instant) -> Result<Event, Error> {
        match time::timeout_at(latest, self.event()).await {
            Ok(event) => event,
            Err(_elapsed) => {
                self.broken = true;
                Err(Error::Silent)
            }
        }
    }

    /// Waits for the end of a command that was submitted.
    pub(super) async fn finish(&mut self, command: &Command) -> Result<Reply, Error> {
        let mut gathered = self.gather(command);
        let (until, before) = (self.latest(), self.transport.received);
        loop {
            match self.event_until(until).await? {
                Event::Untagged(data) => {
                    if self.transport.received.saturating_sub(before) > self.held_max {
                        return Err(Error::Flood);
                    }
                    gathered.hold(data)?;
                }
                Event::Done(done) => return Ok(gathered.end(self.malformed, done)),
                other => passed_over(&other),
            }
        }
    }

    /// Waits for the end of a command that was submitted, and hands out what comes.
    pub(super) async fn finish_each(
        &mut self,
        command: &Command,
        mut each: impl FnMut(Untagged) -> Result<(), Error>,
    ) -> Result<Reply, Error> {
        let gathered = self.gather(command);
        let (until, mut left) = (self.latest(), HANDED_OUT);
        loop {
            match self.event_until(until).await? {
                Event::Untagged(data) => {
                    left = left.checked_sub(1).ok_or(Error::Flood)?;
                    each(data)?;
                }
                Event::Done(done) => return Ok(gathered.end(self.malformed, done)),
                other => passed_over(&other),
            }
        }
    }
}
