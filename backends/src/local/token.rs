//! What a token of the local backend remembers, and when it is worth something.
//!
//! Two witnesses say what happened since: the journal of the watch that ran when the token was
//! issued, and the stamps of the directories. Either is enough.

use std::fmt::Write;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::item::Horizon;
use crate::local::keywords;
use crate::local::tree::Part;
use crate::local::vdir::format::DISPLAY_NAME;
use crate::name::Token;

/// A place in the journal of one folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Position {
    /// Which journal.
    pub(crate) nonce: u64,
    /// Number of the last record that was seen.
    pub(crate) seq: u64,
}

/// A token, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mark {
    /// How far back the answer reached.
    pub(crate) horizon: Horizon,
    /// Where the journal was, if one was kept.
    pub(crate) position: Option<Position>,
    /// How the directories looked, if that is conclusive.
    pub(crate) stamp: Option<Stamp>,
}

impl Mark {
    const FORM: &str = "local1";

    /// Writes the token.
    pub(crate) fn to_token(self) -> Token {
        let mut text = Self::FORM.to_owned();
        // Writing to a string does not fail.
        if let Horizon::NotBefore(limit) = self.horizon {
            let _ = write!(text, ";h={limit}");
        }
        if let Some(Position { nonce, seq }) = self.position {
            let _ = write!(text, ";j={nonce}.{seq}");
        }
        if let Some(stamp) = self.stamp {
            let _ = write!(
                text,
                ";s={}.{}.{}.{}",
                stamp.inode, stamp.new, stamp.cur, stamp.keywords
            );
        }
        Token::new(text)
    }

    /// Reads a token; `None` if it is none of ours.
    pub(crate) fn parse(token: &Token) -> Option<Self> {
        let mut parts = token.as_str().split(';');
        if parts.next() != Some(Self::FORM) {
            return None;
        }
        let mut mark = Self {
            horizon: Horizon::Everything,
            position: None,
            stamp: None,
        };
        for part in parts {
            match part.split_once('=')? {
                ("h", limit) => mark.horizon = Horizon::NotBefore(limit.parse().ok()?),
                ("j", place) => {
                    let (nonce, seq) = place.split_once('.')?;
                    mark.position = Some(Position {
                        nonce: nonce.parse().ok()?,
                        seq: seq.parse().ok()?,
                    });
                }
                ("s", stamp) => mark.stamp = Some(Stamp::parse(stamp)?),
                _ => return None,
            }
        }
        Some(mark)
    }
}

/// How the directories of one folder look: which directory it is, and when the entries of `new`
/// and `cur` and the meaning of its letters changed, in nanoseconds since the epoch.
///
/// Every change of a Maildir is a change of entries, so equal stamps mean that nothing changed, but
/// only if the earlier one was [settled](Self::is_settled).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp {
    inode: u64,
    new: i64,
    cur: i64,
    keywords: i64,
}

impl Stamp {
    /// Looks at the folder `dir`.
    pub(crate) fn read(dir: &Path) -> io::Result<Self> {
        Ok(Self {
            inode: fs::metadata(dir)?.ino(),
            new: changed(&dir.join(Part::New.as_str()))?,
            cur: changed(&dir.join(Part::Cur.as_str()))?,
            keywords: changed(&dir.join(keywords::FILE))?,
        })
    }

    /// Looks at the collection `dir`. Less than for a Maildir: items that are written in place leave
    /// no trace in it.
    pub(crate) fn read_collection(dir: &Path) -> io::Result<Self> {
        Ok(Self {
            inode: fs::metadata(dir)?.ino(),
            new: changed(dir)?,
            cur: 0,
            keywords: changed(&dir.join(DISPLAY_NAME))?,
        })
    }

    /// Which directory it is.
    pub(crate) fn inode(self) -> u64 {
        self.inode
    }

    /// Whether a change from `now` on would give another stamp: times of files move in steps, so a
    /// second change within the step of the first leaves no trace.
    pub(crate) fn is_settled(self, now: SystemTime) -> bool {
        let now = now
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|age| i64::try_from(age.as_nanos()).ok())
            .unwrap_or(0);
        [self.new, self.cur, self.keywords]
            .into_iter()
            .all(|time| now.saturating_sub(time) > step(time))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let stamp = Self {
            inode: numbers.next()?.parse().ok()?,
            new: numbers.next()?.parse().ok()?,
            cur: numbers.next()?.parse().ok()?,
            keywords: numbers.next()?.parse().ok()?,
        };
        numbers.next().is_none().then_some(stamp)
    }
}

/// How long [`Stamp::is_settled`] can take on a file system with fine times.
pub(crate) const STEP: Duration = Duration::from_millis(20);

/// Kernels step file times by their tick, up to 10 ms. A time without a fraction comes from a file
/// system that counts in seconds, up to two of them.
fn step(time: i64) -> i64 {
    if time != 0 && time % 1_000_000_000 == 0 {
        2_000_000_000
    } else {
        20_000_000
    }
}

/// 0 for what is not there.
fn changed(path: &Path) -> io::Result<i64> {
    match fs::symlink_metadata(path) {
        Ok(meta) => Ok(meta
            .mtime()
            .saturating_mul(1_000_000_000)
            .saturating_add(meta.mtime_nsec())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Mark, Position, Stamp};
    use crate::item::Horizon;
    use crate::name::Token;

    #[test]
    fn tokens_lead_back() {
        let stamp = Stamp {
            inode: 7,
            new: 1_700_000_000_000_000_001,
            cur: -1,
            keywords: 0,
        };
        for horizon in [Horizon::Everything, Horizon::NotBefore(-5)] {
            for position in [
                None,
                Some(Position {
                    nonce: u64::MAX,
                    seq: 0,
                }),
            ] {
                for stamp in [None, Some(stamp)] {
                    let mark = Mark {
                        horizon,
                        position,
                        stamp,
                    };
                    assert_eq!(Mark::parse(&mark.to_token()), Some(mark));
                }
            }
        }
    }

    #[test]
    fn what_is_no_token_of_ours_is_refused() {
        for text in [
            "",
            "local2",
            "local1;",
            "local1;x=1",
            "local1;j=1",
            "local1;s=1.2.3",
            "local1;s=1.2.3.4.5",
        ] {
            assert_eq!(Mark::parse(&Token::new(text)), None, "{text}");
        }
    }

    #[test]
    fn a_fresh_stamp_proves_nothing() {
        let stamp = |new| Stamp {
            inode: 1,
            new,
            cur: 0,
            keywords: 0,
        };
        let at = |nanos| UNIX_EPOCH + Duration::from_nanos(nanos);
        assert!(!stamp(5_000_000_001).is_settled(at(5_000_000_001)));
        assert!(!stamp(5_000_000_001).is_settled(at(5_010_000_000)));
        assert!(stamp(5_000_000_001).is_settled(at(5_030_000_000)));
        assert!(!stamp(5_000_000_000).is_settled(at(6_000_000_000)));
        assert!(stamp(5_000_000_000).is_settled(at(7_000_000_001)));
        assert!(!stamp(9_000_000_001).is_settled(at(1)));
    }
}
