//! Why a session cannot go on, and why something is not written.

use std::io;

use rustls::unbuffered::{EncodeError, EncryptError};

/// Why a connection cannot go on.
#[derive(Clone, Debug, thiserror::Error)]
pub(in crate::http::tls) enum SessionError {
    /// What rustls says.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// A message in too many pieces.
    #[error("a message of the handshake in too many pieces")]
    TooLong,
    /// As many records were written as one key may protect.
    #[error("the keys are used up")]
    UsedUp,
    /// Something that this service never asks for, such as early data.
    #[error("something came that was not asked for")]
    Unexpected,
    /// We have said that nothing more comes.
    #[error("written after the end")]
    Closed,
}

impl From<SessionError> for io::Error {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Closed => Self::new(io::ErrorKind::BrokenPipe, error),
            SessionError::Tls(error) => Self::new(io::ErrorKind::InvalidData, error),
            SessionError::TooLong | SessionError::UsedUp | SessionError::Unexpected => {
                Self::new(io::ErrorKind::InvalidData, error)
            }
        }
    }
}

/// Why nothing was written.
pub(super) enum Refusal {
    /// It needs this room.
    TooSmall(usize),
    /// It will not be written.
    Never(SessionError),
}

impl From<EncodeError> for Refusal {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::InsufficientSize(size) => Self::TooSmall(size.required_size),
            EncodeError::AlreadyEncoded => Self::Never(SessionError::Unexpected),
        }
    }
}

impl From<EncryptError> for Refusal {
    fn from(error: EncryptError) -> Self {
        match error {
            EncryptError::InsufficientSize(size) => Self::TooSmall(size.required_size),
            EncryptError::EncryptExhausted => Self::Never(SessionError::UsedUp),
        }
    }
}
