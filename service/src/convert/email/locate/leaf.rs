//! The content of a leaf while it passes: counted, and kept as far as it is wanted.

use super::super::fields::{ContentType, Fields};
use super::super::transfer::{Decoder, Encoding};
use super::grid::Lines;
use super::lines::line_break;
use super::{Keep, Lengths, Located};

/// How much of the end of a content is looked at in any case, in bytes.
const TAIL: u64 = 8 << 10;

/// What is passed over at least, in bytes: less is not worth asking the store once more.
const SKIP_MIN: u64 = 128 << 10;

/// A leaf whose content passes.
#[derive(Debug)]
pub(super) struct Leaf {
    path: String,
    content_type: String,
    start: u64,
    encoding: Encoding,
    decoder: Decoder,
    size: u64,
    /// Decoded bytes, counted and forgotten.
    scratch: Vec<u8>,
    /// The last line break: it is content only if more follows, for it may belong to a boundary.
    held: Vec<u8>,
    keep: usize,
    kept_from: usize,
    cut: bool,
    /// Of base64: the lines so far.
    lines: Lines,
    /// Where it must end, since some of it was passed over.
    expected: Option<u64>,
}

/// What a leaf's content ends with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// A boundary, which has the line break before it.
    Boundary,
    /// The message.
    Message,
}

impl Leaf {
    /// A leaf whose content begins at `start`.
    pub(super) fn new(path: String, fields: &Fields<'_>, kind: &ContentType, start: u64) -> Self {
        let word = fields.word("Content-Transfer-Encoding");
        let encoding = Encoding::from_word(word.as_deref());
        Self {
            path,
            content_type: kind.full(),
            start,
            encoding,
            decoder: Decoder::new(encoding),
            size: 0,
            scratch: Vec::new(),
            held: Vec::new(),
            keep: 0,
            kept_from: 0,
            cut: false,
            lines: Lines::Unseen,
            expected: None,
        }
    }

    /// Says how much is to be kept, behind what is kept already.
    pub(super) fn keeping(mut self, most: usize, kept: &[u8]) -> Self {
        self.keep = most;
        self.kept_from = kept.len();
        self
    }

    /// The next line, or part of a line.
    pub(super) fn push(&mut self, line: &[u8], kept: &mut Vec<u8>) {
        let mut held = std::mem::take(&mut self.held);
        self.content(&held, kept);
        let (text, end) = line.split_at(line.len() - line_break(line));
        let before = self.size;
        self.content(text, kept);
        if self.encoding == Encoding::Base64 {
            let decoded = self.size - before;
            self.lines = self.lines.and(text.len(), end.len(), decoded);
        }
        held.clear();
        held.extend_from_slice(end);
        self.held = held;
    }

    /// Passes over content from the line at `at` on, whose beginning has passed already if it is `passing`; see
    /// [`Locator::skip`](super::Locator::skip).
    pub(super) fn skip(&mut self, at: u64, passing: bool, lengths: &Lengths) -> Option<u64> {
        // IMAP numbers what is no multipart as if it were the only part of one.
        let number = if self.path == "0" { "1" } else { &self.path };
        let end = self.start.checked_add(*lengths.get(number)?)?;
        let most = end.checked_sub(TAIL)?.checked_sub(at)?;
        if self.keep > 0 || most < SKIP_MIN {
            return None;
        }
        let skipped = match (self.encoding, self.lines) {
            (Encoding::Identity, _) => {
                self.size += most + std::mem::take(&mut self.held).len() as u64;
                most
            }
            (Encoding::Base64, Lines::Even(grid)) if !passing => {
                let lines = most / grid.line;
                self.size += lines * grid.bytes;
                lines * grid.line
            }
            (Encoding::Base64 | Encoding::QuotedPrintable, _) => return None,
        };
        self.cut = true;
        self.expected = Some(end);
        Some(at + skipped)
    }

    /// Whether it goes on in the middle of a line when some of it was passed over.
    pub(super) fn goes_on_anywhere(&self) -> bool {
        self.encoding == Encoding::Identity
    }

    /// Whether what was passed over cannot have been what it was taken for, if it ends at `at` or goes on there.
    pub(super) fn is_misled(&self, at: u64, ends: bool) -> bool {
        let uneven = self.encoding == Encoding::Base64 && self.lines == Lines::Uneven;
        self.expected.is_some_and(|end| match ends {
            true => at != end || uneven,
            // The line break before a boundary is no content.
            false => at > end.saturating_add(2),
        })
    }

    /// The content is over at `at`.
    pub(super) fn end(mut self, at: u64, end: End, kept: &mut Vec<u8>) -> (String, Located) {
        let held = std::mem::take(&mut self.held);
        if end == End::Message {
            self.content(&held, kept);
        }
        self.decoder.finish(&mut self.scratch);
        self.count();
        if self.cut {
            self.seal(kept);
        }
        if end == End::Boundary {
            kept.extend_from_slice(&held);
        }
        let located = Located {
            content_type: self.content_type,
            body: self.start.min(at)..at,
            size: self.size,
            encoding: self.encoding,
            grid: self.lines.grid(),
        };
        (self.path, located)
    }

    fn content(&mut self, bytes: &[u8], kept: &mut Vec<u8>) {
        self.decoder.push(bytes, &mut self.scratch);
        self.count();
        let wanted = bytes.get(..self.keep).unwrap_or(bytes);
        self.cut |= wanted.len() < bytes.len();
        self.keep -= wanted.len();
        kept.extend_from_slice(wanted);
    }

    fn count(&mut self) {
        self.size += self.scratch.len() as u64;
        self.scratch.clear();
    }

    /// A line that was cut must not look like a boundary, which its beginning may do.
    fn seal(&self, kept: &mut Vec<u8>) {
        let own = kept.get(self.kept_from..).unwrap_or_default();
        let line = own.iter().rposition(|byte| *byte == b'\n');
        let line = line.map_or(own, |at| own.get(at + 1..).unwrap_or_default());
        if line.starts_with(b"--") {
            kept.push(0);
        }
    }
}

/// How much is kept of a leaf's content.
pub(super) fn wanted(keep: Keep, fields: &Fields<'_>, kind: &ContentType) -> usize {
    let shown = kind.is("text", "plain") || kind.is("text", "html");
    let attached = || {
        let disposition = fields.word("Content-Disposition");
        disposition.is_some_and(|word| word == "attachment")
    };
    match kind.main.as_str() {
        // An attached text is never the body: nothing but its size is told.
        "text" if shown && attached() => 0,
        "text" => keep.text,
        "application" if kind.is("application", "xhtml+xml") => keep.text,
        "message" => keep.message,
        _ => 0,
    }
}
