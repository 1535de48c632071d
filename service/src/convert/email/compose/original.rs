//! The original of a reply or a forward, and how it is brought along (MS-ASCMD 2.2.1.19, 2.2.1.20).

use std::collections::BTreeSet;

use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::{BodyPart, MimePart};
use protocol::airsyncbase::BodyType;

use super::super::body::{Smime, Source};
use super::super::charset::Hint;
use super::super::fields::{Fields, Mailbox};
use super::super::layout::Layout;
use super::super::mime::{Message, Part};
use super::super::wish::Limits;
use super::super::{class, declared_charset, markup};
use super::quote::{plain_text, rich_text};
use super::{Stamp, lines};

/// Nothing of what people wrote is cut off.
const WHOLE: Limits = Limits {
    message: usize::MAX,
    text: usize::MAX / 8,
    body: usize::MAX,
};

/// A message that another one refers to.
#[derive(Clone, Copy, Debug)]
pub struct Original<'o> {
    /// RFC 5322 text, as stored.
    pub raw: &'o [u8],
    /// What of it goes along.
    pub bring: Bring,
}

/// What of an original goes along.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bring {
    /// Its text, quoted, and the pictures in it: a reply.
    Quote,
    /// Its text and all that is attached: a forward.
    Everything,
    /// Nothing but the thread: a reply whose author has written all of it.
    Thread,
}

/// How a reply names what it replies to.
pub(super) struct Thread {
    pub(super) replied_to: String,
    pub(super) references: String,
}

impl Original<'_> {
    /// What a reply says of its thread; a forward begins one of its own.
    pub(super) fn thread(&self) -> Option<Thread> {
        let (fields, _) = Fields::split(self.raw);
        let id = fields.ids("Message-ID").into_iter().next()?;
        if self.bring == Bring::Everything {
            return None;
        }
        let mut ids = fields.ids("References");
        ids.push(id.clone());
        let references: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
        Some(Thread {
            replied_to: format!("<{id}>"),
            references: references.join("\r\n "),
        })
    }

    /// The entity (with CRLF line ends) with this original in it.
    pub(super) fn brought_along(&self, entity: Vec<u8>, stamp: &Stamp) -> Vec<u8> {
        if self.bring == Bring::Thread {
            return entity;
        }
        let written = Text::of(&entity);
        // What is signed or encrypted is whole, or it is broken.
        if written.message.root.fields.is_empty() || written.smime() != Smime::No {
            return entity;
        }
        let raw = lines::canonical(self.raw);
        let original = Text::of(&raw);
        let sealed = original.smime() == Smime::Opaque || original.message.cut;
        let mut out = written.message.root.fields.without_content();
        if !written.message.root.fields.has("MIME-Version") {
            out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        }
        let mut boundaries = Boundaries::new(stamp);
        let whole = match (self.bring, sealed) {
            (Bring::Everything, true) => enclosed(&written, &raw, &mut boundaries),
            (_, true) => return entity,
            (bring, false) => combined(&written, &original, bring, &mut boundaries),
        };
        whole.write_part(&mut out);
        out
    }
}

/// A message, taken apart for its text.
pub(super) struct Text<'m> {
    raw: &'m [u8],
    pub(super) message: Message<'m>,
}

impl<'m> Text<'m> {
    /// Takes it apart.
    pub(super) fn of(raw: &'m [u8]) -> Self {
        Self {
            raw,
            message: Message::parse(raw),
        }
    }

    fn smime(&self) -> Smime {
        class::smime(&self.message.root)
    }

    /// What is what in it.
    pub(super) fn layout(&self) -> Layout<'_, 'm> {
        Layout::of(&self.message.root)
    }

    /// Its text, whole.
    pub(super) fn body(&self, layout: &Layout<'_, 'm>, kind: BodyType) -> String {
        let label = declared_charset(&self.message.root);
        let source = Source {
            raw: self.raw,
            message: &self.message,
            layout,
            hint: Hint::new(label.as_deref()),
            limits: WHOLE,
            smime: self.smime(),
        };
        source.text(kind)
    }

