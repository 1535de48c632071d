//! Lines, and which of them are boundaries.

/// The longest line that is held: longer than any boundary with its dashes.
pub(super) const LINE_MAX: usize = 192 << 10;

/// How long the break at the end of a line is: `\n`, `\r\n`, or none.
pub(super) fn line_break(line: &[u8]) -> usize {
    match line {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}

/// A boundary line, and which.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Delimiter {
    /// A part begins.
    Next,
    /// There are no more parts.
    Last,
}

/// Whether a line divides the parts of a multipart with this boundary.
pub(super) fn delimiter(line: &[u8], boundary: &[u8]) -> Option<Delimiter> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    match rest.trim_ascii_end() {
        b"" => Some(Delimiter::Next),
        b"--" => Some(Delimiter::Last),
        _ => None,
    }
}

/// The longest boundary that is guessed.
const GUESSED_MAX: usize = 200;

/// The first line that looks like a boundary: two dashes, and a content header below. See `guess_boundary` of
/// [`mime`](super::super::mime).
#[derive(Clone, Debug, Default)]
pub(super) struct Guess {
    candidate: Option<Vec<u8>>,
    found: Option<Vec<u8>>,
}

impl Guess {
    /// The next line.
    pub(super) fn see(&mut self, line: &[u8]) {
        if self.found.is_some() {
            return;
        }
        let is_content = line
            .get(..8)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"content-"));
        if is_content && self.candidate.is_some() {
            self.found = self.candidate.take();
            return;
        }
        self.candidate = line
            .strip_prefix(b"--")
            .map(<[u8]>::trim_ascii_end)
            .filter(|rest| !rest.is_empty() && rest.len() <= GUESSED_MAX)
            .map(<[u8]>::to_vec);
    }

    /// The boundary, if any line was one.
    pub(super) fn found(self) -> Option<Vec<u8>> {
        self.found
    }

    /// Whether a line that begins so, and goes on, could yet be a boundary.
    pub(super) fn is_open(&self, beginning: &[u8]) -> bool {
        let rest = beginning.strip_prefix(b"--").map(<[u8]>::trim_ascii_end);
        self.found.is_none() && rest.is_some_and(|rest| rest.len() <= GUESSED_MAX)
    }
}
