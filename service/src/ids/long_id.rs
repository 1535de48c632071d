//! Messages as searches name them (MS-ASCMD 2.2.3.98): also those that no device was ever told of.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{FolderNo, ItemNo, ServerId, number};

/// A message of the account that asks. Names nothing outside of it: the folder is looked up among the account's own.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct LongId {
    /// The folder.
    pub folder: FolderNo,
    /// The message in it.
    pub item: LongItem,
}

/// A message of a folder.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum LongItem {
    /// By its number: `7:12`.
    Indexed(ItemNo),
    /// By the backend's name of it: `7:~name`.
    Named(Box<str>),
    /// By a hash of the backend's name, where that is long or has strange characters: `7:-hash`.
    Hashed(Box<str>),
}

impl LongId {
    /// The longest name that stands in an id: the number of an attachment has to fit behind it (256 characters in all).
    const NAME_MAX: usize = 200;

    /// How many bytes of a hash tell messages of a folder apart.
    const HASH: usize = 16;

    /// A message that the index does not know, by the backend's name.
    #[must_use]
    pub fn of(folder: FolderNo, name: &str) -> Self {
        // What passes through URLs and XML, whoever escapes too little.
        let plain = |char: char| char.is_ascii_alphanumeric() || ".,_=:@~-".contains(char);
        let fits = !name.is_empty() && name.len() <= Self::NAME_MAX && name.chars().all(plain);
        let item = match fits {
            true => LongItem::Named(name.into()),
            false => LongItem::Hashed(hash(name)),
        };
        Self { folder, item }
    }

    /// Reads an id as a phone sent it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (folder, item) = text.split_once(':')?;
        let folder = FolderNo::parse(folder)?;
        if let Some(name) = item.strip_prefix('~') {
            // One spelling for each message.
            return Some(Self::of(folder, name))
                .filter(|id| id.item == LongItem::Named(name.into()));
        }
        let item = match item.strip_prefix('-') {
            Some(hash) => {
                let valid = hash.len() == 2 * Self::HASH
                    && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
                LongItem::Hashed(valid.then_some(hash)?.into())
            }
            None => LongItem::Indexed(ItemNo(number(item)?)),
        };
        Some(Self { folder, item })
    }

    /// The same as other commands name it; `None` if the id goes by the backend's name.
    #[must_use]
    pub fn indexed(&self) -> Option<ServerId> {
        match self.item {
            LongItem::Indexed(item) => Some(ServerId {
                folder: self.folder,
                item,
            }),
            LongItem::Named(_) | LongItem::Hashed(_) => None,
        }
    }
}

/// What stands for a name in an id.
#[must_use]
pub fn hash(name: &str) -> Box<str> {
    let hash = Sha256::digest(name.as_bytes());
    let bytes = hash.iter().take(LongId::HASH);
    bytes
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

impl From<ServerId> for LongId {
    fn from(id: ServerId) -> Self {
        Self {
            folder: id.folder,
            item: LongItem::Indexed(id.item),
        }
    }
}

impl fmt::Display for LongId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.item {
            LongItem::Indexed(item) => write!(f, "{}:{item}", self.folder),
            LongItem::Named(name) => write!(f, "{}:~{name}", self.folder),
            LongItem::Hashed(hash) => write!(f, "{}:-{hash}", self.folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::command::search::MailResult;

    use super::{FolderNo, ItemNo, LongId, LongItem, ServerId};

    #[test]
    fn ids_lead_back_and_have_one_spelling() {
        let folder = FolderNo(4_294_967_295);
        let long = "x".repeat(LongId::NAME_MAX);
        for name in [
            "17.42",
            "1700000000.M1P2.host,S=9,W=10",
            &long,
            "",
            "a b",
            "\u{fc}",
            "x%y",
            &format!("{long}x"),
        ] {
            let id = LongId::of(folder, name);
            let text = id.to_string();
            assert_eq!(LongId::parse(&text), Some(id), "{text}");
            assert!(format!("{text}:16.1000").len() <= MailResult::LONG_ID_MAX);
        }
        let known = ServerId {
            folder,
            item: ItemNo(3),
        };
        assert_eq!(LongId::parse(&known.to_string()), Some(known.into()));
        assert_eq!(
            LongId::parse("7:~a:b").map(|id| id.item),
            Some(LongItem::Named("a:b".into()))
        );
        let bad_hash = format!("7:-{}", "g".repeat(32));
        for wrong in [
            "", "7", "7:", "7:~", "7:~a b", "7:-", "7:-00", &bad_hash, "0:~a", "07:~a", "x:~a",
            "7:01",
        ] {
            assert_eq!(LongId::parse(wrong), None, "{wrong}");
        }
    }
}
