//! Whether a message has what is looked for: its header, then its texts, one after the other, as they are read.
//!
//! Lines are looked at one by one; nothing recurses, whatever the message says of itself.

use std::io::{self, BufRead, Read};

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use super::text::{self, Encoding, Form};
use crate::search::{Field, Question};

/// Longest stretch of a line that is looked at as one.
const LINE_MAX: u64 = 64 << 10;

/// Longest header that is looked at.
const HEADER_MAX: usize = 256 << 10;

/// So much of a text is looked at, as it is written.
const TEXT_MAX: usize = 2 << 20;

/// After so many lines it is looked at whether to go on.
const CHECKED: u64 = 1_024;

/// Levels of parts within parts.
const DEPTH_MAX: usize = 16;

/// What is looked for, ready to be compared.
#[derive(Debug)]
pub(super) struct Needles(Vec<(Field, String)>);

impl Needles {
    pub(super) fn of(question: &Question) -> Self {
        let terms = question.terms.iter();
        Self(
            terms
                .map(|term| (term.field, text::folded(&term.text)))
                .filter(|(_, text)| !text.is_empty())
                .collect(),
        )
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a message has all of them. `check` is asked now and then whether to go on.
    ///
    /// # Errors
    /// Those of the reader and of `check`.
    pub(super) fn are_in(
        &self,
        reader: impl BufRead,
        check: &dyn Fn() -> io::Result<()>,
    ) -> io::Result<bool> {
        let mut look = Look {
            missing: self.0.iter().collect(),
            boundaries: Vec::new(),
            part: Part::Header(Vec::new()),
            outermost: true,
        };
        let mut lines = Lines::new(reader);
        for number in 1_u64.. {
            if number.is_multiple_of(CHECKED) {
                check()?;
            }
            let Some((line, starts)) = lines.next()? else {
                break;
            };
            look.take(line, starts);
            if look.is_decided() {
                break;
            }
        }
        look.end_part();
        Ok(look.missing.is_empty())
    }
}

/// A message that is being looked at.
struct Look<'n> {
    /// What was not found yet.
    missing: Vec<&'n (Field, String)>,
    /// Of the parts that are open, the innermost last.
    boundaries: Vec<Vec<u8>>,
    part: Part,
    /// Whether the header of the message itself is still to come.
    outermost: bool,
}

/// What is being read.
enum Part {
    /// A header, so far.
    Header(Vec<u8>),
    /// A text, so far.
    Text(Form, Vec<u8>),
    /// What nobody looks at.
    Other,
}

impl<'n> Look<'n> {
    /// Nothing more can change the answer.
    fn is_decided(&self) -> bool {
        let lost = |needle: &&'n (Field, String)| !matches!(needle.0, Field::Any | Field::Body);
        self.missing.is_empty() || !self.outermost && self.missing.iter().any(lost)
    }

    /// Takes a line, or a stretch of one that does not start it.
    fn take(&mut self, line: &[u8], starts: bool) {
        if starts && let Some((at, last)) = self.boundary(line) {
            self.end_part();
            self.boundaries.truncate(at + usize::from(!last));
            self.part = match last {
                true => Part::Other,
                false => Part::Header(Vec::new()),
            };
            return;
        }
        match &mut self.part {
            Part::Header(header) if starts && line.trim_ascii_end().is_empty() => {
                // Blank lines before a message are none of it.
                if !(self.outermost && header.is_empty()) {
                    self.end_header();
                }
            }
            Part::Header(held) => hold(held, line, HEADER_MAX),
            Part::Text(_, held) => hold(held, line, TEXT_MAX),
            Part::Other => {}
        }
    }

