//! The structure of a message: parts within parts, as ranges of its bytes.
//!
//! Our own splitter, since a message is hostile input: the library's parser recurses as deep as messages nest, also when it
//! frees them, and decodes every attachment at once. Here depth and number of parts are bounded, nothing is decoded, and
//! every byte is looked at once a level. A nested message is one part and is not taken apart.

use std::ops::Range;

use super::fields::{ContentType, Fields};

/// Most levels of parts within parts.
pub(super) const DEPTH_MAX: usize = 16;

/// Most parts of a message.
pub(super) const PARTS_MAX: usize = 1_000;

/// Longest line that is taken for a boundary where none is declared (RFC 2046 allows 70 characters).
const GUESSED_BOUNDARY_MAX: usize = 200;

/// A message taken apart.
#[derive(Debug)]
pub(super) struct Message<'m> {
    /// The outermost part.
    pub(super) root: Part<'m>,
    /// A multipart has no boundary, or none of its boundaries is there.
    pub(super) broken: bool,
    /// There is more than was taken apart.
    pub(super) cut: bool,
}

/// One part: its header fields, and either parts or content.
#[derive(Debug)]
pub(super) struct Part<'m> {
    /// Header fields.
    pub(super) fields: Fields<'m>,
    /// What it is; declared, or the default of its place.
    pub(super) content_type: ContentType,
    /// Where the header is in the message.
    pub(super) header: Range<usize>,
    /// Where the content is in the message.
    pub(super) body: Range<usize>,
    /// The content, not decoded.
    pub(super) content: &'m [u8],
    /// Parts of a multipart; none for a leaf.
    pub(super) children: Vec<Self>,
    /// Its place, as `2.1`; the outermost part is `0`.
    pub(super) path: String,
}

impl<'m> Message<'m> {
    /// Takes a message apart. Never fails: what cannot be told apart is one part.
    pub(super) fn parse(raw: &'m [u8]) -> Self {
        let mut splitter = Splitter {
            raw,
            parts: 0,
            broken: false,
            cut: false,
        };
        let start = skip_envelope(raw);
        let root = splitter.part(
            start..raw.len(),
            Place {
                depth: 0,
                digest: false,
                path: "0".to_owned(),
            },
        );
        Self {
            root,
            broken: splitter.broken,
            cut: splitter.cut,
        }
    }
}

impl<'m> Part<'m> {
    /// Whether it has content of its own.
    pub(super) fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// The leaf at `path`.
    pub(super) fn leaf(&self, path: &str) -> Option<&Self> {
        if self.path == path {
            return self.is_leaf().then_some(self);
        }
        let within = |child: &&Self| {
            path.strip_prefix(child.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.children
            .iter()
            .find(within)
            .and_then(|child| child.leaf(path))
    }

    /// Calls `visit` with every leaf, in order.
    pub(super) fn leaves<'p>(&'p self, visit: &mut impl FnMut(&'p Self)) {
        if self.is_leaf() {
            visit(self);
        }
        for child in &self.children {
            child.leaves(visit);
        }
    }
}

/// Where a part stands.
struct Place {
    depth: usize,
    digest: bool,
    path: String,
}

struct Splitter<'m> {
    raw: &'m [u8],
    parts: usize,
    broken: bool,
    cut: bool,
}

impl<'m> Splitter<'m> {
    fn part(&mut self, span: Range<usize>, place: Place) -> Part<'m> {
        self.parts += 1;
        let entity = self.raw.get(span.clone()).unwrap_or_default();
        let (fields, length) = Fields::split(entity);
        let header = span.start..span.start + length;
        let body = header.end..span.end;
        let content = self.raw.get(body.clone()).unwrap_or_default();
        let mut content_type = fields
            .content_type()
            .unwrap_or_else(|| ContentType::default_in(place.digest));
        let children = if content_type.main == "multipart" {
            self.children(&content_type, body.clone(), &place)
        } else {
            Vec::new()
        };
        if children.is_empty() && content_type.main == "multipart" {
            // Whatever it is, people can read it as text.
            content_type.retype("text", "plain");
        }
        Part {
            fields,
            content_type,
            header,
            body,
            content,
            children,
            path: place.path,
        }
    }

