//! Ranges of bytes: as they are asked for, and as they are answered.

use crate::codepages::item_operations as tags;
use crate::command::{BodyError, parts};
use crate::element::Element;

/// Bytes that are wanted (MS-ASCMD 2.2.3.143.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RangeAsked {
    /// From the first byte, counted from 0, to the last one, included; without a last one, all that follow.
    Bytes {
        /// The first byte.
        first: u64,
        /// The last byte, not before the first.
        last: Option<u64>,
    },
    /// A text that is no range: an error of that operation (status 8), not of the whole command.
    Malformed,
}

/// Bytes from `first` to `last`, both included, as an answer holds them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteRange {
    /// The first byte, from 0.
    pub first: u64,
    /// The last byte, not before the first.
    pub last: u64,
}

impl RangeAsked {
    /// Reads `first-last` or `first-`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let bytes = || {
            let (first, last) = text.trim().split_once('-')?;
            let first = first.parse().ok()?;
            let last = match last {
                "" => None,
                last => Some(last.parse().ok()?),
            };
            last.is_none_or(|last| first <= last)
                .then_some(Self::Bytes { first, last })
        };
        bytes().unwrap_or(Self::Malformed)
    }

    /// What is there of these bytes in a content of `total` bytes; `None` if that is nothing (status 8).
    #[must_use]
    pub fn within(self, total: u64) -> Option<ByteRange> {
        let Self::Bytes { first, last } = self else {
            return None;
        };
        let end = total.checked_sub(1).filter(|end| first <= *end)?;
        let last = last.map_or(end, |last| last.min(end));
        (first <= last).then_some(ByteRange { first, last })
    }

    pub(super) fn to_element(self) -> Element {
        let text = match self {
            Self::Bytes { first, last } => {
                format!(
                    "{first}-{}",
                    last.map_or(String::new(), |last| last.to_string())
                )
            }
            Self::Malformed => "-".to_owned(),
        };
        Element::text(tags::RANGE, text)
    }
}

impl ByteRange {
    /// How many bytes these are; never none.
    #[must_use]
    pub fn count(self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// Reads `first-last`, `None` if it is none or ends before it begins.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.trim().split_once('-')?;
        let range = Self {
            first: first.parse().ok()?,
            last: last.parse().ok()?,
        };
        (range.first <= range.last).then_some(range)
    }

    pub(super) fn from_parent(parent: &Element) -> Result<Option<Self>, BodyError> {
        let Some(range) = parent.child(tags::RANGE) else {
            return Ok(None);
        };
        let parsed = Self::parse(&range.value());
        parsed.map(Some).ok_or_else(|| parts::unknown(tags::RANGE))
    }

    pub(super) fn to_element(self) -> Element {
        Element::text(tags::RANGE, format!("{}-{}", self.first, self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_both_ends_and_may_be_open() {
        let bytes = |first, last| RangeAsked::Bytes { first, last };
        for (text, expected) in [
            ("0-0", bytes(0, Some(0))),
            (" 5-10 ", bytes(5, Some(10))),
            ("5-", bytes(5, None)),
            ("10-5", RangeAsked::Malformed),
            ("5", RangeAsked::Malformed),
            ("-5", RangeAsked::Malformed),
            ("a-b", RangeAsked::Malformed),
            ("", RangeAsked::Malformed),
            ("0-99999999999999999999", RangeAsked::Malformed),
        ] {
            assert_eq!(RangeAsked::parse(text), expected, "{text}");
        }
        assert_eq!(ByteRange::parse("5-"), None);
        assert_eq!(ByteRange::parse("5-4"), None);
        assert_eq!(ByteRange::parse("5-7").map(ByteRange::count), Some(3));
    }

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        for (text, total, expected) in [
            ("0-3", 10, Some((0, 3))),
            ("2-2", 10, Some((2, 2))),
            ("8-100", 10, Some((8, 9))),
            ("8-", 10, Some((8, 9))),
            ("0-18446744073709551615", 10, Some((0, 9))),
            ("9-9", 10, Some((9, 9))),
            ("10-", 10, None),
            ("10-12", 10, None),
            ("0-", 0, None),
            ("0-0", 0, None),
            ("x", 10, None),
        ] {
            let expected = expected.map(|(first, last)| ByteRange { first, last });
            assert_eq!(RangeAsked::parse(text).within(total), expected, "{text}");
        }
    }
}
