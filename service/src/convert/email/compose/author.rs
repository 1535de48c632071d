//! Whose a message is.

use mail_builder::headers::Header as _;
use mail_builder::headers::address::Address;

use super::super::charset::Hint;
use super::super::fields::{Fields, Mailbox};

/// Who sends.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// The address that stands in where a message names another.
    pub primary: &'a str,
    /// Whether an address is the author's own.
    pub is_own: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Author<'_> {
    /// Whether `From` names nobody but the author.
    pub(super) fn wrote(&self, fields: &Fields<'_>) -> bool {
        self.is(&fields.mailboxes("From", Hint::default()))
    }

    /// Whether `Sender` names the author.
    pub(super) fn sends(&self, fields: &Fields<'_>) -> bool {
        self.is(&fields.mailboxes("Sender", Hint::default()))
    }

    /// The address for the envelope: the one of theirs that the message names.
    pub(super) fn envelope(&self, fields: &Fields<'_>) -> String {
        let named = fields.mailboxes("From", Hint::default());
        match named.into_iter().next() {
            Some(first) if self.wrote(fields) => first.address,
            Some(_) | None => self.primary.to_owned(),
        }
    }

    /// The field `From` for a message that names another: the name stays, the address is the author's.
    pub(super) fn from(&self, fields: &Fields<'_>) -> Vec<u8> {
        let named = fields.mailboxes("From", Hint::default());
        let name = named.into_iter().next().and_then(|first| first.name);
        let mut field = b"From: ".to_vec();
        Address::new_address(name, self.primary).write_header(&mut field, 6);
        field
    }

    fn is(&self, named: &[Mailbox]) -> bool {
        !named.is_empty() && named.iter().all(|named| (self.is_own)(&named.address))
    }
}

impl std::fmt::Debug for Author<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Author(..)")
    }
}
