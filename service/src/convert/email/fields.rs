//! Header fields: splitting them off, and reading them by type.
//!
//! The grammar of values is mail-parser's work; splitting is ours, as values are repaired before they are read: raw 8-bit
//! text is decoded by a guess, and encoded words that share a character are joined.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};

use super::charset::{self, Hint};
use super::words;

/// Most fields of a header; the rest is passed over.
const FIELDS_MAX: usize = 2_000;

/// Longest value that is looked at, in bytes.
const VALUE_MAX: usize = 64 << 10;

/// The fields of one header, in order.
#[derive(Debug, Default)]
pub(super) struct Fields<'m> {
    fields: Vec<(&'m [u8], &'m [u8])>,
    header: &'m [u8],
}

/// A mailbox as a header names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mailbox {
    /// Display name.
    pub(super) name: Option<String>,
    /// Address; may be empty in broken headers.
    pub(super) address: String,
}

impl<'m> Fields<'m> {
    /// Splits the header off an entity; also says how long it is, with the blank line after it.
    ///
    /// A line that is no field ends the header too, and belongs to the content.
    pub(super) fn split(entity: &'m [u8]) -> (Self, usize) {
        let mut fields = Vec::new();
        let mut open: Option<(&[u8], usize)> = None;
        let mut offset = 0;
        for line in entity.split_inclusive(|byte| *byte == b'\n') {
            let start = offset;
            let folded = matches!(line.first(), Some(b' ' | b'\t')) && open.is_some();
            let blank = matches!(line, b"\n" | b"\r\n");
            if !folded {
                if let Some((name, from)) = open.take() {
                    fields.push((name, entity.get(from..start).unwrap_or_default()));
                }
                match name_of(line) {
                    Some(name) => open = Some((name, start + name.len())),
                    None => {
                        offset += if blank { line.len() } else { 0 };
                        break;
                    }
                }
            }
            offset += line.len();
        }
        if let Some((name, from)) = open {
            fields.push((name, entity.get(from..offset).unwrap_or_default()));
        }
        fields.truncate(FIELDS_MAX);
        (
            Self {
                fields,
                header: entity.get(..offset).unwrap_or_default(),
            },
            offset,
        )
    }

