//! Names of accounts, devices, folders and items inside the gateway.
//!
//! Rows of the store are named by numbers. What a phone sees of them is short ASCII text: a folder is
//! its number, an item is `<folder>:<item>` (MS-ASCMD 2.2.3.166: at most 64 characters).

pub mod long_id;

use std::fmt;

/// An account: the row that one person's login name leads to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccountId(pub i64);

/// A device of one account. Unique in the whole store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DeviceId(pub i64);

/// Who asks: an account through one of its devices.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

/// A folder of an account: counted from 1, never used again for another folder.
///
/// Its decimal text is the `CollectionId` that phones see.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FolderNo(pub u32);

/// An item of a folder: counted from 1 in the order of arrival, never used again.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ItemNo(pub u32);

/// An item as phones name it: `<folder>:<item>`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ServerId {
    /// The folder.
    pub folder: FolderNo,
    /// The item in it.
    pub item: ItemNo,
}

/// A sequence number: each change of a folder, and each change of an account's hierarchy, takes the next.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Seq(pub u64);

impl FolderNo {
    /// The parent of the folders at the top (MS-ASCMD 2.2.3.123); never a folder.
    pub const ROOT: Self = Self(0);

    /// Reads a `CollectionId`: digits without sign, without a leading zero, and not the root.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        number(text).map(Self)
    }
}

impl ItemNo {
    /// Reads the part of a `ServerId` after the colon.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        number(text).map(Self)
    }
}

impl ServerId {
    /// Reads the id of an item as a phone sent it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (folder, item) = text.split_once(':')?;
        Some(Self {
            folder: FolderNo::parse(folder)?,
            item: ItemNo::parse(item)?,
        })
    }
}

/// A number from 1 in its one and only spelling, so that an id never has two names.
fn number(text: &str) -> Option<u32> {
    let canonical = text.starts_with(|c: char| matches!(c, '1'..='9'))
        && text.bytes().all(|b| b.is_ascii_digit());
    canonical.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for FolderNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ItemNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.folder, self.item)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_spelling() {
        let id = ServerId {
            folder: FolderNo(12),
            item: ItemNo(4_294_967_295),
        };
        assert_eq!(id.to_string(), "12:4294967295");
        assert_eq!(ServerId::parse("12:4294967295"), Some(id));
        for wrong in [
            "",
            "12",
            "12:",
            ":1",
            "0:1",
            "1:0",
            "01:1",
            "1:+1",
            "1: 1",
            "1:4294967296",
            "1:1:1",
        ] {
            assert_eq!(ServerId::parse(wrong), None, "{wrong:?}");
        }
        assert_eq!(FolderNo::parse("0"), None);
        assert_eq!(FolderNo::parse("7"), Some(FolderNo(7)));
    }
}
