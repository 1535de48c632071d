//! Names that backends give: opaque to everybody else, stored and compared but never interpreted.

use std::fmt;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Box<str>);

        impl $name {
            /// Wraps the text that the backend gave or the store kept.
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The text as the backend gave it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

opaque! {
    /// The backend's own name of a folder: a Maildir++ directory name (`""` is the root, INBOX),
    /// an IMAP mailbox name, a collection's address.
    FolderRef
}

opaque! {
    /// Stable name of an item inside its folder: the unique part of a Maildir file name, an IMAP
    /// UIDVALIDITY and UID, the address of a resource.
    ItemRef
}

opaque! {
    /// The backend's word for the state of an item: flags and keywords for mail, an entity tag for
    /// the rest. Compared for equality only.
    Version
}

opaque! {
    /// Where the last delta of a folder ended. Issued by the backend, stored by its caller.
    Token
}

/// The name that a new item gets: derived from the upload, so that a repeat finds the first.
///
/// Invariant: 1 to 64 characters out of `A-Z a-z 0-9 _ -`, so that every store can keep it in a
/// file name, a resource name or a header. Checked in [`Self::parse`] only.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct NewName(Box<str>);

impl NewName {
    /// The longest name, in characters.
    pub const LEN_MAX: usize = 64;

    /// Reads a name; `None` when it breaks the invariant.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::LEN_MAX).contains(&text.len());
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        (fits && plain).then(|| Self(text.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::NewName;

    #[test]
    fn a_new_name_is_safe_in_every_store() {
        for (text, fits) in [
            ("a", true),
            ("Az09_-", true),
            ("", false),
            ("a/b", false),
            ("..", false),
            ("ä", false),
            ("a:2,S", false),
        ] {
            assert_eq!(NewName::parse(text).is_some(), fits, "{text:?}");
        }
        assert!(NewName::parse(&"x".repeat(64)).is_some());
        assert!(NewName::parse(&"x".repeat(65)).is_none());
    }
}
