//! The pass itself: lines into parts. What is decided here is decided by [`mime`](super::super::mime) in the same way.

use std::collections::BTreeMap;
use std::mem;

use super::super::fields::{ContentType, Fields, name_of};
use super::super::mime::{DEPTH_MAX, PARTS_MAX};
use super::leaf::{self, End, Leaf};
use super::lines::{Delimiter, LINE_MAX, line_break};
use super::multipart::{Multipart, Place};
use super::{Keep, Lengths, Located, Outline, Passed, Unlocatable, Verdict, Verdicts};

/// The longest header that is held.
const HEADER_MAX: usize = 1 << 20;

/// See [`super::Locator`].
#[derive(Debug)]
pub(super) struct Scan {
    keep: Keep,
    known: Verdicts,
    learnt: Verdicts,
    /// Where the line begins that is being read.
    at: u64,
    /// What is there of it.
    line: Vec<u8>,
    /// Whether its beginning has passed already.
    passing: bool,
    /// How long the break of the line before is.
    broke: u64,
    /// Multiparts, the outermost first.
    open: Vec<Multipart>,
    inside: Inside,
    parts: usize,
    kept: Vec<u8>,
    leaves: BTreeMap<String, Located>,
    /// What was passed over was not what it was taken for.
    misled: bool,
}

/// What the next line belongs to.
#[derive(Debug)]
enum Inside {
    /// What stands before the message.
    Envelope,
    /// The header of a part.
    Header(Header),
    /// The content of one.
    Leaf(Box<Leaf>),
    /// Nobody: before the first boundary, or after the last.
    Nothing,
}

/// A header that is being read.
#[derive(Debug)]
struct Header {
    place: Place,
    start: u64,
    /// Whether a field may be folded into the next line.
    field: bool,
    bytes: Vec<u8>,
}

