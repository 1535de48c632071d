//! Sets of message numbers, as IMAP writes them: `1:3,7`.

use std::fmt;
use std::num::NonZeroU32;

/// Unique identifiers (or message numbers), as ranges in an order that is kept: `COPYUID` pairs two sets by it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UidSet {
    /// Each from lowest to highest; none is 0.
    ranges: Vec<(u32, u32)>,
}

impl UidSet {
    /// All from `first` to `last`, whichever is higher.
    #[must_use]
    pub fn range(first: NonZeroU32, last: NonZeroU32) -> Self {
        let (low, high) = (first.min(last), first.max(last));
        Self {
            ranges: vec![(low.get(), high.get())],
        }
    }

    /// Reads a set that a server wrote. `*` is the highest number that there can be.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let bound = |text: &[u8]| match text {
            b"*" => Some(u32::MAX),
            _ => super::tree::number::<u32>(text).filter(|number| *number != 0),
        };
        let mut ranges = Vec::new();
        for range in text.split(|byte| *byte == b',') {
            let mut ends = range.splitn(2, |byte| *byte == b':');
            let first = bound(ends.next()?)?;
            let last = match ends.next() {
                Some(last) => bound(last)?,
                None => first,
            };
            ranges.push((first.min(last), first.max(last)));
        }
        Some(Self { ranges })
    }

    /// Whether there is nothing in it. IMAP cannot write such a set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many numbers are in it, if no two ranges overlap.
    #[must_use]
    pub fn len(&self) -> u64 {
        let width = |(low, high): &(u32, u32)| u64::from(high - low) + 1;
        self.ranges.iter().map(width).sum()
    }

    /// Whether a number is in it.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.ranges
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&number))
    }

    /// The ranges, lowest and highest number of each, in the order of the set.
    pub fn ranges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.ranges.iter().copied()
    }

    /// All numbers, in the order of the set. A server may name four billion of them: look at [`Self::len`] first.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges.iter().flat_map(|(low, high)| *low..=*high)
    }

    /// Sets that are written in about `length` bytes at most each, and together hold the same.
    #[must_use]
    pub fn split(&self, length: usize) -> Vec<Self> {
        let mut pieces = Vec::new();
        let (mut piece, mut written) = (Self::default(), 0);
        for range in &self.ranges {
            let width = written_len(*range) + 1;
            if written + width > length && !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece));
                written = 0;
            }
            piece.ranges.push(*range);
            written += width;
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
        pieces
    }
}

impl From<NonZeroU32> for UidSet {
    fn from(uid: NonZeroU32) -> Self {
        Self::range(uid, uid)
    }
}

impl FromIterator<NonZeroU32> for UidSet {
    /// In ascending order, each number once, neighbours as one range.
    fn from_iter<I: IntoIterator<Item = NonZeroU32>>(uids: I) -> Self {
        let mut uids: Vec<u32> = uids.into_iter().map(NonZeroU32::get).collect();
        uids.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for uid in uids {
            match ranges.last_mut() {
                Some((_, high)) if uid <= high.saturating_add(1) => *high = uid,
                _ => ranges.push((uid, uid)),
            }
        }
        Self { ranges }
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (low, high)) in self.ranges.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if low == high {
                write!(out, "{comma}{low}")?;
            } else {
                write!(out, "{comma}{low}:{high}")?;
            }
        }
        Ok(())
    }
}

fn written_len((low, high): (u32, u32)) -> usize {
    let digits = |number: u32| number.checked_ilog10().map_or(1, |log| log as usize + 1);
    if low == high {
        digits(low)
    } else {
        digits(low) + 1 + digits(high)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::UidSet;

    fn set(uids: &[u32]) -> UidSet {
        let uids = uids.iter().map(|uid| NonZeroU32::new(*uid).unwrap());
        uids.collect()
    }

    #[test]
    fn neighbours_are_one_range() {
        for (uids, written) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[3, 1, 2, 2], "1:3"),
            (&[1, 2, 4, 9, 8], "1:2,4,8:9"),
            (&[u32::MAX, u32::MAX - 1], "4294967294:4294967295"),
        ] {
            assert_eq!(set(uids).to_string(), written);
        }
    }

    #[test]
    fn what_servers_write_is_read_in_its_order() {
        for (text, numbers) in [
            ("304,319:320", &[304, 319, 320][..]),
            ("5,3", &[5, 3]),
            ("9:7", &[7, 8, 9]),
        ] {
            let set = UidSet::parse(text.as_bytes()).unwrap();
            assert_eq!(set.iter().collect::<Vec<_>>(), numbers);
            assert_eq!(set.len(), numbers.len() as u64);
            assert!(set.contains(numbers[0]) && !set.contains(1));
        }
        for text in ["", "0", "1,", "1:2:3", "a", "-1", "4294967296", "1:", "+1"] {
            assert_eq!(UidSet::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(UidSet::parse(b"1:*").unwrap().len(), u64::from(u32::MAX));
    }

    #[test]
    fn long_sets_are_split_and_hold_the_same() {
        let odd: Vec<u32> = (1..2000).step_by(2).collect();
        let pieces = set(&odd).split(100);
        assert!(pieces.len() > 10);
        assert!(pieces.iter().all(|piece| piece.to_string().len() <= 100));
        let together: Vec<u32> = pieces.iter().flat_map(UidSet::iter).collect();
        assert_eq!(together, odd);
        assert_eq!(set(&[1_000_000]).split(1).len(), 1);
        assert_eq!(set(&[]).split(100), []);
    }
}
