//! Drafts that a device writes (16.0 and later, MS-ASEMAIL 3.1.5.2): new ones, and changes of one that is there.
//!
//! What a change does not name stays: header fields in their order and bytes, the text, the attachments. Where nothing but
//! header fields changes, the content keeps its bytes.

use std::collections::HashSet;

use bytes::Bytes;
use mail_builder::headers::Header as _;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::text::Text as TextField;
use mail_builder::mime::MimePart;
use protocol::airsyncbase::{AttachmentAdd, Body, BodyContent, BodyType};
use protocol::class::email::{DraftContent, DraftParts, Importance};

use super::super::attachments::split_file_reference;
use super::super::charset::Hint;
use super::super::fields::{Fields, Mailbox};
use super::super::html::{self, Links};
use super::super::mime::Part;
use super::original::{Boundaries, Text, copied, text_part};
use super::{Stamp, is_store_s, lines, rfc5322};

/// A draft to be written.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'d> {
    /// What the device says.
    pub content: &'d DraftContent,
    /// The draft as it is; `None` for a new one.
    pub before: Option<&'d [u8]>,
    /// Whose it is, where it does not say so itself.
    pub author: &'d str,
    /// When it was written, and its name.
    pub stamp: &'d Stamp,
}

/// A draft that was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Drafted {
    /// The message.
    pub message: Bytes,
    /// Attachments that are new: the device's id for each, and the part where it is.
    pub added: Vec<(String, String)>,
    /// Whether an attachment that stayed is another part now.
    pub moved: bool,
}

impl Draft<'_> {
    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Drafted {
        let before = lines::canonical(self.before.unwrap_or_default());
        let before = Text::of(&before);
        match self.content {
            DraftContent::Mime(mime) => {
                let mime = lines::canonical(mime);
                let (fields, length) = Fields::split(&mime);
                let mut message = Vec::new();
                self.stamped(&fields, &mut message);
                for (_, field) in fields.each().filter(|(name, _)| !is_store_s(name)) {
                    message.extend(field);
                }
                message.extend_from_slice(b"\r\n");
                message.extend_from_slice(mime.get(length..).unwrap_or_default());
                drafted(message, Vec::new(), false)
            }
            DraftContent::Parts(parts) => self.with_parts(parts, &before),
        }
    }

    fn with_parts(&self, parts: &DraftParts, before: &Text<'_>) -> Drafted {
        let fields = &before.message.root.fields;
        let mut message = Vec::new();
        self.stamped(fields, &mut message);
        let rewritten = rewritten(parts);
        // The date is when it was last written.
        let date = |name: &[u8]| name.eq_ignore_ascii_case(b"Date");
        for (name, field) in fields.each() {
            let replaced = rewritten
                .iter()
                .any(|(other, _)| name.eq_ignore_ascii_case(other.as_bytes()));
            if !replaced && !date(name) && !is_content(name) && !is_store_s(name) {
                message.extend(field);
            }
        }
        for (_, field) in &rewritten {
            message.extend_from_slice(field);
        }
        let touched = parts.body.is_some() || !parts.added.is_empty() || !parts.removed.is_empty();
        if !touched && self.before.is_some() {
            for (_, field) in fields.each().filter(|(name, _)| is_content(name)) {
                message.extend(field);
            }
            message.extend_from_slice(b"\r\n");
            message.extend_from_slice(before.message.root.content);
            return drafted(message, Vec::new(), false);
        }
        self.with_content(message, parts, before)
    }

    /// Text, what stayed attached, and what is new.
    fn with_content(&self, mut message: Vec<u8>, parts: &DraftParts, before: &Text<'_>) -> Drafted {
        let layout = before.layout();
        let removed: HashSet<&str> = parts
            .removed
            .iter()
            .filter_map(|reference| split_file_reference(reference))
            .map(|(_, part)| part)
            .collect();
        let kept: Vec<&Part<'_>> = layout
            .attachments
            .iter()
            .copied()
            .filter(|part| !removed.contains(part.path.as_str()))
            .collect();
        let mut boundaries = Boundaries::new(self.stamp);
        let text = match &parts.body {
            Some(body) => written(body, &mut boundaries),
            None if self.before.is_none() => text_part("text/plain", String::new()),
            None => {
                let plain = text_part("text/plain", before.body(&layout, BodyType::Plain));
                match layout.is_rich() {
                    true => {
                        let html = before.body(&layout, BodyType::Html);
                        let both = vec![plain, text_part("text/html", html)];
                        boundaries.multipart("multipart/alternative", both)
                    }
                    false => plain,
                }
            }
        };
        message.extend_from_slice(b"MIME-Version: 1.0\r\n");
        if kept.is_empty() && parts.added.is_empty() {
            text.write_part(&mut message);
            return drafted(message, Vec::new(), false);
        }
        let mut all = vec![text];
        all.extend(kept.iter().map(|part| MimePart::raw(copied(part))));
        all.extend(parts.added.iter().map(attached));
        boundaries
            .multipart("multipart/mixed", all)
            .write_part(&mut message);
        // The text is the first part.
        let moved = kept
            .iter()
            .zip(2_usize..)
            .any(|(part, number)| part.path != number.to_string());
        let added = parts
            .added
            .iter()
            .zip(kept.len() + 2..)
            .map(|(add, number)| (add.client_id.clone(), number.to_string()));
        drafted(message, added.collect(), moved)
    }

    /// What every message has and this one lacks.
    fn stamped(&self, fields: &Fields<'_>, out: &mut Vec<u8>) {
        let is_new = matches!(self.content, DraftContent::Parts(_)) || !fields.has("Date");
        if is_new {
            out.extend_from_slice(format!("Date: {}\r\n", rfc5322(self.stamp.date)).as_bytes());
        }
        if !fields.has("Message-ID") {
            let id = format!("Message-ID: <{}>\r\n", self.stamp.message_id);
            out.extend_from_slice(id.as_bytes());
        }
        if !fields.has("From") {
            out.extend_from_slice(b"From: ");
            Address::new_address(None::<String>, self.author).write_header(&mut *out, 6);
        }
    }
}