    /// The header as it stands, with the blank line after it.
    pub(super) fn bytes(&self) -> &'m [u8] {
        self.header
    }

    /// The header without the fields that describe the content, and without the blank line.
    pub(super) fn without_content(&self) -> Vec<u8> {
        let mut header = Vec::with_capacity(self.header.len());
        for (name, value) in &self.fields {
            if !name
                .get(..8)
                .is_some_and(|head| head.eq_ignore_ascii_case(b"content-"))
            {
                header.extend_from_slice(name);
                header.extend_from_slice(value.trim_ascii_end());
                header.extend_from_slice(b"\r\n");
            }
        }
        header
    }

    /// Every field by its name, with that name and its line ends, as it stands.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'m [u8], Vec<u8>)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, [*name, *value].concat()))
    }

    /// Whether there is a field of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).next().is_some()
    }

    /// Whether fields of that name are longer than is looked at.
    pub(super) fn is_cut(&self, name: &str) -> bool {
        self.fields.len() >= FIELDS_MAX || self.raw(name).any(|value| value.len() >= VALUE_MAX)
    }

    /// Whether there is no field at all.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Values of all fields of that name, as they stand, without the colon.
    fn raw(&self, name: &str) -> impl Iterator<Item = &'m [u8]> {
        let matching =
            move |(field, _): &&(&'m [u8], &'m [u8])| field.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(matching).map(|(_, value)| {
            let value = value.trim_ascii_start();
            let value = value.strip_prefix(b":").unwrap_or(value);
            value.get(..VALUE_MAX).unwrap_or(value)
        })
    }

    /// The first field of that name as text, decoded.
    pub(super) fn text(&self, name: &str, hint: Hint<'_>) -> Option<String> {
        let value = prepare(self.raw(name).next()?, hint);
        let text = match MessageStream::new(&value).parse_unstructured() {
            HeaderValue::Text(text) => text.into_owned(),
            _ => String::new(),
        };
        Some(text)
    }

    /// All mailboxes of all fields of that name; groups are dissolved.
    pub(super) fn mailboxes(&self, name: &str, hint: Hint<'_>) -> Vec<Mailbox> {
        let mut mailboxes = Vec::new();
        for raw in self.raw(name) {
            let value = prepare(raw, hint);
            if let HeaderValue::Address(address) = MessageStream::new(&value).parse_address() {
                mailboxes.extend(flatten(&address));
            }
        }
        mailboxes
    }

    /// All message ids of the first field of that name, without brackets.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        let Some(raw) = self.raw(name).next() else {
            return Vec::new();
        };
        let value = prepare(raw, Hint::default());
        match MessageStream::new(&value).parse_id() {
            HeaderValue::Text(id) => vec![id.into_owned()],
            HeaderValue::TextList(ids) => ids.into_iter().map(Cow::into_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// The date in the first field of that name, in UTC epoch seconds.
    pub(super) fn date(&self, name: &str) -> Option<i64> {
        let value = prepare(self.raw(name).next()?, Hint::default());
        match MessageStream::new(&value).parse_date() {
            HeaderValue::DateTime(date) if date.is_valid() => Some(date.to_timestamp()),
            _ => None,
        }
    }

    /// The first word of the first field of that name, in lower case.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        let text = self.text(name, Hint::default())?;
        let mut words = text.split(|char: char| char.is_whitespace() || char == ';');
        words
            .find(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
    }

    /// `Content-Type`, if it can be read.
    pub(super) fn content_type(&self) -> Option<ContentType> {
        self.typed("Content-Type", Hint::default())
            .filter(|kind| !kind.main.is_empty())
    }

    /// A field that looks like `Content-Type` or `Content-Disposition`.
    pub(super) fn typed(&self, name: &str, hint: Hint<'_>) -> Option<ContentType> {
        let value = prepare(self.raw(name).next()?, hint);
        match MessageStream::new(&value).parse_content_type() {
            HeaderValue::ContentType(kind) => Some(ContentType::from_parsed(&kind)),
            _ => None,
        }
    }
}

/// The field name at the start of a line, if it is one.
pub(super) fn name_of(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let valid = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    valid.then_some(name)
}

/// A value as UTF-8 with its encoded words joined, and a line end, which the parsers want.
fn prepare(value: &[u8], hint: Hint<'_>) -> Vec<u8> {
    let text = charset::header(value.trim_ascii(), hint);
    let mut prepared = words::join(&text).into_owned().into_bytes();
    prepared.push(b'\n');
    prepared
}

fn flatten(address: &Address<'_>) -> Vec<Mailbox> {
    let mailbox = |addr: &mail_parser::Addr<'_>| Mailbox {
        name: addr
            .name
            .as_deref()
            .map(tidy)
            .filter(|name| !name.is_empty()),
        address: addr.address.as_deref().map(tidy).unwrap_or_default(),
    };
    let named = |mailbox: &Mailbox| mailbox.name.is_some() || !mailbox.address.is_empty();
    address.iter().map(mailbox).filter(named).collect()
}

/// One line without control characters.
pub(super) fn tidy(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    spaced.trim().to_owned()
}

/// A MIME type (or disposition) with its parameters; the names are in lower case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct ContentType {
    /// Before the slash.
    pub(super) main: String,
    /// After the slash; empty if there is none.
    pub(super) sub: String,
    attributes: Vec<(String, String)>,
}

impl ContentType {
    /// What a part without the field is.
    pub(super) fn default_in(digest: bool) -> Self {
        let mut kind = Self::default();
        match digest {
            true => kind.retype("message", "rfc822"),
            false => kind.retype("text", "plain"),
        }
        kind
    }

