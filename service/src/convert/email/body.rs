//! Which kind of body a device gets, and how much of it (protocol notes §10.1, MS-ASAIRS 3.2.5).

use std::borrow::Cow;
use std::collections::BTreeSet;

use protocol::airsyncbase::{Body, BodyContent, BodyPreference, BodyType};
use protocol::version::Version;

use super::charset::{self, Hint};
use super::html::{self, Links};
use super::layout::{self, Layout, Section};
use super::mime::{Message, Part};
use super::text::{self, DelSp};
use super::transfer::Encoding;
use super::wish::{BodyWish, Limits, MimeSupport};
use super::{markup, raw};

/// What a device gets that names no kind of body.
const UNASKED: BodyPreference = BodyPreference {
    kind: BodyType::Plain,
    truncation_size: Some(32 << 10),
    all_or_none: false,
    preview: None,
};

/// All that a body is made from.
pub(super) struct Source<'p, 'm> {
    pub(super) raw: &'m [u8],
    pub(super) message: &'p Message<'m>,
    pub(super) layout: &'p Layout<'p, 'm>,
    pub(super) hint: Hint<'p>,
    pub(super) limits: Limits,
    pub(super) smime: Smime,
}

/// Whether a message is of S/MIME.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Smime {
    /// It is not.
    No,
    /// Signed, readable without.
    Signed,
    /// Encrypted, or signed and wrapped.
    Opaque,
}

/// The body that a device gets.
pub(super) struct Chosen {
    pub(super) body: Body,
    /// Content ids of the attachments that it shows, in lower case.
    pub(super) shown: BTreeSet<String>,
}

/// A whole body of one kind.
pub(super) struct Content {
    pub(super) text: String,
    /// A limit of ours cut it.
    pub(super) cut: bool,
}

impl Source<'_, '_> {
    /// What the stored body is made of.
    pub(super) fn native(&self) -> BodyType {
        if self.layout.is_rich() {
            BodyType::Html
        } else {
            BodyType::Plain
        }
    }

    /// The body that fits the wish.
    pub(super) fn choose(&self, wish: &BodyWish) -> Chosen {
        let candidates = self.candidates(wish);
        let mut first: Option<Chosen> = None;
        for preference in &candidates {
            let content = self.content(preference.kind);
            let too_long = preference
                .truncation_size
                .is_some_and(|most| content.text.len() > to_usize(most));
            if !(preference.all_or_none && too_long) {
                return self.finish(&content, preference, wish.version);
            }
            first.get_or_insert_with(|| {
                let nothing = BodyPreference {
                    truncation_size: Some(0),
                    ..*preference
                };
                self.finish(&content, &nothing, wish.version)
            });
        }
        // All or none was asked of every kind, and all is too much.
        first.unwrap_or_else(|| self.finish(&self.content(UNASKED.kind), &UNASKED, wish.version))
    }

    /// What may be sent, best first; never empty.
    fn candidates(&self, wish: &BodyWish) -> Vec<BodyPreference> {
        let listed = |kind| {
            wish.preferences
                .iter()
                .find(|preference| preference.kind == kind)
                .copied()
        };
        let wants_mime = match wish.mime_support {
            MimeSupport::Never => false,
            MimeSupport::SmimeOnly => self.smime != Smime::No,
            MimeSupport::Always => true,
        };
        let mime = listed(BodyType::Mime).map(|preference| BodyPreference {
            truncation_size: preference
                .truncation_size
                .or(wish.mime_truncation.and_then(mime_truncation)),
            ..preference
        });
        let other = if self.native() == BodyType::Html {
            BodyType::Plain
        } else {
            BodyType::Html
        };
        let mut candidates = Vec::new();
        candidates.extend(mime.filter(|_| wants_mime));
        candidates.extend(listed(self.native()));
        candidates.extend(listed(other));
        if candidates.is_empty() {
            candidates.push(UNASKED);
        }
        candidates
    }

    pub(super) fn finish(
        &self,
        content: &Content,
        preference: &BodyPreference,
        version: Version,
    ) -> Chosen {
        let most = preference.truncation_size.map_or(usize::MAX, to_usize);
        let sent = text::cut(&content.text, most);
        let data = (most > 0).then(|| BodyContent::Text(sent.to_owned()));
        let preview = preference.preview.filter(|_| version >= Version::V14_0);
        let body = Body {
            kind: preference.kind,
            estimated_data_size: Some(u32::try_from(content.text.len()).unwrap_or(u32::MAX)),
            truncated: content.cut || sent.len() < content.text.len(),
            data,
            preview: preview.map(|most| self.preview(usize::from(most))),
        };
        // Only HTML shows pictures, and MIME brings its own. What is cut off will be asked for later, so it counts.
        let shown = match preference.kind {
            BodyType::Html if !self.layout.attachments.is_empty() => {
                markup::referenced_ids(&content.text)
            }
            _ => BTreeSet::new(),
        };
        Chosen { body, shown }
    }

