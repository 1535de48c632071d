//! One response as a typed value.

use std::fmt;

use bytes::Bytes;

use super::code::{self, Code, words};
use super::fetch::{self, Fetch};
use super::listing::{self, Listed, MailboxStatus, Namespaces};
use super::search::{self, Esearch, Search};
use super::tree::{self, Value, number};
use super::{Frame, Limits, UidSet};

/// A response that is complete and cannot be read; at what it failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("malformed {0}")]
pub struct Malformed(pub &'static str);

/// What responses are called of which nothing is known.
const UNKNOWN: Malformed = Malformed("response");

impl Malformed {
    /// Whether it is none of the responses that are known, and so says nothing of what is.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == UNKNOWN
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// Done.
    Ok,
    /// Not done.
    No,
    /// Not understood.
    Bad,
}

/// What kind of untagged status it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// Information, or the greeting.
    Ok,
    /// A warning.
    No,
    /// A fault of ours, as the server sees it.
    Bad,
    /// The greeting, and signed in already.
    Preauth,
    /// The server hangs up.
    Bye,
}

/// What a server says to people. It may name people and folders, so `Debug` does not show it.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Text(Box<str>);

/// Longest text that is kept.
const TEXT_MAX: usize = 512;

impl Text {
    fn new(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..TEXT_MAX).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        Self(text.replace(char::is_control, " ").into())
    }

    /// The text: at most 512 bytes as the server sent them, no control characters. Not for logs, unless it was said
    /// before anybody had signed in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Text({} bytes)", self.0.len())
    }
}

/// A response.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// A command has ended.
    Tagged {
        /// Which one.
        tag: Box<str>,
        /// How.
        status: Status,
        /// What programs are to know.
        code: Option<Code>,
        /// What people are to know.
        text: Text,
    },
    /// Data, asked for or not.
    Untagged(Untagged),
    /// The server waits for the rest of a command.
    Continue(Bytes),
}

/// Data of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Untagged {
    /// A status.
    Condition {
        /// Its kind.
        condition: Condition,
        /// What programs are to know.
        code: Option<Code>,
        /// What people are to know.
        text: Text,
    },
    /// What the server can do; names as it writes them.
    Capability(Vec<Box<str>>),
    /// What was enabled.
    Enabled(Vec<Box<str>>),
    /// A mailbox.
    List(Box<Listed>),
    /// A mailbox that is subscribed to.
    Lsub(Box<Listed>),
    /// How a mailbox stands.
    Status(Box<MailboxStatus>),
    /// What was found.
    Search(Search),
    /// What was found.
    Esearch(Box<Esearch>),
    /// A message.
    Fetch(Box<Fetch>),
    /// The message of that number is gone, and those after it move up.
    Expunge(u32),
    /// Messages are gone.
    Vanished {
        /// Before the mailbox was opened: does not change the numbers of the others.
        earlier: bool,
        /// Their unique identifiers; may name some that never were.
        uids: UidSet,
    },
    /// How many messages there are.
    Exists(u32),
    /// How many are new.
    Recent(u32),
    /// Flags that occur.
    Flags(Vec<Box<str>>),
    /// Where mailboxes are.
    Namespace(Box<Namespaces>),
    /// What the server calls itself.
    Id(Vec<(Box<str>, Option<Box<str>>)>),
}

/// Reads a response; `utf8` says how the session writes the names of mailboxes.
///
/// # Errors
/// [`Malformed`], also for a response that is not known. The stream goes on behind it.
pub fn interpret(frame: &Frame, limits: &Limits, utf8: bool) -> Result<Response, Malformed> {
    let bytes = frame.bytes();
    // Some servers forget the space.
    if let Some(text) = bytes.strip_prefix(b"+") {
        return Ok(Response::Continue(bytes.slice_ref(text.trim_ascii_start())));
    }
    let (first, rest) = word(bytes);
    match first {
        b"*" => {
            let reader = Reader {
                frame: bytes,
                limits,
                utf8,
            };
            reader.untagged(rest).map(Response::Untagged)
        }
        tag => {
            let (status, rest) = word(rest);
            let status = match condition(status) {
                Some(Condition::Ok) => Status::Ok,
                Some(Condition::No) => Status::No,
                Some(Condition::Bad) => Status::Bad,
                Some(Condition::Preauth | Condition::Bye) | None => {
                    return Err(Malformed("status"));
                }
            };
            let tag = std::str::from_utf8(tag).map_err(|_| Malformed("tag"))?;
            let (code, text) = code::parse(bytes, rest, limits);
            Ok(Response::Tagged {
                tag: tag.into(),
                status,
                code,
                text: Text::new(text),
            })
        }
    }
}

