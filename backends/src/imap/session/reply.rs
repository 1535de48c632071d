//! What came back.

use crate::imap::error::{Error, Refusal};
use crate::imap::wire::{Code, Done, Event, Status, Text, Untagged};

/// How a command ended, and what came meanwhile.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Reply {
    /// The command.
    pub command: &'static str,
    /// How it ended.
    pub status: Status,
    /// What programs are to know.
    pub code: Option<Code>,
    /// What people are to know.
    pub text: Text,
    /// All data that came before the end, asked for or not, in its order.
    pub untagged: Vec<Untagged>,
    /// How many responses could not be read: a listing may lack something.
    pub malformed: usize,
}

impl Reply {
    /// Itself, if the command was done.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub fn ok(self) -> Result<Self, Error> {
        if self.status == Status::Ok {
            return Ok(self);
        }
        Err(Error::Refused(self.refusal()))
    }

    pub(super) fn empty(command: &'static str, done: Done) -> Self {
        Self {
            command,
            status: done.status,
            code: done.code,
            text: done.text,
            untagged: Vec::new(),
            malformed: 0,
        }
    }

    pub(in crate::imap) fn refusal(self) -> Refusal {
        Refusal {
            command: self.command,
            status: self.status,
            code: self.code,
            text: self.text,
        }
    }
}

/// What came until the end of a command.
#[derive(Debug)]
pub(in crate::imap) struct Gathered {
    pub(super) command: &'static str,
    pub(super) untagged: Vec<Untagged>,
    most: usize,
    malformed_before: u64,
}

impl Gathered {
    /// At most so many responses; `malformed` counts since the session began.
    pub(super) fn new(command: &'static str, most: usize, malformed: u64) -> Self {
        Self {
            command,
            untagged: Vec::new(),
            most,
            malformed_before: malformed,
        }
    }

    pub(in crate::imap) fn hold(&mut self, data: Untagged) -> Result<(), Error> {
        if self.untagged.len() >= self.most {
            return Err(Error::Flood);
        }
        self.untagged.push(data);
        Ok(())
    }

    /// `malformed` counts since the session began.
    pub(in crate::imap) fn end(self, malformed: u64, done: Done) -> Reply {
        let malformed = malformed.saturating_sub(self.malformed_before);
        Reply {
            untagged: self.untagged,
            malformed: usize::try_from(malformed).unwrap_or(usize::MAX),
            ..Reply::empty(self.command, done)
        }
    }
}

/// Nobody asked for these: commands with a text of their own are not run by those that do not know what to do with it.
pub(super) fn passed_over(event: &Event) {
    debug_assert!(!matches!(event, Event::Untagged(_) | Event::Done(_)));
}
