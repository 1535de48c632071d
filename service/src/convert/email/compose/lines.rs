//! Lines as SMTP carries them (RFC 5321 section 4.5.3.1.6): ended by CRLF, of at most 998 bytes.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::mime::{Message, Part};
use super::super::transfer::Encoding;

/// The longest line, in bytes, without its end.
const LINE_MAX: usize = 998;

/// The longest line that is written here.
const WRITTEN_MAX: usize = 76;

/// Every line ended by CRLF, whatever ended it before. A lone CR would end a line for some readers and not for others.
pub(super) fn canonical(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 32);
    let mut rest = text;
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let (line, tail) = rest.split_at(end);
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        let tail = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..));
        rest = tail.unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// The entity with every part encoded whose lines are too long to be carried; parts of signed content and nested
/// messages stay, since changing them would break them for certain.
pub(super) fn fitting(entity: Vec<u8>) -> Vec<u8> {
    if !is_long(&entity) {
        return entity;
    }
    let message = Message::parse(&entity);
    let mut edits = Vec::new();
    collect(&message.root, &mut edits);
    if edits.is_empty() {
        return entity;
    }
    let mut out = Vec::with_capacity(entity.len());
    let mut from = 0;
    for (span, part) in edits {
        out.extend_from_slice(entity.get(from..span.start).unwrap_or_default());
        out.extend(part);
        from = span.end;
    }
    out.extend_from_slice(entity.get(from..).unwrap_or_default());
    out
}

/// A field with lines of at most 998 bytes, folded at white space where one is longer.
pub(super) fn fold(field: &[u8], out: &mut Vec<u8>) {
    for line in field.split_inclusive(|byte| *byte == b'\n') {
        let mut rest = line;
        while rest.trim_ascii_end().len() > LINE_MAX {
            let window = rest.get(1..LINE_MAX).unwrap_or_default();
            let Some(blank) = window.iter().rposition(|byte| matches!(byte, b' ' | b'\t')) else {
                break; // one word: it stays whole, or it would be another
            };
            let (before, after) = rest.split_at(blank + 1);
            if before.trim_ascii().is_empty() || before.ends_with(b":") {
                break; // nothing would be gained
            }
            out.extend_from_slice(before);
            out.extend_from_slice(b"\r\n");
            rest = after;
        }
        out.extend_from_slice(rest);
    }
    if !field.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}

fn is_long(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n')
        .any(|line| line.len() > LINE_MAX + 1)
}

fn collect(part: &Part<'_>, edits: &mut Vec<(Range<usize>, Vec<u8>)>) {
    if part.content_type.is("multipart", "signed") || part.content_type.main == "message" {
        return;
    }
    if !part.is_leaf() {
        part.children.iter().for_each(|child| collect(child, edits));
        return;
    }
    let encoding = part.fields.word("Content-Transfer-Encoding");
    if Encoding::from_word(encoding.as_deref()) == Encoding::Identity && is_long(part.content) {
        edits.push((part.header.start..part.body.end, encoded(part)));
    }
}

/// A part, header and all, with its content encoded.
fn encoded(part: &Part<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, field) in part.fields.each() {
        if !name.eq_ignore_ascii_case(b"Content-Transfer-Encoding") {
            out.extend_from_slice(&field);
        }
    }
    let (name, content) = if part.content_type.main == "text" {
        ("quoted-printable", quoted_printable(part.content))
    } else {
        ("base64", base64(part.content))
    };
    out.extend_from_slice(format!("Content-Transfer-Encoding: {name}\r\n\r\n").as_bytes());
    out.extend(content);
    out
}

/// Text whose lines end with CRLF (RFC 2045 section 6.7).
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    let mut lines = text.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let ended = lines.peek().is_some();
        let line = if ended {
            line.strip_suffix(b"\r").unwrap_or(line)
        } else {
            line
        };
        let mut column = 0;
        for (at, byte) in line.iter().enumerate() {
            let last = at + 1 == line.len();
            let blank = matches!(byte, b' ' | b'\t');
            let plain = (byte.is_ascii_graphic() && *byte != b'=') || (blank && !last);
            let width = if plain { 1 } else { 3 };
            if column + width >= WRITTEN_MAX {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            match plain {
                true => out.push(*byte),
                false => out.extend_from_slice(format!("={byte:02X}").as_bytes()),
            }
            column += width;
        }
        if ended {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

fn base64(content: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(content);
    let lines: Vec<&[u8]> = text.as_bytes().chunks(WRITTEN_MAX).collect();
    let mut out = lines.join(&b"\r\n"[..]);
    out.extend_from_slice(b"\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_alike() {
        for (text, expected) in [
            (&b""[..], &b""[..]),
            (b"a\nb\r\nc\rd", b"a\r\nb\r\nc\r\nd"),
            (b"\r\r\n\n", b"\r\n\r\n\r\n"),
            (b"\n.\n", b"\r\n.\r\n"),
        ] {
            assert_eq!(canonical(text), expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn long_lines_are_encoded_and_say_the_same() {
        let long = format!("{} = \u{e4} ", "word ".repeat(300));
        for (kind, encoding) in [
            ("text/html; charset=utf-8", Encoding::QuotedPrintable),
            ("application/x-data", Encoding::Base64),
        ] {
            let text = format!("Content-Type: {kind}\r\n\r\nshort\r\n{long}\r\nend");
            let fitting = fitting(text.into_bytes());
            assert!(!is_long(&fitting));
            let message = Message::parse(&fitting);
            let decoded = encoding.decode(message.root.content).into_owned();
            let expected = format!("short\r\n{long}\r\nend");
            assert_eq!(String::from_utf8(decoded).unwrap(), expected, "{kind}");
        }
    }

    #[test]
    fn what_is_signed_stays() {
        let long = "x".repeat(2_000);
        let text = format!(
            "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n{long}\r\n--b\r\n\r\ns\r\n--b--\r\n"
        );
        assert_eq!(fitting(text.clone().into_bytes()), text.as_bytes());
    }

    #[test]
    fn only_the_part_that_is_too_long_is_encoded() {
        let long = "x".repeat(2_000);
        let text = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\nX-Own: 1\r\n\r\nshort\r\n--b\r\n\r\n{long}\r\n--b--\r\n"
        );
        let fitting = String::from_utf8(fitting(text.into_bytes())).unwrap();
        assert!(fitting.contains("--b\r\nX-Own: 1\r\n\r\nshort\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"), "{fitting}");
        assert!(fitting.ends_with("\r\n--b--\r\n"));
    }

    #[test]
    fn long_fields_are_folded_at_white_space() {
        let field = format!("To: {}\r\n", "someone@example.org, ".repeat(100));
        let mut out = Vec::new();
        fold(field.as_bytes(), &mut out);
        assert!(!is_long(&out));
        let unfolded = String::from_utf8(out).unwrap().replace("\r\n ", " ");
        assert_eq!(unfolded, field);
        let word = format!("X: {}\r\n", "x".repeat(2_000));
        let mut out = Vec::new();
        fold(word.as_bytes(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), word);
    }
}
