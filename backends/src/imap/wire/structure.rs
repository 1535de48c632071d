//! `BODYSTRUCTURE`: the parts of a message.

use super::Value;

/// A part of a message, or the message itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Subtype in lower case: `plain`, `mixed`.
    pub subtype: Box<str>,
    /// Parameters of the content type; names in lower case.
    pub parameters: Vec<(Box<str>, Box<str>)>,
    /// How it is to be shown.
    pub disposition: Option<Disposition>,
    /// What it is made of.
    pub kind: PartKind,
}

/// What a part is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum PartKind {
    /// Other parts.
    Multipart(Vec<Part>),
    /// Content.
    Leaf {
        /// Type in lower case: `text`, `image`.
        media: Box<str>,
        /// `Content-ID`.
        id: Option<Box<str>>,
        /// `Content-Description`.
        description: Option<Box<str>>,
        /// Transfer encoding in lower case.
        encoding: Box<str>,
        /// Size as it is encoded, in bytes.
        size: u64,
        /// The structure of the message that is in it.
        message: Option<Box<Part>>,
    },
}

/// How a part is to be shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Disposition {
    /// `inline` or `attachment`, in lower case.
    pub kind: Box<str>,
    /// Parameters; names in lower case.
    pub parameters: Vec<(Box<str>, Box<str>)>,
}

impl Part {
    /// A parameter of the content type.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.parameters, name)
    }
}

impl Disposition {
    /// A parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.parameters, name)
    }
}

fn find<'p>(parameters: &'p [(Box<str>, Box<str>)], name: &str) -> Option<&'p str> {
    let found = parameters.iter().find(|(own, _)| &**own == name);
    found.map(|(_, value)| &**value)
}

/// Reads what can be read: servers leave fields out, or write `NIL` for numbers and for empty lists.
pub(super) fn read(value: &Value) -> Option<Part> {
    let fields = value.list()?;
    let parts = fields.iter().take_while(|field| field.list().is_some());
    let count = parts.count();
    // A multipart message without parts has NIL in their place.
    if count > 0 || (matches!(fields, [Value::Nil, _, rest @ ..] if rest.len() < 5)) {
        return multipart(fields, count);
    }
    let [
        media,
        subtype,
        parameters,
        id,
        description,
        encoding,
        size,
        rest @ ..,
    ] = fields
    else {
        return None;
    };
    let media = lower(media).unwrap_or_else(|| "application".into());
    let subtype = lower(subtype).unwrap_or_else(|| "octet-stream".into());
    // After the common fields come those of the type, then MD5 and disposition.
    let is_message = &*media == "message" && matches!(&*subtype, "rfc822" | "global");
    let (message, own) = match rest {
        [_envelope, structure, ..] if is_message && structure.list().is_some() => {
            (read(structure).map(Box::new), 3)
        }
        _ if &*media == "text" => (None, 1),
        _ => (None, 0),
    };
    Some(Part {
        subtype,
        parameters: pairs(parameters),
        disposition: rest.get(own + 1).and_then(disposition),
        kind: PartKind::Leaf {
            media,
            id: id.text().map(Into::into),
            description: description.text().map(Into::into),
            encoding: lower(encoding).unwrap_or_else(|| "7bit".into()),
            size: size.number().unwrap_or(0),
            message,
        },
    })
}

fn multipart(fields: &[Value], count: usize) -> Option<Part> {
    let (parts, rest) = fields.split_at_checked(count)?;
    let rest = match rest {
        [Value::Nil, rest @ ..] if count == 0 => rest,
        rest => rest,
    };
    let parts: Option<Vec<_>> = parts.iter().map(read).collect();
    Some(Part {
        subtype: rest
            .first()
            .and_then(lower)
            .unwrap_or_else(|| "mixed".into()),
        parameters: rest.get(1).map(pairs).unwrap_or_default(),
        disposition: rest.get(2).and_then(disposition),
        kind: PartKind::Multipart(parts?),
    })
}

fn lower(value: &Value) -> Option<Box<str>> {
    Some(value.text()?.to_ascii_lowercase().into())
}

fn pairs(value: &Value) -> Vec<(Box<str>, Box<str>)> {
    let fields = value.list().unwrap_or_default();
    let pair = |pair: &[Value]| match pair {
        [name, value] => Some((lower(name)?, value.text().unwrap_or_default().into())),
        _ => None,
    };
    fields.chunks_exact(2).filter_map(pair).collect()
}

fn disposition(value: &Value) -> Option<Disposition> {
    let fields = value.list()?;
    Some(Disposition {
        kind: lower(fields.first()?)?,
        parameters: fields.get(1).map(pairs).unwrap_or_default(),
    })
}
