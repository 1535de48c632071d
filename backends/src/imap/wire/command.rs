//! Commands, built so that no argument can be taken for anything else.

use std::fmt;
use std::num::NonZeroU32;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use zeroize::Zeroizing;

use super::flow::Tag;
use super::{MailboxName, Mechanism, UidSet, date};

/// Something that IMAP cannot say.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// A text with a NUL in it.
    #[error("text with a NUL")]
    Nul,
    /// A word with characters that no word can have.
    #[error("no word")]
    Word,
    /// A set of nothing.
    #[error("empty set")]
    EmptySet,
    /// Credentials that the mechanism cannot carry.
    #[error("unusable credentials")]
    Credentials,
}

/// How literals are announced (RFC 7888).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Literals {
    /// The server is asked before each.
    #[default]
    Synchronising,
    /// Those up to 4096 bytes are sent at once.
    Minus,
    /// All are sent at once.
    Plus,
}

/// How this server is to be written to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Dialect {
    /// How literals are announced.
    pub literals: Literals,
    /// Whether names of mailboxes and quoted strings are UTF-8.
    pub utf8: bool,
}

/// A command and its arguments. `Debug` shows its name only: arguments may be secrets, so they are wiped when it goes,
/// and what is written of it when that is written. Literals are not.
#[derive(Clone)]
pub struct Command {
    name: &'static str,
    parts: Vec<Part>,
    spaced: bool,
    pub(super) ends: Ends,
    error: Option<ArgumentError>,
}

#[derive(Clone)]
enum Part {
    Raw(Zeroizing<String>),
    Text(Zeroizing<Vec<u8>>),
    Mailbox(MailboxName),
    Literal(Bytes),
    Binary(Bytes),
}

/// Who has the word once the command is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ends {
    /// The server, with its answer.
    Answer,
    /// The server, with a request to go on, which the caller answers.
    Continue,
}

/// A stretch of bytes to be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Stretch {
    pub(super) bytes: Bytes,
    /// The server must ask for what comes next.
    pub(super) waits: bool,
}

/// Largest literal that LITERAL- lets go unasked.
const MINUS_MAX: usize = 4096;

/// Literals from this size on are not copied.
const COPIED_MAX: usize = 16 << 10;

