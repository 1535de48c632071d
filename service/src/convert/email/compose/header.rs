//! The header of a message that goes out.

use super::super::fields::Fields;
use super::{Author, Original, Stamp, is_store_s, lines, rfc5322};

/// What a header is made from.
pub(super) struct Header<'h, 'm> {
    pub(super) fields: &'h Fields<'m>,
    pub(super) author: &'h Author<'h>,
    pub(super) stamp: &'h Stamp,
    pub(super) original: Option<&'h Original<'h>>,
}

/// What becomes of hidden recipients.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hidden {
    /// Only the author sees them.
    Kept,
    /// Recipients do not.
    Left,
}

impl Header<'_, '_> {
    /// The fields as they go, without the blank line.
    pub(super) fn write(&self, hidden: Hidden) -> Vec<u8> {
        let mut out = Vec::new();
        self.add_missing(&mut out);
        let wrote = self.author.wrote(self.fields);
        let sends = self.author.sends(self.fields);
        let mut from_written = !self.fields.has("From");
        for (name, field) in self.fields.each() {
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            if is("From") {
                // One field only, whatever came.
                if !std::mem::replace(&mut from_written, true) {
                    match wrote {
                        true => lines::fold(&field, &mut out),
                        false => out.extend(self.author.from(self.fields)),
                    }
                }
                continue;
            }
            // Somebody else as Sender would claim that the author wrote for them; delivery agents write Return-Path.
            let left = (is("Bcc") && hidden == Hidden::Left)
                || (is("Sender") && !sends)
                || is("Return-Path")
                || is_store_s(name);
            if !left {
                lines::fold(&field, &mut out);
            }
        }
        out
    }

    fn add_missing(&self, out: &mut Vec<u8>) {
        let mut add = |name: &str, value: &str| {
            if !self.fields.has(name) {
                out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
        };
        add("Date", &rfc5322(self.stamp.date));
        add("Message-ID", &format!("<{}>", self.stamp.message_id));
        if let Some(thread) = self.original.and_then(Original::thread) {
            add("In-Reply-To", &thread.replied_to);
            add("References", &thread.references);
        }
        if !self.fields.has("From") {
            out.extend(self.author.from(self.fields));
        }
    }
}
