//! RFC 5322 messages to items of class Email.
//!
//! Whatever the bytes are, there is an item: what cannot be converted is reduced (headers and a note at worst), and the caller
//! is told why. Work is bounded by the length of the message; nothing recurses deeper than a constant.

mod attachments;
mod body;
pub(super) mod charset;
mod class;
pub mod compose;
mod fields;
mod found;
mod headers;
pub(super) mod html;
mod layout;
mod locate;
mod marks;
pub(super) mod markup;
mod meeting;
mod mime;
mod part;
mod raw;
pub(super) mod text;
mod thread;
pub(super) mod transfer;
mod wish;
mod words;

pub use attachments::{attachment, split_file_reference};
pub use found::found;
pub use locate::{
    Keep, Lengths, Located, Locator, Outline, PASSES_MAX, PartDecoder, Passed, Unlocatable,
    Verdicts,
};
pub use marks::marks_change;
pub use wish::{
    AttachmentData, BodyWish, ConvertError, Converted, ItemContext, Limits, Marks, MimeSupport,
    Reason,
};

use protocol::airsyncbase::{Attachments, BodyType};
use protocol::class::email::{CPID_UTF8, Email, MeetingRequest};

use body::Source;
use charset::Hint;
use fields::Fields;
use layout::Layout;
use mime::{Message, Part};

/// What stands for a body that is not text.
const NOTE_UNREADABLE: &str = "[This message cannot be shown: its content is damaged.]";

/// What stands for a body that is longer than is taken apart.
const NOTE_TOO_LONG: &str = "[This message is too long to be shown here.]";

/// How far into a message that is too long its header is looked for, in bytes.
const HEADER_WINDOW: usize = 1 << 20;

/// Converts a message to the item that a device asked for.
///
/// # Errors
/// The message is so long that its size has no element. Everything else gives an item, if need be a reduced one.
pub fn to_eas(
    raw: &[u8],
    wish: &BodyWish,
    context: &ItemContext,
) -> Result<Converted, ConvertError> {
    if u32::try_from(raw.len()).is_err() {
        return Err(ConvertError::Unspeakable);
    }
    Ok(converted(raw, None, wish, context))
}

/// Converts a message of which only the [`Outline`] is held: the item is the same as from the whole, unless the device
/// wants that itself.
#[must_use]
pub fn to_eas_outlined(outline: &Outline, wish: &BodyWish, context: &ItemContext) -> Converted {
    converted(&outline.kept, Some(outline), wish, context)
}

/// Whether a device wants the message itself rather than what is in it.
#[must_use]
pub fn wants_whole(outline: &Outline, wish: &BodyWish) -> bool {
    let message = Message::parse(&outline.kept);
    let is_smime = class::smime(&message.root) != body::Smime::No;
    let mut listed = wish.preferences.iter();
    let listed = listed.any(|one| one.kind == BodyType::Mime);
    listed
        && match wish.mime_support {
            MimeSupport::Never => false,
            MimeSupport::SmimeOnly => is_smime,
            MimeSupport::Always => true,
        }
}

fn converted(
    raw: &[u8],
    outline: Option<&Outline>,
    wish: &BodyWish,
    context: &ItemContext,
) -> Converted {
    let unfit = unfit(raw, context.limits);
    let substitute = unfit.map(|reason| substitute(raw, reason));
    let seen = substitute.as_deref().unwrap_or(raw);
    let message = Message::parse(seen);
    let label = declared_charset(&message.root);
    let hint = Hint::new(label.as_deref());
    let layout = Layout::of(&message.root);
    let smime = class::smime(&message.root);
    let source = Source {
        raw: seen,
        message: &message,
        layout: &layout,
        hint,
        limits: context.limits,
        smime,
    };

    let mut email = from_store(context);
    headers::fill(&mut email, &message.root.fields, hint, context.received);
    if context.marks.draft {
        email.bcc = headers::bcc(&message.root.fields, hint);
    }
    let meeting = layout
        .calendar
        .filter(|_| smime == body::Smime::No)
        .and_then(|calendar| meeting_of(calendar, context.received));
    let meeting_class = meeting.as_ref().map(|(class, _)| *class);
    let class = class::message_class(&message.root, smime, meeting_class);
    email.meeting_request = meeting.map(|(_, meeting)| Box::new(meeting));
    email.content_class = Some(class::content_class(class).to_owned());
    email.message_class = Some(class.to_owned());
    email.body_part = source.body_part(wish);
    let chosen = source.choose(wish);
    email.native_body_type = Some(source.native());
    let listing = attachments::Listing {
        server_id: &context.server_id,
        shown: &chosen.shown,
        hint,
        outline,
    };
    email.attachments.listed = listing.of(&layout);
    email.body = Some(chosen.body);
    let reduced = unfit.or_else(|| damage(&message));
    Converted {
        email: clean(email),
        reduced,
    }
}

