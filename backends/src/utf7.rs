//! Modified UTF-7, in which Maildir++ and IMAP write folder names (RFC 3501 section 5.1.3).

/// Decodes one name; what is not valid stands for itself, so that every folder has a name.
pub(crate) fn decode(name: &str) -> String {
    decoded(name).unwrap_or_else(|| name.to_owned())
}

fn decoded(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, shifted)) = rest.split_once('&') {
        out.push_str(plain);
        let (code, after) = shifted.split_once('-')?;
        if code.is_empty() {
            out.push('&');
        } else {
            out.push_str(&shifted_text(code)?);
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Base64 of UTF-16BE, with `,` for `/` and without padding.
fn shifted_text(code: &str) -> Option<String> {
    let mut units = Vec::with_capacity(code.len());
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in code.bytes() {
        bits = (bits << 6) | u32::from(sextet(byte)?);
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from((bits >> held) & 0xFFFF).ok()?);
            // What was taken is cut off, so that the sum never grows beyond 32 bits.
            bits &= (1 << held) - 1;
        }
    }
    if held >= 6 || bits != 0 {
        return None;
    }
    String::from_utf16(&units).ok()
}

/// Encodes a name. Printable ASCII stands for itself.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let plain = |c: char| (' '..='~').contains(&c);
        if first == '&' {
            out.push_str("&-");
            rest = rest.get(1..).unwrap_or_default();
        } else {
            let same = |c: char| plain(c) == plain(first) && c != '&';
            let (run, after) = rest.split_at(rest.find(|c| !same(c)).unwrap_or(rest.len()));
            if plain(first) {
                out.push_str(run);
            } else {
                shift(run, &mut out);
            }
            rest = after;
        }
    }
    out
}

/// Base64 of UTF-16BE between `&` and `-`, with `,` for `/` and without padding.
fn shift(text: &str, out: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    let digit = |bits: u32| ALPHABET.get(usize::try_from(bits & 63).unwrap_or(0));
    let (mut bits, mut held) = (0_u32, 0_u32);
    out.push('&');
    for unit in text.encode_utf16() {
        bits = (bits << 16) | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            out.extend(digit(bits >> held).copied().map(char::from));
        }
        // What was written is cut off, so that the sum never grows beyond 32 bits.
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.extend(digit(bits << (6 - held)).copied().map(char::from));
    }
    out.push('-');
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b',' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn known_answers() {
        for (name, text) in [
            ("Sent", "Sent"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("Gel&APY-schte Elemente", "Gelöschte Elemente"),
            ("R&AOk-sum&AOk- A", "Résumé A"),
            ("&U,BTFw-", "台北"),
            ("&ZeVnLIqe-", "日本語"),
            ("&2D3eAA-", "😀"),
            ("&Jjo-!", "☺!"),
            ("A&-B", "A&B"),
            ("&APw-&-&APw-", "ü&ü"),
            ("", ""),
        ] {
            assert_eq!(decode(name), text, "{name}");
            assert_eq!(encode(text), name, "{text}");
        }
    }

    #[test]
    fn what_is_not_valid_stands_for_itself() {
        for name in ["A&B", "&!!-", "&AP-", "&2D0-", "Grün"] {
            assert_eq!(decode(name), name);
        }
    }
}
