//! Percent-encoding (RFC 3986 2.1). A `+` is a plus: base64 has it, and phones do not write spaces so.

/// Decodes; a `%` without two digits behind it stays as it is.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if let ([b'%', high, low, ..], true) = (rest, tail.len() >= 2)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high << 4 | low);
            rest = rest.get(3..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

/// Encodes all but what RFC 3986 calls unreserved.
pub(super) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 0xF] {
                out.extend(char::from_digit(u32::from(nibble), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_encoded_and_leaves_the_rest() {
        for (text, bytes) in [
            ("a%2Cb", &b"a,b"[..]),
            ("%3d+", b"=+"),
            ("100%", b"100%"),
            ("%4", b"%4"),
            ("%zz%41", b"%zzA"),
            ("%C3%A9", "é".as_bytes()),
        ] {
            assert_eq!(decode(text), bytes, "{text}");
        }
        let mut out = String::new();
        encode("a b/é", &mut out);
        assert_eq!(out, "a%20b%2F%C3%A9");
    }
}
