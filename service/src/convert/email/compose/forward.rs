//! A forward that the server writes: the device says to whom, and what stands above (MS-ASCMD 2.2.3.79, from 16.0).
//!
//! What comes out is a message as a device would have written it; the original is brought along like that of any other.

use mail_builder::headers::Header as _;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;

use super::super::charset::Hint;
use super::super::fields::Fields;

/// What subjects of forwards begin with.
const PREFIX: &str = "FW: ";

/// Beginnings that say already that it is one.
const PREFIXES: [&str; 2] = ["fw:", "fwd:"];

/// To whom a message is passed on, and what is said to them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forwarding {
    to: Vec<(Option<String>, String)>,
    text: String,
    kind: &'static str,
}

/// An address that is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an address to forward to is none")]
pub struct NoAddress;

impl Forwarding {
    /// To these people (display name and address), with a text, which may be HTML.
    ///
    /// # Errors
    /// [`NoAddress`], if one of the addresses cannot stand in a header.
    pub fn new(
        to: impl IntoIterator<Item = (Option<String>, String)>,
        text: String,
        html: bool,
    ) -> Result<Self, NoAddress> {
        let one = |(name, address): (Option<String>, String)| {
            let address = address.trim().to_owned();
            let name = name.map(|name| name.replace(char::is_control, " "));
            let name = name.filter(|name| !name.trim().is_empty());
            is_address(&address)
                .then_some((name, address))
                .ok_or(NoAddress)
        };
        Ok(Self {
            to: to.into_iter().map(one).collect::<Result<_, _>>()?,
            text,
            kind: if html { "text/html" } else { "text/plain" },
        })
    }

    /// The message, without the original and what every message is stamped with.
    #[must_use]
    pub fn write(&self, original: &[u8]) -> Vec<u8> {
        let mut out = b"To: ".to_vec();
        let to = self.to.iter();
        let to = to.map(|(name, address)| Address::new_address(name.as_deref(), address.as_str()));
        Address::new_list(to.collect()).write_header(&mut out, 4);
        out.extend_from_slice(b"Subject: ");
        Text::new(subject(original)).write_header(&mut out, 9);
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        let kind = ContentType::new(self.kind).attribute("charset", "utf-8");
        MimePart::new(kind, self.text.as_str()).write_part(&mut out);
        out
    }
}

/// Whether it is one word with an at sign, and nothing that means anything in a header.
fn is_address(text: &str) -> bool {
    let harmless = |char: char| !char.is_control() && !char.is_whitespace();
    let plain = text.chars().all(harmless) && !text.contains(['<', '>', ',', ';', '"', '(', ')']);
    plain
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

fn subject(original: &[u8]) -> String {
    let (fields, _) = Fields::split(original);
    let subject = fields.text("Subject", Hint::default()).unwrap_or_default();
    let begins = subject.trim_start().to_lowercase();
    if PREFIXES.iter().any(|prefix| begins.starts_with(prefix)) {
        return subject;
    }
    format!("{PREFIX}{}", subject.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(to: &[(Option<&str>, &str)], original: &str) -> Result<String, NoAddress> {
        let to = to
            .iter()
            .map(|(name, address)| (name.map(str::to_owned), (*address).to_owned()));
        let forwarding = Forwarding::new(to, "Look.".to_owned(), false)?;
        Ok(String::from_utf8(forwarding.write(original.as_bytes())).unwrap())
    }

    #[test]
    fn it_is_a_message_to_all_of_them() {
        let text = written(
            &[(Some("Bo B."), "bo@example.org"), (None, "cy@example.com")],
            "Subject: Plans\r\n\r\nx",
        );
        let text = text.unwrap();
        assert!(text.contains("bo@example.org") && text.contains("cy@example.com"));
        assert!(text.contains("Subject: FW: Plans\r\n"), "{text}");
        assert!(text.ends_with("Look.") || text.contains("\r\n\r\nLook."));
    }

    #[test]
    fn a_subject_says_once_that_it_is_forwarded() {
        for (subject, expected) in [("Fwd: a", "Fwd: a"), ("fw: a", "fw: a"), ("a", "FW: a")] {
            assert_eq!(
                super::subject(format!("Subject: {subject}\r\n\r\n").as_bytes()),
                expected
            );
        }
        assert_eq!(super::subject(b"From: a@b\r\n\r\n"), "FW: ");
    }

    #[test]
    fn nothing_is_smuggled_into_the_header() {
        for address in [
            "",
            "bo",
            "@example.org",
            "bo@",
            "bo@example.org\r\nBcc: x@example.org",
            "bo@example.org, x@example.org",
            "a <x@example.org>",
        ] {
            assert_eq!(written(&[(None, address)], "\r\n"), Err(NoAddress));
        }
        let name = Some("Bo\r\nBcc: x@example.org");
        let text = written(&[(name, "bo@example.org")], "\r\n").unwrap();
        assert!(!text.contains("\r\nBcc"), "{text}");
    }
}
