//! WBXML tags: a code page and a token.

use std::fmt;

use crate::codepages;
use crate::version::Version;

/// An element's name as the wire has it.
///
/// Names, namespaces and versions come from the tables in [`codepages`].
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tag {
    page: u8,
    token: u8,
}

impl Tag {
    /// A tag; `token` is without the content and attribute bits (0x05 to 0x3F).
    #[must_use]
    pub const fn new(page: u8, token: u8) -> Self {
        Self { page, token }
    }

    /// The code page.
    #[must_use]
    pub const fn page(self) -> u8 {
        self.page
    }

    /// The token in its page, without the content and attribute bits.
    #[must_use]
    pub const fn token(self) -> u8 {
        self.token
    }

    /// Whether the tables list the tag.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.versions().is_some()
    }

    /// The element's local name; `Unknown` when the tables do not list the tag.
    #[must_use]
    pub fn name(self) -> &'static str {
        codepages::entry(self).map_or("Unknown", |entry| entry.name)
    }

    /// The XML namespace of the page; `Unknown` when there is no such page.
    #[must_use]
    pub fn namespace(self) -> &'static str {
        codepages::page(self.page).map_or("Unknown", |page| page.namespace)
    }

    /// The first and last version that have the tag; `None` when the tables do not list it.
    #[must_use]
    pub fn versions(self) -> Option<(Version, Version)> {
        codepages::entry(self).map(|entry| (entry.first, entry.last))
    }

    /// Whether the tag may be sent to a peer that speaks `version`.
    #[must_use]
    pub fn exists_in(self, version: Version) -> bool {
        self.versions()
            .is_some_and(|(first, last)| first <= version && version <= last)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_known() {
            write!(f, "{}:{}", self.namespace(), self.name())
        } else {
            write!(f, "{}/0x{:02X}", self.page, self.token)
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codepages::{airsync, find};

    #[test]
    fn names_come_from_the_tables() {
        assert_eq!(airsync::SYNC_KEY.to_string(), "AirSync:SyncKey");
        assert_eq!(Tag::new(0, 0x3F).to_string(), "0/0x3F");
        assert_eq!(Tag::new(254, 5).name(), "Unknown");
        assert_eq!(Tag::new(254, 5).namespace(), "Unknown");
    }

    #[test]
    fn version_spans_are_inclusive() {
        assert!(find::FIND.exists_in(Version::V16_1));
        assert!(!find::FIND.exists_in(Version::V16_0));
        assert!(!Tag::new(254, 5).exists_in(Version::V16_1));
    }
}
