//! Names of messages: validity and unique identifier.

use std::fmt;
use std::num::NonZeroU32;

use crate::name::ItemRef;

/// One message of a mailbox, as long as the mailbox has this validity (RFC 9051 section 2.3.1.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Message {
    /// Validity of the mailbox's unique identifiers.
    pub(super) validity: u32,
    /// Its unique identifier.
    pub(super) uid: NonZeroU32,
}

impl Message {
    /// The message that an item names; `None`: no server has such one.
    pub(super) fn parse(item: &ItemRef) -> Option<Self> {
        let (validity, uid) = item.as_str().split_once('.')?;
        let message = Self {
            validity: validity.parse().ok()?,
            uid: uid.parse().ok()?,
        };
        // One spelling for each message.
        (message.to_string() == item.as_str()).then_some(message)
    }

    /// Its name.
    pub(super) fn item(self) -> ItemRef {
        ItemRef::new(self.to_string())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.validity, self.uid)
    }
}

#[cfg(test)]
mod tests {
    use super::Message;
    use crate::name::ItemRef;

    #[test]
    fn names_lead_back_and_have_one_spelling() {
        let message = Message::parse(&ItemRef::new("17.4294967295")).unwrap();
        assert_eq!(message.item().as_str(), "17.4294967295");
        for text in [
            "",
            "17",
            "17.0",
            "017.1",
            "17.+1",
            "17.1.1",
            "a.1",
            "-1.1",
            "1.4294967296",
        ] {
            assert_eq!(Message::parse(&ItemRef::new(text)), None, "{text}");
        }
    }
}
