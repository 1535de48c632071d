//! The values that a response is made of: atoms, strings and lists of them.

use bytes::Bytes;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take};
use nom::character::complete::{char, u64 as decimal};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::{Limits, Malformed};

/// One value. Numbers are atoms.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// `NIL`.
    Nil,
    /// A word; the section of `BODY[…]` and the like belongs to it.
    Atom(Bytes),
    /// A quoted string, without quotes and escapes.
    Quoted(Bytes),
    /// A literal.
    Literal(Bytes),
    /// A literal that was handed out in pieces; its size in bytes.
    Streamed(u64),
    /// A list in parentheses.
    List(Vec<Self>),
}

impl Value {
    /// The bytes of a word or string. `NIL` is none.
    #[must_use]
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Atom(bytes) | Self::Quoted(bytes) | Self::Literal(bytes) => Some(bytes),
            Self::Nil | Self::Streamed(_) | Self::List(_) => None,
        }
    }

    /// A word or string as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    /// An unsigned number, however it is written.
    #[must_use]
    pub fn number<N: std::str::FromStr>(&self) -> Option<N> {
        number(self.bytes()?)
    }

    /// What is in a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    /// What is in a list; nothing, if it is `NIL`.
    #[must_use]
    pub fn list_or_nil(&self) -> Option<&[Self]> {
        match self {
            Self::Nil => Some(&[]),
            _ => self.list(),
        }
    }

    /// Whether it is this word, in any case.
    #[must_use]
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Atom(atom) if atom.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// An unsigned decimal number and nothing else.
pub(super) fn number<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    let text = std::str::from_utf8(digits).ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

/// Reads all values up to the end of `rest`, which is a part of `frame`. Spaces may be missing or too many.
pub(super) fn values(frame: &Bytes, rest: &[u8], limits: &Limits) -> Result<Vec<Value>, Malformed> {
    let mut reader = Reader {
        frame,
        left: limits.values,
    };
    let mut values = Vec::new();
    let mut rest = rest.trim_ascii();
    while !rest.is_empty() {
        let (after, value) = reader.value(rest, limits.depth)?;
        values.push(value);
        rest = after.trim_ascii_start();
    }
    Ok(values)
}

struct Reader<'f> {
    frame: &'f Bytes,
    /// How many values there may still be.
    left: usize,
}

impl Reader<'_> {
    fn value<'i>(&mut self, input: &'i [u8], depth: usize) -> Result<(&'i [u8], Value), Malformed> {
        self.left = self.left.checked_sub(1).ok_or(Malformed("values"))?;
        match input.first() {
            Some(b'(') => self.list(input.get(1..).unwrap_or_default(), depth),
            Some(b'"') => match quoted(input) {
                Ok((rest, inner)) => Ok((rest, Value::Quoted(self.unescaped(inner)))),
                Err(_) => self.unescaped_quoted(input),
            },
            Some(0) => {
                let (rest, size) = streamed(input).map_err(|_| Malformed("literal"))?;
                Ok((rest, Value::Streamed(size)))
            }
            _ => {
                if let Ok((rest, inner)) = literal(input) {
                    return Ok((rest, Value::Literal(self.frame.slice_ref(inner))));
                }
                let (atom, rest) = input.split_at(atom_end(input));
                if atom.is_empty() {
                    return Err(Malformed("atom"));
                }
                if atom.eq_ignore_ascii_case(b"NIL") {
                    return Ok((rest, Value::Nil));
                }
                Ok((rest, Value::Atom(self.frame.slice_ref(atom))))
            }
        }
    }

    fn list<'i>(
        &mut self,
        mut input: &'i [u8],
        depth: usize,
    ) -> Result<(&'i [u8], Value), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("depth"))?;
        let mut values = Vec::new();
        loop {
            input = input.trim_ascii_start();
            if let Some(rest) = input.strip_prefix(b")") {
                return Ok((rest, Value::List(values)));
            }
            let (rest, value) = self.value(input, depth)?;
            values.push(value);
            input = rest;
        }
    }

    /// A name that ends with a backslash, or has a quote in it, as servers write it that do not escape: all up to the
    /// last quote, if that is the end.
    fn unescaped_quoted<'i>(&self, input: &'i [u8]) -> Result<(&'i [u8], Value), Malformed> {
        let inner = input
            .strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""));
        let inner = inner.ok_or(Malformed("quoted string"))?;
        let rest = input.get(input.len()..).unwrap_or_default();
        Ok((rest, Value::Quoted(self.frame.slice_ref(inner))))
    }

    fn unescaped(&self, inner: &[u8]) -> Bytes {
        if !inner.contains(&b'\\') {
            return self.frame.slice_ref(inner);
        }
        let mut plain = Vec::with_capacity(inner.len());
        let mut bytes = inner.iter();
        while let Some(byte) = bytes.next() {
            let byte = if *byte == b'\\' {
                bytes.next().unwrap_or(byte)
            } else {
                byte
            };
            plain.push(*byte);
        }
        plain.into()
    }
}

/// What is between two quotes, escapes included.
fn quoted(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let escaped = recognize((char('\\'), take(1_usize)));
    let inner = recognize(many0_count(alt((is_not("\"\\"), escaped))));
    delimited(char('"'), inner, char('"')).parse(input)
}

/// `{n}`, `{n+}` or `~{n}`, a line end, and n bytes.
fn literal(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let mut size = delimited(
        (opt(char('~')), char('{')),
        decimal,
        (opt(char('+')), char('}'), tag("\r\n")),
    );
    let (rest, size) = size.parse(input)?;
    take(size).parse(rest)
}

/// The place of a literal that was handed out in pieces; see [`super::Frame`].
fn streamed(input: &[u8]) -> IResult<&[u8], u64> {
    delimited(char('\0'), decimal, char('\0')).parse(input)
}

/// Where an atom ends. A literal ends it even without a space before it, as some servers write it.
fn atom_end(input: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = input.get(at) {
        let rest = input.get(at..).unwrap_or_default();
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'(' | b')' | 0 => break,
            b'{' | b'~' if at > 0 && literal(rest).is_ok() => break,
            b'[' if has_section(input.get(..at).unwrap_or_default()) => {
                at += section(rest).map_or(1, |(_, inner)| inner.len());
            }
            _ => at += 1,
        }
    }
    at
}

/// Whether a bracket after this begins a section; elsewhere it is a character as any other.
fn has_section(name: &[u8]) -> bool {
    let names: [&[u8]; 5] = [
        b"BODY",
        b"BINARY",
        b"BINARY.SIZE",
        b"BODY.PEEK",
        b"BINARY.PEEK",
    ];
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// A section with its brackets; header names in it may be quoted.
fn section(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let inner = many0_count(alt((
        is_not("\"]"),
        recognize(preceded(opt(tag("")), quoted)),
    )));
    verify(
        recognize(delimited(char('['), inner, char(']'))),
        |all: &[u8]| !all.contains(&0),
    )
    .parse(input)
}
