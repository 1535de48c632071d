//! What people and programs mark on a message: flags and keywords.

use std::collections::BTreeSet;
use std::fmt;

/// The marks that every mail store has. The order is that of the Maildir letters `DFPRST`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Flag {
    /// Being written.
    Draft,
    /// Marked for attention.
    Flagged,
    /// Passed on.
    Forwarded,
    /// Replied to.
    Answered,
    /// Read.
    Seen,
    /// Marked as deleted but not expunged. Such an item is still there for everybody: IMAP servers
    /// hide none, and whoever marked it can take the mark back.
    Trashed,
}

impl Flag {
    /// All flags.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Flagged,
        Self::Forwarded,
        Self::Answered,
        Self::Seen,
        Self::Trashed,
    ];
}

/// A label that users or programs put on a message.
///
/// Invariant: an IMAP atom (RFC 3501 section 9) of 1 to 128 printable ASCII characters, and not
/// `$Forwarded`, which is [`Flag::Forwarded`]. Checked in [`Self::parse`] only. Letter case is
/// kept but does not tell two keywords apart in some stores.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Keyword(Box<str>);

impl Keyword {
    /// The longest keyword, in characters.
    pub const LEN_MAX: usize = 128;

    /// Reads a keyword; `None` when it breaks the invariant.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::LEN_MAX).contains(&text.len());
        let atom = text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte));
        let taken = text.eq_ignore_ascii_case(Self::FORWARDED);
        (fits && atom && !taken).then(|| Self(text.into()))
    }

    /// The keyword by which IMAP clients say [`Flag::Forwarded`].
    pub const FORWARDED: &'static str = "$Forwarded";

    /// The keyword as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// All marks of one item.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Marks {
    /// The flags that are set.
    pub flags: BTreeSet<Flag>,
    /// The keywords that are set.
    pub keywords: BTreeSet<Keyword>,
}

impl Marks {
    /// Whether `flag` is set.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// These marks with `patch` applied.
    #[must_use]
    pub fn patched(mut self, patch: &MarksPatch) -> Self {
        for (flag, setting) in &patch.flags {
            match setting {
                Setting::On => self.flags.insert(*flag),
                Setting::Off => self.flags.remove(flag),
            };
        }
        for (keyword, setting) in &patch.keywords {
            match setting {
                Setting::On => self.keywords.insert(keyword.clone()),
                Setting::Off => self.keywords.remove(keyword),
            };
        }
        self
    }
}

impl FromIterator<Flag> for Marks {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        Self {
            flags: flags.into_iter().collect(),
            keywords: BTreeSet::new(),
        }
    }
}

/// Whether a mark shall be there.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Setting {
    /// It shall be set.
    On,
    /// It shall not be set.
    Off,
}

/// Marks to set and to clear; what is not named stays as it is. Applying it twice is the same as
/// applying it once. Of two settings for one mark the last counts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MarksPatch {
    flags: Vec<(Flag, Setting)>,
    keywords: Vec<(Keyword, Setting)>,
}

impl MarksPatch {
    /// A patch that changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also sets or clears `flag`.
    #[must_use]
    pub fn flag(mut self, flag: Flag, setting: Setting) -> Self {
        self.flags.push((flag, setting));
        self
    }

    /// Also sets or clears `keyword`.
    #[must_use]
    pub fn keyword(mut self, keyword: Keyword, setting: Setting) -> Self {
        self.keywords.push((keyword, setting));
        self
    }

    /// The marks that it sets, and those that it clears; no mark is among both.
    pub(crate) fn sides(&self) -> (Marks, Marks) {
        let (mut on, mut off) = (Marks::default(), Marks::default());
        for (flag, setting) in &self.flags {
            let (to, from) = sides(*setting, &mut on, &mut off);
            from.flags.remove(flag);
            to.flags.insert(*flag);
        }
        for (keyword, setting) in &self.keywords {
            let (to, from) = sides(*setting, &mut on, &mut off);
            from.keywords.remove(keyword);
            to.keywords.insert(keyword.clone());
        }
        (on, off)
    }

    /// Whether it names no mark at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty() && self.keywords.is_empty()
    }
}

fn sides<'m>(
    setting: Setting,
    on: &'m mut Marks,
    off: &'m mut Marks,
) -> (&'m mut Marks, &'m mut Marks) {
    match setting {
        Setting::On => (on, off),
        Setting::Off => (off, on),
    }
}

#[cfg(test)]
mod tests {
    use super::{Flag, Keyword, Marks, MarksPatch, Setting};

    #[test]
    fn keywords_are_atoms() {
        for (text, fits) in [
            ("Work", true),
            ("$Label1", true),
            ("NonJunk", true),
            ("two words", false),
            ("a\"b", false),
            ("tab\t", false),
            ("(x)", false),
            ("", false),
            ("Grün", false),
            ("$forwarded", false),
        ] {
            assert_eq!(Keyword::parse(text).is_some(), fits, "{text:?}");
        }
    }

    #[test]
    fn a_patch_is_idempotent_and_leaves_the_rest() {
        let work = Keyword::parse("Work").unwrap();
        let before = Marks::from_iter([Flag::Flagged, Flag::Draft]);
        let patch = MarksPatch::new()
            .flag(Flag::Seen, Setting::On)
            .flag(Flag::Draft, Setting::Off)
            .keyword(work.clone(), Setting::On);
        let once = before.patched(&patch);
        assert_eq!(once.flags, [Flag::Flagged, Flag::Seen].into());
        assert_eq!(once.keywords, [work].into());
        assert_eq!(once.clone().patched(&patch), once);
        assert!(MarksPatch::new().is_empty() && !patch.is_empty());
        let (on, off) = patch.flag(Flag::Draft, Setting::On).sides();
        assert_eq!(on.flags, [Flag::Draft, Flag::Seen].into());
        assert_eq!((on.keywords.len(), off), (1, Marks::default()));
    }
}