/// The meeting that an iCalendar part is about, and what sort of message it makes.
fn meeting_of(calendar: &Part<'_>, received: i64) -> Option<(&'static str, MeetingRequest)> {
    let class = class::meeting(calendar)?;
    let meeting = meeting::of(&class::window(calendar), class, received)?;
    Some((class, meeting))
}

/// Which conversation a message belongs to, from its header alone: 16 bytes, as [`to_eas`] tells them.
#[must_use]
pub fn conversation(header: &[u8]) -> Vec<u8> {
    let message = Message::parse(header);
    let label = message.root.content_type.attribute("charset");
    headers::conversation(&message.root.fields, Hint::new(label))
}

/// What the store knows.
fn from_store(context: &ItemContext) -> Email {
    Email {
        date_received: Some(context.received),
        read: Some(context.marks.seen),
        internet_cpid: Some(CPID_UTF8),
        flag: Some(marks::flag(context.marks)),
        last_verb_executed: marks::last_verb(context.marks),
        categories: Some(context.categories.clone()),
        is_draft: context.marks.draft.then_some(true),
        attachments: Attachments::default(),
        ..Email::default()
    }
}

/// Why a message cannot be taken apart, if it cannot.
fn unfit(raw: &[u8], limits: Limits) -> Option<Reason> {
    if raw.is_empty() {
        return Some(Reason::Empty);
    }
    if raw.len() > limits.message {
        return Some(Reason::TooLong);
    }
    let (fields, length) = Fields::split(raw);
    let content = raw.get(length..).unwrap_or_default();
    (fields.is_empty() && is_binary(content)).then_some(Reason::NotMail)
}

/// The header, with a note in place of all else: it is converted as any message, so that kinds and sizes are as asked.
fn substitute(raw: &[u8], reason: Reason) -> Vec<u8> {
    let window = raw.get(..HEADER_WINDOW).unwrap_or(raw);
    let (mut message, note) = match reason {
        Reason::TooLong => (
            Message::parse(window).root.fields.without_content(),
            NOTE_TOO_LONG,
        ),
        _ => (Vec::new(), NOTE_UNREADABLE),
    };
    message.extend_from_slice(b"Content-Type: text/plain; charset=utf-8\r\n\r\n");
    message.extend_from_slice(note.as_bytes());
    message
}

/// Whether it is no text by its look: a NUL, or one control character in ten.
fn is_binary(content: &[u8]) -> bool {
    let window = content.get(..4_096).unwrap_or(content);
    let control = window
        .iter()
        .filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
        .count();
    window.contains(&0) || control * 10 > window.len()
}

/// What is wrong with a message that was converted nevertheless.
fn damage(message: &Message<'_>) -> Option<Reason> {
    if message.root.fields.is_empty() {
        Some(Reason::NotMail)
    } else if message.cut {
        Some(Reason::TooComplex)
    } else if message.broken {
        Some(Reason::Broken)
    } else {
        None
    }
}

/// The charset that the first text part with one declares.
fn declared_charset(root: &Part<'_>) -> Option<String> {
    let mut declared = root.content_type.attribute("charset").map(str::to_owned);
    root.leaves(&mut |leaf| {
        if declared.is_none() && leaf.content_type.main == "text" {
            declared = leaf.content_type.attribute("charset").map(str::to_owned);
        }
    });
    declared
}

/// Drops what XML does not have from all text that came from the message; the body has been through it.
fn clean(mut email: Email) -> Email {
    let fields = [
        &mut email.to,
        &mut email.cc,
        &mut email.bcc,
        &mut email.from,
        &mut email.sender,
        &mut email.subject,
        &mut email.reply_to,
        &mut email.display_to,
        &mut email.thread_topic,
    ];
    for text in fields.into_iter().flatten() {
        text.retain(text::is_xml);
    }
    for attachment in &mut email.attachments.listed {
        let fields = [
            &mut attachment.display_name,
            &mut attachment.content_id,
            &mut attachment.content_location,
        ];
        for text in fields.into_iter().flatten() {
            text.retain(text::is_xml);
        }
    }
    email
}
