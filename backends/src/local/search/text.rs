//! Bytes to text that can be compared: charsets, encodings, HTML, upper and lower case.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mail_parser::HeaderValue;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::add_html_token;
use mail_parser::parsers::MessageStream;

/// What 8-bit text without a declaration is most often.
const FALLBACK: &[u8] = b"windows-1252";

/// Base64 as mail programs write it: what is missing at the end, or too much, is no reason to see nothing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How the text of a part is written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Form {
    /// Its charset, if it says one.
    pub(super) charset: Option<String>,
    /// Its transfer encoding.
    pub(super) encoding: Encoding,
    /// Whether it is HTML.
    pub(super) html: bool,
}

/// Transfer encodings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Encoding {
    /// As it is.
    #[default]
    Identity,
    /// Quoted-printable.
    QuotedPrintable,
    /// Base64.
    Base64,
}

impl Form {
    /// The text of a part, to be compared with what [`folded`] gives.
    pub(super) fn read(&self, content: &[u8]) -> String {
        let bytes = match self.encoding {
            Encoding::Identity => Cow::Borrowed(content),
            Encoding::QuotedPrintable => Cow::Owned(quoted_printable(content)),
            Encoding::Base64 => Cow::Owned(base64(content)),
        };
        let text = decode(&bytes, self.charset.as_deref());
        if self.html {
            return folded(&without_tags(&text));
        }
        folded(&text)
    }
}

/// Tags that do not part words.
const INLINE: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u", "wbr",
];

/// Elements whose content nobody sees.
const UNSEEN: [&str; 3] = ["style", "script", "title"];

/// Longest name of an entity that is looked up.
const ENTITY_MAX: usize = 12;

/// What is to be read of HTML: one pass, nothing is nested.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut unseen: Option<&str> = None;
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (plain, after) = rest.split_at(at);
        if unseen.is_none() {
            text.push_str(plain);
        }
        if after.starts_with('&') {
            let end = after.bytes().take(ENTITY_MAX).position(|byte| byte == b';');
            let (entity, after) = after.split_at(end.map_or(1, |end| end + 1));
            if unseen.is_none() {
                add_html_token(&mut text, entity.as_bytes(), false);
            }
            rest = after;
            continue;
        }
        let end = match after.starts_with("<!--") {
            true => after.find("-->").map(|end| end + 3),
            false => after.find('>').map(|end| end + 1),
        };
        let (tag, after) = after.split_at(end.unwrap_or(after.len()));
        rest = after;
        let name = tag.trim_start_matches(['<', '/']);
        let name = name
            .split(|char: char| !char.is_ascii_alphanumeric())
            .next();
        let is = |one: &&&str| name.is_some_and(|name| name.eq_ignore_ascii_case(one));
        match unseen {
            Some(open) if tag.starts_with("</") && is(&&open) => unseen = None,
            Some(_) => {}
            None if tag.starts_with("</") => {}
            None => unseen = UNSEEN.iter().find(is).copied(),
        }
        if INLINE.iter().find(is).is_none() {
            text.push(' ');
        }
    }
    if unseen.is_none() {
        text.push_str(rest);
    }
    text
}

/// A text in lower case, with one space wherever there is white space.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// The value of a header field, to be compared with what [`folded`] gives.
pub(super) fn header(value: &[u8]) -> String {
    let mut line = decode(value, None).into_bytes();
    line.push(b'\n');
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => folded(&text),
        _ => String::new(),
    }
}

fn decode(bytes: &[u8], charset: Option<&str>) -> String {
    let declared = charset.filter(|charset| !charset.to_ascii_lowercase().starts_with("us-ascii"));
    if let Some(decoder) = declared.and_then(|charset| charset_decoder(charset.as_bytes())) {
        return decoder(bytes);
    }
    match (std::str::from_utf8(bytes), charset_decoder(FALLBACK)) {
        (Ok(text), _) => text.to_owned(),
        (Err(_), Some(decoder)) => decoder(bytes),
        (Err(_), None) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn base64(content: &[u8]) -> Vec<u8> {
    let data = content.iter().take_while(|byte| **byte != b'=');
    let is_data = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut data: Vec<u8> = data.copied().filter(is_data).collect();
    if data.len() % 4 == 1 {
        data.pop();
    }
    LENIENT.decode(data).unwrap_or_default()
}

fn quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii_end();
        let (text, goes_on) = match bare.strip_suffix(b"=") {
            Some(text) => (text, true),
            None => (bare, false),
        };
        let mut rest = text;
        while let Some((first, after)) = rest.split_first() {
            match (first, after) {
                (b'=', [high, low, after @ ..]) if let Some(byte) = hex(*high, *low) => {
                    decoded.push(byte);
                    rest = after;
                }
                _ => {
                    decoded.push(*first);
                    rest = after;
                }
            }
        }
        if !goes_on {
            decoded.push(b'\n');
        }
    }
    decoded
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Form, folded, header};

    fn form(charset: &str, encoding: Encoding) -> Form {
        Form {
            charset: Some(charset.to_owned()),
            encoding,
            html: false,
        }
    }

    #[test]
    fn texts_are_compared_by_their_letters() {
        assert_eq!(folded(" Grüße\r\n\t  aus\u{a0}ÖLAND "), "grüße aus öland");
        assert_eq!(header(b" =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n X"), "grüße x");
        assert_eq!(header(b" Gr\xFC\xDFe"), "grüße");
        assert_eq!(header(b" Gr\xC3\xBC\xC3\x9Fe"), "grüße");
    }

    #[test]
    fn parts_are_read_however_they_are_written() {
        let latin = form("iso-8859-1", Encoding::QuotedPrintable);
        assert_eq!(
            latin.read(b"Gr=FC=DFe aus =\r\nO=20land=\n=3D =ZZ\n"),
            "grüße aus o land= =zz"
        );
        let utf8 = form("utf-8", Encoding::Base64);
        assert_eq!(utf8.read(b"R3LDvMOf\r\nZQ==\r\nfooter"), "grüße");
        assert_eq!(utf8.read(b"R3LDvMOfZ"), "grüß");
        assert_eq!(form("", Encoding::Identity).read(b"gr\xFC\xDF"), "grüß");
        assert_eq!(
            form("us-ascii", Encoding::Identity).read("grüß".as_bytes()),
            "grüß"
        );
        let html = Form {
            html: true,
            ..Form::default()
        };
        assert_eq!(
            html.read(b"<p class=hidden>gr&uuml;&szlig;<b>e</b></p>"),
            "grüße"
        );
    }
}
