//! Opening and closing mailboxes.

use tokio::io::{AsyncRead, AsyncWrite};

use super::{Reply, Selected, Session};
use crate::imap::error::Error;
use crate::imap::extension::Extension;
use crate::imap::wire::{Code, Command, MailboxName, UidSet, Untagged};

/// What a mailbox is opened for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Reading and writing.
    Write,
    /// Reading only: no message loses its `\Recent`.
    Read,
}

/// What is known of a mailbox from before, so that the server tells only what is different (RFC 7162).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Known {
    /// Validity of the unique identifiers.
    pub uid_validity: u32,
    /// Highest modification sequence then; not 0.
    pub mod_seq: u64,
    /// The messages that are of interest; `None`: all.
    pub uids: Option<UidSet>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Opens a mailbox. With `known`, and QRESYNC enabled, the reply has what changed and vanished since; data before
    /// a code `CLOSED` is of the mailbox that was open until then.
    ///
    /// # Errors
    /// As [`Session::run`]; [`Error::Refused`], and then no mailbox is open.
    pub async fn select(
        &mut self,
        name: &MailboxName,
        access: Access,
        known: Option<&Known>,
    ) -> Result<Reply, Error> {
        self.begin()?;
        let command = self.opening(name, access, known);
        self.selected = Some(Selected::new(name.clone()));
        let reply = self.run(command).await.and_then(Reply::ok);
        self.opened(access, &reply);
        reply
    }

    /// Opens a mailbox and runs commands in it, all at once, without waiting in between. Hands out what comes with the
    /// number of the command that has not ended yet: 0 for the opening, 1 for the first command, and so on.
    ///
    /// Gives the mailbox as it was when it had been opened, and the replies to the commands, without data.
    ///
    /// # Errors
    /// As [`Session::run_each`]; [`Error::Refused`] for the opening, and then no mailbox is open.
    pub async fn select_and(
        &mut self,
        name: &MailboxName,
        access: Access,
        commands: &[Command],
        mut each: impl FnMut(usize, Untagged) -> Result<(), Error>,
    ) -> Result<(Selected, Vec<Reply>), Error> {
        self.begin()?;
        let opening = self.opening(name, access, None);
        self.submit(&opening)?;
        for command in commands {
            self.submit(command)?;
        }
        self.selected = Some(Selected::new(name.clone()));
        let reply = self.finish_each(&opening, |data| each(0, data)).await;
        let reply = reply.and_then(Reply::ok);
        self.opened(access, &reply);
        // Only a refusal leaves the others to be waited for.
        let reply = match reply {
            Err(error) if !matches!(error, Error::Refused(_)) => return Err(error),
            reply => reply,
        };
        let then = self.selected.clone();
        let mut replies = Vec::with_capacity(commands.len());
        for (number, command) in commands.iter().enumerate() {
            let each = |data| each(number + 1, data);
            replies.push(self.finish_each(command, each).await?);
        }
        let _reply = reply?;
        Ok((then.ok_or(Error::Incomplete)?, replies))
    }

    pub(super) fn opening(
        &self,
        name: &MailboxName,
        access: Access,
        known: Option<&Known>,
    ) -> Command {
        let command = match access {
            Access::Write => Command::new("SELECT"),
            Access::Read => Command::new("EXAMINE"),
        };
        let mut command = command.mailbox(name);
        if let Some(known) = known.filter(|_| self.is_enabled(Extension::Qresync)) {
            command = command.open().words("QRESYNC").open();
            command = command.number(known.uid_validity.into());
            command = command.number(known.mod_seq);
            if let Some(uids) = &known.uids {
                command = command.set(uids);
            }
            command = command.close().close();
        } else if self.has(Extension::CondStore) && !self.is_enabled(Extension::CondStore) {
            command = command.words("(CONDSTORE)");
        }
        command
    }

    pub(super) fn opened(&mut self, access: Access, reply: &Result<Reply, Error>) {
        match reply {
            Ok(reply) => {
                let read_only = reply.code == Some(Code::ReadOnly) || access == Access::Read;
                if let Some(selected) = &mut self.selected {
                    selected.read_only = read_only;
                }
            }
            Err(_) => self.selected = None,
        }
    }

    /// Closes the mailbox that is open, without expunging anything, and hands out what came before the end; leaves it
    /// open where the server cannot do that.
    ///
    /// # Errors
    /// As [`Session::run`]; [`Error::Refused`].
    pub async fn unselect(&mut self) -> Result<Vec<Untagged>, Error> {
        if self.selected.is_none() || !self.has(Extension::Unselect) {
            return Ok(Vec::new());
        }
        let reply = self.run(Command::new("UNSELECT")).await?.ok()?;
        self.selected = None;
        Ok(reply.untagged)
    }
}
