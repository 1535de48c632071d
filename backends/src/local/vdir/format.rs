//! What kind of items a vdir holds, and which names in it mean something
//! (<https://vdirsyncer.pimutils.org/en/stable/vdir.html>).

use crate::folder::Class;

/// One kind of vdir. Everything else here is the same for all kinds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Format {
    /// What its items are.
    pub(crate) class: Class,
    /// How the names of items end, in lower case, dot included.
    extension: &'static str,
    /// The line that begins an object, when a file may have one object only.
    opening: Option<&'static str>,
    /// Directories that are the default collection when they are there, the best first. The first
    /// of them is made where there is none.
    pub(crate) defaults: &'static [&'static str],
    /// What a collection is called that is the root itself.
    pub(crate) root_name: &'static str,
}

/// Address books.
pub(crate) const CONTACTS: Format = Format {
    class: Class::Contacts,
    extension: ".vcf",
    opening: Some("BEGIN:VCARD"),
    defaults: &["contacts", "default", "addressbook", "personal", "Contacts"],
    root_name: "Contacts",
};

/// The file with the name that people see.
pub(crate) const DISPLAY_NAME: &str = "displayname";
/// The file with a colour. No device is told of it, but a directory with it is a collection.
pub(crate) const COLOR: &str = "color";
/// How temporary files of our own begin; they end as all temporary files of a vdir.
pub(crate) const DRAFT: &str = ".directpush.";
/// How temporary files end.
pub(crate) const TEMPORARY: &str = ".tmp";

impl Format {
    /// Whether a file of this name is an item.
    pub(crate) fn is_item(&self, name: &str) -> bool {
        let ending = name
            .len()
            .checked_sub(self.extension.len())
            .and_then(|at| name.get(at..));
        name.len() > self.extension.len()
            && ending.is_some_and(|ending| ending.eq_ignore_ascii_case(self.extension))
            && !name.starts_with('.')
            && !name.contains(['/', '\0'])
    }

    /// The file name of a new item.
    pub(crate) fn item_name(&self, stem: &str) -> String {
        format!("{stem}{}", self.extension)
    }

    /// The part of an item's name before its extension.
    pub(crate) fn stem<'n>(&self, name: &'n str) -> &'n str {
        name.len()
            .checked_sub(self.extension.len())
            .and_then(|at| name.get(..at))
            .unwrap_or(name)
    }

    /// Whether a file holds several objects where it may have one. A device sees the first and
    /// knows nothing of the others, so what it does to the item would be done to them unseen.
    pub(crate) fn is_crowded(&self, content: &[u8]) -> bool {
        let Some(opening) = self.opening else {
            return false;
        };
        let opens = |line: &&[u8]| line.trim_ascii().eq_ignore_ascii_case(opening.as_bytes());
        content.split(|byte| *byte == b'\n').filter(opens).count() > 1
    }
}

/// Whether a directory of this name can be a collection.
pub(crate) fn is_collection(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && !name.ends_with(TEMPORARY)
        && !name.contains(['/', '\0'])
}

#[cfg(test)]
mod tests {
    use super::{CONTACTS, is_collection};

    #[test]
    fn names_are_told_apart() {
        for (name, item) in [
            ("a.vcf", true),
            ("A.VCF", true),
            ("ä b.vcf", true),
            (".vcf", false),
            (".a.vcf", false),
            ("a.vcf.tmp", false),
            ("a.ics", false),
            ("../a.vcf", false),
            ("vcf", false),
            ("éé", false),
            ("", false),
        ] {
            assert_eq!(CONTACTS.is_item(name), item, "{name}");
        }
        for (name, collection) in [
            ("friends", true),
            ("a b", true),
            ("", false),
            ("..", false),
            (".git", false),
            ("a.tmp", false),
            ("a/b", false),
        ] {
            assert_eq!(is_collection(name), collection, "{name}");
        }
        assert_eq!(CONTACTS.stem(&CONTACTS.item_name("x.y")), "x.y");
    }

    #[test]
    fn a_file_with_two_cards_is_recognised() {
        let one = b"BEGIN:VCARD\r\nNOTE:BEGIN:VCARD\r\nEND:VCARD\r\n".to_vec();
        assert!(!CONTACTS.is_crowded(&one));
        assert!(CONTACTS.is_crowded(&one.repeat(2)));
        assert!(CONTACTS.is_crowded(b"begin:vcard\n\nBEGIN:VCARD \nEND:VCARD"));
        assert!(!CONTACTS.is_crowded(b""));
    }
}
