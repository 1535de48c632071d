//! `LIST`, `LSUB`, `STATUS` and `NAMESPACE`: what mailboxes there are and how they stand.

use super::code::{identity, words};
use super::{MailboxName, Malformed, Value};

/// A mailbox in a listing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listed {
    /// What it is called.
    pub name: MailboxName,
    /// What parts of the name stand apart with; `None`: the name has no parts.
    pub delimiter: Option<char>,
    /// Attributes as the server writes them: `\Noselect`, `\Sent`.
    pub attributes: Vec<Box<str>>,
    /// What it was called before, if it was just renamed (RFC 5465).
    pub old_name: Option<MailboxName>,
    /// Why it is listed if not for itself: for what is below it (RFC 5258): `SUBSCRIBED`.
    pub child_info: Vec<Box<str>>,
}

impl Listed {
    /// Whether it has this attribute, in any case.
    #[must_use]
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes
            .iter()
            .any(|own| own.eq_ignore_ascii_case(attribute))
    }
}

/// How a mailbox stands. What the server did not say is `None`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailboxStatus {
    /// Which one.
    pub name: MailboxName,
    /// How many messages are in it.
    pub messages: Option<u32>,
    /// The unique identifier that the next message gets, at least.
    pub uid_next: Option<u32>,
    /// Validity of its unique identifiers.
    pub uid_validity: Option<u32>,
    /// How many messages were not read.
    pub unseen: Option<u32>,
    /// Highest modification sequence; 0: it has none.
    pub highest_mod_seq: Option<u64>,
    /// Size of all messages, in bytes.
    pub size: Option<u64>,
    /// Its identity, which a rename does not change (RFC 8474, or Dovecot's `X-GUID`).
    pub mailbox_id: Option<Box<str>>,
}

/// Where mailboxes are (RFC 2342).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Namespaces {
    /// One's own.
    pub personal: Vec<Namespace>,
    /// Those of others.
    pub others: Vec<Namespace>,
    /// Those of all.
    pub shared: Vec<Namespace>,
}

/// One place for mailboxes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Namespace {
    /// How their names begin, as the server writes it.
    pub prefix: Box<str>,
    /// What parts of the name stand apart with.
    pub delimiter: Option<char>,
}

pub(super) fn listed(values: &[Value], utf8: bool) -> Result<Listed, Malformed> {
    let [attributes, delimiter, name, extended @ ..] = values else {
        return Err(Malformed("LIST"));
    };
    let attributes = attributes.list_or_nil().ok_or(Malformed("LIST"))?;
    let mut listed = Listed {
        name: mailbox(name, utf8)?,
        delimiter: character(delimiter),
        attributes: words(attributes)?,
        old_name: None,
        child_info: Vec::new(),
    };
    let extended = extended.first().and_then(Value::list).unwrap_or_default();
    for pair in extended.chunks_exact(2) {
        let [item, value] = pair else { continue };
        let inner = value.list().unwrap_or_default();
        match item
            .text()
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "OLDNAME" => {
                let name = inner.first().map(|name| mailbox(name, utf8));
                listed.old_name = name.and_then(Result::ok);
            }
            "CHILDINFO" => listed.child_info = words(inner).unwrap_or_default(),
            _ => {}
        }
    }
    Ok(listed)
}

pub(super) fn status(values: &[Value], utf8: bool) -> Result<MailboxStatus, Malformed> {
    // Some servers leave a space after the list, some an empty list out.
    let [name, items @ ..] = values else {
        return Err(Malformed("STATUS"));
    };
    let mut status = MailboxStatus {
        name: mailbox(name, utf8)?,
        messages: None,
        uid_next: None,
        uid_validity: None,
        unseen: None,
        highest_mod_seq: None,
        size: None,
        mailbox_id: None,
    };
    let items = items.first().map_or(Some(&[][..]), Value::list_or_nil);
    for pair in items.ok_or(Malformed("STATUS"))?.chunks_exact(2) {
        let [item, value] = pair else { continue };
        match item
            .text()
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "MESSAGES" => status.messages = value.number(),
            "UIDNEXT" => status.uid_next = value.number(),
            "UIDVALIDITY" => status.uid_validity = value.number(),
            "UNSEEN" => status.unseen = value.number(),
            "HIGHESTMODSEQ" => status.highest_mod_seq = value.number(),
            "SIZE" => status.size = value.number(),
            "MAILBOXID" => status.mailbox_id = identity(value),
            "X-GUID" if status.mailbox_id.is_none() => status.mailbox_id = identity(value),
            _ => {}
        }
    }
    Ok(status)
}

pub(super) fn namespaces(values: &[Value]) -> Result<Namespaces, Malformed> {
    let mut places = values.iter().map(|value| {
        let list = value.list_or_nil().ok_or(Malformed("NAMESPACE"))?;
        list.iter().map(namespace).collect::<Result<Vec<_>, _>>()
    });
    let mut next = || places.next().unwrap_or_else(|| Ok(Vec::new()));
    Ok(Namespaces {
        personal: next()?,
        others: next()?,
        shared: next()?,
    })
}

fn namespace(value: &Value) -> Result<Namespace, Malformed> {
    let list = value.list().unwrap_or_default();
    let [prefix, delimiter, ..] = list else {
        return Err(Malformed("NAMESPACE"));
    };
    Ok(Namespace {
        prefix: prefix.text().unwrap_or_default().into(),
        delimiter: character(delimiter),
    })
}

/// A mailbox may well be called NIL.
pub(super) fn mailbox(value: &Value, utf8: bool) -> Result<MailboxName, Malformed> {
    let bytes = match value {
        Value::Nil => b"NIL".as_slice(),
        value => value.bytes().ok_or(Malformed("mailbox"))?,
    };
    Ok(MailboxName::from_wire(bytes, utf8))
}

fn character(value: &Value) -> Option<char> {
    value.text()?.chars().next()
}

#[cfg(test)]
mod tests;
