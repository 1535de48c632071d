//! The mailbox that is open, as far as the server has spoken of it.

use crate::imap::wire::{Code, MailboxName, Untagged};

/// The mailbox that is open. What the server did not say is `None`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selected {
    /// What it is called.
    pub name: MailboxName,
    /// Whether it cannot be changed.
    pub read_only: bool,
    /// Validity of its unique identifiers.
    pub uid_validity: Option<u32>,
    /// The unique identifier that the next message gets, at least, as it was last said.
    pub uid_next: Option<u32>,
    /// Highest modification sequence, as it was last said; `None` also where there are none.
    pub highest_mod_seq: Option<u64>,
    /// How many messages are in it.
    pub exists: u32,
    /// Flags that occur.
    pub flags: Vec<Box<str>>,
    /// Flags that can be changed for good.
    pub permanent_flags: Vec<Box<str>>,
    /// Its identity (RFC 8474).
    pub mailbox_id: Option<Box<str>>,
}

impl Selected {
    /// Nothing is known yet but the name.
    pub(super) fn new(name: MailboxName) -> Self {
        Self {
            name,
            read_only: false,
            uid_validity: None,
            uid_next: None,
            highest_mod_seq: None,
            exists: 0,
            flags: Vec::new(),
            permanent_flags: Vec::new(),
            mailbox_id: None,
        }
    }

    /// Whether keywords can be made that are not there yet.
    #[must_use]
    pub fn takes_new_keywords(&self) -> bool {
        self.permanent_flags.iter().any(|flag| &**flag == "\\*")
    }

    pub(super) fn note(&mut self, untagged: &Untagged) {
        match untagged {
            Untagged::Exists(count) => self.exists = *count,
            Untagged::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Untagged::Vanished {
                earlier: false,
                uids,
            } => {
                let gone = u32::try_from(uids.len()).unwrap_or(u32::MAX);
                self.exists = self.exists.saturating_sub(gone);
            }
            Untagged::Flags(flags) => self.flags.clone_from(flags),
            Untagged::Condition {
                code: Some(code), ..
            } => self.note_code(code),
            _ => {}
        }
    }

    pub(super) fn note_code(&mut self, code: &Code) {
        match code {
            Code::UidValidity(validity) => self.uid_validity = Some(*validity),
            Code::UidNext(next) => self.uid_next = Some(*next),
            Code::HighestModSeq(highest) => self.highest_mod_seq = Some(*highest),
            Code::NoModSeq => self.highest_mod_seq = None,
            Code::ReadOnly => self.read_only = true,
            Code::ReadWrite => self.read_only = false,
            Code::PermanentFlags(flags) => self.permanent_flags.clone_from(flags),
            Code::MailboxId(identity) => self.mailbox_id = Some(identity.clone()),
            // What came before was of the mailbox that was open until now.
            Code::Closed => *self = Self::new(self.name.clone()),
            _ => {}
        }
    }
}
