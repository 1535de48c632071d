//! Values of a vCard: escapes, components, quoted-printable, charsets.

use super::line::{Edition, Entry};
use crate::convert::email::charset::{self, Hint};
use crate::convert::email::transfer::Encoding;

/// The text of a value, decoded but still escaped.
pub(super) fn decoded(entry: &Entry<'_>) -> String {
    let charset = entry.values("CHARSET").next();
    let label = charset.as_deref();
    if entry.says("ENCODING", "QUOTED-PRINTABLE") {
        let bytes = Encoding::QuotedPrintable.decode(&entry.value);
        charset::decode(&bytes, label, Hint::default())
    } else {
        charset::decode(&entry.value, label, Hint::default())
    }
}

/// The text of a value that has no components.
pub(super) fn text(entry: &Entry<'_>, edition: Edition) -> String {
    clean(&unescape(&decoded(entry), edition))
}

/// The components of a value, still escaped.
pub(super) fn components(entry: &Entry<'_>) -> Vec<String> {
    split(&decoded(entry), ';')
}

/// Splits at separators that are not escaped; the pieces stay escaped.
pub(super) fn split(text: &str, separator: char) -> Vec<String> {
    let mut escaped = false;
    text.split(|char| {
        let found = char == separator && !escaped;
        escaped = char == '\\' && !escaped;
        found
    })
    .map(str::to_owned)
    .collect()
}

/// Takes escapes out. What is no escape stays as it is.
pub(super) fn unescape(text: &str, edition: Edition) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        let meant = match (char, next) {
            ('\\', Some('n' | 'N')) if edition != Edition::V21 => Some('\n'),
            ('\\', Some(escaped @ ('\\' | ',' | ';' | ':'))) => Some(escaped),
            _ => None,
        };
        if meant.is_some() {
            chars.next();
        }
        plain.push(meant.unwrap_or(char));
    }
    plain
}

/// Puts escapes in. In 2.1 line ends stay, and are encoded with the value.
pub(super) fn escape(text: &str, edition: Edition) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' if edition == Edition::V21 => escaped.push_str("\r\n"),
            '\r' | '\n' => escaped.push_str("\\n"),
            '\\' => escaped.push_str("\\\\"),
            ';' => escaped.push_str("\\;"),
            ',' if edition != Edition::V21 => escaped.push_str("\\,"),
            char if char.is_control() && char != '\t' => {}
            char => escaped.push(char),
        }
    }
    escaped
}

/// Puts escapes into an item of a list.
pub(super) fn escape_item(text: &str, edition: Edition) -> String {
    let escaped = escape(text, edition);
    match edition {
        Edition::V21 => escaped.replace(',', "\\,"),
        Edition::V30 | Edition::V40 => escaped,
    }
}

/// As a device is sent it: without control characters and without white space around it.
pub(super) fn clean(text: &str) -> String {
    let kept = |char: &char| !char.is_control() || matches!(char, '\t' | '\n' | '\r');
    let xml = crate::convert::email::text::is_xml;
    let clean: String = text
        .chars()
        .filter(kept)
        .filter(|char| xml(*char))
        .collect();
    clean.trim().to_owned()
}

/// Quoted-printable, with soft breaks that keep lines within 76 characters.
pub(super) fn quoted_printable(text: &str, first: usize) -> String {
    const WIDTH: usize = 72;
    let mut encoded = String::with_capacity(text.len() * 2);
    let mut column = first;
    for byte in text.bytes() {
        if column >= WIDTH {
            encoded.push_str("=\r\n");
            column = 0;
        }
        // A blank at the beginning of a line looks like a fold.
        if (b'!'..=b'~').contains(&byte) && byte != b'=' || byte == b' ' && column > 0 {
            encoded.push(char::from(byte));
            column += 1;
        } else {
            encoded.push_str(&format!("={byte:02X}"));
            column += 3;
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Edition, Encoding, escape, quoted_printable, split, unescape};

    #[test]
    fn what_is_no_escape_stays() {
        for (escaped, plain) in [
            (r"a\nb\Nc", "a\nb\nc"),
            (r"a\,b\;c\\d\:e", r"a,b;c\d:e"),
            (r"C:\x\", r"C:\x\"),
        ] {
            assert_eq!(unescape(escaped, Edition::V30), plain);
        }
        assert_eq!(unescape(r"C:\new\;", Edition::V21), r"C:\new;");
        assert_eq!(split(r"a\;b;c\\;;", ';'), [r"a\;b", r"c\\", "", ""]);
    }

    proptest! {
        #[test]
        fn escapes_lead_back(text in "[ -~\nß]{0,40}") {
            for edition in [Edition::V30, Edition::V40] {
                let escaped = escape(&text, edition);
                prop_assert!(!escaped.contains('\n'));
                prop_assert_eq!(split(&escaped, ';').len(), 1);
                prop_assert_eq!(&unescape(&escaped, edition), &text);
            }
            let old = unescape(&escape(&text, Edition::V21), Edition::V21);
            prop_assert_eq!(old.replace("\r\n", "\n"), text);
        }

        #[test]
        fn quoted_printable_leads_back(text in any::<String>(), first in 0_usize..90) {
            let encoded = quoted_printable(&text, first);
            prop_assert!(encoded.lines().skip(1).all(|line| line.len() <= 76));
            let decoded = Encoding::QuotedPrintable.decode(encoded.as_bytes()).into_owned();
            prop_assert_eq!(String::from_utf8(decoded).unwrap(), text);
        }
    }
}
