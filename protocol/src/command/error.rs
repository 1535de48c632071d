//! What was wrong with a body.

use crate::tag::Tag;

use super::ids::IdError;

/// Where a body is wrong, and how.
///
/// All of these are mistakes of the sender: [`super::StatusCode::malformed`] gives the status that its command has
/// for them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("element {tag:?}: {kind}")]
pub struct BodyError {
    /// The element that is wrong or missing.
    pub tag: Tag,
    /// What is wrong with it.
    pub kind: BodyErrorKind,
}

impl BodyError {
    /// An error about `tag`.
    #[must_use]
    pub const fn new(tag: Tag, kind: BodyErrorKind) -> Self {
        Self { tag, kind }
    }
}

/// What is wrong with an element.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyErrorKind {
    /// The document is another command's.
    #[error("is not the root that this command has")]
    WrongRoot,
    /// It must be there.
    #[error("is missing")]
    Missing,
    /// It is there more often than allowed.
    #[error("is repeated")]
    Repeated,
    /// There are more of them than the protocol's limit.
    #[error("exceeds the limit of {limit}")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Its text is not a decimal number, or one out of range.
    #[error("is not a number in range")]
    NotANumber,
    /// Its text is none of the values that it may have.
    #[error("has an unknown value")]
    UnknownValue,
    /// Its text is no id.
    #[error("{0}")]
    Id(#[from] IdError),
    /// It excludes another element that is there as well.
    #[error("excludes another element that is present")]
    Contradiction,
    /// It makes a query that is more than a search can do.
    #[error("makes the query too complex")]
    TooComplex,
}
