//! `FETCH`: what is known of one message.

use bytes::Bytes;

use super::code::{identity, words};
use super::structure::{self, Part};
use super::{Malformed, Value, date};

/// What a response says of one message. What it did not say, or in a way that cannot be read, is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fetch {
    /// Its number in the mailbox.
    pub number: u32,
    /// Its unique identifier.
    pub uid: Option<u32>,
    /// Its flags and keywords, as the server writes them.
    pub flags: Option<Vec<Box<str>>>,
    /// Its modification sequence.
    pub mod_seq: Option<u64>,
    /// When it was received, in UTC epoch seconds.
    pub internal_date: Option<i64>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its envelope, as it came (RFC 9051 section 7.5.2).
    pub envelope: Option<Value>,
    /// Its MIME structure.
    pub structure: Option<Part>,
    /// Texts of it.
    pub sections: Vec<Section>,
    /// Its identity (RFC 8474).
    pub email_id: Option<Box<str>>,
    /// The identity of its conversation.
    pub thread_id: Option<Box<str>>,
    /// How its text begins (RFC 8970).
    pub preview: Option<Box<str>>,
    /// How many items came in a form that cannot be read. Unknown items do not count.
    pub malformed: usize,
}

/// A text of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Section {
    /// Which one, in upper case: `BODY[]`, `BODY[1.MIME]`, `BINARY[2]`, `RFC822`.
    pub name: Box<str>,
    /// Where it begins, if a part of it was asked for.
    pub origin: Option<u64>,
    /// The text.
    pub content: Content,
}

/// What there is of a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    /// Nothing: there is no such part.
    Nil,
    /// All of it.
    Held(Bytes),
    /// It was handed out in pieces; its size in bytes.
    Streamed(u64),
}

pub(super) fn read(number: u32, items: &[Value]) -> Result<Fetch, Malformed> {
    let mut fetch = Fetch {
        number,
        ..Fetch::default()
    };
    let mut items = items.iter();
    while let Some(item) = items.next() {
        let Value::Atom(name) = item else {
            return Err(Malformed("FETCH"));
        };
        let value = items.next().ok_or(Malformed("FETCH"))?;
        let name = String::from_utf8_lossy(name).to_ascii_uppercase();
        if fetch.take(&name, value).is_none() {
            fetch.malformed += 1;
        }
    }
    Ok(fetch)
}

impl Fetch {
    /// The text of that name.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Section> {
        let named = |section: &&Section| section.name.eq_ignore_ascii_case(name);
        self.sections.iter().find(named)
    }

    /// `None`: the value cannot be read.
    fn take(&mut self, name: &str, value: &Value) -> Option<()> {
        match name {
            "UID" => self.uid = Some(value.number().filter(|uid| *uid != 0)?),
            "FLAGS" => self.flags = Some(words(value.list_or_nil()?).ok()?),
            "MODSEQ" => self.mod_seq = Some(mod_seq(value)?),
            "INTERNALDATE" => self.internal_date = Some(date::parse(&value.text()?)?),
            "RFC822.SIZE" => self.size = Some(value.number()?),
            "ENVELOPE" => self.envelope = Some(value.list().map(|_| value.clone())?),
            "BODYSTRUCTURE" | "BODY" => self.structure = Some(structure::read(value)?),
            "EMAILID" => self.email_id = Some(identity(value)?),
            "THREADID" => self.thread_id = some_or_nil(value, identity)?,
            "PREVIEW" => self.preview = some_or_nil(value, |text| Some(text.text()?.into()))?,
            _ if name.contains('[')
                || matches!(name, "RFC822" | "RFC822.HEADER" | "RFC822.TEXT") =>
            {
                self.sections.push(section(name, value)?);
            }
            _ => {}
        }
        Some(())
    }
}

/// The outer option says whether it can be read, the inner one whether there is something.
fn some_or_nil<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Option<T>> {
    match value {
        Value::Nil => Some(None),
        value => read(value).map(Some),
    }
}

fn mod_seq(value: &Value) -> Option<u64> {
    match value.list() {
        Some([number]) => number.number(),
        Some(_) => None,
        None => value.number(),
    }
}

fn section(name: &str, value: &Value) -> Option<Section> {
    // BINARY.SIZE has a number for a value, which is read as text of digits.
    let content = match value {
        Value::Nil => Content::Nil,
        Value::Streamed(size) => Content::Streamed(*size),
        Value::Atom(bytes) | Value::Quoted(bytes) | Value::Literal(bytes) => {
            Content::Held(bytes.clone())
        }
        Value::List(_) => return None,
    };
    let (name, origin) = match name.split_once("]<") {
        Some((section, origin)) => {
            let origin = origin.strip_suffix('>')?.parse().ok()?;
            (format!("{section}]"), Some(origin))
        }
        None => (name.to_owned(), None),
    };
    Some(Section {
        name: name.into(),
        origin,
        content,
    })
}

#[cfg(test)]
mod tests;