impl Scan {
    pub(super) fn new(keep: Keep, known: Verdicts) -> Self {
        Self {
            keep,
            known,
            learnt: Verdicts::default(),
            at: 0,
            line: Vec::new(),
            passing: false,
            broke: 0,
            open: Vec::new(),
            inside: Inside::Envelope,
            parts: 0,
            kept: Vec::new(),
            leaves: BTreeMap::new(),
            misled: false,
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<(), Unlocatable> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            if self.line.is_empty() {
                self.whole(line)?;
            } else {
                let mut held = mem::take(&mut self.line);
                held.extend_from_slice(line);
                self.whole(&held)?;
                held.clear();
                self.line = held;
            }
        }
        self.line.extend_from_slice(rest);
        if self.line.len() > LINE_MAX || self.passing {
            self.pass()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Passed, Unlocatable> {
        let last = mem::take(&mut self.line);
        if !last.is_empty() {
            self.whole(&last)?;
        }
        if let Inside::Envelope = self.inside {
            self.begin(self.at, Place::first());
        }
        self.close(0, self.at, End::Message);
        self.bounded()?;
        if self.learnt.0.is_empty() {
            return Ok(Passed::Found(Outline {
                kept: self.kept,
                leaves: self.leaves,
            }));
        }
        let mut known = self.known;
        known.0.append(&mut self.learnt.0);
        Ok(Passed::Again(known))
    }

    /// A line with its end, or the last one; or the end of one whose beginning has passed.
    fn whole(&mut self, line: &[u8]) -> Result<(), Unlocatable> {
        if mem::take(&mut self.passing) {
            self.content(line);
        } else {
            self.fresh(line)?;
        }
        self.at += line.len() as u64;
        self.broke = line_break(line) as u64;
        self.bounded()
    }

    /// The beginning of a line that is too long to be held.
    fn pass(&mut self) -> Result<(), Unlocatable> {
        if !self.passing {
            if matches!(self.inside, Inside::Envelope | Inside::Header(_)) {
                let fits = self.line.len() <= HEADER_MAX;
                return fits.then_some(()).ok_or(Unlocatable::Header);
            }
            if self.open.iter().any(|open| open.may_divide(&self.line)) {
                return Err(Unlocatable::Line);
            }
        }
        let mut line = mem::take(&mut self.line);
        if !mem::replace(&mut self.passing, true) {
            self.look_for_boundary(&line);
        }
        // It may be half of a line break.
        let half = line.pop_if(|byte| *byte == b'\r');
        self.content(&line);
        self.at += line.len() as u64;
        line.clear();
        line.extend(half);
        self.line = line;
        self.bounded()
    }

    /// See [`Locator::skip`](super::Locator::skip).
    pub(super) fn skip(&mut self, lengths: &Lengths) -> Option<u64> {
        let Inside::Leaf(leaf) = &mut self.inside else {
            return None;
        };
        self.at = leaf.skip(self.at, self.passing, lengths)?;
        self.passing = leaf.goes_on_anywhere();
        self.line.clear();
        Some(self.at)
    }

    fn bounded(&self) -> Result<(), Unlocatable> {
        if let Inside::Leaf(leaf) = &self.inside
            && leaf.is_misled(self.at, false)
        {
            return Err(Unlocatable::Misled);
        }
        if self.misled {
            return Err(Unlocatable::Misled);
        }
        let fits = self.kept.len() <= self.keep.total;
        fits.then_some(()).ok_or(Unlocatable::Text)
    }

    /// A line from its beginning.
    fn fresh(&mut self, line: &[u8]) -> Result<(), Unlocatable> {
        if let Inside::Envelope = self.inside {
            return self.envelope(line);
        }
        // The outer one decides: what is between its boundaries is all that the inner ones have.
        let mut open = self.open.iter().enumerate();
        let divided = open.find_map(|(level, open)| Some((level, open.divides(line)?)));
        if let Some((level, kind)) = divided {
            self.divide(level, kind, line);
            return Ok(());
        }
        if let Inside::Header(_) = self.inside {
            return self.header(line);
        }
        self.look_for_boundary(line);
        self.content(line);
        Ok(())
    }

    /// Blank lines and an mbox separator stand before the message.
    fn envelope(&mut self, line: &[u8]) -> Result<(), Unlocatable> {
        let blank = line.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let blank = blank.count();
        let (before, rest) = line.split_at(blank);
        self.kept.extend_from_slice(before);
        if rest.is_empty() {
            return Ok(());
        }
        if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
            self.kept.extend_from_slice(rest);
            self.begin(self.at + line.len() as u64, Place::first());
            return Ok(());
        }
        self.at += blank as u64;
        self.begin(self.at, Place::first());
        let read = self.fresh(rest);
        self.at -= blank as u64;
        read
    }

    /// A part begins with its header.
    fn begin(&mut self, start: u64, place: Place) {
        self.parts += 1;
        self.inside = Inside::Header(Header {
            place,
            start,
            field: false,
            bytes: Vec::new(),
        });
    }

    /// A line while a header is read: part of it, or the first that is not.
    fn header(&mut self, line: &[u8]) -> Result<(), Unlocatable> {
        let Inside::Header(header) = &mut self.inside else {
            return Ok(());
        };
        let folded = header.field && matches!(line.first(), Some(b' ' | b'\t'));
        if folded || name_of(line).is_some() {
            header.field = true;
            header.bytes.extend_from_slice(line);
            let fits = header.bytes.len() <= HEADER_MAX;
            return fits.then_some(()).ok_or(Unlocatable::Header);
        }
        if matches!(line, b"\n" | b"\r\n") {
            header.bytes.extend_from_slice(line);
            self.body(self.at + line.len() as u64);
            return Ok(());
        }
        // No field and no blank line: it belongs to the content, and may be a boundary there.
        self.body(self.at);
        self.fresh(line)
    }

    /// The header is over: what comes now?
    fn body(&mut self, start: u64) {
        let Inside::Header(header) = mem::replace(&mut self.inside, Inside::Nothing) else {
            return;
        };
        let (fields, mut kind) = understood(&header.bytes, header.place.digest);
        self.kept.extend_from_slice(&header.bytes);
        if kind.main == "multipart" {
            let verdict = self.known.0.get(&header.place.path);
            if header.place.depth < DEPTH_MAX && verdict != Some(&Verdict::Leaf) {
                self.open.push(Multipart::new(header.place, &kind, verdict));
                return;
            }
            kind.retype("text", "plain");
        }
        let most = leaf::wanted(self.keep, &fields, &kind);
        let leaf = Leaf::new(header.place.path, &fields, &kind, start);
        self.inside = Inside::Leaf(Box::new(leaf.keeping(most, &self.kept)));
    }

    /// A boundary of the multipart at `level` ends all that is within.
    fn divide(&mut self, level: usize, kind: Delimiter, line: &[u8]) {
        let section = self.open.get(level).and_then(|open| open.section);
        if let Some(start) = section {
            // The line break before a boundary belongs to it, if there is one in the section.
            let end = self.at.saturating_sub(self.broke).max(start);
            self.close(level + 1, end, End::Boundary);
        }
        self.kept.extend_from_slice(line);
        let start = self.at + line.len() as u64;
        let is_full = self.parts >= PARTS_MAX;
        let Some(open) = self.open.get_mut(level) else {
            return;
        };
        match kind {
            Delimiter::Last => open.end(line),
            Delimiter::Next => {
                if let Some(place) = open.next(start, is_full) {
                    self.begin(start, place);
                }
            }
        }
    }

    /// Ends what is open from `level` on, at `at`.
    fn close(&mut self, level: usize, at: u64, end: End) {
        match mem::replace(&mut self.inside, Inside::Nothing) {
            Inside::Header(header) => self.empty(&header, at),
            Inside::Leaf(leaf) => {
                self.misled |= leaf.is_misled(at, true);
                let (path, located) = leaf.end(at, end, &mut self.kept);
                self.leaves.insert(path, located);
            }
            Inside::Envelope | Inside::Nothing => {}
        }
        let closed = self.open.drain(level.min(self.open.len())..);
        let learnt = closed.filter_map(Multipart::verdict);
        self.learnt.0.extend(learnt);
    }

    /// A part that ends in its header.
    fn empty(&mut self, header: &Header, at: u64) {
        self.kept.extend_from_slice(&header.bytes);
        let length = at.saturating_sub(header.start);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let entity = header.bytes.get(..length).unwrap_or(&header.bytes);
        let (fields, mut kind) = understood(entity, header.place.digest);
        if kind.main == "multipart" {
            kind.retype("text", "plain");
        }
        let leaf = Leaf::new(header.place.path.clone(), &fields, &kind, at);
        let (path, located) = leaf.end(at, End::Boundary, &mut self.kept);
        self.leaves.insert(path, located);
    }

    /// What is neither header nor boundary.
    fn content(&mut self, line: &[u8]) {
        match &mut self.inside {
            Inside::Leaf(leaf) => leaf.push(line, &mut self.kept),
            Inside::Envelope | Inside::Header(_) | Inside::Nothing => {
                self.kept.extend_from_slice(line);
            }
        }
    }

    /// A multipart that was not divided yet may be so by another boundary than it declares.
    fn look_for_boundary(&mut self, line: &[u8]) {
        if let (Inside::Nothing, Some(open)) = (&self.inside, self.open.last_mut()) {
            open.look_for_boundary(line);
        }
    }
}

/// The fields of a header, and what its part is.
fn understood(header: &[u8], digest: bool) -> (Fields<'_>, ContentType) {
    let (fields, _) = Fields::split(header);
    let kind = fields
        .content_type()
        .unwrap_or_else(|| ContentType::default_in(digest));
    (fields, kind)
}