fn drafted(message: Vec<u8>, added: Vec<(String, String)>, moved: bool) -> Drafted {
    Drafted {
        message: message.into(),
        added,
        moved,
    }
}

/// Whether a field says what the content is.
fn is_content(name: &[u8]) -> bool {
    let about = name.get(..8);
    about.is_some_and(|about| about.eq_ignore_ascii_case(b"Content-"))
        || name.eq_ignore_ascii_case(b"MIME-Version")
}

/// The fields that the device says anew; empty ones go.
fn rewritten(parts: &DraftParts) -> Vec<(&'static str, Vec<u8>)> {
    let mut fields = Vec::new();
    for (name, value) in [
        ("To", &parts.to),
        ("Cc", &parts.cc),
        ("Bcc", &parts.bcc),
        ("Reply-To", &parts.reply_to),
    ] {
        if let Some(value) = value {
            fields.push((name, people(name, value)));
        }
    }
    if let Some(subject) = &parts.subject {
        let mut field = b"Subject: ".to_vec();
        TextField::new(one_line(subject)).write_header(&mut field, 9);
        fields.push(("Subject", field));
    }
    if let Some(importance) = parts.importance {
        let field = match importance {
            Importance::Low => b"Importance: low\r\n".to_vec(),
            Importance::Normal => Vec::new(),
            Importance::High => b"Importance: high\r\n".to_vec(),
        };
        fields.push(("Importance", field));
        for other in ["X-Priority", "Priority", "X-MSMail-Priority"] {
            fields.push((other, Vec::new()));
        }
    }
    fields
}

/// A list of people. A draft may be half written: what is no address yet stays what it is.
fn people(name: &str, value: &str) -> Vec<u8> {
    let value = commas(&one_line(value));
    let field = format!("{name}: {value}\r\n\r\n");
    let (fields, _) = Fields::split(field.as_bytes());
    let named = fields.mailboxes(name, Hint::default());
    if named.is_empty() {
        return Vec::new();
    }
    let named = named.into_iter().map(|Mailbox { name, address }| {
        let (name, address) = match address.is_empty() {
            true => (None, name.unwrap_or_default()),
            false => (name, address),
        };
        Address::new_address(name, address)
    });
    let mut out = format!("{name}: ").into_bytes();
    let written = out.len();
    Address::new_list(named.collect()).write_header(&mut out, written);
    out
}

/// Semicolons between people, which devices write as well, as commas.
fn commas(list: &str) -> String {
    let mut quoted = false;
    let mut escaped = false;
    let one = |char: char| {
        let quote = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        quoted ^= quote;
        if char == ';' && !quoted { ',' } else { char }
    };
    list.chars().map(one).collect()
}

fn one_line(text: &str) -> String {
    text.trim().replace(char::is_control, " ")
}

/// The text that the device wrote; HTML goes with plain text beside it.
fn written(body: &Body, boundaries: &mut Boundaries<'_>) -> MimePart<'static> {
    let text = match &body.data {
        Some(BodyContent::Text(text)) => text.clone(),
        Some(BodyContent::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Some(BodyContent::Part(_)) | None => String::new(),
    };
    match body.kind {
        BodyType::Html => {
            let plain = html::to_text(&text, Links::Shown);
            let both = vec![text_part("text/plain", plain), text_part("text/html", text)];
            boundaries.multipart("multipart/alternative", both)
        }
        BodyType::Plain | BodyType::Rtf | BodyType::Mime => text_part("text/plain", text),
    }
}

/// A file that the device attached.
fn attached(add: &AttachmentAdd) -> MimePart<'static> {
    let kind = add.content_type.as_deref().unwrap_or_default().trim();
    let plausible = |char: char| char.is_ascii_alphanumeric() || "!#$&-^_.+/".contains(char);
    let kind = match kind.split_once('/') {
        // A message or a multipart may not be encoded, and what is attached always is.
        Some((main, sub))
            if !sub.is_empty()
                && kind.chars().all(plausible)
                && !matches!(
                    main.to_ascii_lowercase().as_str(),
                    "" | "multipart" | "message"
                ) =>
        {
            kind.to_owned()
        }
        _ => "application/octet-stream".to_owned(),
    };
    let name = one_line(&add.display_name);
    let part = MimePart::new(
        ContentType::new(kind).attribute("name", name.clone()),
        add.content.clone(),
    );
    let part = match add.is_inline {
        true => part.inline(),
        false => part.attachment(name),
    };
    match add.content_id.as_deref().map(one_line) {
        Some(id) if !id.is_empty() && !id.contains(['<', '>', ' ']) => part.cid(id),
        _ => part,
    }
}

#[cfg(test)]
mod tests;