    fn preview(&self, most: usize) -> String {
        let mut preview = String::new();
        for section in &self.layout.sections {
            preview.push_str(&self.plain(section, Links::Hidden).text);
            preview.push('\n');
            // White space at most doubles the text that is needed in practice; the last section ends the search anyway.
            if preview.len() > most.saturating_mul(8) {
                break;
            }
        }
        text::preview(&text::wire(&preview), most)
    }

    /// The whole body of a kind as text, with CRLF at line ends.
    pub(super) fn text(&self, kind: BodyType) -> String {
        self.content(kind).text
    }

    /// The whole body of a kind, as it goes on the wire. RTF is never made.
    pub(super) fn content(&self, kind: BodyType) -> Content {
        let mut content = match kind {
            BodyType::Mime => Content {
                text: raw::to_text(self.raw, self.message, self.hint),
                cut: false,
            },
            BodyType::Html => self.joined("<br>\n", |section| self.html(section)),
            BodyType::Plain | BodyType::Rtf => {
                self.joined("\n", |section| self.plain(section, Links::Shown))
            }
        };
        if let Cow::Owned(wire) = text::wire(&content.text) {
            content.text = wire;
        }
        let most = text::cut(&content.text, self.limits.body).len();
        content.cut |= most < content.text.len();
        content.text.truncate(most);
        content
    }

    fn joined(&self, separator: &str, piece: impl Fn(&Section<'_, '_>) -> Content) -> Content {
        let pieces: Vec<_> = self.layout.sections.iter().map(piece).collect();
        let texts: Vec<_> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        Content {
            text: texts.join(separator),
            cut: pieces.iter().any(|piece| piece.cut),
        }
    }

    fn plain(&self, section: &Section<'_, '_>, links: Links) -> Content {
        let parts = if section.plain.is_empty() {
            &section.rich
        } else {
            &section.plain
        };
        self.collect(parts, "\n", |part, text| match layout::is_html(part) {
            true => html::to_text(&text, links),
            false => unflowed(part, text),
        })
    }

    fn html(&self, section: &Section<'_, '_>) -> Content {
        let parts = if section.rich.is_empty() {
            &section.plain
        } else {
            &section.rich
        };
        self.collect(parts, "<br>\n", |part, text| match layout::is_html(part) {
            true => markup::without_charset(&text).into_owned(),
            false => markup::from_text(&text::wire(&unflowed(part, text))),
        })
    }

    fn collect(
        &self,
        parts: &[&Part<'_>],
        separator: &str,
        form: impl Fn(&Part<'_>, String) -> String,
    ) -> Content {
        let mut cut = false;
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            let text = decode(part, self.hint, self.limits.text);
            cut |= text.cut;
            texts.push(form(part, text.text));
        }
        Content {
            text: texts.join(separator),
            cut,
        }
    }
}

/// The text of a part, at most `most` bytes before its charset is decoded.
fn decode(part: &Part<'_>, hint: Hint<'_>, most: usize) -> Content {
    let encoding = Encoding::from_word(part.fields.word("Content-Transfer-Encoding").as_deref());
    // Three bytes make one in quoted-printable, four make three in base64; line ends come on top.
    let window = part
        .content
        .get(..most.saturating_mul(4))
        .unwrap_or(part.content);
    let decoded = encoding.decode(window);
    let bytes = decoded.get(..most).unwrap_or(&decoded);
    let cut = bytes.len() < decoded.len() || window.len() < part.content.len();
    let label = part.content_type.attribute("charset").map(str::to_owned);
    let label = match label {
        None if layout::is_html(part) => markup::declared_charset(bytes),
        label => label,
    };
    Content {
        text: charset::decode(bytes, label.as_deref(), hint),
        cut,
    }
}

fn unflowed(part: &Part<'_>, text: String) -> String {
    let is = |name, value: &str| {
        part.content_type
            .attribute(name)
            .is_some_and(|given| given.eq_ignore_ascii_case(value))
    };
    if !is("format", "flowed") {
        return text;
    }
    text::unflow(
        &text,
        if is("delsp", "yes") {
            DelSp::Yes
        } else {
            DelSp::No
        },
    )
}

/// Bytes that a `MIMETruncation` code leaves (MS-ASCMD 2.2.3.111); `None` is all.
fn mime_truncation(code: u8) -> Option<u32> {
    match code {
        0 => Some(0),
        1 => Some(4_096),
        2 => Some(5_120),
        3 => Some(7_168),
        4 => Some(10_240),
        5 => Some(20_480),
        6 => Some(51_200),
        7 => Some(102_400),
        _ => None,
    }
}

fn to_usize(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}
