//! Texts and structure of messages.

use backends::imap::wire::{Content, Disposition, Part, PartKind, Section};
use imap_codec::imap_types::body::{self, BodyStructure, SpecificFields};
use imap_codec::imap_types::core::{IString, NString, NString8};
use imap_codec::imap_types::fetch;

pub(super) fn text(text: &IString<'_>) -> Box<str> {
    String::from_utf8_lossy(text.as_ref()).into()
}

pub(super) fn nullable(value: &NString<'_>) -> Option<Box<str>> {
    value.0.as_ref().map(text)
}

pub(super) fn section(name: &str, origin: Option<u32>, value: &NString<'_>) -> Section {
    Section {
        name: name.into(),
        origin: origin.map(u64::from),
        content: match &value.0 {
            Some(text) => Content::Held(text.as_ref().to_vec().into()),
            None => Content::Nil,
        },
    }
}

/// The name of a text; `None` for one with names of headers in it.
pub(super) fn named(section: Option<&fetch::Section<'_>>) -> Option<String> {
    use fetch::Section as Their;
    let within = |part: Option<&fetch::Part>, word: &str| {
        let numbers = part.map(|part| numbers(part.0.as_ref()) + ".");
        format!("BODY[{}{word}]", numbers.unwrap_or_default())
    };
    Some(match section {
        None => "BODY[]".to_owned(),
        Some(Their::Part(part)) => format!("BODY[{}]", numbers(part.0.as_ref())),
        Some(Their::Header(part)) => within(part.as_ref(), "HEADER"),
        Some(Their::Text(part)) => within(part.as_ref(), "TEXT"),
        Some(Their::Mime(part)) => within(Some(part), "MIME"),
        Some(Their::HeaderFields(..) | Their::HeaderFieldsNot(..)) => return None,
    })
}

fn numbers(part: &[std::num::NonZeroU32]) -> String {
    let numbers: Vec<String> = part.iter().map(ToString::to_string).collect();
    numbers.join(".")
}

pub(super) fn binary(part: &[std::num::NonZeroU32], value: &NString8<'_>) -> Section {
    let name = format!("BINARY[{}]", numbers(part));
    match value {
        NString8::NString(value) => section(&name, None, value),
        NString8::Literal8(bytes) => Section {
            name: name.into(),
            origin: None,
            content: Content::Held(bytes.data.to_vec().into()),
        },
    }
}

pub(super) fn binary_size(part: &[std::num::NonZeroU32], size: u32) -> Section {
    Section {
        name: format!("BINARY.SIZE[{}]", numbers(part)).into(),
        origin: None,
        content: Content::Held(size.to_string().into()),
    }
}

pub(super) fn part(structure: &BodyStructure<'_>) -> Part {
    match structure {
        BodyStructure::Single {
            body,
            extension_data,
        } => {
            let basic = &body.basic;
            let (media, subtype, message) = match &body.specific {
                SpecificFields::Basic { r#type, subtype } => (lower(r#type), lower(subtype), None),
                SpecificFields::Message { body_structure, .. } => {
                    let inner = Box::new(part(body_structure));
                    ("message".into(), "rfc822".into(), Some(inner))
                }
                SpecificFields::Text { subtype, .. } => ("text".into(), lower(subtype), None),
            };
            let tail = extension_data.as_ref().and_then(|data| data.tail.as_ref());
            Part {
                subtype,
                parameters: pairs(&basic.parameter_list),
                disposition: tail.and_then(disposition),
                kind: PartKind::Leaf {
                    media,
                    id: nullable(&basic.id),
                    description: nullable(&basic.description),
                    encoding: lower(&basic.content_transfer_encoding),
                    size: basic.size.into(),
                    message,
                },
            }
        }
        BodyStructure::Multi {
            bodies,
            subtype,
            extension_data,
        } => {
            let data = extension_data.as_ref();
            Part {
                subtype: lower(subtype),
                parameters: data
                    .map(|data| pairs(&data.parameter_list))
                    .unwrap_or_default(),
                disposition: data
                    .and_then(|data| data.tail.as_ref())
                    .and_then(disposition),
                kind: PartKind::Multipart(bodies.as_ref().iter().map(part).collect()),
            }
        }
    }
}

fn disposition(tail: &body::Disposition<'_>) -> Option<Disposition> {
    let (kind, parameters) = tail.disposition.as_ref()?;
    Some(Disposition {
        kind: lower(kind),
        parameters: pairs(parameters),
    })
}

fn lower(value: &IString<'_>) -> Box<str> {
    text(value).to_ascii_lowercase().into()
}

fn pairs(list: &[(IString<'_>, IString<'_>)]) -> Vec<(Box<str>, Box<str>)> {
    let pair = |(name, value): &(IString<'_>, IString<'_>)| (lower(name), text(value));
    list.iter().map(pair).collect()
}
