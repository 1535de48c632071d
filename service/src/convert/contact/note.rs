//! Notes as a body: the kind and length that a device asked for, and back.

use protocol::airsyncbase::{Body, BodyContent, BodyPreference, BodyType};
use protocol::version::Version;

use crate::convert::email::html::{self, Links};
use crate::convert::email::{markup, text};

/// How a device wants notes: the options of its Sync or ItemOperations request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteWish {
    /// Kinds of body that it takes; none stands for plain text of at most 32 KiB.
    pub preferences: Vec<BodyPreference>,
    /// What the device speaks.
    pub version: Version,
}

impl NoteWish {
    /// The wish of a device that says nothing.
    #[must_use]
    pub fn nothing_said(version: Version) -> Self {
        Self {
            preferences: Vec::new(),
            version,
        }
    }
}

/// What a device gets that names no kind of body.
const UNASKED: BodyPreference = BodyPreference {
    kind: BodyType::Plain,
    truncation_size: Some(32 << 10),
    all_or_none: false,
    preview: None,
};

/// Notes as a device asked for them, plain if it takes that, else HTML; not more than `note_max` bytes of them.
pub(super) fn shown(note: &str, note_max: usize, wish: &NoteWish) -> Body {
    let looked_at = text::cut(note, note_max);
    let listed = |kind| {
        let mut all = wish.preferences.iter();
        all.find(|preference| preference.kind == kind).copied()
    };
    let preference = listed(BodyType::Plain)
        .or_else(|| listed(BodyType::Html))
        .unwrap_or(UNASKED);
    let whole = match preference.kind {
        BodyType::Html => markup::from_text(&text::wire(looked_at)),
        _ => text::wire(looked_at).into_owned(),
    };
    let most = preference.truncation_size.map_or(usize::MAX, |size| {
        usize::try_from(size).unwrap_or(usize::MAX)
    });
    let too_long = whole.len() > most;
    // There is no other kind to take instead.
    let sent = if too_long && preference.all_or_none {
        ""
    } else {
        text::cut(&whole, most)
    };
    let preview = preference
        .preview
        .filter(|_| wish.version >= Version::V14_0);
    Body {
        kind: preference.kind,
        estimated_data_size: Some(u32::try_from(whole.len()).unwrap_or(u32::MAX)),
        truncated: too_long || looked_at.len() < note.len(),
        data: (!sent.is_empty()).then(|| BodyContent::Text(sent.to_owned())),
        preview: preview.map(|most| text::preview(looked_at, usize::from(most))),
    }
}

/// The plain text of a body, with line ends as vCards have them and no white space at its end.
pub(super) fn plain(body: &Body) -> String {
    let content = match &body.data {
        Some(BodyContent::Text(text)) => text.clone(),
        Some(BodyContent::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Some(BodyContent::Part(_)) | None => String::new(),
    };
    let plain = match body.kind {
        BodyType::Html => html::to_text(&content, Links::Shown),
        BodyType::Plain | BodyType::Rtf | BodyType::Mime => content,
    };
    let plain = plain.replace("\r\n", "\n").replace('\r', "\n");
    plain.trim().to_owned()
}

/// Whether a body can be kept as notes: a vCard has plain text only.
pub(super) fn is_text(body: &Body) -> bool {
    matches!(body.kind, BodyType::Plain | BodyType::Html)
}

/// The notes that a device means which was shown a part of `stored` and sends `sent`: the rest that it never saw stays.
pub(super) fn with_rest(sent: &str, shown: &Body, stored: &str) -> String {
    if !shown.truncated {
        return sent.to_owned();
    }
    let seen = plain(shown);
    let stored = stored.replace("\r\n", "\n");
    match stored.strip_prefix(seen.as_str()) {
        Some(rest) => format!("{sent}{rest}"),
        None => sent.to_owned(),
    }
}
