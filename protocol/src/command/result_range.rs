//! Ranges of results, in Search and Find.

use crate::element::Element;
use crate::tag::Tag;

use super::{BodyError, parts};

/// Results from `first` to `last`, both included, counted from 0 (MS-ASCMD 2.2.3.143).
///
/// Invariant: `first` is not after `last`, and `last` is at most [`Self::LAST_MAX`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ResultRange {
    first: u32,
    last: u32,
}

impl ResultRange {
    /// The last result that can be named: the schema has three digits.
    pub const LAST_MAX: u32 = 999;

    /// What is meant where nothing is asked for: the first hundred.
    pub const DEFAULT: Self = Self { first: 0, last: 99 };

    /// The results from `first` to `last`; `None` if they break the invariant.
    #[must_use]
    pub const fn new(first: u32, last: u32) -> Option<Self> {
        if first <= last && last <= Self::LAST_MAX {
            Some(Self { first, last })
        } else {
            None
        }
    }

    /// The place of `count` results that begin at `first`; `None` if they are none or end too late.
    #[must_use]
    pub fn of(first: u32, count: usize) -> Option<Self> {
        let count = u32::try_from(count).ok()?;
        Self::new(first, first.checked_add(count)?.checked_sub(1)?)
    }

    /// Reads `first-last`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.trim().split_once('-')?;
        Self::new(number(first)?, number(last)?)
    }

    /// The first result, from 0.
    #[must_use]
    pub const fn first(self) -> u32 {
        self.first
    }

    /// The last result, included.
    #[must_use]
    pub const fn last(self) -> u32 {
        self.last
    }

    /// How many results these are; never none.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.last - self.first + 1
    }

    pub(super) fn from_parent(parent: &Element, tag: Tag) -> Result<Option<Self>, BodyError> {
        let Some(range) = parent.child(tag) else {
            return Ok(None);
        };
        let parsed = Self::parse(&range.value());
        parsed.map(Some).ok_or_else(|| parts::unknown(tag))
    }

    pub(super) fn to_element(self, tag: Tag) -> Element {
        Element::text(tag, format!("{}-{}", self.first, self.last))
    }
}

/// Digits only: a sign is no part of a range.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::ResultRange;

    #[test]
    fn ranges_include_both_ends() {
        for (text, expected) in [
            ("0-0", Some((0, 0, 1))),
            (" 100-199 ", Some((100, 199, 100))),
            ("0-999", Some((0, 999, 1000))),
            ("0-1000", None),
            ("5-4", None),
            ("5-", None),
            ("-5", None),
            ("+1-2", None),
            ("5", None),
            ("a-b", None),
            ("", None),
        ] {
            let range = ResultRange::parse(text);
            let read = range.map(|range| (range.first(), range.last(), range.count()));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_page_has_a_place_if_it_has_results() {
        assert_eq!(ResultRange::of(100, 3), ResultRange::new(100, 102));
        assert_eq!(ResultRange::of(0, 0), None);
        assert_eq!(ResultRange::of(999, 2), None);
        assert_eq!(ResultRange::of(u32::MAX, 1), None);
    }
}
