//! Addresses as SMTP says them.

use lettre::Address;

use super::{Refused, Submission, SubmitError};

/// What a relay says to an address that is none (RFC 5321 section 4.2.2).
const NOT_ALLOWED: u16 = 553;

/// Sender and recipients, in the form that goes on the wire.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) sender: Address,
    /// As they go on the wire, and as they were given.
    pub(super) recipients: Vec<(Address, String)>,
    /// Recipients that no relay could be told.
    pub(super) unspeakable: Vec<Refused>,
    /// The message has bytes that are not ASCII.
    pub(super) eight_bit: bool,
}

impl Envelope {
    /// Domains become ASCII, so that only a local part may need SMTPUTF8.
    pub(super) fn new(mail: &Submission<'_>) -> Result<Self, SubmitError> {
        let sender = spoken(mail.sender).ok_or(SubmitError::Permanent {
            stage: super::Stage::Sender,
            code: Some(NOT_ALLOWED),
        })?;
        let (mut recipients, mut unspeakable) = (Vec::new(), Vec::new());
        for recipient in mail.recipients {
            match spoken(recipient) {
                Some(address) => recipients.push((address, recipient.clone())),
                None => unspeakable.push(Refused {
                    recipient: recipient.clone(),
                    code: NOT_ALLOWED,
                }),
            }
        }
        if recipients.is_empty() {
            return Err(SubmitError::Refused(unspeakable));
        }
        Ok(Self {
            sender,
            recipients,
            unspeakable,
            eight_bit: !mail.message.is_ascii(),
        })
    }

    /// Whether an address needs SMTPUTF8 (RFC 6531).
    pub(super) fn is_international(&self) -> bool {
        let needs = |address: &Address| !address.user().is_ascii();
        needs(&self.sender) || self.recipients.iter().any(|(address, _)| needs(address))
    }
}

/// An address with its domain in ASCII; `None` for what is no address.
fn spoken(text: &str) -> Option<Address> {
    let (user, domain) = text.rsplit_once('@')?;
    let domain = domain_to_ascii(domain)?;
    // Quotes and what else needs them: allowed by the grammar, and a way to say something else to the relay.
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>\"\\".contains(c);
    if !user.chars().all(plain) {
        return None;
    }
    Address::new(user, domain).ok()
}

/// A domain in its ASCII form (`xn--…`), lower case; an address literal as it is. `None` for what is no domain.
#[must_use]
pub fn domain_to_ascii(domain: &str) -> Option<String> {
    if domain.starts_with('[') && domain.ends_with(']') {
        return Some(domain.to_owned());
    }
    idna::domain_to_ascii(domain)
        .ok()
        .filter(|domain| !domain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_spoken_in_ascii_as_far_as_can_be() {
        for (text, expected) in [
            ("bo@example.org", Some("bo@example.org")),
            ("bo@Bücher.example", Some("bo@xn--bcher-kva.example")),
            ("jörg@example.org", Some("jörg@example.org")),
            ("bo@[192.0.2.1]", Some("bo@[192.0.2.1]")),
            ("bo", None),
            ("@example.org", None),
            ("bo@", None),
            ("b o@example.org", None),
            ("bo>\r\nRCPT TO:<x@example.org", None),
            ("\"a> b\"@example.org", None),
        ] {
            let spoken = spoken(text).map(|address| address.to_string());
            assert_eq!(spoken.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_mail_to_nobody_that_can_be_told_is_refused() {
        let recipients = ["nobody".to_owned()];
        let mail = Submission {
            sender: "anna@example.org",
            recipients: &recipients,
            message: b"",
        };
        let Err(SubmitError::Refused(refused)) = Envelope::new(&mail) else {
            panic!("it was taken")
        };
        assert_eq!(refused.len(), 1);
    }
}
