//! Where the parts of a message are, found while it passes by.
//!
//! For messages too large to be held: a [`Locator`] is fed piece by piece and keeps headers and text only. It takes a message apart as
//! [`super::mime`] does the whole, which has another look at what was kept: taking content out of leaves changes
//! no structure. Memory is bounded by [`Keep`]; a message that would need more is [`Unlocatable`].
//!
//! Where the store knows how long the parts are, content that nobody looks at need not pass ([`Locator::skip`]): what it decodes to
//! is counted from the length of its lines, and what follows must be as the store said, else the message passes as a whole.
//!
//! Whether the boundary that a multipart declares occurs at all is known at its end only. If it does not, the message has to
//! pass once more, with what was learnt ([`Verdicts`]).

mod grid;
#[cfg(test)]
mod laws;
mod leaf;
mod lines;
mod multipart;
mod scan;

use std::collections::BTreeMap;
use std::ops::Range;

use super::transfer::{Decoder, Encoding};
use super::wish::Limits;
use grid::Grid;
use scan::Scan;

/// How often a message may have to pass: each time at least one level of parts is settled.
pub const PASSES_MAX: usize = 40;

/// How much of the content is looked at to tell whether it is text at all.
const LOOK: usize = 4_096;

/// What is kept of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Keep {
    /// Of a text part that may be shown, in bytes.
    pub text: usize,
    /// Of an enclosed message or a report, in bytes.
    pub message: usize,
    /// Of all in all, in bytes.
    pub total: usize,
}

impl Keep {
    /// What a conversion within these limits looks at.
    #[must_use]
    pub fn for_limits(limits: Limits) -> Self {
        Self {
            // As much as is decoded at most, and one byte more, which tells that it was cut.
            text: (limits.text.saturating_mul(4)).max(LOOK).saturating_add(1),
            message: 1 << 20,
            total: 64 << 20,
        }
    }

    /// Headers only.
    #[must_use]
    pub const fn headers() -> Self {
        Self {
            text: 0,
            message: 0,
            total: 16 << 20,
        }
    }
}

/// A message without the content of its large leaves.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outline {
    /// The message, as far as it was kept.
    pub(super) kept: Vec<u8>,
    /// All leaves, by their path.
    pub(super) leaves: BTreeMap<String, Located>,
}

impl Outline {
    /// The leaf at a path, as a file reference names it.
    #[must_use]
    pub fn leaf(&self, path: &str) -> Option<&Located> {
        self.leaves.get(path)
    }

    /// How many bytes are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.kept.len()
    }
}

/// Where a leaf is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located {
    /// MIME type, without parameters.
    pub content_type: String,
    /// Its content in the message, not decoded.
    pub body: Range<u64>,
    /// How long it is when it is decoded, in bytes.
    pub size: u64,
    pub(super) encoding: Encoding,
    /// The lines of its base64, if all have one length.
    grid: Option<Grid>,
}

impl Located {
    /// Where in the message so many decoded bytes from `first` on are, and how many decoded bytes stand there before them. As
    /// little as can be told.
    #[must_use]
    pub fn span(&self, first: u64, count: u64) -> (Range<u64>, u64) {
        match (self.encoding, self.grid) {
            (Encoding::Identity, _) => {
                let start = self.body.start.saturating_add(first);
                (start..start.saturating_add(count).min(self.body.end), 0)
            }
            (Encoding::Base64, Some(grid)) => grid.lines(&self.body, first, count),
            (Encoding::Base64 | Encoding::QuotedPrintable, _) => (self.body.clone(), first),
        }
    }

    /// Decodes the content, given in pieces.
    #[must_use]
    pub fn decoder(&self) -> PartDecoder {
        PartDecoder(Decoder::new(self.encoding))
    }
}

/// Decodes a leaf's content that comes in pieces.
#[derive(Debug)]
pub struct PartDecoder(Decoder);

impl PartDecoder {
    /// Decodes a piece onto `out`. Some of it may come out later.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.0.push(piece, out);
    }

    /// What is left when there are no more pieces.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.0.finish(out);
    }
}

/// Why a message cannot be taken apart while it passes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unlocatable {
    /// A header is longer than can be held.
    #[error("a header is too long")]
    Header,
    /// A line is longer than can be held, and may yet turn out to be a boundary.
    #[error("a line is too long")]
    Line,
    /// There is more text than can be held.
    #[error("there is too much text")]
    Text,
    /// What was passed over is not what it was taken for.
    #[error("a part is not as long as was said")]
    Misled,
}

/// What earlier passes found out about multiparts, by path.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verdicts(BTreeMap<String, Verdict>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Verdict {
    /// It has no parts, and is text.
    Leaf,
    /// Its parts are divided by this, not by what it declares.
    Boundary(Vec<u8>),
}

/// What came of a pass.
#[derive(Clone, Debug)]
pub enum Passed {
    /// All parts are located.
    Found(Outline),
    /// The message has to pass once more.
    Again(Verdicts),
}

/// How long the parts are, by their numbers in IMAP: the content of a part as it is stored, in bytes.
pub type Lengths = BTreeMap<String, u64>;

/// One pass of a message.
#[derive(Debug)]
pub struct Locator {
    scan: Scan,
}

impl Locator {
    /// Before the first byte.
    #[must_use]
    pub fn new(keep: Keep, known: Verdicts) -> Self {
        Self {
            scan: Scan::new(keep, known),
        }
    }

    /// The next piece, cut anywhere.
    ///
    /// # Errors
    /// See [`Unlocatable`]. The pass is over then.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), Unlocatable> {
        self.scan.feed(piece)
    }

    /// Passes over content that nobody looks at, if the part that is passing is long enough for that. What is fed next begins at the
    /// byte of the message that this tells. What was fed of the present line is forgotten.
    pub fn skip(&mut self, lengths: &Lengths) -> Option<u64> {
        self.scan.skip(lengths)
    }

    /// After the last byte.
    ///
    /// # Errors
    /// See [`Unlocatable`].
    pub fn finish(self) -> Result<Passed, Unlocatable> {
        self.scan.finish()
    }
}