/// The first word, and what follows the spaces after it.
fn word(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b' ');
    let (word, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    (word, rest.trim_ascii_start())
}

fn condition(word: &[u8]) -> Option<Condition> {
    const NAMES: [(&str, Condition); 5] = [
        ("OK", Condition::Ok),
        ("NO", Condition::No),
        ("BAD", Condition::Bad),
        ("PREAUTH", Condition::Preauth),
        ("BYE", Condition::Bye),
    ];
    let named = |(name, _): &&(&str, Condition)| word.eq_ignore_ascii_case(name.as_bytes());
    NAMES.iter().find(named).map(|(_, condition)| *condition)
}

/// What is needed to read data.
pub(super) struct Reader<'r> {
    pub(super) frame: &'r Bytes,
    pub(super) limits: &'r Limits,
    pub(super) utf8: bool,
}

impl Reader<'_> {
    fn untagged(&self, rest: &[u8]) -> Result<Untagged, Malformed> {
        let (first, after) = word(rest);
        if let Some(condition) = condition(first) {
            let (code, text) = code::parse(self.frame, after, self.limits);
            return Ok(Untagged::Condition {
                condition,
                code,
                text: Text::new(text),
            });
        }
        if let Some(count) = number(first) {
            return self.numbered(count, after);
        }
        let values = self.values(after)?;
        let upper = first.to_ascii_uppercase();
        Ok(match upper.as_slice() {
            b"CAPABILITY" => Untagged::Capability(words(&values)?),
            b"ENABLED" => Untagged::Enabled(words(&values)?),
            b"LIST" => Untagged::List(Box::new(listing::listed(&values, self.utf8)?)),
            b"LSUB" => Untagged::Lsub(Box::new(listing::listed(&values, self.utf8)?)),
            b"STATUS" => Untagged::Status(Box::new(listing::status(&values, self.utf8)?)),
            b"SEARCH" => Untagged::Search(search::search(&values)?),
            b"ESEARCH" => Untagged::Esearch(Box::new(search::esearch(&values)?)),
            b"VANISHED" => vanished(&values)?,
            b"FLAGS" => {
                let list = values.first().and_then(Value::list_or_nil);
                Untagged::Flags(words(list.ok_or(Malformed("FLAGS"))?)?)
            }
            b"NAMESPACE" => Untagged::Namespace(Box::new(listing::namespaces(&values)?)),
            b"ID" => identification(&values)?,
            _ => return Err(UNKNOWN),
        })
    }

    fn numbered(&self, count: u32, rest: &[u8]) -> Result<Untagged, Malformed> {
        let (kind, rest) = word(rest);
        match kind.to_ascii_uppercase().as_slice() {
            b"EXISTS" => Ok(Untagged::Exists(count)),
            b"RECENT" => Ok(Untagged::Recent(count)),
            b"EXPUNGE" => Ok(Untagged::Expunge(count)),
            b"FETCH" => {
                let values = self.values(rest)?;
                let items = values.first().and_then(Value::list);
                let fetch = fetch::read(count, items.ok_or(Malformed("FETCH"))?)?;
                Ok(Untagged::Fetch(Box::new(fetch)))
            }
            _ => Err(UNKNOWN),
        }
    }

    fn values(&self, rest: &[u8]) -> Result<Vec<Value>, Malformed> {
        tree::values(self.frame, rest, self.limits)
    }
}

fn vanished(values: &[Value]) -> Result<Untagged, Malformed> {
    let (earlier, uids) = match values {
        [Value::List(tags), uids] => (tags.iter().any(|tag| tag.is_word("EARLIER")), uids),
        [uids] => (false, uids),
        _ => return Err(Malformed("VANISHED")),
    };
    let uids = uids.bytes().and_then(|text| UidSet::parse(text));
    Ok(Untagged::Vanished {
        earlier,
        uids: uids.ok_or(Malformed("VANISHED"))?,
    })
}

fn identification(values: &[Value]) -> Result<Untagged, Malformed> {
    let list = values.first().and_then(Value::list_or_nil);
    let pairs = list.ok_or(Malformed("ID"))?.chunks_exact(2);
    let pair = |pair: &[Value]| match pair {
        [name, value] => Some((name.text()?.into(), value.text().map(Into::into))),
        _ => None,
    };
    let fields: Option<Vec<_>> = pairs.map(pair).collect();
    Ok(Untagged::Id(fields.ok_or(Malformed("ID"))?))
}

#[cfg(test)]
pub(super) mod tests;
