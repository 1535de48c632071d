//! Transfer encodings, read leniently: what can be decoded is, the rest is passed over.

use std::borrow::Cow;

/// How the content of a part is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::convert) enum Encoding {
    /// As it is.
    Identity,
    /// Quoted-printable.
    QuotedPrintable,
    /// Base64.
    Base64,
}

impl Encoding {
    /// From the first word of `Content-Transfer-Encoding`, in lower case.
    pub(super) fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("base64") => Self::Base64,
            Some("quoted-printable") => Self::QuotedPrintable,
            _ => Self::Identity,
        }
    }

    /// Decodes all of the content.
    pub(in crate::convert) fn decode(self, content: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Identity => Cow::Borrowed(content),
            Self::QuotedPrintable => Cow::Owned(quoted_printable(content)),
            Self::Base64 => Cow::Owned(base64(content)),
        }
    }

    /// How long the decoded content is, without decoding base64.
    pub(super) fn decoded_len(self, content: &[u8]) -> usize {
        match self {
            Self::Identity => content.len(),
            Self::QuotedPrintable => quoted_printable(content).len(),
            Self::Base64 => {
                let text = content.iter().take_while(|byte| **byte != b'=');
                text.filter(|byte| sextet(**byte).is_some()).count() * 3 / 4
            }
        }
    }
}

/// Decodes up to the padding: what stands below it is a footer that a mailing list added, not data.
fn base64(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for byte in content.iter().take_while(|byte| **byte != b'=') {
        let Some(value) = sextet(*byte) else {
            continue;
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).unwrap_or_default());
        }
    }
    bytes
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(escape) = rest.iter().position(|byte| *byte == b'=') {
        let (text, tail) = rest.split_at(escape);
        bytes.extend_from_slice(text);
        let tail = tail.get(1..).unwrap_or_default();
        rest = if let Some(after) = soft_break(tail) {
            after
        } else if let Some((byte, after)) = escaped(tail) {
            bytes.push(byte);
            after
        } else {
            bytes.push(b'=');
            tail
        };
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// What follows a line break, or the end, that belongs to the encoding; blanks before it do too.
fn soft_break(tail: &[u8]) -> Option<&[u8]> {
    // RFC 2045 allows 76 characters a line, so a longer run of blanks is text.
    let blanks = tail
        .iter()
        .take(76)
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let tail = tail.get(blanks..)?;
    if tail.is_empty() {
        return Some(tail);
    }
    let tail = tail.strip_prefix(b"\r").unwrap_or(tail);
    tail.strip_prefix(b"\n")
}

fn escaped(tail: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = tail.split_at_checked(2)?;
    let mut value = 0;
    for digit in digits {
        value = value * 16 + char::from(*digit).to_digit(16)?;
    }
    Some((u8::try_from(value).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn lenient_decoding() {
        use Encoding::{Base64, Identity, QuotedPrintable};
        for (encoding, content, decoded) in [
            (Identity, "a=62", "a=62"),
            (Base64, "SGVs\r\nbG8=", "Hello"),
            (Base64, "SGVsbG8", "Hello"),
            (Base64, "SGVsb", "Hel"),
            (Base64, "SG*Vs bG8=\n--\nlist footer", "Hello"),
            (Base64, "", ""),
            (Base64, "?!", ""),
            (QuotedPrintable, "a=62=\r\nc=20", "abc "),
            (QuotedPrintable, "a= \t\nb=", "ab"),
            (QuotedPrintable, "1=2 =zz =4", "1=2 =zz =4"),
            (QuotedPrintable, "=41=3d", "A="),
        ] {
            assert_eq!(
                encoding.decode(content.as_bytes()),
                decoded.as_bytes(),
                "{content}"
            );
            assert_eq!(
                encoding.decoded_len(content.as_bytes()),
                decoded.len(),
                "{content}"
            );
        }
    }

    #[test]
    fn words_of_the_header() {
        assert_eq!(Encoding::from_word(Some("base64")), Encoding::Base64);
        assert_eq!(Encoding::from_word(Some("8bit")), Encoding::Identity);
        assert_eq!(Encoding::from_word(None), Encoding::Identity);
    }
}
