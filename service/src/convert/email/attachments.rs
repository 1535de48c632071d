//! Attachments: their list, their names, their content.

use std::collections::BTreeSet;

use protocol::airsyncbase::{Attachment, AttachmentMethod};

use super::charset::Hint;
use super::fields::{Fields, tidy};
use super::layout::Layout;
use super::locate::Outline;
use super::mime::{Message, Part};
use super::transfer::Encoding;
use super::wish::AttachmentData;

/// Longest display name, in bytes.
const NAME_MAX: usize = 255;

/// What a list is made from besides the parts.
pub(super) struct Listing<'l> {
    /// The item's server id.
    pub(super) server_id: &'l str,
    /// Content ids that the body shows, in lower case.
    pub(super) shown: &'l BTreeSet<String>,
    /// The charset of what declares none.
    pub(super) hint: Hint<'l>,
    /// True sizes, where not all of the content is at hand.
    pub(super) outline: Option<&'l Outline>,
}

impl Listing<'_> {
    /// The list.
    pub(super) fn of(&self, layout: &Layout<'_, '_>) -> Vec<Attachment> {
        let parts = layout.attachments.iter();
        parts.map(|part| self.entry(part)).collect()
    }

    fn entry(&self, part: &Part<'_>) -> Attachment {
        let content_id = part.fields.ids("Content-ID").into_iter().next();
        Attachment {
            display_name: Some(name(part, self.hint)),
            file_reference: file_reference(self.server_id, &part.path),
            client_id: None,
            method: if is_message(part) {
                AttachmentMethod::Embedded
            } else {
                AttachmentMethod::Normal
            },
            estimated_data_size: Some(u32::try_from(self.size(part)).unwrap_or(u32::MAX)),
            // A picture that the body does not show must be in the list that people see.
            is_inline: content_id
                .as_ref()
                .is_some_and(|id| self.shown.contains(&id.to_ascii_lowercase())),
            content_id,
            content_location: part
                .fields
                .text("Content-Location", self.hint)
                .map(|text| tidy(&text))
                .filter(|text| !text.is_empty()),
            voice: None,
        }
    }

    fn size(&self, part: &Part<'_>) -> u64 {
        let located = self.outline.and_then(|outline| outline.leaf(&part.path));
        located.map_or_else(
            || encoding(part).decoded_len(part.content) as u64,
            |located| located.size,
        )
    }
}

/// What an attachment is fetched by: the item's server id, a colon, the part's path. Safe in URLs.
fn file_reference(server_id: &str, path: &str) -> String {
    format!("{server_id}:{path}")
}

/// Takes a file reference apart: the item's server id, and the part for [`attachment`].
#[must_use]
pub fn split_file_reference(reference: &str) -> Option<(&str, &str)> {
    let (server_id, part) = reference.rsplit_once(':')?;
    let valid = !part.is_empty()
        && part
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    (valid && !server_id.is_empty()).then_some((server_id, part))
}

/// The content of the attachment at `part`, as [`split_file_reference`] gives it; `None` if the message has no such part.
#[must_use]
pub fn attachment(raw: &[u8], part: &str) -> Option<AttachmentData> {
    let message = Message::parse(raw);
    let leaf = message.root.leaf(part)?;
    let bytes = encoding(leaf).decode(leaf.content).into_owned();
    Some(AttachmentData {
        content_type: leaf.content_type.full(),
        bytes,
    })
}

/// How a part's content is written.
pub(super) fn encoding(part: &Part<'_>) -> Encoding {
    Encoding::from_word(part.fields.word("Content-Transfer-Encoding").as_deref())
}

fn is_message(part: &Part<'_>) -> bool {
    part.content_type.is("message", "rfc822") || part.content_type.is("message", "global")
}

/// The declared file name, else one that says what it is.
fn name(part: &Part<'_>, hint: Hint<'_>) -> String {
    let disposition = part.fields.typed("Content-Disposition", hint);
    let declared = disposition
        .as_ref()
        .and_then(|disposition| disposition.attribute("filename"));
    let kind = part.fields.typed("Content-Type", hint);
    let declared = declared.or_else(|| kind.as_ref().and_then(|kind| kind.attribute("name")));
    let declared = declared
        .map(|name| file_name(&decoded(name)))
        .filter(|name| !name.is_empty());
    declared.unwrap_or_else(|| invented(part))
}

/// Encoded words do not belong into parameters, but are there.
fn decoded(name: &str) -> String {
    if !name.contains("=?") {
        return name.to_owned();
    }
    let field = format!("Name: {name}\n");
    Fields::split(field.as_bytes())
        .0
        .text("Name", Hint::default())
        .unwrap_or_else(|| name.to_owned())
}

/// No directories, no control characters, not endless.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = tidy(last);
    name.get(..name.floor_char_boundary(NAME_MAX))
        .unwrap_or_default()
        .to_owned()
}

fn invented(part: &Part<'_>) -> String {
    if is_message(part) {
        let (fields, _) = Fields::split(part.content);
        let subject = fields
            .text("Subject", Hint::default())
            .map(|subject| file_name(&subject.replace(['/', '\\'], "-")))
            .unwrap_or_default();
        return if subject.is_empty() {
            "message.eml".to_owned()
        } else {
            format!("{subject}.eml")
        };
    }
    let kind = &part.content_type;
    let extension = match (kind.main.as_str(), kind.sub.as_str()) {
        ("text", "plain") => "txt",
        ("text", "calendar") => return "invite.ics".to_owned(),
        ("message", "delivery-status" | "disposition-notification") => {
            return "details.txt".to_owned();
        }
        ("text", "rfc822-headers") => return "headers.txt".to_owned(),
        ("image", "jpeg") => "jpg",
        ("image", "svg+xml") => "svg",
        (_, sub)
            if sub.len() <= 5
                && !sub.is_empty()
                && sub.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            sub
        }
        _ => "bin",
    };
    format!("attachment-{}.{extension}", part.path)
}

#[cfg(test)]
mod tests {
    use super::{attachment, split_file_reference};

    #[test]
    fn references_come_apart() {
        assert_eq!(split_file_reference("3:17:2.1"), Some(("3:17", "2.1")));
        for reference in ["", "2.1", "3:17:", "3:17:x", ":1"] {
            assert_eq!(split_file_reference(reference), None, "{reference}");
        }
    }

    #[test]
    fn content_is_decoded() {
        let raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: IMAGE/png; name=a\n\
                    Content-Transfer-Encoding: base64\n\nAAEC\n--b--\n";
        let found = attachment(raw, "2").unwrap();
        assert_eq!(
            (found.content_type.as_str(), found.bytes.as_slice()),
            ("image/png", &[0, 1, 2][..])
        );
        for part in ["", "0", "3", "2.1", "02"] {
            assert!(attachment(raw, part).is_none(), "{part}");
        }
    }
}
