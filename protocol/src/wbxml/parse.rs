//! Bytes to tokens.

use nom::bytes::complete::{tag, take, take_till};
use nom::error::{ErrorKind, ParseError};
use nom::number::complete::u8 as byte;
use nom::{Err, IResult, Parser};

use super::WbxmlErrorKind as Kind;

/// One step of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Token<'a> {
    SwitchPage(u8),
    End,
    Text(&'a [u8]),
    Opaque(&'a [u8]),
    /// A tag without its content bit, and whether content follows.
    Tag(u8, Content),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Content {
    Empty,
    Follows,
}

/// What went wrong, and the input from there on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Fault<'a> {
    pub(super) rest: &'a [u8],
    pub(super) kind: Kind,
}

impl<'a> ParseError<&'a [u8]> for Fault<'a> {
    // All that nom's own parsers ask of us is more input.
    fn from_error_kind(rest: &'a [u8], _kind: ErrorKind) -> Self {
        Self {
            rest,
            kind: Kind::Truncated,
        }
    }

    fn append(_rest: &'a [u8], _kind: ErrorKind, other: Self) -> Self {
        other
    }
}

pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, Fault<'a>>;

/// Version, public identifier, character set, string table. The identifier and the table say nothing to us.
pub(super) fn header(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, version) = byte(input)?;
    if !(1..=3).contains(&version) {
        return fault(input, Kind::Version(version));
    }
    let (mut rest, public_id) = multi_byte(rest)?;
    if public_id == 0 {
        (rest, _) = multi_byte(rest)?; // the identifier's place in the string table
    }
    let charset_at = rest;
    let (rest, charset) = multi_byte(rest)?;
    if charset != UTF_8 {
        return fault(charset_at, Kind::Charset(charset));
    }
    let (rest, length) = multi_byte(rest)?;
    let (rest, _table) = take(length)(rest)?;
    Ok((rest, ()))
}

/// The next token; no piece of text is longer than `text_max` bytes.
pub(super) fn token(input: &[u8], text_max: usize) -> Parsed<'_, Token<'_>> {
    let (rest, first) = byte(input)?;
    match first {
        SWITCH_PAGE => byte.map(Token::SwitchPage).parse(rest),
        END => Ok((rest, Token::End)),
        STR_I => inline(rest, text_max),
        OPAQUE => opaque(rest, text_max),
        ENTITY => fault(input, Kind::Entity),
        STR_T => fault(input, Kind::StringTable),
        PI => fault(input, Kind::ProcessingInstruction),
        0x04 | 0x44 | 0x84 | 0xC4 => fault(input, Kind::Literal),
        0x40..=0x42 | 0x80..=0x82 | 0xC0..=0xC2 => fault(input, Kind::Extension),
        tag if tag & ATTRIBUTES != 0 => fault(input, Kind::Attributes),
        tag if tag & CONTENT != 0 => Ok((rest, Token::Tag(tag & !CONTENT, Content::Follows))),
        tag => Ok((rest, Token::Tag(tag, Content::Empty))),
    }
}

/// `STR_I`: bytes up to a zero.
fn inline(input: &[u8], text_max: usize) -> Parsed<'_, Token<'_>> {
    let (rest, text) = take_till(|byte| byte == 0)(input)?;
    if text.len() > text_max {
        return fault(input, Kind::TextTooLong);
    }
    let (rest, _zero) = tag(&[0_u8][..])(rest)?;
    Ok((rest, Token::Text(text)))
}

/// `OPAQUE`: a length and that many bytes. Nothing is allocated, so a length that lies costs nothing.
fn opaque(input: &[u8], text_max: usize) -> Parsed<'_, Token<'_>> {
    let (rest, length) = multi_byte(input)?;
    if usize::try_from(length).map_or(true, |length| length > text_max) {
        return fault(input, Kind::TextTooLong);
    }
    take(length).map(Token::Opaque).parse(rest)
}

/// `mb_u_int32`: groups of seven bits, the most significant first, in at most five bytes.
fn multi_byte(input: &[u8]) -> Parsed<'_, u32> {
    let mut rest = input;
    let mut value = 0_u32;
    for _ in 0..5 {
        let group;
        (rest, group) = byte(rest)?;
        if value > u32::MAX >> 7 {
            return fault(input, Kind::Integer);
        }
        value = value << 7 | u32::from(group & 0x7F);
        if group & 0x80 == 0 {
            return Ok((rest, value));
        }
    }
    fault(input, Kind::Integer)
}

fn fault<T>(rest: &[u8], kind: Kind) -> Parsed<'_, T> {
    Err(Err::Failure(Fault { rest, kind }))
}

pub(super) const SWITCH_PAGE: u8 = 0x00;
pub(super) const END: u8 = 0x01;
pub(super) const STR_I: u8 = 0x03;
pub(super) const OPAQUE: u8 = 0xC3;
pub(super) const CONTENT: u8 = 0x40;
pub(super) const UTF_8: u32 = 106;
const ENTITY: u8 = 0x02;
const PI: u8 = 0x43;
const STR_T: u8 = 0x83;
const ATTRIBUTES: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multi_byte_integers() {
        for (bytes, rest, value) in [
            (&[0x00][..], &[][..], 0),
            (&[0x81, 0x20], &[], 160),
            (&[0x60, 0xAA], &[0xAA], 96),
            (&[0x8F, 0xFF, 0xFF, 0xFF, 0x7F], &[], u32::MAX),
        ] {
            assert_eq!(multi_byte(bytes), Ok((rest, value)), "{bytes:02x?}");
        }
    }

    #[test]
    fn multi_byte_integers_that_lie() {
        for (bytes, kind) in [
            (&[][..], Kind::Truncated),
            (&[0x81], Kind::Truncated),
            (&[0x90, 0x80, 0x80, 0x80, 0x00], Kind::Integer),
            (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01], Kind::Integer),
        ] {
            let Err(Err::Error(fault) | Err::Failure(fault)) = multi_byte(bytes) else {
                panic!("{bytes:02x?} was read");
            };
            assert_eq!(fault.kind, kind, "{bytes:02x?}");
        }
    }
}