impl Command {
    /// A command of that name, which may be two words: `UID FETCH`.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            parts: Vec::new(),
            spaced: true,
            ends: Ends::Answer,
            error: None,
        }
    }

    /// `IDLE`.
    #[must_use]
    pub fn idle() -> Self {
        Self {
            ends: Ends::Continue,
            ..Self::new("IDLE")
        }
    }

    /// `AUTHENTICATE`, with what is sent first if the server takes that at once (RFC 4959).
    #[must_use]
    pub fn authenticate(mechanism: Mechanism, initial: Option<&str>) -> Self {
        let mut command = Self {
            ends: Ends::Continue,
            ..Self::new("AUTHENTICATE")
        }
        .words(mechanism.name());
        if let Some(initial) = initial {
            let encoded = match initial {
                "" => "=".to_owned(),
                initial => STANDARD.encode(initial),
            };
            command.raw(&Zeroizing::new(encoded));
        }
        command
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Words of the protocol, as they are: `(FLAGS BODY.PEEK[1]<0.1024>)`. Not for text that came from outside;
    /// anything but printable ASCII is an error, and so are braces.
    #[must_use]
    pub fn words(mut self, words: impl AsRef<str>) -> Self {
        let words = words.as_ref();
        let plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '{' | '}');
        if words.is_empty() || !words.chars().all(plain) {
            self.error = Some(ArgumentError::Word);
        }
        self.raw(words);
        self
    }

    /// A flag or keyword: an atom, with or without a backslash before it.
    #[must_use]
    pub fn flag(mut self, flag: &str) -> Self {
        let atom = flag.strip_prefix('\\').unwrap_or(flag);
        let plain = |c: char| ('!'..='~').contains(&c) && !"(){%*\"\\]".contains(c);
        if atom.is_empty() || !atom.chars().all(plain) {
            self.error = Some(ArgumentError::Word);
        }
        self.raw(flag);
        self
    }

    /// A number.
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.raw(&number.to_string());
        self
    }

    /// A set of messages.
    #[must_use]
    pub fn set(mut self, set: &UidSet) -> Self {
        if set.is_empty() {
            self.error = Some(ArgumentError::EmptySet);
        }
        self.raw(&set.to_string());
        self
    }

    /// All messages from that one on; the last one, if it is before that.
    #[must_use]
    pub fn from(mut self, first: NonZeroU32) -> Self {
        self.raw(&format!("{first}:*"));
        self
    }

    /// Any text without a NUL.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.part(Part::Text(text.as_bytes().to_vec().into()));
        self
    }

    /// A mailbox.
    #[must_use]
    pub fn mailbox(mut self, name: &MailboxName) -> Self {
        self.part(Part::Mailbox(name.clone()));
        self
    }

    /// The day of UTC epoch seconds, as `SEARCH` takes it.
    #[must_use]
    pub fn date(mut self, epoch: i64) -> Self {
        self.raw(&date::date(epoch));
        self
    }

    /// UTC epoch seconds, as `APPEND` takes them.
    #[must_use]
    pub fn date_time(mut self, epoch: i64) -> Self {
        self.raw(&format!("\"{}\"", date::date_time(epoch)));
        self
    }

    /// Bytes without a NUL, always as a literal.
    #[must_use]
    pub fn literal(mut self, bytes: Bytes) -> Self {
        self.part(Part::Literal(bytes));
        self
    }

    /// Any bytes as a literal, for a server that offers BINARY (RFC 3516).
    #[must_use]
    pub fn binary(mut self, bytes: Bytes) -> Self {
        self.part(Part::Binary(bytes));
        self
    }

    /// Begins a list.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.raw("(");
        self.spaced = false;
        self
    }

    /// Ends a list.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.spaced = false;
        self.raw(")");
        self
    }

    fn raw(&mut self, text: &str) {
        if self.spaced {
            self.parts.push(Part::Raw(" ".to_owned().into()));
        }
        self.parts.push(Part::Raw(text.to_owned().into()));
        self.spaced = true;
    }

    fn part(&mut self, part: Part) {
        self.raw("");
        self.parts.push(part);
    }

    /// The command as it is written.
    pub(super) fn encode(&self, tag: Tag, dialect: Dialect) -> Result<Vec<Stretch>, ArgumentError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut writer = Writer {
            dialect,
            stretches: Vec::new(),
            open: Vec::with_capacity(self.room()),
        };
        let begin = format!("{tag} {}", self.name);
        writer.open.extend_from_slice(begin.as_bytes());
        for part in &self.parts {
            match part {
                Part::Raw(text) => writer.open.extend_from_slice(text.as_bytes()),
                Part::Text(text) => writer.text(text)?,
                Part::Mailbox(name) => writer.text(&name.to_wire(dialect.utf8))?,
                Part::Literal(bytes) if bytes.contains(&0) => return Err(ArgumentError::Nul),
                Part::Literal(bytes) => writer.literal("{", bytes),
                Part::Binary(bytes) => writer.literal("~{", bytes),
            }
        }
        writer.open.extend_from_slice(b"\r\n");
        writer.flush(self.ends == Ends::Continue);
        Ok(writer.stretches)
    }

    /// As many bytes as are copied at most: a buffer that grew would leave what it held where it was.
    fn room(&self) -> usize {
        const FRAME: usize = 64;
        let part = |part: &Part| match part {
            Part::Raw(text) => text.len(),
            // Each byte may be escaped; or its length stands before it.
            Part::Text(text) => FRAME + 2 * text.len(),
            Part::Mailbox(_) => FRAME,
            Part::Literal(bytes) | Part::Binary(bytes) => FRAME + bytes.len().min(COPIED_MAX),
        };
        FRAME + self.parts.iter().map(part).sum::<usize>()
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Command({})", self.name)
    }
}

struct Writer {
    dialect: Dialect,
    stretches: Vec<Stretch>,
    open: Vec<u8>,
}

impl Writer {
    fn text(&mut self, text: &[u8]) -> Result<(), ArgumentError> {
        if text.contains(&0) {
            return Err(ArgumentError::Nul);
        }
        let utf8 = self.dialect.utf8 && std::str::from_utf8(text).is_ok();
        let quotable = |byte: &u8| !byte.is_ascii_control() && (utf8 || byte.is_ascii());
        if !text.iter().all(quotable) {
            self.announce("{", text.len());
            self.open.extend_from_slice(text);
            return Ok(());
        }
        self.open.push(b'"');
        for byte in text {
            if matches!(byte, b'"' | b'\\') {
                self.open.push(b'\\');
            }
            self.open.push(*byte);
        }
        self.open.push(b'"');
        Ok(())
    }

    /// Says how long a literal is.
    fn announce(&mut self, brace: &str, length: usize) {
        let at_once = match self.dialect.literals {
            Literals::Synchronising => false,
            Literals::Minus => length <= MINUS_MAX,
            Literals::Plus => true,
        };
        let plus = if at_once { "+" } else { "" };
        let head = format!("{brace}{length}{plus}}}\r\n");
        self.open.extend_from_slice(head.as_bytes());
        if !at_once {
            self.flush(true);
        }
    }

    fn literal(&mut self, brace: &str, bytes: &Bytes) {
        self.announce(brace, bytes.len());
        if bytes.len() <= COPIED_MAX {
            self.open.extend_from_slice(bytes);
        } else {
            self.flush(false);
            self.stretches.push(Stretch {
                bytes: bytes.clone(),
                waits: false,
            });
        }
    }

    fn flush(&mut self, waits: bool) {
        let room = self.open.capacity();
        let open = std::mem::replace(&mut self.open, Vec::with_capacity(room));
        let bytes = Bytes::from_owner(Zeroizing::new(open));
        if waits || !bytes.is_empty() {
            self.stretches.push(Stretch { bytes, waits });
        }
    }
}

#[cfg(test)]
mod tests;