    fn children(
        &mut self,
        content_type: &ContentType,
        body: Range<usize>,
        place: &Place,
    ) -> Vec<Part<'m>> {
        if place.depth >= DEPTH_MAX {
            self.cut = true;
            return Vec::new();
        }
        let content = self.raw.get(body.clone()).unwrap_or_default();
        let declared = content_type
            .attribute("boundary")
            .map(|boundary| boundary.trim_end().as_bytes());
        let mut sections = declared.map_or_else(Vec::new, |boundary| sections(content, boundary));
        if sections.is_empty() {
            self.broken = true;
            sections = guess_boundary(content)
                .map_or_else(Vec::new, |boundary| self::sections(content, boundary));
        }
        let mut children = Vec::with_capacity(sections.len());
        for (index, section) in sections.into_iter().enumerate() {
            if self.parts >= PARTS_MAX {
                self.cut = true;
                break;
            }
            let path = match place.depth {
                0 => (index + 1).to_string(),
                _ => format!("{}.{}", place.path, index + 1),
            };
            let digest = content_type.sub == "digest";
            let span = body.start + section.start..body.start + section.end;
            children.push(self.part(
                span,
                Place {
                    depth: place.depth + 1,
                    digest,
                    path,
                },
            ));
        }
        children
    }
}

/// Where the message begins: after blank lines and an mbox separator, which some stores leave in.
pub(super) fn skip_envelope(raw: &[u8]) -> usize {
    let blank = raw
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    let rest = raw.get(blank..).unwrap_or_default();
    if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        blank
            + rest
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(rest.len(), |end| end + 1)
    } else {
        blank
    }
}

/// The sections between boundary lines. The line break before a boundary belongs to the boundary.
fn sections(content: &[u8], boundary: &[u8]) -> Vec<Range<usize>> {
    let mut sections = Vec::new();
    if boundary.is_empty() {
        return sections;
    }
    let mut open: Option<usize> = None;
    let mut offset = 0;
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let next = offset + line.len();
        if let Some(kind) = delimiter(line, boundary) {
            if let Some(start) = open.take() {
                sections.push(start..before_line_break(content, start, offset));
            }
            match kind {
                Delimiter::Next => open = Some(next),
                // What follows is for nobody.
                Delimiter::Last => return sections,
            }
        }
        offset = next;
    }
    if let Some(start) = open {
        sections.push(start..content.len());
    }
    sections
}

enum Delimiter {
    Next,
    Last,
}

fn delimiter(line: &[u8], boundary: &[u8]) -> Option<Delimiter> {
    let rest = line
        .strip_prefix(b"--")?
        .strip_prefix(boundary)?
        .trim_ascii_end();
    match rest {
        b"" => Some(Delimiter::Next),
        b"--" => Some(Delimiter::Last),
        _ => None,
    }
}

/// The end of a section whose boundary begins at `end`.
fn before_line_break(content: &[u8], start: usize, end: usize) -> usize {
    let section = content.get(start..end).unwrap_or_default();
    let section = section.strip_suffix(b"\n").unwrap_or(section);
    let section = section.strip_suffix(b"\r").unwrap_or(section);
    start + section.len()
}

/// The first line that looks like a boundary: two dashes, and a content header below.
fn guess_boundary(content: &[u8]) -> Option<&[u8]> {
    let mut candidate: Option<&[u8]> = None;
    for line in content.split(|byte| *byte == b'\n') {
        if candidate.is_some() && starts_ignoring_case(line, b"content-") {
            return candidate;
        }
        candidate = line
            .strip_prefix(b"--")
            .map(<[u8]>::trim_ascii_end)
            .filter(|rest| !rest.is_empty() && rest.len() <= GUESSED_BOUNDARY_MAX);
    }
    None
}

