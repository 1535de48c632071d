//! RFC 5322 messages to items of class Email.
//!
//! Whatever the bytes are, there is an item: what cannot be converted is reduced (headers and a note at worst), and the caller
//! is told why. Work is bounded by the length of the message; nothing recurses deeper than a constant.

mod attachments;
mod body;
mod charset;
mod class;
mod fields;
mod headers;
mod html;
mod layout;
mod marks;
mod markup;
mod mime;
mod raw;
mod text;
mod thread;
mod transfer;
mod wish;
mod words;

pub use attachments::{attachment, split_file_reference};
pub use marks::marks_change;
pub use wish::{
    AttachmentData, BodyWish, ConvertError, Converted, ItemContext, Limits, Marks, Meetings,
    MimeSupport, Reason,
};

use protocol::airsyncbase::{Attachments, Body, BodyType};
use protocol::class::email::{CONTENT_CLASS, CPID_UTF8, Email};

use body::Source;
use charset::Hint;
use layout::Layout;
use mime::{Message, Part};

/// What stands for a body that is not text.
const NOTE_UNREADABLE: &str = "[This message cannot be shown: its content is damaged.]\r\n";

/// What stands for a body that is longer than is taken apart.
const NOTE_TOO_LONG: &str = "[This message is too long to be shown here.]\r\n";

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
    let note = note(raw, context);
    let seen = match note {
        Some((reason, _)) => header_only(raw, reason),
        None => raw,
    };
    let message = Message::parse(seen);
    let label = declared_charset(&message.root);
    let hint = Hint::new(label.as_deref());
    let layout = Layout::of(&message.root, wish.meetings);
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
    let calendar = layout
        .calendar
        .filter(|_| wish.meetings == Meetings::AsMeetings);
    email.message_class = Some(class::message_class(&message.root, smime, calendar).to_owned());
    match note {
        Some((_, note)) => {
            email.native_body_type = Some(BodyType::Plain);
            email.body = Some(Body::text(BodyType::Plain, note));
        }
        None => {
            let chosen = source.choose(wish);
            email.native_body_type = Some(source.native());
            email.attachments.listed =
                attachments::list(&layout, &context.server_id, &chosen.shown, hint);
            email.body = Some(chosen.body);
        }
    }
    let reduced = note.map(|(reason, _)| reason).or_else(|| damage(&message));
    Ok(Converted {
        email: clean(email),
        reduced,
    })
}

/// What the store knows.
fn from_store(context: &ItemContext) -> Email {
    Email {
        date_received: Some(context.received),
        read: Some(context.marks.seen),
        internet_cpid: Some(CPID_UTF8),
        flag: Some(marks::flag(context.marks)),
        content_class: Some(CONTENT_CLASS.to_owned()),
        last_verb_executed: marks::last_verb(context.marks),
        categories: Some(context.categories.clone()),
        is_draft: context.marks.draft.then_some(true),
        attachments: Attachments::default(),
        ..Email::default()
    }
}

/// Whether a note must stand for the body.
fn note(raw: &[u8], context: &ItemContext) -> Option<(Reason, &'static str)> {
    if raw.len() > context.limits.message {
        return Some((Reason::TooLong, NOTE_TOO_LONG));
    }
    let (fields, length) = fields::Fields::split(raw);
    let content = raw.get(length..).unwrap_or_default();
    if raw.is_empty() {
        Some((Reason::Empty, NOTE_UNREADABLE))
    } else if fields.is_empty() && is_binary(content) {
        Some((Reason::NotMail, NOTE_UNREADABLE))
    } else {
        None
    }
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

/// The part of a message that is looked at where a note stands for the rest.
fn header_only(raw: &[u8], reason: Reason) -> &[u8] {
    if reason != Reason::TooLong {
        return &[];
    }
    let window = raw.get(..HEADER_WINDOW).unwrap_or(raw);
    let message = Message::parse(window);
    raw.get(..message.root.header.end).unwrap_or_default()
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
