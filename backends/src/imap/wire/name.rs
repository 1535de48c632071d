//! Names of mailboxes.

use crate::utf7;

/// What a mailbox is called. Equal names are the same mailbox, whichever way the session writes them.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MailboxName {
    text: Box<str>,
    /// What the server calls it, if that is not how we would write `text`.
    odd: Option<Box<[u8]>>,
}

impl MailboxName {
    /// The inbox, which every account has, and whose name is the same in any case.
    #[must_use]
    pub fn inbox() -> Self {
        Self::new("INBOX")
    }

    /// A name as people read it, with the server's delimiter in it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: if text.eq_ignore_ascii_case("INBOX") {
                "INBOX".into()
            } else {
                text.into()
            },
            odd: None,
        }
    }

    /// A name as the server writes it; `utf8` says whether in UTF-8 or in modified UTF-7. What is valid in neither
    /// is kept, so that the mailbox can still be named.
    #[must_use]
    pub fn from_wire(bytes: &[u8], utf8: bool) -> Self {
        let mut name = match (std::str::from_utf8(bytes), utf8) {
            (Ok(text), true) => Self::new(text),
            (Ok(text), false) => Self::new(&utf7::decode(text)),
            (Err(_), _) => Self::new(&String::from_utf8_lossy(bytes)),
        };
        if *name.text != *"INBOX" && name.to_wire(utf8) != bytes {
            name.odd = Some(bytes.into());
        }
        name
    }

    /// The name as the server is to read it.
    #[must_use]
    pub fn to_wire(&self, utf8: bool) -> Vec<u8> {
        match &self.odd {
            Some(odd) => odd.to_vec(),
            None if utf8 => self.text.as_bytes().to_vec(),
            None => utf7::encode(&self.text).into_bytes(),
        }
    }

    /// The name as people read it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name in a form that can be kept and does not depend on the session: modified UTF-7, or what the server
    /// says instead. `None` if that is no text.
    #[must_use]
    pub fn reference(&self) -> Option<String> {
        String::from_utf8(self.to_wire(false)).ok()
    }

    /// The name that has this reference.
    #[must_use]
    pub fn from_reference(reference: &str) -> Self {
        Self::from_wire(reference.as_bytes(), false)
    }

    /// Whether it is the inbox.
    #[must_use]
    pub fn is_inbox(&self) -> bool {
        &*self.text == "INBOX"
    }
}

#[cfg(test)]
mod tests {
    use super::MailboxName;

    #[test]
    fn a_name_is_the_same_in_both_spellings() {
        let seven = MailboxName::from_wire(b"Entw&APw-rfe", false);
        let eight = MailboxName::from_wire("Entwürfe".as_bytes(), true);
        assert_eq!(seven, eight);
        assert_eq!(seven.text(), "Entwürfe");
        assert_eq!(seven.to_wire(true), "Entwürfe".as_bytes());
        assert_eq!(MailboxName::from_wire(b"A&B", true).to_wire(false), b"A&-B");
        assert_eq!(
            MailboxName::from_wire(b"inbox", false),
            MailboxName::inbox()
        );
        assert!(MailboxName::inbox().is_inbox());
    }

    #[test]
    fn odd_names_are_written_as_the_server_writes_them() {
        for wire in [&b"A&B"[..], "Grün".as_bytes(), b"Gr\xFCn", b"&AGE-"] {
            let name = MailboxName::from_wire(wire, false);
            assert_eq!(name.to_wire(false), wire);
            assert_eq!(name.to_wire(true), wire);
            match name.reference() {
                Some(reference) => assert_eq!(MailboxName::from_reference(&reference), name),
                None => assert_eq!(wire, b"Gr\xFCn"),
            }
        }
        assert_eq!(
            MailboxName::from_wire(b"Gr\xFCn", true).text(),
            "Gr\u{FFFD}n"
        );
    }
}
