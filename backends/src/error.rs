//! What went wrong, whether asking again can help, and where.

use std::error::Error;
use std::fmt;

/// What happened, as far as a caller acts on it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// The folder or item is not there.
    NotFound,
    /// The store cannot be reached, or is not there, or answers that it cannot now; also a file system that is read-only.
    Unavailable,
    /// The credentials are not, or no longer, good.
    Unauthorized,
    /// The credentials are good but do not allow this.
    Forbidden,
    /// No space, or over quota.
    Full,
    /// Larger than the limit that was configured.
    TooLarge,
    /// Somebody changed the item since the version that the caller knows.
    Conflict,
    /// There is one of that name.
    Exists,
    /// The store understood and declined, and would again.
    Refused,
    /// Nothing that should happen: a broken answer, an error of the medium, a fault of ours.
    Unexpected,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotFound => "not found",
            Self::Unavailable => "unavailable",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Full => "full",
            Self::TooLarge => "too large",
            Self::Conflict => "changed meanwhile",
            Self::Exists => "exists already",
            Self::Refused => "refused",
            Self::Unexpected => "unexpected",
        })
    }
}

/// Whether the same question can have another answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Retry {
    /// Not without somebody doing something about it.
    Never,
    /// After a while.
    Later,
}

/// Why a backend did not do what it was asked.
///
/// Carries no names of people, no content and no secrets: it may be logged.
#[derive(Debug, thiserror::Error)]
#[error("{op}: {kind}")]
pub struct BackendError {
    kind: Kind,
    retry: Retry,
    op: &'static str,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl BackendError {
    /// An error of `kind` in `op` (a verb and a thing: `"list folder"`), with the retry that is
    /// usual for the kind.
    #[must_use]
    pub fn new(kind: Kind, op: &'static str) -> Self {
        let retry = match kind {
            Kind::Unavailable | Kind::Full | Kind::Conflict | Kind::Unexpected => Retry::Later,
            Kind::NotFound
            | Kind::Unauthorized
            | Kind::Forbidden
            | Kind::TooLarge
            | Kind::Exists
            | Kind::Refused => Retry::Never,
        };
        Self {
            kind,
            retry,
            op,
            source: None,
        }
    }

    /// Adds what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether asking again can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// What was being done.
    #[must_use]
    pub fn op(&self) -> &'static str {
        self.op
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::{BackendError, Kind, Retry};

    #[test]
    fn an_error_says_what_and_where_and_the_chain_why() {
        let error = BackendError::new(Kind::Full, "store item").caused_by("disk quota exceeded");
        assert_eq!(error.to_string(), "store item: full");
        assert_eq!(error.source().unwrap().to_string(), "disk quota exceeded");
        assert_eq!((error.kind(), error.retry()), (Kind::Full, Retry::Later));
    }
}
