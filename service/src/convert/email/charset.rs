//! Bytes to text: declared charsets, and a guess where none is declared or it is wrong.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// What 8-bit text without a declaration is most often (and what "us-ascii" and Latin-1 mean in practice).
const FALLBACK: &str = "windows-1252";

/// The charset that undeclared 8-bit text of this message probably has: the one that its body declares.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::convert) struct Hint<'h>(Option<&'h str>);

impl<'h> Hint<'h> {
    /// A hint; UTF-8 and ASCII hint at nothing, as text that is not UTF-8 cannot be either.
    pub(super) fn new(label: Option<&'h str>) -> Self {
        Self(label.filter(|label| !is_unicode(label)))
    }
}

/// Decodes the text of a part by its label; without one, or with one that cannot be true, by the look of it.
pub(in crate::convert) fn decode(bytes: &[u8], label: Option<&str>, hint: Hint<'_>) -> String {
    let label = label
        .map(|label| usual(label.trim()))
        .filter(|label| !label.is_empty());
    match label.filter(|label| !is_unicode(label)) {
        Some(label) => match charset_decoder(label.as_bytes()) {
            Some(decoder) => decoder(bytes),
            None => guess(bytes, hint),
        },
        // Declared as UTF-8 and mostly so: a stray byte must not turn the rest into Latin-1.
        None if label.is_some_and(is_utf8) => String::from_utf8_lossy(bytes).into_owned(),
        None => guess(bytes, hint),
    }
}

/// The usual name of a charset that some programs call by a name of their own.
pub(super) fn usual(label: &str) -> &str {
    match label.to_ascii_lowercase().as_str() {
        // Python's codecs.
        "eucgb2312_cn" | "euc-cn" => "gb18030",
        "euc_jis_2004" | "ujis" => "euc-jp",
        "ks_c_5601" | "cp949" => "euc-kr",
        _ => label,
    }
}

/// Decodes a raw header value.
pub(super) fn header<'v>(value: &'v [u8], hint: Hint<'_>) -> Cow<'v, str> {
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(guess(value, hint)),
    }
}

/// UTF-8 if it is, else what the hint says, else Windows-1252.
fn guess(bytes: &[u8], hint: Hint<'_>) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let label = hint.0.unwrap_or(FALLBACK);
    let decoder =
        charset_decoder(label.as_bytes()).or_else(|| charset_decoder(FALLBACK.as_bytes()));
    decoder.map_or_else(
        || String::from_utf8_lossy(bytes).into_owned(),
        |decoder| decoder(bytes),
    )
}

fn is_utf8(label: &str) -> bool {
    label.eq_ignore_ascii_case("utf-8") || label.eq_ignore_ascii_case("utf8")
}

/// UTF-8, or what people mean by ASCII: nothing, or anything.
fn is_unicode(label: &str) -> bool {
    let ascii = [
        "us-ascii",
        "ascii",
        "unknown-8bit",
        "x-unknown",
        "8bit",
        "7bit",
        "default",
    ];
    is_utf8(label) || ascii.iter().any(|name| label.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::{Hint, decode};

    #[test]
    fn labels_and_guesses() {
        for (bytes, label, hint, text) in [
            (&b"gr\xFC\xDF"[..], Some("iso-8859-1"), None, "grüß"),
            (b"gr\xC3\xBC\xC3\x9F", None, None, "grüß"),
            (b"gr\xFC\xDF", None, None, "grüß"),
            (b"\xCF\xF0\xE8", None, Some("windows-1251"), "При"),
            (
                b"\xCF\xF0\xE8",
                Some("us-ascii"),
                Some("windows-1251"),
                "При",
            ),
            (
                b"\xCF\xF0\xE8",
                Some("no-such-charset"),
                Some("windows-1251"),
                "При",
            ),
            (b"a\xFFb", Some("utf-8"), Some("windows-1251"), "a\u{FFFD}b"),
            (b"\xA4\xCF", Some("euc-jp"), None, "は"),
            (b"\xD0\xD2", Some("koi8-r"), None, "пр"),
            (b"\x1B$B$\"\x1B(B", Some("ISO-2022-JP"), None, "あ"),
            (b"\xC4\xE3", Some("gb2312"), None, "你"),
            (b"a\x00b\x00", Some("utf-16le"), None, "ab"),
            (b"\x93a\x94", Some(""), None, "“a”"),
        ] {
            assert_eq!(
                decode(bytes, label, Hint::new(hint)),
                text,
                "{label:?} {hint:?}"
            );
        }
    }
}