    /// The open boundary that a line is, from the outermost, and whether it is the last of its kind.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?;
        let kind = |boundary: &Vec<u8>| match rest.strip_prefix(&**boundary)?.trim_ascii_end() {
            b"" => Some(false),
            b"--" => Some(true),
            _ => None,
        };
        let mut open = self.boundaries.iter().enumerate().rev();
        open.find_map(|(at, boundary)| Some((at, kind(boundary)?)))
    }

    /// What was being read is over.
    fn end_part(&mut self) {
        match std::mem::replace(&mut self.part, Part::Other) {
            Part::Text(form, held) => {
                let text = form.read(&held);
                self.found(&text, |field| matches!(field, Field::Any | Field::Body));
            }
            Part::Header(header) if self.outermost => self.fields(&header),
            Part::Header(_) | Part::Other => {}
        }
    }

    /// A header is over, and what it announces begins.
    fn end_header(&mut self) {
        let Part::Header(header) = std::mem::replace(&mut self.part, Part::Other) else {
            return;
        };
        if self.outermost {
            self.fields(&header);
        }
        self.part = self.announced(&header);
    }

    /// Looks into the fields of the message.
    fn fields(&mut self, header: &[u8]) {
        self.outermost = false;
        for (name, value) in fields(header) {
            let field = match &*name {
                "subject" => Field::Subject,
                "from" => Field::From,
                "to" | "cc" | "bcc" => Field::To,
                _ => continue,
            };
            let text = text::header(value);
            self.found(&text, |wanted| wanted == Field::Any || wanted == field);
        }
    }

    /// What comes after a header.
    fn announced(&mut self, header: &[u8]) -> Part {
        let mut form = Form::default();
        let (mut main, mut sub, mut boundary) = ("text".to_owned(), "plain".to_owned(), None);
        for (name, value) in fields(header) {
            match &*name {
                "content-type" => {
                    let mut line = value.to_vec();
                    line.push(b'\n');
                    let mut stream = MessageStream::new(&line);
                    if let HeaderValue::ContentType(kind) = stream.parse_content_type() {
                        main = kind.ctype().trim().to_ascii_lowercase();
                        sub = kind
                            .subtype()
                            .unwrap_or_default()
                            .trim()
                            .to_ascii_lowercase();
                        form.charset = kind.attribute("charset").map(str::to_owned);
                        boundary = kind.attribute("boundary").map(str::trim_end).map(Vec::from);
                    }
                }
                "content-transfer-encoding" => {
                    form.encoding = match &*value.trim_ascii().to_ascii_lowercase() {
                        b"base64" => Encoding::Base64,
                        b"quoted-printable" => Encoding::QuotedPrintable,
                        _ => Encoding::Identity,
                    };
                }
                _ => {}
            }
        }
        match (&*main, &*sub) {
            ("multipart", _) => {
                let boundary = boundary.filter(|boundary| !boundary.is_empty());
                if self.boundaries.len() < DEPTH_MAX {
                    self.boundaries.extend(boundary);
                }
                Part::Other
            }
            ("message", "rfc822") => Part::Header(Vec::new()),
            ("text", sub) => {
                form.html = sub == "html";
                Part::Text(form, Vec::new())
            }
            _ => Part::Other,
        }
    }

    fn found(&mut self, text: &str, is_there: impl Fn(Field) -> bool) {
        self.missing
            .retain(|(field, needle)| !(is_there(*field) && text.contains(&**needle)));
    }
}

fn hold(held: &mut Vec<u8>, line: &[u8], most: usize) {
    let room = most.saturating_sub(held.len());
    held.extend_from_slice(line.get(..room).unwrap_or(line));
}

/// Names of the fields in lower case, and their values.
fn fields(header: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    let mut rest = header;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = 0;
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            if end > 0 && !matches!(line.first(), Some(b' ' | b'\t')) {
                break;
            }
            end += line.len();
        }
        let (field, after) = rest.split_at(end);
        rest = after;
        let colon = field.iter().position(|byte| *byte == b':').unwrap_or(0);
        let (name, value) = field.split_at(colon);
        let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase();
        Some((name, value.get(1..).unwrap_or_default()))
    })
}

/// Lines of a bounded length; longer ones come in several stretches.
struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    starts: bool,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::new(),
            starts: true,
        }
    }

    /// The next stretch, and whether a line starts with it.
    fn next(&mut self) -> io::Result<Option<(&[u8], bool)>> {
        self.line.clear();
        let mut bounded = (&mut self.reader).take(LINE_MAX);
        if bounded.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        let starts = self.starts;
        self.starts = self.line.ends_with(b"\n");
        Ok(Some((&self.line, starts)))
    }
}

