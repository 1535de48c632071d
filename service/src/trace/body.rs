//! Bodies as far as they may be shown.

use protocol::wbxml::{self, Limits};
use protocol::xml::to_xml;

use super::event::BodyView;
use super::mask::{Style, masked};

/// Bodies above this many bytes are not taken apart: a look must not hold up what it looks at.
const TAKEN_APART_MAX: usize = 2 * 1024 * 1024;

/// Longest text of one body that is shown.
const TEXT_MAX: usize = 1024 * 1024;

/// What a body is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// WBXML.
    Wbxml,
    /// The multipart form of ItemOperations.
    Multipart,
    /// A message or other bytes.
    Other,
}

/// Shows a body.
pub(super) fn view(bytes: &[u8], kind: Kind, style: Style) -> BodyView {
    let text = match kind {
        _ if bytes.is_empty() => String::new(),
        _ if bytes.len() > TAKEN_APART_MAX => {
            format!("[{} bytes, too many to show]\n", bytes.len())
        }
        Kind::Wbxml => document(bytes, style),
        Kind::Multipart => parts(bytes, style),
        Kind::Other => match (style, str::from_utf8(bytes)) {
            (Style::Revealed, Ok(text)) => format!("{text}\n"),
            (Style::Revealed, Err(_)) | (Style::Masked, _) => format!("[bytes {}]\n", bytes.len()),
        },
    };
    BodyView {
        bytes: bytes.len(),
        text: cut(text),
    }
}

fn document(bytes: &[u8], style: Style) -> String {
    match wbxml::decode(bytes, &Limits::default()) {
        Ok(document) => {
            let mut text = to_xml(&masked(&document.root, style));
            for skipped in &document.skipped {
                text.push_str(&format!(
                    "[unknown element left out: page {}, token {:#04x}, byte {}]\n",
                    skipped.page, skipped.token, skipped.offset
                ));
            }
            text
        }
        Err(error) => format!("[bytes {}, no WBXML: {error}]\n", bytes.len()),
    }
}

/// The document, and the lengths of the parts that go with it (MS-ASCMD 2.2.1.10.1.1).
fn parts(bytes: &[u8], style: Style) -> String {
    let number = |at: usize| -> Option<usize> {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    let part = |index: usize| -> Option<&[u8]> {
        let (offset, length) = (number(4 + 8 * index)?, number(8 + 8 * index)?);
        bytes.get(offset..offset.checked_add(length)?)
    };
    let count = number(0).unwrap_or(0).min(1_000);
    let mut text = part(0).map_or_else(String::new, |first| document(first, style));
    for index in 1..count {
        let length = part(index).map_or(0, <[u8]>::len);
        text.push_str(&format!("[part {index}: bytes {length}]\n"));
    }
    text
}

fn cut(mut text: String) -> String {
    if text.len() > TEXT_MAX {
        let end = text.floor_char_boundary(TEXT_MAX);
        text.truncate(end);
        text.push_str("\n[… cut]\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use protocol::codepages::{airsync, item_operations};
    use protocol::element::Element;
    use protocol::version::Version;

    use super::*;

    fn show(bytes: &[u8], kind: Kind) -> String {
        view(bytes, kind, Style::Masked).text
    }

    #[test]
    fn bodies_are_shown_as_what_they_are() {
        let sync = Element::new(airsync::SYNC).with(Element::text(airsync::SYNC_KEY, "1.ab"));
        let bytes = wbxml::encode(&sync, Version::V14_1);
        assert_eq!(
            show(&bytes, Kind::Wbxml),
            "<Sync xmlns=\"AirSync\">\n  <SyncKey>1.ab</SyncKey>\n</Sync>\n"
        );
        assert_eq!(show(b"", Kind::Wbxml), "");
        assert!(show(b"hello", Kind::Wbxml).starts_with("[bytes 5, no WBXML: "));
        assert_eq!(show(b"Subject: x", Kind::Other), "[bytes 10]\n");
        assert!(show(&vec![0; TAKEN_APART_MAX + 1], Kind::Wbxml).contains("too many to show"));
    }

    #[test]
    fn parts_are_counted() {
        let root = Element::new(item_operations::ITEM_OPERATIONS)
            .with(Element::text(item_operations::STATUS, "1"));
        let document = wbxml::encode(&root, Version::V14_1);
        let (head, length) = (20_u32, u32::try_from(document.len()).unwrap());
        let mut bytes = Vec::new();
        for number in [2, head, length, head + length, 3] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&document);
        bytes.extend_from_slice(b"abc");
        let text = show(&bytes, Kind::Multipart);
        assert!(
            text.contains("<Status>1</Status>") && text.ends_with("[part 1: bytes 3]\n"),
            "{text}"
        );
        assert_eq!(show(&bytes[..9], Kind::Multipart), "[part 1: bytes 0]\n");
    }
}
