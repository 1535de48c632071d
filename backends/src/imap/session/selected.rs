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
    /// Whether it is open, and what the server says of it is news.
    open: bool,
    /// The highest modification sequence when it was opened.
    opened_at: Option<u64>,
    /// Whether the server has told of a change since.
    moved: bool,
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
            open: false,
            opened_at: None,
            moved: false,
        }
    }

    /// It is open from now on.
    pub(super) fn note_open(&mut self) {
        self.open = true;
        self.opened_at = self.highest_mod_seq;
        self.moved = false;
    }

    /// Whether the server has told of a change since it was opened. What was asked for is none, as far as modification
    /// sequences tell.
    #[must_use]
    pub fn has_moved(&self) -> bool {
        self.moved
    }

    fn is_news(&self, untagged: &Untagged) -> bool {
        match untagged {
            Untagged::Exists(_) | Untagged::Expunge(_) => true,
            Untagged::Vanished { earlier, .. } => !earlier,
            Untagged::Fetch(fetch) => match (fetch.mod_seq, self.opened_at) {
                (Some(now), Some(then)) => now > then,
                _ => true,
            },
            _ => false,
        }
    }

    /// Whether keywords can be made that are not there yet.
    #[must_use]
    pub fn takes_new_keywords(&self) -> bool {
        self.permanent_flags.iter().any(|flag| &**flag == "\\*")
    }

    pub(super) fn note(&mut self, untagged: &Untagged) {
        self.moved |= self.open && self.is_news(untagged);
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::Selected;
    use crate::imap::wire::{Fetch, MailboxName, Untagged};

    fn fetch(mod_seq: Option<u64>) -> Untagged {
        Untagged::Fetch(Box::new(Fetch {
            mod_seq,
            ..Fetch::default()
        }))
    }

    #[test]
    fn what_is_told_after_the_opening_and_was_not_asked_for_is_a_change() {
        let mut selected = Selected::new(MailboxName::from_reference("INBOX"));
        selected.highest_mod_seq = Some(7);
        // Of the opening itself.
        selected.note(&Untagged::Exists(3));
        selected.note_open();
        let gone = |earlier| Untagged::Vanished {
            earlier,
            uids: NonZeroU32::MIN.into(),
        };
        for asked in [fetch(Some(7)), gone(true), Untagged::Flags(Vec::new())] {
            selected.note(&asked);
            assert!(!selected.has_moved(), "{asked:?}");
        }
        for news in [
            fetch(Some(8)),
            fetch(None),
            gone(false),
            Untagged::Exists(4),
            Untagged::Expunge(1),
        ] {
            selected.note_open();
            selected.note(&news);
            assert!(selected.has_moved(), "{news:?}");
        }
    }
}
