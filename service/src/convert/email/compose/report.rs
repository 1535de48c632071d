//! The note that tells an author who did not get a message (RFC 3464).

use mail_builder::headers::Header as _;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

use super::super::charset::Hint;
use super::super::fields::Fields;
use super::{Stamp, rfc5322};

/// How the writer of the note calls itself.
const NAME: &str = "Mail Delivery System";

/// Who did not get which message.
#[derive(Clone, Copy, Debug)]
pub struct Undelivered<'u> {
    /// The message, as it went to the others.
    pub message: &'u [u8],
    /// Its author.
    pub author: &'u str,
    /// The domain in whose name the note is written.
    pub by: &'u str,
    /// Those who did not get it, each with the answer of the relay; 0 for a mailbox here that could not be written.
    pub refused: &'u [(String, u16)],
}

/// Writes the note.
#[must_use]
pub fn undelivered(about: &Undelivered<'_>, stamp: &Stamp) -> Vec<u8> {
    let (fields, length) = Fields::split(about.message);
    let subject = fields.text("Subject", Hint::default()).unwrap_or_default();
    let mut out = Vec::new();
    let daemon = format!("MAILER-DAEMON@{}", about.by);
    out.extend_from_slice(b"From: ");
    Address::new_address(Some(NAME), daemon).write_header(&mut out, 6);
    out.extend_from_slice(b"To: ");
    Address::new_address(None::<&str>, about.author).write_header(&mut out, 4);
    out.extend_from_slice(b"Subject: ");
    Text::new(format!("Not delivered: {subject}")).write_header(&mut out, 9);
    let rest = format!(
        "Date: {}\r\nMessage-ID: <{}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n",
        rfc5322(stamp.date),
        stamp.message_id
    );
    out.extend_from_slice(rest.as_bytes());
    let header = about.message.get(..length).unwrap_or_default();
    let kind = ContentType::new("multipart/report")
        .attribute("report-type", "delivery-status")
        .attribute(
            "boundary",
            format!("=_report_{}", stamp.message_id.replace('@', "_")),
        );
    let parts = vec![
        MimePart::new(
            ContentType::new("text/plain").attribute("charset", "utf-8"),
            told(about.refused),
        ),
        raw("message/delivery-status", status(about).into_bytes()),
        raw("text/rfc822-headers", header.to_vec()),
    ];
    MimePart::new(kind, BodyPart::Multipart(parts)).write_part(&mut out);
    out
}

fn told(refused: &[(String, u16)]) -> String {
    let mut text = String::from(
        "Your message was not delivered to the following recipients. All others got it.\r\n\r\n",
    );
    for (recipient, code) in refused {
        let why = match code {
            0 => "the mailbox could not be written".to_owned(),
            400..500 => format!("not accepted at this time ({code})"),
            code => format!("not accepted ({code})"),
        };
        text.push_str(&format!("{recipient}: {why}\r\n"));
    }
    text
}

fn status(about: &Undelivered<'_>) -> String {
    let mut text = format!("Reporting-MTA: dns; {}\r\n", about.by);
    for (recipient, code) in about.refused {
        let status = match code {
            0 => "5.2.0",
            400..500 => "4.0.0",
            _ => "5.0.0",
        };
        text.push_str(&format!(
            "\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n"
        ));
        if *code != 0 {
            text.push_str(&format!("Diagnostic-Code: smtp; {code}\r\n"));
        }
    }
    text
}

/// A part of text that is as it is.
fn raw(kind: &str, content: Vec<u8>) -> MimePart<'static> {
    let mut part =
        format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n").into_bytes();
    part.extend(content);
    MimePart::raw(part)
}
