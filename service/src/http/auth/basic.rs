//! The `Authorization` header (RFC 7617).

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

use crate::http::auth::LoginName;
use crate::http::request::Secret;

/// Padding may be left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A login name and a password as a client sent them, in every reading that they have.
///
/// Clients send UTF-8; some send Latin-1, which shows only when the bytes are no UTF-8, and otherwise when
/// the password is wrong.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Name and password, the likeliest reading first; never empty, at most two.
    pub readings: Vec<(LoginName, Secret)>,
}

/// What is wrong with an `Authorization` header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unreadable {
    /// There is none.
    Missing,
    /// It is not Basic, not base64, or has no colon.
    Malformed,
}

impl Credentials {
    /// Reads the header.
    pub(super) fn from_headers(headers: &HeaderMap) -> Result<Self, Unreadable> {
        let value = headers.get(AUTHORIZATION).ok_or(Unreadable::Missing)?;
        let text = value.to_str().map_err(|_| Unreadable::Malformed)?.trim();
        let (scheme, encoded) = text.split_once(' ').ok_or(Unreadable::Malformed)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(Unreadable::Malformed);
        }
        let decoded = BASE64
            .decode(encoded.trim())
            .map_err(|_| Unreadable::Malformed)?;
        Self::from_bytes(&Zeroizing::new(decoded)).ok_or(Unreadable::Malformed)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let colon = bytes.iter().position(|byte| *byte == b':')?;
        let (name, rest) = bytes.split_at_checked(colon)?;
        let password = rest.get(1..)?;
        let mut readings = Vec::with_capacity(1);
        if let Ok(text) = std::str::from_utf8(name) {
            // A password that is no text is passed on as it is: a backend may know it so.
            if std::str::from_utf8(password).is_ok() || name.is_ascii() {
                let secret = Secret::new(Zeroizing::new(password.to_vec()));
                readings.push((LoginName::parse(text), secret));
            }
        }
        if !bytes.is_ascii() {
            let secret = Secret::new(Zeroizing::new(latin1(password).as_bytes().to_vec()));
            readings.push((LoginName::parse(&latin1(name)), secret));
        }
        Some(Self { readings })
    }
}

fn latin1(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    text.extend(bytes.iter().copied().map(char::from));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Credentials, Unreadable> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        Credentials::from_headers(&headers)
    }

    fn passwords(bytes: &[u8]) -> Vec<Vec<u8>> {
        let credentials = read(&format!("Basic {}", BASE64.encode(bytes))).unwrap();
        let readings = credentials.readings.iter();
        readings
            .map(|(_, secret)| secret.expose().to_vec())
            .collect()
    }

    #[test]
    fn a_password_may_hold_colons() {
        let credentials = read("basic YW5uYTphOmI6Yw").unwrap();
        let (login, secret) = &credentials.readings[0];
        assert_eq!(
            (login.local.as_str(), secret.expose()),
            ("anna", b"a:b:c".as_slice())
        );
        assert_eq!(credentials.readings.len(), 1);
    }

    #[test]
    fn utf_8_comes_first_and_latin_1_is_tried() {
        assert_eq!(
            passwords("anna:grün".as_bytes()),
            ["grün".as_bytes(), "grÃ¼n".as_bytes()]
        );
        assert_eq!(
            passwords(b"anna:gr\xFCn"),
            [b"gr\xFCn".as_slice(), "grün".as_bytes()]
        );
        assert_eq!(passwords(b"j\xFCrgen:gr\xFCn"), ["grün".as_bytes()]);
    }

    #[test]
    fn what_is_not_basic_is_malformed() {
        for value in [
            "Basic",
            "Bearer abc",
            "Basic ???",
            "Basic YW5uYQ==",
            "",
            "Negotiate x",
        ] {
            assert!(matches!(read(value), Err(Unreadable::Malformed)), "{value}");
        }
        let none = Credentials::from_headers(&HeaderMap::new());
        assert!(matches!(none, Err(Unreadable::Missing)));
    }
}