    /// Makes it another type with the same parameters.
    pub(super) fn retype(&mut self, main: &str, sub: &str) {
        main.clone_into(&mut self.main);
        sub.clone_into(&mut self.sub);
    }

    /// Whether it is that type.
    pub(super) fn is(&self, main: &str, sub: &str) -> bool {
        self.main == main && self.sub == sub
    }

    /// A parameter.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `main/sub`.
    pub(super) fn full(&self) -> String {
        if self.sub.is_empty() {
            "application/octet-stream".to_owned()
        } else {
            format!("{}/{}", self.main, self.sub)
        }
    }

    fn from_parsed(kind: &mail_parser::ContentType<'_>) -> Self {
        let attributes = kind.attributes().unwrap_or_default().iter();
        let attribute = |attribute: &mail_parser::Attribute<'_>| {
            (
                attribute.name.to_ascii_lowercase(),
                attribute.value.trim_end_matches(['\r', '\n']).to_owned(),
            )
        };
        let main = kind.ctype().trim().to_ascii_lowercase();
        let mut sub = kind
            .subtype()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if main == "text" && sub.is_empty() {
            sub.push_str("plain");
        }
        Self {
            main,
            sub,
            attributes: attributes.map(attribute).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Hint, Mailbox};

    fn fields(raw: &[u8]) -> Fields<'_> {
        Fields::split(raw).0
    }

    #[test]
    fn the_header_ends_where_it_should() {
        for (raw, length) in [
            (&b"A: b\r\n\r\nc"[..], 8),
            (b"A: b\n c\n\nd", 9),
            (b"A: b\nnot a field\n\nc", 5),
            (b"\n\nA: b", 1),
            (b"A: b", 4),
            (b" folded: first\n\nc", 0),
            (b"", 0),
            (b"-----BEGIN x: y\n", 0),
        ] {
            assert_eq!(Fields::split(raw).1, length, "{}", raw.escape_ascii());
        }
    }

    #[test]
    fn values_are_decoded() {
        let raw = b"Subject : =?utf-8?q?a=C3?= =?utf-8?q?=A4?=\r\n  b\r\nX-Raw: gr\xFC\xDF\r\nEmpty:\r\n\r\n";
        let fields = fields(raw);
        assert_eq!(fields.text("subject", Hint::default()).unwrap(), "aä b");
        assert_eq!(fields.text("x-raw", Hint::default()).unwrap(), "grüß");
        assert_eq!(
            fields
                .text("x-raw", Hint::new(Some("windows-1251")))
                .unwrap(),
            "grьЯ"
        );
        assert_eq!(fields.text("empty", Hint::default()).unwrap(), "");
        assert_eq!(fields.text("absent", Hint::default()), None);
    }

    #[test]
    fn groups_are_dissolved_and_repeated_fields_merged() {
        let raw =
            b"To: \"B, Ann\" <ann@x>, g: c@x, D <d@x>;\nTo: e@x\nCc: undisclosed-recipients:;\n\n";
        let mailbox = |name: Option<&str>, address: &str| Mailbox {
            name: name.map(str::to_owned),
            address: address.to_owned(),
        };
        let expected = [
            mailbox(Some("B, Ann"), "ann@x"),
            mailbox(None, "c@x"),
            mailbox(Some("D"), "d@x"),
            mailbox(None, "e@x"),
        ];
        assert_eq!(fields(raw).mailboxes("to", Hint::default()), expected);
        assert_eq!(fields(raw).mailboxes("cc", Hint::default()), []);
    }

    #[test]
    fn parameters_of_all_forms() {
        let raw = b"Content-Type: TEXT/Plain; CharSet=\"ISO-8859-1\"; name*0*=utf-8''a%C3%A4; name*1*=b\n\n";
        let kind = fields(raw).content_type().unwrap();
        assert!(kind.is("text", "plain"));
        assert_eq!(kind.attribute("charset"), Some("ISO-8859-1"));
        assert_eq!(kind.attribute("name"), Some("aäb"));
    }
}
