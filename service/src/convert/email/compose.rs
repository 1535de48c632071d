//! Messages on their way out: whose they are, to whom they go, and what a reply or a forward brings along.
//!
//! What a device wrote is passed through byte for byte, but for what must not stand: line ends that are none, lines that
//! SMTP cannot carry, a sender who is somebody else, the hidden recipients. Signed parts are never touched.

mod author;
mod draft;
mod forward;
mod header;
mod lines;
mod original;
mod quote;
mod report;

use bytes::Bytes;

use super::charset::Hint;
use super::fields::{Fields, Mailbox};
use super::mime;
use header::Header;

pub use author::Author;
pub use draft::{Draft, Drafted};
pub use forward::{Forwarding, NoAddress};
pub use original::{Bring, Original};
pub use report::{Undelivered, undelivered};

/// What a store adds to tell repeats by: of one message, not to be carried on to the next, and not to leave the house.
const OF_STORES: &[u8] = b"X-Directpush-Id";

/// What the server adds to a message that lacks it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stamp {
    /// For `Date`, in UTC epoch seconds.
    pub date: i64,
    /// For `Message-ID`, without brackets. A repeat must have the same, so that readers recognise it.
    pub message_id: String,
}

/// A message ready to go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outgoing {
    /// What recipients get.
    pub message: Bytes,
    /// What its author keeps: the same, and hidden recipients.
    pub copy: Bytes,
    /// The author's address, for the envelope.
    pub sender: String,
    /// All recipients, once each.
    pub recipients: Vec<String>,
}

/// Why a message cannot go.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// It has no header, so it is no message.
    #[error("there is no header")]
    NotMail,
    /// It goes to nobody.
    #[error("there is no recipient")]
    NoRecipient,
    /// A recipient has no address.
    #[error("a recipient has no address")]
    NoAddress,
    /// The header is longer than is looked at.
    #[error("the header is too long")]
    TooLong,
}

/// Makes a message ready to go.
///
/// # Errors
/// [`ComposeError`].
pub fn outgoing(
    mime: &[u8],
    author: &Author<'_>,
    stamp: &Stamp,
    original: Option<&Original<'_>>,
) -> Result<Outgoing, ComposeError> {
    let entity = lines::canonical(mime.get(mime::skip_envelope(mime)..).unwrap_or_default());
    let entity = match original {
        Some(original) => original.brought_along(entity, stamp),
        None => entity,
    };
    let entity = lines::fitting(entity);
    let (fields, length) = Fields::split(&entity);
    if fields.is_empty() {
        return Err(ComposeError::NotMail);
    }
    let recipients = recipients(&fields)?;
    let header = Header {
        fields: &fields,
        author,
        stamp,
        original,
    };
    let body = entity.get(length..).unwrap_or_default();
    let message = joined(&header.write(header::Hidden::Left), body);
    let copy = if fields.has("Bcc") {
        joined(&header.write(header::Hidden::Kept), body)
    } else {
        message.clone()
    };
    Ok(Outgoing {
        message,
        copy,
        sender: author.envelope(&fields),
        recipients,
    })
}

/// The `Message-ID` (without brackets) of what a message answers, if it says so.
#[must_use]
pub fn answered(message: &[u8]) -> Option<String> {
    let (fields, _) = Fields::split(message);
    fields.ids("In-Reply-To").into_iter().next()
}

/// What a delivery agent writes above a message that it puts into a mailbox here.
#[must_use]
pub fn delivered(message: &[u8], sender: &str, recipient: &str, (by, now): (&str, i64)) -> Vec<u8> {
    let date = rfc5322(now);
    let above = format!(
        "Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n\
         Received: by {by} (directpush) with HTTP; {date}\r\n"
    );
    [above.as_bytes(), message].concat()
}

/// A time as `Date` has it.
fn rfc5322(seconds: i64) -> String {
    mail_builder::headers::date::Date::new(seconds).to_rfc822()
}

fn is_store_s(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(OF_STORES)
}

fn joined(header: &[u8], body: &[u8]) -> Bytes {
    let mut message = Vec::with_capacity(header.len() + body.len() + 4);
    message.extend_from_slice(header);
    message.extend_from_slice(b"\r\n");
    message.extend_from_slice(body);
    if !message.ends_with(b"\r\n") {
        message.extend_from_slice(b"\r\n");
    }
    message.into()
}

/// Everybody in To, Cc and Bcc; `Resent-…` fields are of another transaction.
fn recipients(fields: &Fields<'_>) -> Result<Vec<String>, ComposeError> {
    let mut recipients: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for name in ["To", "Cc", "Bcc"] {
        if fields.is_cut(name) {
            return Err(ComposeError::TooLong);
        }
        for Mailbox { address, .. } in fields.mailboxes(name, Hint::default()) {
            let usable = address
                .rsplit_once('@')
                .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
            if !usable || address.chars().any(char::is_whitespace) {
                return Err(ComposeError::NoAddress);
            }
            if seen.insert(address.to_lowercase()) {
                recipients.push(address);
            }
        }
    }
    if recipients.is_empty() {
        return Err(ComposeError::NoRecipient);
    }
    Ok(recipients)
}
