//! Mail between its store and the wire: marks, categories, and what an upload asks of a mailbox.

use backends::{Flag, Item, Keyword, Marks, MarksPatch, Setting};
use protocol::class::email::{EmailUpload, Flagged};

use crate::commands::bounded::bounded;
use crate::commands::context::Context;
use crate::commands::reading::Message;
use crate::convert::email::{
    self, BodyWish, ConvertError, Converted, ItemContext, Limits, MimeSupport,
};
use crate::ids::long_id::LongId;
use crate::metrics::ConvertOutcome;

/// Keywords that programs set for themselves; no category of the user.
const PROGRAMS: [&str; 7] = [
    "junk",
    "nonjunk",
    "notjunk",
    "mdnsent",
    "todo",
    "recent",
    "forwarded",
];

/// Converts an item, away from the runtime's threads if it is large. `None` if the message cannot be said at all.
pub(super) async fn convert(
    context: &Context<'_>,
    id: &LongId,
    message: Message,
    wish: &BodyWish,
) -> Option<Converted> {
    let (state, own) = match &message {
        Message::Whole(item) => (&item.state, &item.marks),
        Message::Outlined { state, marks, .. } => (state, marks),
    };
    let about = ItemContext {
        server_id: id.to_string(),
        received: state.time,
        marks: marks(own),
        categories: categories(own),
        limits: Limits::default(),
    };
    let mut wish = wish.clone();
    let converted = match message {
        Message::Whole(Item { content, .. }) => {
            let size = content.len();
            bounded(size, move || email::to_eas(&content, &wish, &about)).await
        }
        Message::Outlined { outline, .. } => {
            // It is not held itself, so it cannot be sent itself.
            wish.mime_support = MimeSupport::Never;
            let work = move || Ok(email::to_eas_outlined(&outline, &wish, &about));
            bounded(usize::MAX, work).await
        }
    };
    let converted = match converted {
        Ok(converted) => converted,
        Err(error) => {
            tracing::error!(account = %context.who.account, item = %id, %error, "converter failed");
            Err(ConvertError::Unspeakable)
        }
    };
    let outcomes = &context.parts.metrics.convert.items;
    match converted {
        Ok(converted) => {
            if let Some(reason) = converted.reduced {
                outcomes.of(ConvertOutcome::Reduced).inc();
                tracing::info!(account = %context.who.account, item = %id, ?reason, "message sent reduced");
            }
            Some(converted)
        }
        Err(error) => {
            outcomes.of(ConvertOutcome::Skipped).inc();
            tracing::warn!(account = %context.who.account, item = %id, %error, "message skipped");
            None
        }
    }
}

/// Flags as the converter wants them.
pub(super) fn marks(marks: &Marks) -> email::Marks {
    email::Marks {
        seen: marks.has(Flag::Seen),
        flagged: marks.has(Flag::Flagged),
        answered: marks.has(Flag::Answered),
        forwarded: marks.has(Flag::Forwarded),
        draft: marks.has(Flag::Draft),
    }
}

/// Keywords that the user gave, as categories.
pub(super) fn categories(marks: &Marks) -> Vec<String> {
    marks
        .keywords
        .iter()
        .filter(|keyword| is_category(keyword))
        .map(|keyword| category(keyword.as_str()))
        .collect()
}

fn is_category(keyword: &Keyword) -> bool {
    let text = keyword.as_str();
    !text.starts_with('$') && !PROGRAMS.contains(&text.to_ascii_lowercase().as_str())
}

/// What an upload sets and clears. Categories come as a whole, so the rest of them is cleared.
pub(super) fn patch(upload: &EmailUpload, present: &Marks) -> MarksPatch {
    let mut patch = MarksPatch::new();
    if let Some(read) = upload.read {
        patch = patch.flag(Flag::Seen, setting(read));
    }
    if let Some(flag) = &upload.flag {
        patch = patch.flag(Flag::Flagged, setting(flag.flagged() == Flagged::Yes));
    }
    if let Some(categories) = &upload.categories {
        let wanted: Vec<Keyword> = categories
            .iter()
            .filter_map(|name| Keyword::parse(&keyword(name)))
            .collect();
        for known in present
            .keywords
            .iter()
            .filter(|known| is_category(known) && !wanted.contains(known))
        {
            patch = patch.keyword(known.clone(), Setting::Off);
        }
        for keyword in wanted {
            patch = patch.keyword(keyword, Setting::On);
        }
    }
    patch
}

fn setting(on: bool) -> Setting {
    if on { Setting::On } else { Setting::Off }
}

/// A category as a keyword. Keywords are IMAP atoms, categories any text: what an atom cannot hold is written as
/// `&XXXX-`, its UTF-16 code units in hexadecimal, and `&` itself likewise, so that the way back is certain.
fn keyword(category: &str) -> String {
    let mut keyword = String::with_capacity(category.len());
    for c in category.chars() {
        if c.is_ascii_graphic() && !"&(){%*\"\\]$".contains(c) {
            keyword.push(c);
        } else {
            let mut units = [0; 2];
            let hex: String = c
                .encode_utf16(&mut units)
                .iter()
                .map(|unit| format!("{unit:04X}"))
                .collect();
            keyword.push_str(&format!("&{hex}-"));
        }
    }
    keyword
}

/// The category that a keyword stands for; a keyword of another program that only looks encoded stays as it is.
fn category(keyword: &str) -> String {
    decoded(keyword).unwrap_or_else(|| keyword.to_owned())
}

fn decoded(keyword: &str) -> Option<String> {
    let mut pieces = keyword.split('&');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        let (hex, plain) = piece.split_once('-')?;
        let units: Vec<u16> = hex
            .as_bytes()
            .chunks(4)
            .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
            .collect::<Option<_>>()?;
        text.push_str(&String::from_utf16(&units).ok()?);
        text.push_str(plain);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_survive_the_way_through_keywords() {
        for name in [
            "Work",
            "Rote Kategorie",
            "Grün & blau",
            "a-b",
            "日本",
            "😀",
            "100%",
            "$x",
            "&0041-",
        ] {
            let keyword = keyword(name);
            assert!(Keyword::parse(&keyword).is_some(), "{keyword}");
            assert_eq!(category(&keyword), name);
        }
        for foreign in ["R&D", "&zz-", "plain"] {
            assert_eq!(category(foreign), foreign);
        }
    }

    #[test]
    fn an_upload_replaces_categories_and_leaves_what_programs_set() {
        let keyword = |text| Keyword::parse(text).unwrap();
        let present = Marks {
            keywords: [
                keyword("Old"),
                keyword("Kept"),
                keyword("$Label1"),
                keyword("NonJunk"),
            ]
            .into(),
            ..Marks::default()
        };
        let upload = EmailUpload {
            read: Some(true),
            categories: Some(vec!["Kept".to_owned(), "New one".to_owned()]),
            ..EmailUpload::default()
        };
        let after = present.clone().patched(&patch(&upload, &present));
        assert_eq!(categories(&after), ["Kept", "New one"]);
        assert!(after.has(Flag::Seen));
        assert_eq!(after.keywords.len(), 4);
    }
}
