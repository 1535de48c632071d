//! Listening by `NOTIFY` (RFC 5465), on a connection that has no folder open: the one that is open would be left out.

use std::fmt;

use tokio::time::Instant;

use super::core::Heard;
use super::ear::until;
use super::kick::Kick;
use super::options::WatchOptions;
use crate::imap::error::Error;
use crate::imap::store::Open;
use crate::imap::wire::{Code, Command, Done, Event, Status, Tag, Untagged};

/// See the module.
pub(super) struct Notify {
    open: Open,
    kick: Kick,
    /// The server stopped to listen, and was asked to go on.
    again: Option<Tag>,
}

/// One's own folders, and those of others that one has subscribed to. Without `FlagChange` no modification sequences
/// would be told of.
fn ask() -> Command {
    Command::new("NOTIFY").words(
        "SET STATUS (personal (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)) \
         (subscribed (MessageNew MessageExpunge FlagChange MailboxName))",
    )
}

impl Notify {
    /// Listens on a connection that has no folder open. What the server says of all folders at the beginning is not
    /// relied on: Dovecot 2.3 was seen to leave out INBOX.
    ///
    /// # Errors
    /// [`Error::Refused`]: the server cannot listen to this.
    pub(super) async fn listen(mut open: Open, options: &WatchOptions) -> Result<Self, Error> {
        let _all_folders = open.session.run(ask()).await?.ok()?;
        Ok(Self {
            open,
            kick: Kick::new(options.kick_after, options.kick_every, Instant::now()),
            again: None,
        })
    }

    /// Waits until something is heard. Cancel-safe.
    ///
    /// # Errors
    /// Nothing is heard any more.
    pub(super) async fn hear(&mut self) -> Result<Heard, Error> {
        loop {
            tokio::select! {
                biased;
                event = self.open.session.event() => {
                    if let Some(heard) = self.heard(event?)? {
                        self.kick.event(Instant::now());
                        return Ok(heard);
                    }
                }
                () = until(self.kick.due()) => {
                    let _asked = self.say(&Command::new("NOOP"))?;
                }
            }
        }
    }

    fn say(&mut self, command: &Command) -> Result<Tag, Error> {
        self.kick.begin();
        self.open.session.submit(command)
    }

    fn heard(&mut self, event: Event) -> Result<Option<Heard>, Error> {
        match event {
            Event::Untagged(data) => self.told(data),
            Event::Malformed(malformed) if malformed.is_unknown() => Ok(None),
            Event::Malformed(_) => Ok(Some(Heard::Gap)),
            Event::Done(done) => self.done(&done),
            Event::Continue(_) | Event::Begin { .. } | Event::Piece(_) | Event::End => Ok(None),
        }
    }

    fn told(&mut self, data: Untagged) -> Result<Option<Heard>, Error> {
        Ok(match data {
            Untagged::Status(status) => Some(Heard::Standing(status)),
            Untagged::List(_) | Untagged::Lsub(_) => Some(Heard::Hierarchy),
            // The server does not listen any more (RFC 5465, section 5.8).
            Untagged::Condition {
                code: Some(Code::NotificationOverflow),
                ..
            } => {
                self.again = Some(self.say(&ask())?);
                None
            }
            _ => None,
        })
    }

    fn done(&mut self, done: &Done) -> Result<Option<Heard>, Error> {
        if done.status != Status::Ok {
            return Err(Error::ended("NOTIFY", done));
        }
        if self.open.session.is_usable() {
            self.kick.ended(Instant::now());
        }
        // Listening first, comparing then (rule R5).
        let listens_again = self.again == Some(done.tag);
        self.again = self.again.filter(|tag| *tag != done.tag);
        Ok(listens_again.then_some(Heard::Gap))
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Notify")
            .field("session", &self.open.session)
            .field("kick", &self.kick)
            .finish_non_exhaustive()
    }
}
