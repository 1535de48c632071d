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
    Decoder::new(Encoding::Base64).push(content, &mut bytes);
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
    let mut decoder = Decoder::new(Encoding::QuotedPrintable);
    decoder.push(content, &mut bytes);
    decoder.finish(&mut bytes);
    bytes
}

/// Decodes content that comes in pieces, cut anywhere.
#[derive(Debug)]
pub(super) struct Decoder {
    encoding: Encoding,
    /// Of base64: bits that make no byte yet, and how many.
    bits: u32,
    held: u32,
    /// Of base64: the padding was reached.
    ended: bool,
    /// Of quoted-printable: an escape that cannot be judged yet.
    pending: Vec<u8>,
}

/// How much of what follows a `=` has to be seen to judge it: a run of blanks and a line break.
const ESCAPE_MAX: usize = 76 + 2;

impl Decoder {
    /// At the beginning of the content.
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            bits: 0,
            held: 0,
            ended: false,
            pending: Vec::new(),
        }
    }

    /// Decodes a piece onto `out`. Some of it may come out later.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Identity => out.extend_from_slice(piece),
            Encoding::Base64 => self.push_base64(piece, out),
            Encoding::QuotedPrintable if self.pending.is_empty() => {
                let used = unquote(piece, out, Tail::Follows);
                self.pending
                    .extend_from_slice(piece.get(used..).unwrap_or_default());
            }
            Encoding::QuotedPrintable => {
                self.pending.extend_from_slice(piece);
                let used = unquote(&self.pending, out, Tail::Follows);
                self.pending.drain(..used);
            }
        }
    }

    /// What is left when there are no more pieces.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        unquote(&self.pending, out, Tail::Ends);
        self.pending.clear();
    }

    fn push_base64(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        for byte in piece {
            if self.ended || *byte == b'=' {
                self.ended = true;
                return;
            }
            let Some(value) = sextet(*byte) else {
                continue;
            };
            self.bits = self.bits << 6 | u32::from(value);
            self.held += 6;
            if self.held >= 8 {
                self.held -= 8;
                out.push(u8::try_from(self.bits >> self.held & 0xFF).unwrap_or_default());
            }
        }
    }
}

/// Whether more follows a piece of quoted-printable.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Tail {
    Follows,
    Ends,
}

/// Decodes quoted-printable as far as it can be judged, and says how far that was.
fn unquote(content: &[u8], out: &mut Vec<u8>, end: Tail) -> usize {
    let mut rest = content;
    while let Some(escape) = rest.iter().position(|byte| *byte == b'=') {
        let (text, tail) = rest.split_at(escape);
        let after_sign = tail.get(1..).unwrap_or_default();
        out.extend_from_slice(text);
        if end == Tail::Follows && after_sign.len() < ESCAPE_MAX {
            return content.len() - tail.len();
        }
        rest = if let Some(after) = soft_break(after_sign) {
            after
        } else if let Some((byte, after)) = escaped(after_sign) {
            out.push(byte);
            after
        } else {
            out.push(b'=');
            after_sign
        };
    }
    out.extend_from_slice(rest);
    content.len()
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
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use proptest::sample::select;

    use super::{Decoder, Encoding};

    proptest! {
        #[test]
        fn pieces_decode_to_what_the_whole_does(
            encoding in select(vec![Encoding::Identity, Encoding::QuotedPrintable, Encoding::Base64]),
            content in "([a-zA-Z=\\r\\n \t0-9]|=\\r\\n| {70,80}|=41|==){0,40}",
            cuts in vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let content = content.as_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(content.len() + 1)).collect();
            cuts.extend([0, content.len()]);
            cuts.sort_unstable();
            let (mut decoder, mut decoded) = (Decoder::new(encoding), Vec::new());
            for piece in cuts.windows(2) {
                decoder.push(&content[piece[0]..piece[1]], &mut decoded);
            }
            decoder.finish(&mut decoded);
            prop_assert_eq!(encoding.decode(content).into_owned(), decoded.clone());
            prop_assert_eq!(encoding.decoded_len(content), decoded.len());
        }
    }

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