    /// Who wrote it to whom, when and of what: name and value of each line.
    fn about(&self) -> Vec<(&'static str, String)> {
        let fields = &self.message.root.fields;
        let people = |name| {
            let named = fields.mailboxes(name, Hint::default());
            let named: Vec<String> = named.iter().map(Mailbox::full).collect();
            Some(named.join("; ")).filter(|named| !named.is_empty())
        };
        let text = |name| fields.text(name, Hint::default());
        let lines = [
            ("From", people("From")),
            ("Sent", text("Date")),
            ("To", people("To")),
            ("Cc", people("Cc")),
            ("Subject", text("Subject")),
        ];
        let said = lines
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        said.collect()
    }
}

/// Names of boundaries: the same for the same message.
pub(super) struct Boundaries<'s> {
    stamp: &'s Stamp,
    count: usize,
}

impl<'s> Boundaries<'s> {
    /// None so far.
    pub(super) fn new(stamp: &'s Stamp) -> Self {
        Self { stamp, count: 0 }
    }

    /// Parts under the next boundary.
    pub(super) fn multipart(
        &mut self,
        kind: &'static str,
        parts: Vec<MimePart<'static>>,
    ) -> MimePart<'static> {
        self.count += 1;
        let id = self.stamp.message_id.split('@').next().unwrap_or_default();
        // No line of quoted-printable or base64 has `=_` at such a place.
        let boundary = format!("=_{}_{id}", self.count);
        let kind = ContentType::new(kind).attribute("boundary", boundary);
        MimePart::new(kind, BodyPart::Multipart(parts))
    }
}

/// What was written, and the original as a message of its own below it.
fn enclosed(
    written: &Text<'_>,
    original: &[u8],
    boundaries: &mut Boundaries<'_>,
) -> MimePart<'static> {
    let mut enclosed =
        b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n".to_vec();
    enclosed.extend_from_slice(original);
    let parts = vec![
        MimePart::raw(copied(&written.message.root)),
        MimePart::raw(enclosed),
    ];
    boundaries.multipart("multipart/mixed", parts)
}

/// One text out of both, and what is attached to it.
fn combined(
    written: &Text<'_>,
    original: &Text<'_>,
    bring: Bring,
    boundaries: &mut Boundaries<'_>,
) -> MimePart<'static> {
    let (own, theirs) = (written.layout(), original.layout());
    let plain = plain_text(
        &written.body(&own, BodyType::Plain),
        &original.body(&theirs, BodyType::Plain),
        &original.about(),
        bring,
    );
    let plain = text_part("text/plain", plain);
    let mut shown = BTreeSet::new();
    let mut body = if own.is_rich() {
        let html = rich_text(
            &written.body(&own, BodyType::Html),
            &original.body(&theirs, BodyType::Html),
            &original.about(),
            bring,
        );
        shown = markup::referenced_ids(&html);
        boundaries.multipart(
            "multipart/alternative",
            vec![plain, text_part("text/html", html)],
        )
    } else {
        plain
    };
    let is_shown = |part: &&Part<'_>| {
        let id = part.fields.ids("Content-ID").into_iter().next();
        id.is_some_and(|id| shown.contains(&id.to_ascii_lowercase()))
    };
    let both = own.attachments.iter().chain(&theirs.attachments);
    let pictures: Vec<_> = both.copied().filter(is_shown).collect();
    if !pictures.is_empty() {
        let mut parts = vec![body];
        parts.extend(pictures.into_iter().map(|part| MimePart::raw(copied(part))));
        body = boundaries.multipart("multipart/related", parts);
    }
    let attached = own.attachments.iter().chain(match bring {
        Bring::Everything => theirs.attachments.as_slice(),
        Bring::Quote | Bring::Thread => &[],
    });
    let files: Vec<_> = attached.copied().filter(|part| !is_shown(part)).collect();
    if files.is_empty() {
        return body;
    }
    let mut parts = vec![body];
    parts.extend(files.into_iter().map(|part| MimePart::raw(copied(part))));
    boundaries.multipart("multipart/mixed", parts)
}

