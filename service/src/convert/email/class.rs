//! What sort of mail it is (MS-ASEMAIL 2.2.2.49).

use protocol::class::email::CONTENT_CLASS;

use super::body::Smime;
use super::fields::ContentType;
use super::mime::Part;
use super::transfer::Encoding;

/// How far into a report or an invitation its fields are looked for, in bytes.
const WINDOW: usize = 256 << 10;

/// Whether and how a message is of S/MIME.
pub(super) fn smime(root: &Part<'_>) -> Smime {
    let kind = &root.content_type;
    let has = |name, what: &str| {
        kind.attribute(name)
            .is_some_and(|value| value.to_ascii_lowercase().contains(what))
    };
    let wrapped =
        kind.main == "application" && matches!(kind.sub.as_str(), "pkcs7-mime" | "x-pkcs7-mime");
    let nameless = kind.is("application", "octet-stream") && has("name", "smime.p7m");
    if wrapped || nameless {
        Smime::Opaque
    } else if kind.is("multipart", "signed") && has("protocol", "pkcs7-signature") {
        Smime::Signed
    } else {
        Smime::No
    }
}

/// `MessageClass`. `meeting` is what its meeting makes of it, if it is about one.
pub(super) fn message_class(
    root: &Part<'_>,
    smime: Smime,
    meeting: Option<&'static str>,
) -> &'static str {
    match smime {
        Smime::Opaque => "IPM.Note.SMIME",
        Smime::Signed => "IPM.Note.SMIME.MultipartSigned",
        Smime::No => meeting.or_else(|| report(root)).unwrap_or("IPM.Note"),
    }
}

/// `ContentClass` that goes with a message class.
pub(super) fn content_class(message_class: &str) -> &'static str {
    if message_class.starts_with("IPM.Schedule.") {
        "urn:content-classes:calendarmessage"
    } else {
        CONTENT_CLASS
    }
}

/// Meeting messages by the method of their calendar.
pub(super) fn meeting(calendar: &Part<'_>) -> Option<&'static str> {
    let text = window(calendar).to_ascii_uppercase();
    let declared = calendar
        .content_type
        .attribute("method")
        .map(str::to_ascii_uppercase);
    let method = declared.or_else(|| property(&text, "METHOD:"))?;
    match method.as_str() {
        "REQUEST" => Some("IPM.Schedule.Meeting.Request"),
        "CANCEL" => Some("IPM.Schedule.Meeting.Canceled"),
        "REPLY" => match property(&text, "PARTSTAT=")?.as_str() {
            "ACCEPTED" => Some("IPM.Schedule.Meeting.Resp.Pos"),
            "TENTATIVE" => Some("IPM.Schedule.Meeting.Resp.Tent"),
            "DECLINED" => Some("IPM.Schedule.Meeting.Resp.Neg"),
            _ => None,
        },
        _ => None,
    }
}

/// The word behind `name`.
fn property(text: &str, name: &str) -> Option<String> {
    let (_, value) = text.split_once(name)?;
    let end = value.find(|char: char| !char.is_ascii_alphabetic() && char != '-');
    value.get(..end.unwrap_or(value.len())).map(str::to_owned)
}

/// Delivery reports and read receipts.
fn report(root: &Part<'_>) -> Option<&'static str> {
    if !root.content_type.is("multipart", "report") {
        return None;
    }
    let find = |wanted: fn(&ContentType) -> bool| {
        root.children
            .iter()
            .find(|child| wanted(&child.content_type))
    };
    if let Some(status) = find(|kind| {
        kind.is("message", "delivery-status") || kind.is("message", "global-delivery-status")
    }) {
        let text = window(status).to_ascii_lowercase();
        let actions: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("action:"))
            .map(str::trim)
            .collect();
        return Some(
            if actions.iter().any(|action| action.starts_with("failed")) || actions.is_empty() {
                "REPORT.IPM.NOTE.NDR"
            } else if actions.iter().any(|action| action.starts_with("delayed")) {
                "REPORT.IPM.NOTE.DELAYED"
            } else {
                "REPORT.IPM.NOTE.DR"
            },
        );
    }
    let disposition = find(|kind| kind.is("message", "disposition-notification"))?;
    let text = window(disposition).to_ascii_lowercase();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("disposition:"))?;
    Some(if line.contains("deleted") {
        "REPORT.IPM.NOTE.IPNNRN"
    } else {
        "REPORT.IPM.NOTE.IPNRN"
    })
}

/// The beginning of a part's text.
pub(super) fn window(part: &Part<'_>) -> String {
    let encoding = Encoding::from_word(part.fields.word("Content-Transfer-Encoding").as_deref());
    let content = part.content.get(..WINDOW).unwrap_or(part.content);
    String::from_utf8_lossy(&encoding.decode(content)).into_owned()
}