fn starts_ignoring_case(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::{DEPTH_MAX, Message, PARTS_MAX, Part};

    /// `path type content` of every leaf.
    fn leaves(raw: &str) -> Vec<String> {
        let message = Message::parse(raw.as_bytes());
        let mut leaves = Vec::new();
        message.root.leaves(&mut |leaf: &Part<'_>| {
            let content = String::from_utf8_lossy(leaf.content);
            leaves.push(format!(
                "{} {}/{} {content:?}",
                leaf.path, leaf.content_type.main, leaf.content_type.sub
            ));
        });
        leaves
    }

    #[test]
    fn a_plain_message_is_one_leaf() {
        assert_eq!(
            leaves("Subject: a\r\n\r\nb\r\n"),
            [r#"0 text/plain "b\r\n""#]
        );
        assert_eq!(
            leaves("\r\nFrom ann Mon\r\nSubject: a\r\n\r\nb"),
            [r#"0 text/plain "b""#]
        );
        assert_eq!(leaves(""), [r#"0 text/plain """#]);
        assert_eq!(
            leaves("no header\n\nat all"),
            [r#"0 text/plain "no header\n\nat all""#]
        );
    }

    #[test]
    fn parts_nest() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\nContent-Type: multipart/alternative; \
                   boundary=\"a-b\"\n\n--a-b\n\none\n--a-b\nContent-Type: text/html\n\ntwo\n--a-b--\n\n--a  \r\n\
                   Content-Type: image/png\n\nthree\r\n--a--\nepilogue\n";
        let expected = [
            r#"1.1 text/plain "one""#,
            r#"1.2 text/html "two""#,
            r#"2 image/png "three""#,
        ];
        assert_eq!(leaves(raw), expected);
        let message = Message::parse(raw.as_bytes());
        assert!(!message.broken && !message.cut);
        assert_eq!(message.root.leaf("1.2").unwrap().content, b"two");
        assert!(message.root.leaf("1").is_none());
        assert!(message.root.leaf("1.2.1").is_none());
        assert!(message.root.leaf("").is_none());
        for leaf in ["1.1", "2"].map(|path| message.root.leaf(path).unwrap()) {
            assert_eq!(&raw.as_bytes()[leaf.body.clone()], leaf.content);
        }
    }

    #[test]
    fn a_digest_is_made_of_messages() {
        let raw = "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: x\n\ny\n--a--\n";
        assert_eq!(leaves(raw), [r#"1 message/rfc822 "Subject: x\n\ny""#]);
    }

    #[test]
    fn a_lost_end_ends_with_the_parent() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\
                   one\n--a\n\ntwo";
        assert_eq!(
            leaves(raw),
            [r#"1.1 text/plain "one""#, r#"2 text/plain "two""#]
        );
    }

    #[test]
    fn a_boundary_is_guessed() {
        let raw = "Content-Type: multipart/mixed\n\n--x\nContent-Type: text/html\n\none\n--x--\n";
        assert_eq!(leaves(raw), [r#"1 text/html "one""#]);
        assert!(Message::parse(raw.as_bytes()).broken);
        let raw = "Content-Type: multipart/mixed; boundary=y\n\nno parts here\n";
        assert_eq!(leaves(raw), [r#"0 text/plain "no parts here\n""#]);
        assert!(Message::parse(raw.as_bytes()).broken);
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let mut deep = String::new();
        for level in 0..1_000 {
            deep.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
            ));
        }
        let message = Message::parse(deep.as_bytes());
        assert!(message.cut);
        let leaf = vec!["1"; DEPTH_MAX].join(".");
        assert!(message.root.leaf(&leaf).is_some());

        let wide = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\n".repeat(5_000)
        );
        let message = Message::parse(wide.as_bytes());
        assert!(message.cut);
        assert_eq!(message.root.children.len(), PARTS_MAX - 1);
    }
}