/// A text in UTF-8.
pub(super) fn text_part(kind: &'static str, text: String) -> MimePart<'static> {
    let kind = ContentType::new(kind).attribute("charset", "utf-8");
    MimePart::new(kind, text)
}

/// A part with the fields that describe its content: of an outermost part the others are the message's.
pub(super) fn copied(part: &Part<'_>) -> Vec<u8> {
    let mut copy = Vec::with_capacity(part.content.len() + 256);
    for (name, field) in part.fields.each() {
        let about = name.get(..8);
        if about.is_some_and(|about| about.eq_ignore_ascii_case(b"Content-")) {
            copy.extend(field);
        }
    }
    copy.extend_from_slice(b"\r\n");
    copy.extend_from_slice(part.content);
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(written: &str, original: &str, bring: Bring) -> String {
        let stamp = Stamp {
            date: 0,
            message_id: "id@x".to_owned(),
        };
        let original = Original {
            raw: original.as_bytes(),
            bring,
        };
        let entity = lines::canonical(written.as_bytes());
        String::from_utf8(original.brought_along(entity, &stamp)).unwrap()
    }

    const RICH: &str = "From: b@x\nSubject: S & T\nMessage-ID: <o@x>\nContent-Type: multipart/related; boundary=r\n\n--r\n\
        Content-Type: text/html\n\n<html><head><title>t</title></head><body class=\"a\">They <img src=\"cid:p@x\"></body></html>\n\
        --r\nContent-Type: image/png\nContent-ID: <p@x>\nX-Other: o\n\npicture\n--r--\n";

    #[test]
    fn html_quotes_html_and_keeps_its_pictures() {
        let written =
            "To: b@x\nContent-Type: text/html; charset=utf-8\n\n<body><p>Mine</p></body></html>\n";
        let text = brought(written, RICH, Bring::Quote);
        let (above, html) = text.split_once("text/html").unwrap();
        assert!(above.contains("text/plain") && above.contains("Mine") && above.contains("> They"));
        let html = html.replace("=\r\n", "").replace("=3D", "=");
        let order = [
            "<p>Mine</p>",
            "<b>Subject:</b> S &amp; T<br>",
            "<blockquote",
            "They <img src=\"cid:p@x\">",
            "</blockquote>",
            "</body></html>",
        ];
        let mut rest = html.as_str();
        for piece in order {
            rest = rest
                .split_once(piece)
                .unwrap_or_else(|| panic!("{piece} in:\n{text}"))
                .1;
        }
        assert!(
            !text.contains("<title>") && !text.contains("X-Other"),
            "{text}"
        );
        assert!(
            rest.contains("Content-Type: image/png\r\nContent-ID: <p@x>\r\n\r\npicture\r\n"),
            "{text}"
        );
    }

    #[test]
    fn what_is_sealed_is_passed_on_whole_and_not_quoted() {
        let sealed = "From: b@x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nsecret\n";
        let written = "To: c@x\n\nMine\n";
        let text = brought(written, sealed, Bring::Everything);
        assert!(
            text.contains("message/rfc822\r\nContent-Disposition: attachment\r\n\r\nFrom: b@x\r\n"),
            "{text}"
        );
        assert_eq!(
            brought(written, sealed, Bring::Quote),
            "To: c@x\r\n\r\nMine\r\n"
        );
        let signed = "To: c@x\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\n\n--s\n\nMine\n--s\n\nsig\n--s--\n";
        assert_eq!(
            brought(signed, RICH, Bring::Everything),
            signed.replace('\n', "\r\n")
        );
    }

    #[test]
    fn a_forward_of_a_file_alone_brings_the_file_and_not_the_header() {
        let file = "From: b@x\nSubject: s\nReceived: x\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n";
        let text = brought("To: c@x\n\nMine\n", file, Bring::Everything);
        assert!(text.contains("Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"), "{text}");
        assert!(!text.contains("Received:"), "{text}");
    }
}
