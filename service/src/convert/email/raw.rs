//! The message as it stands, as text that WBXML can carry (body type 4).
//!
//! Inline strings are UTF-8 without control characters, and a message is bytes. What does not fit is encoded where that
//! changes nothing for a reader: 8-bit headers become UTF-8, 8-bit content of other charsets becomes base64. Signed parts are
//! 7-bit by their own rules (RFC 1847), and stay byte for byte.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::charset::{self, Hint};
use super::mime::{Message, Part};
use super::text;
use super::transfer::Encoding;

/// Characters of base64 a line.
const LINE: usize = 76;

/// Most levels of messages within messages whose content is repaired.
const NESTED_MAX: usize = 4;

/// A place in the message and what stands there instead.
struct Edit {
    span: Range<usize>,
    text: Vec<u8>,
}

/// The message as text. Line ends are left to the caller.
pub(super) fn to_text(raw: &[u8], message: &Message<'_>, hint: Hint<'_>) -> String {
    let start = message.root.header.start;
    let whole = raw.get(start..).unwrap_or_default();
    if let Some(text) = as_text(whole) {
        return text.to_owned();
    }
    let mut edits = Vec::new();
    collect(
        &message.root,
        hint,
        Base {
            offset: 0,
            depth: 0,
        },
        &mut edits,
    );
    let mut bytes = Vec::with_capacity(raw.len() + raw.len() / 8);
    let mut done = start;
    for edit in edits {
        bytes.extend_from_slice(raw.get(done..edit.span.start).unwrap_or_default());
        bytes.extend_from_slice(&edit.text);
        done = edit.span.end;
    }
    bytes.extend_from_slice(raw.get(done..).unwrap_or_default());
    // What is left is outside of all parts, or wrong in an encoded one.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The bytes as text, if WBXML can carry them as they are.
fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.chars().all(text::is_xml))
}

/// Where a nested message begins in the outermost one.
#[derive(Clone, Copy)]
struct Base {
    offset: usize,
    depth: usize,
}

/// Edits for a part and the parts within, in order.
fn collect(part: &Part<'_>, hint: Hint<'_>, base: Base, edits: &mut Vec<Edit>) {
    let shifted = |span: &Range<usize>| span.start + base.offset..span.end + base.offset;
    let encoding = Encoding::from_word(part.fields.word("Content-Transfer-Encoding").as_deref());
    let dirty = part.is_leaf() && encoding == Encoding::Identity && as_text(part.content).is_none();
    let message =
        part.content_type.is("message", "rfc822") || part.content_type.is("message", "global");
    let nested = dirty && message && base.depth < NESTED_MAX;
    let encoded = dirty && !nested;
    if let Some(header) = header(part, hint, encoded) {
        edits.push(Edit {
            span: shifted(&part.header),
            text: header,
        });
    }
    if nested {
        let inner = Message::parse(part.content);
        let base = Base {
            offset: base.offset + part.body.start,
            depth: base.depth + 1,
        };
        collect(&inner.root, hint, base, edits);
    } else if encoded {
        edits.push(Edit {
            span: shifted(&part.body),
            text: wrapped_base64(part.content),
        });
    }
    for child in &part.children {
        collect(child, hint, base, edits);
    }
}

/// The header as UTF-8, with another transfer encoding if the content gets one; `None` if it can stay.
fn header(part: &Part<'_>, hint: Hint<'_>, encoded: bool) -> Option<Vec<u8>> {
    let raw = part.fields.bytes();
    if !encoded && as_text(raw).is_some() {
        return None;
    }
    let mut header = String::with_capacity(raw.len() + 64);
    let mut dropping = false;
    let mut blank = "\r\n".into();
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let line = charset::header(line, hint);
        let folded = line.starts_with([' ', '\t']);
        if line.trim().is_empty() && !folded {
            blank = line;
            break;
        }
        let is_encoding = |name: &str| {
            name.trim_end()
                .eq_ignore_ascii_case("Content-Transfer-Encoding")
        };
        dropping = if folded {
            dropping
        } else {
            encoded
                && line
                    .split_once(':')
                    .is_some_and(|(name, _)| is_encoding(name))
        };
        if !dropping {
            header.push_str(&line);
        }
    }
    if encoded {
        header.push_str("Content-Transfer-Encoding: base64\r\n");
    }
    header.push_str(&blank);
    Some(header.into_bytes())
}

fn wrapped_base64(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(content.len() / 3 * 4 + content.len() / 28);
    for line in STANDARD.encode(content).as_bytes().chunks(LINE) {
        text.extend_from_slice(line);
        text.extend_from_slice(b"\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Hint, Message, to_text};

    fn text(raw: &[u8]) -> String {
        let message = Message::parse(raw);
        to_text(raw, &message, Hint::new(Some("windows-1251")))
    }

    #[test]
    fn clean_messages_are_untouched() {
        let raw = "Subject: ä\r\n\r\nü\r\n";
        assert_eq!(text(raw.as_bytes()), raw);
        assert_eq!(text(b"From x Mon\nSubject: a\n\nb\n"), "Subject: a\n\nb\n");
    }

    #[test]
    fn other_charsets_are_encoded() {
        let raw = b"Subject: \xCF\xF0\xE8\r\nContent-Type: text/plain; charset=windows-1251\r\n\
                    Content-Transfer-Encoding:\r\n 8bit\r\nX: y\r\n\r\n\xCF\xF0\xE8\r\n";
        let expected = "Subject: При\r\nContent-Type: text/plain; charset=windows-1251\r\nX: y\r\n\
                        Content-Transfer-Encoding: base64\r\n\r\nz/DoDQo=\r\n";
        assert_eq!(text(raw), expected);
    }

    #[test]
    fn only_dirty_parts_are_encoded() {
        let raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nclean\n--b\n\nbin\x00ary\n--b\n\
                    Content-Type: message/rfc822\n\nSubject: x\n\n\xE4\n--b\nContent-Transfer-Encoding: base64\n\nYQ\x01==\n--b--\n";
        let expected = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nclean\n--b\nContent-Transfer-Encoding: base64\r\n\n\
                        YmluAGFyeQ==\r\n\n--b\nContent-Type: message/rfc822\n\nSubject: x\nContent-Transfer-Encoding: base64\r\n\n\
                        5A==\r\n\n--b\nContent-Transfer-Encoding: base64\n\nYQ\u{1}==\n--b--\n";
        assert_eq!(text(raw), expected);
    }
}
