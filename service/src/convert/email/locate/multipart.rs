//! A multipart while its content passes.

use super::super::fields::ContentType;
use super::Verdict;
use super::lines::{Delimiter, Guess, delimiter};

/// Where a part stands.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) depth: usize,
    /// It is in a digest: without a type it is a message.
    pub(super) digest: bool,
}

impl Place {
    /// The outermost part.
    pub(super) fn first() -> Self {
        Self {
            path: "0".to_owned(),
            depth: 0,
            digest: false,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Multipart {
    place: Place,
    digest: bool,
    boundary: Option<Vec<u8>>,
    /// The boundary is a guess.
    guessed: bool,
    guess: Guess,
    /// How many boundaries began a section.
    sections: usize,
    /// How many sections became parts.
    made: usize,
    /// Where the section begins that is open.
    pub(super) section: Option<u64>,
    /// The last boundary has passed.
    closed: bool,
}

impl Multipart {
    /// One whose header was read.
    pub(super) fn new(place: Place, kind: &ContentType, verdict: Option<&Verdict>) -> Self {
        let declared = || {
            let declared = kind.attribute("boundary")?.trim_end().as_bytes();
            (!declared.is_empty()).then(|| declared.to_vec())
        };
        let (boundary, guessed) = match verdict {
            Some(Verdict::Boundary(boundary)) => (Some(boundary.clone()), true),
            Some(Verdict::Leaf) | None => (declared(), false),
        };
        Self {
            digest: kind.sub == "digest",
            place,
            boundary,
            guessed,
            guess: Guess::default(),
            sections: 0,
            made: 0,
            section: None,
            closed: false,
        }
    }

    /// Whether a line is a boundary of this one.
    pub(super) fn divides(&self, line: &[u8]) -> Option<Delimiter> {
        let boundary = self.boundary.as_deref().filter(|_| !self.closed)?;
        delimiter(line, boundary)
    }

    /// Whether a line that begins so, and goes on, could yet be a boundary.
    pub(super) fn may_divide(&self, beginning: &[u8]) -> bool {
        let undecided = self.sections == 0 && self.guess.is_open(beginning);
        undecided || self.divides(beginning).is_some()
    }

    /// A line in it before any section began: perhaps another boundary than the declared one is used.
    pub(super) fn look_for_boundary(&mut self, line: &[u8]) {
        if self.sections == 0 {
            self.guess.see(line);
        }
    }

    /// A section begins; its part, unless there are too many.
    pub(super) fn next(&mut self, start: u64, is_full: bool) -> Option<Place> {
        self.sections += 1;
        self.section = Some(start);
        if is_full {
            return None;
        }
        self.made += 1;
        let path = match self.place.depth {
            0 => self.sections.to_string(),
            _ => format!("{}.{}", self.place.path, self.sections),
        };
        Some(Place {
            path,
            depth: self.place.depth + 1,
            digest: self.digest,
        })
    }

    /// The last boundary: `line`.
    pub(super) fn end(&mut self, line: &[u8]) {
        self.look_for_boundary(line);
        self.closed = true;
        self.section = None;
    }

    /// What is learnt of one that has no parts.
    pub(super) fn verdict(self) -> Option<(String, Verdict)> {
        if self.made > 0 {
            return None;
        }
        let guess = self.guess.found();
        let guess = guess.filter(|_| self.sections == 0 && !self.guessed);
        Some((
            self.place.path,
            guess.map_or(Verdict::Leaf, Verdict::Boundary),
        ))
    }
}
