//! Ids and keys: opaque text of bounded length.
//!
//! All are assigned by one side and only compared by the other, so they are kept as text. 64 characters is the limit
//! of the schemas (MS-ASCMD 2.2.3.30, 2.2.3.166, 2.2.3.181).

/// Why a text is no id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IdError {
    /// No character at all.
    #[error("id is empty")]
    Empty,
    /// More characters than the schema allows.
    #[error("id has {len} characters, more than {}", LEN_MAX)]
    TooLong {
        /// Characters found.
        len: usize,
    },
    /// A control character, which no server assigns and no log should show.
    #[error("id has a control character")]
    ControlCharacter,
}

/// The longest id in characters.
const LEN_MAX: usize = 64;

/// Names one folder of a device's hierarchy (MS-ASCMD 2.2.3.30.6).
///
/// Invariant: 1 to 64 characters, none of them a control character.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CollectionId(Box<str>);

impl CollectionId {
    /// Reads an id as it was sent.
    ///
    /// # Errors
    /// [`IdError`] if the text breaks the invariant.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        checked(text).map(Self)
    }

    /// The id of a numbered folder: its decimal text.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        Self(number.to_string().into())
    }

    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A synchronization key of a folder or of the hierarchy (MS-ASCMD 2.2.3.181).
///
/// Invariant: 1 to 64 characters, none of them a control character. What is in it is the server's affair.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SyncKeyText(Box<str>);

impl SyncKeyText {
    /// Reads a key as it was sent.
    ///
    /// # Errors
    /// [`IdError`] if the text breaks the invariant.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        checked(text).map(Self)
    }

    /// Key `0`: start over.
    #[must_use]
    pub fn initial() -> Self {
        Self("0".into())
    }

    /// Whether this is key `0`.
    #[must_use]
    pub fn is_initial(&self) -> bool {
        &*self.0 == "0"
    }

    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names one item, assigned by the server (MS-ASCMD 2.2.3.166.8).
///
/// Invariant: 1 to 64 characters, none of them a control character.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ServerId(Box<str>);

impl ServerId {
    /// Reads an id as it was sent.
    ///
    /// # Errors
    /// [`IdError`] if the text breaks the invariant.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        checked(text).map(Self)
    }

    /// The id of a numbered item of a numbered folder: `folder:item`.
    #[must_use]
    pub fn from_numbers(folder: u32, item: u32) -> Self {
        Self(format!("{folder}:{item}").into())
    }

    /// Folder and item number of an id that [`Self::from_numbers`] wrote, `None` for any other text.
    #[must_use]
    pub fn numbers(&self) -> Option<(u32, u32)> {
        let (folder, item) = self.0.split_once(':')?;
        let numbers = (folder.parse().ok()?, item.parse().ok()?);
        // Only the one spelling is an id: `+1:02` is not another name of `1:2`.
        (Self::from_numbers(numbers.0, numbers.1) == *self).then_some(numbers)
    }

    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names an item that the phone made, until it learns the server's id (MS-ASCMD 2.2.3.28.2).
///
/// Invariant: 1 to 64 characters, none of them a control character.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientId(Box<str>);

impl ClientId {
    /// Reads an id as it was sent.
    ///
    /// # Errors
    /// [`IdError`] if the text breaks the invariant.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        checked(text).map(Self)
    }

    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Ids as the readers and writers of bodies see them.
pub(crate) trait TextId: Sized {
    fn read(text: &str) -> Result<Self, IdError>;
    fn show(&self) -> &str;
}

impl TextId for CollectionId {
    fn read(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }

    fn show(&self) -> &str {
        self.as_str()
    }
}

impl TextId for SyncKeyText {
    fn read(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }

    fn show(&self) -> &str {
        self.as_str()
    }
}

impl TextId for ServerId {
    fn read(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }

    fn show(&self) -> &str {
        self.as_str()
    }
}

impl TextId for ClientId {
    fn read(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }

    fn show(&self) -> &str {
        self.as_str()
    }
}

fn checked(text: &str) -> Result<Box<str>, IdError> {
    match text.chars().count() {
        0 => Err(IdError::Empty),
        len if len > LEN_MAX => Err(IdError::TooLong { len }),
        _ if text.chars().any(char::is_control) => Err(IdError::ControlCharacter),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{CollectionId, IdError, ServerId, SyncKeyText};

    #[test]
    fn the_limits_are_those_of_the_schema() {
        for (text, expected) in [
            ("", Err(IdError::Empty)),
            ("1", Ok("1")),
            ("a\u{1}", Err(IdError::ControlCharacter)),
        ] {
            let id = CollectionId::parse(text);
            assert_eq!(
                id.as_ref().map(CollectionId::as_str),
                expected.as_ref().map(|text| *text)
            );
        }
        assert!(CollectionId::parse(&"ü".repeat(64)).is_ok());
        assert_eq!(
            CollectionId::parse(&"a".repeat(65)),
            Err(IdError::TooLong { len: 65 })
        );
    }

    #[test]
    fn item_ids_have_one_spelling() {
        assert_eq!(ServerId::from_numbers(3, 14).numbers(), Some((3, 14)));
        for text in ["3:014", "+3:14", "3:14:1", "3", "a:b", "3:4294967296"] {
            assert_eq!(ServerId::parse(text).unwrap().numbers(), None, "{text}");
        }
    }

    #[test]
    fn only_zero_is_the_initial_key() {
        assert!(SyncKeyText::initial().is_initial());
        assert!(!SyncKeyText::parse("00").unwrap().is_initial());
    }
}