#[cfg(test)]
mod tests {
    use super::Needles;
    use crate::search::{Field, Question, Term};

    fn has(message: &[u8], terms: &[(Field, &str)]) -> bool {
        let terms = terms.iter().map(|(field, text)| Term {
            field: *field,
            text: (*text).to_owned(),
        });
        let question = Question {
            terms: terms.collect(),
            ..Question::default()
        };
        Needles::of(&question).are_in(message, &|| Ok(())).unwrap()
    }

    const MIXED: &[u8] = b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\nFrom: Ann <ann@x>\r\nTo: b@x\r\nBcc: c@x\r\n\
        Received: by mx.invalid\r\nContent-Type: multipart/mixed; boundary=\"o\"\r\n\r\npreamble\r\n\
        --o\r\nContent-Type: multipart/alternative;\r\n boundary=i\r\n\r\n--i\r\n\r\nplain te=\r\nxt\r\n\
        --i\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        <b>rich</b> te=\r\nxt\r\n--i--\r\nbetween\r\n--o\r\nContent-Type: image/png\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nc2VjcmV0\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n\
        Subject: inner\r\n\r\ninner text\r\n--o--\r\nepilogue\r\n";

    #[test]
    fn each_text_is_found_where_it_is() {
        for (field, text, there) in [
            (Field::Any, "GR\u{dc}\u{df}E", true),
            (Field::Subject, "gr\u{fc}\u{df}", true),
            (Field::Body, "gr\u{fc}\u{df}", false),
            (Field::From, "ann@x", true),
            (Field::From, "Ann <", true),
            (Field::From, "b@x", false),
            (Field::To, "b@x", true),
            (Field::To, "c@x", true),
            (Field::Any, "b@x", true),
            (Field::Any, "mx.invalid", false),
            (Field::Body, "rich text", true),
            (Field::Any, "rich text", true),
            (Field::Body, "te= xt", true),
            (Field::Body, "inner text", true),
            (Field::Subject, "inner", false),
            (Field::Any, "preamble", false),
            (Field::Any, "between", false),
            (Field::Any, "epilogue", false),
            (Field::Any, "secret", false),
            (Field::Any, "  ", true),
        ] {
            assert_eq!(has(MIXED, &[(field, text)]), there, "{field:?} {text}");
        }
    }

    #[test]
    fn all_must_be_there_each_anywhere() {
        let both = |other| has(MIXED, &[(Field::Any, "rich"), (Field::Any, other)]);
        assert!(both("ann") && both("inner text") && !both("absent"));
        assert!(!has(
            MIXED,
            &[(Field::From, "absent"), (Field::Any, "rich")]
        ));
    }

    #[test]
    fn whatever_a_message_is_it_is_looked_at() {
        let text = [(Field::Any, "hay")];
        for (message, there) in [
            (&b""[..], false),
            (b"Subject: hay", true),
            (b"\r\nSubject: x\n\nhay", true),
            (b"no header hay\n\nhay", true),
            (b"Content-Type: multipart/mixed\n\nhay\n", false),
            (
                b"Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n\nhay",
                true,
            ),
            (b"Content-Type: text/plain; charset=none\n\nhay", true),
        ] {
            assert_eq!(has(message, &text), there, "{}", message.escape_ascii());
        }
    }

    #[test]
    fn hostile_messages_cost_little() {
        let mut deep = Vec::new();
        for level in 0..10_000 {
            deep.extend(
                format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n").bytes(),
            );
        }
        deep.extend(b"\nhay\n");
        assert!(!has(&deep, &[(Field::Any, "hay")]));
        let mut long = b"Subject: ".to_vec();
        long.resize(1 << 20, b'x');
        long.extend(b"\n\n");
        long.resize(8 << 20, b'y');
        long.extend(b"hay");
        assert!(!has(&long, &[(Field::Body, "hay")]));
        assert!(has(&long, &[(Field::Body, "yyy")]));
    }
}
