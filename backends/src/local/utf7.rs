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
    use super::decode;

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
            ("", ""),
            // Not valid: as it stands.
            ("A&B", "A&B"),
            ("&!!-", "&!!-"),
            ("&AP-", "&AP-"),
            ("&2D0-", "&2D0-"),
            ("Grün", "Grün"),
        ] {
            assert_eq!(decode(name), text, "{name}");
        }
    }
}
