//! Base64 in lines of one length, as encoders write it: what is between two of them can be counted without being seen, and any
//! byte be found.

use std::ops::Range;

/// Longest line of a grid, in bytes (RFC 2045 allows 76 characters).
const LINE_MAX: usize = 1_000;

/// Lines of one length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Grid {
    /// Bytes of a line, with its break.
    pub(super) line: u64,
    /// What they are when they are decoded.
    pub(super) bytes: u64,
}

impl Grid {
    /// The lines that hold decoded bytes from `first` on, within the content at `body`; and how many decoded bytes stand there
    /// before them.
    pub(super) fn lines(self, body: &Range<u64>, first: u64, count: u64) -> (Range<u64>, u64) {
        let before = first / self.bytes;
        let last = first.saturating_add(count).div_ceil(self.bytes);
        let place = |lines: u64| {
            let place = body.start.saturating_add(lines.saturating_mul(self.line));
            place.min(body.end)
        };
        (place(before)..place(last), first - before * self.bytes)
    }
}

/// What is known of the lines that passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lines {
    /// None has passed.
    Unseen,
    /// All have one length.
    Even(Grid),
    /// The last one has passed: it was shorter.
    Ended(Grid),
    /// They have not.
    Uneven,
}

impl Lines {
    /// After another line of so many bytes, whose break has `broken` bytes, and of which `decoded` bytes came.
    pub(super) fn and(self, length: usize, broken: usize, decoded: u64) -> Self {
        let line = (length + broken) as u64;
        match self {
            Self::Unseen => {
                let whole = length.is_multiple_of(4) && decoded == (length / 4 * 3) as u64;
                let fits = broken > 0 && (1..=LINE_MAX).contains(&length);
                match whole && fits {
                    true => Self::Even(Grid {
                        line,
                        bytes: decoded,
                    }),
                    false => Self::Uneven,
                }
            }
            Self::Even(grid) if (line, decoded) == (grid.line, grid.bytes) => self,
            Self::Even(grid) if line <= grid.line && decoded < grid.bytes => Self::Ended(grid),
            Self::Ended(_) if length == 0 => self,
            Self::Even(_) | Self::Ended(_) | Self::Uneven => Self::Uneven,
        }
    }

    /// The grid, if there was one from the first line to the last.
    pub(super) fn grid(self) -> Option<Grid> {
        match self {
            Self::Even(grid) | Self::Ended(grid) => Some(grid),
            Self::Unseen | Self::Uneven => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Grid, Lines};

    const GRID: Grid = Grid { line: 10, bytes: 6 };

    #[test]
    fn lines_of_one_length_make_a_grid() {
        let all = |lines: &[(usize, usize, u64)]| {
            let add = |known: Lines, line: &(usize, usize, u64)| known.and(line.0, line.1, line.2);
            lines.iter().fold(Lines::Unseen, add)
        };
        for (lines, expected) in [
            (&[][..], Lines::Unseen),
            (&[(8, 2, 6), (8, 2, 6)], Lines::Even(GRID)),
            (&[(8, 2, 6), (4, 2, 1)], Lines::Ended(GRID)),
            (&[(8, 2, 6), (8, 2, 5), (0, 2, 0)], Lines::Ended(GRID)),
            (&[(8, 2, 6), (8, 0, 4)], Lines::Ended(GRID)),
            (&[(8, 2, 6), (4, 2, 3), (8, 2, 6)], Lines::Uneven),
            (&[(8, 2, 6), (12, 2, 9)], Lines::Uneven),
            // A character that is none, a line that is no group, an empty line before the first, no break.
            (&[(8, 2, 5)], Lines::Uneven),
            (&[(6, 2, 4)], Lines::Uneven),
            (&[(0, 2, 0)], Lines::Uneven),
            (&[(8, 0, 6)], Lines::Uneven),
        ] {
            assert_eq!(all(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn bytes_are_found_in_their_lines() {
        let body = 100..125;
        for (first, count, lines, before) in [
            (0, 1, 100..110, 0),
            (5, 1, 100..110, 5),
            (5, 2, 100..120, 5),
            (6, 6, 110..120, 0),
            (13, 2, 120..125, 1),
            (0, 15, 100..125, 0),
        ] {
            assert_eq!(GRID.lines(&body, first, count), (lines, before));
        }
    }
}
