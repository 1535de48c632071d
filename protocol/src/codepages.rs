//! The tags of all code pages (MS-ASWBXML 2.1.2): one module for each page, one constant for each tag.
//!
//! The tables hold every tag that any version has; what a version lacks is left out when writing,
//! never when reading.

use crate::tag::Tag;
use crate::version::Version;

pub mod air_notify;
pub mod airsync;
pub mod airsyncbase;
pub mod calendar;
pub mod compose_mail;
pub mod contacts;
pub mod contacts2;
pub mod document_library;
pub mod email;
pub mod email2;
pub mod find;
pub mod folder_hierarchy;
pub mod gal;
pub mod get_item_estimate;
pub mod item_operations;
pub mod meeting_response;
pub mod move_items;
pub mod notes;
pub mod ping;
pub mod provision;
pub mod resolve_recipients;
pub mod rights_management;
pub mod search;
pub mod settings;
pub mod tasks;
pub mod validate_cert;

/// Every known tag, by page and token.
pub fn all() -> impl Iterator<Item = Tag> {
    PAGES
        .iter()
        .flat_map(|page| page.entries.iter().map(|entry| entry.tag))
}

/// The tag of a namespace and a local name, as an XML view spells them.
#[must_use]
pub fn tag(namespace: &str, name: &str) -> Option<Tag> {
    let page = PAGES.iter().find(|page| page.namespace == namespace)?;
    let entry = page.entries.iter().find(|entry| entry.name == name)?;
    Some(entry.tag)
}

/// One code page.
pub(crate) struct Page {
    pub(crate) namespace: &'static str,
    /// Sorted by token.
    entries: &'static [Entry],
}

/// One tag of a page.
pub(crate) struct Entry {
    tag: Tag,
    pub(crate) name: &'static str,
    pub(crate) first: Version,
    pub(crate) last: Version,
}

impl Entry {
    const fn new(tag: Tag, name: &'static str, first: Version, last: Version) -> Self {
        Self {
            tag,
            name,
            first,
            last,
        }
    }
}

pub(crate) fn page(number: u8) -> Option<&'static Page> {
    PAGES.get(usize::from(number)).copied()
}

pub(crate) fn entry(tag: Tag) -> Option<&'static Entry> {
    let entries = page(tag.page())?.entries;
    let at = entries
        .binary_search_by_key(&tag.token(), |entry| entry.tag.token())
        .ok()?;
    entries.get(at)
}

/// By page number.
static PAGES: [&Page; 26] = [
    &airsync::PAGE,
    &contacts::PAGE,
    &email::PAGE,
    &air_notify::PAGE,
    &calendar::PAGE,
    &move_items::PAGE,
    &get_item_estimate::PAGE,
    &folder_hierarchy::PAGE,
    &meeting_response::PAGE,
    &tasks::PAGE,
    &resolve_recipients::PAGE,
    &validate_cert::PAGE,
    &contacts2::PAGE,
    &ping::PAGE,
    &provision::PAGE,
    &search::PAGE,
    &gal::PAGE,
    &airsyncbase::PAGE,
    &settings::PAGE,
    &document_library::PAGE,
    &item_operations::PAGE,
    &compose_mail::PAGE,
    &email2::PAGE,
    &notes::PAGE,
    &rights_management::PAGE,
    &find::PAGE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_tokens_are_in_order() {
        for (number, page) in PAGES.iter().enumerate() {
            assert!(
                page.entries
                    .iter()
                    .all(|e| usize::from(e.tag.page()) == number)
            );
            assert!(
                page.entries.is_sorted_by(|a, b| a.tag < b.tag),
                "{}",
                page.namespace
            );
            assert!(
                page.entries
                    .iter()
                    .all(|e| (5..=0x3F).contains(&e.tag.token()))
            );
            assert!(page.entries.iter().all(|e| e.first <= e.last));
        }
        assert_eq!(all().count(), 654);
    }

    #[test]
    fn names_lead_back_to_tags() {
        for known in all() {
            assert_eq!(tag(known.namespace(), known.name()), Some(known));
        }
        assert_eq!(tag("AirSync", "Unknown"), None);
        assert_eq!(tag("Unknown", "Sync"), None);
    }
}
