//! What is common to all that call: JSON of one or many events, read as far as it can be.

use backends::hook::Mark;
use serde_json::{Deserializer, Map, Value};

/// What a call says.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Read {
    /// Whose what changed, as the caller calls both.
    pub(super) marks: Vec<(String, Mark)>,
    /// Whether something could not be read.
    broken: bool,
}

/// An event, or what contains some.
pub(super) type Object = Map<String, Value>;

impl Read {
    /// Whether all of it was read, and something was said.
    pub(super) fn is_whole(&self) -> bool {
        !self.broken
    }

    pub(super) fn note(&mut self, user: impl Into<String>, mark: Mark) {
        let noted = (user.into(), mark);
        // Neighbours are mostly about the same folder.
        if self.marks.last() != Some(&noted) {
            self.marks.push(noted);
        }
    }

    pub(super) fn broken(&mut self) {
        self.broken = true;
    }
}

/// Hands every object of a body to `each`: one, several in an array, or one after the other (NDJSON).
pub(super) fn objects(body: &[u8], mut each: impl FnMut(&mut Read, &Object)) -> Read {
    let mut read = Read::default();
    let mut found = false;
    for value in Deserializer::from_slice(body).into_iter::<Value>() {
        let values = match value {
            Ok(Value::Array(values)) => values,
            Ok(value) => vec![value],
            Err(_not_json) => {
                read.broken();
                break;
            }
        };
        for value in values {
            found = true;
            match value {
                Value::Object(object) => each(&mut read, &object),
                _ => read.broken(),
            }
        }
    }
    if !found {
        read.broken();
    }
    read
}

/// A text that is there and says something.
pub(super) fn text<'o>(object: &'o Object, key: &str) -> Option<&'o str> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Whether an event is about a folder itself rather than about what is in it.
pub(super) fn is_about_folders(event: &str) -> bool {
    let event = event.to_ascii_lowercase();
    let event = event.rsplit('.').next().unwrap_or_default();
    // Cyrus tells by it that anything at all has changed in the folder.
    event.starts_with("mailbox") && event != "mailboxmodseq"
}
