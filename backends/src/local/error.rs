//! Errors of the file system in the words of backends.

use std::io;

use crate::error::{BackendError, Kind};

/// Turns an error of the file system, met during `op`, into a backend error.
pub(crate) fn io(op: &'static str) -> impl Fn(io::Error) -> BackendError {
    move |error| BackendError::new(kind(&error), op).caused_by(error)
}

fn kind(error: &io::Error) -> Kind {
    use io::ErrorKind as Io;
    match error.kind() {
        Io::NotFound | Io::NotADirectory => Kind::NotFound,
        Io::PermissionDenied => Kind::Forbidden,
        Io::StorageFull | Io::QuotaExceeded => Kind::Full,
        Io::FileTooLarge => Kind::TooLarge,
        Io::InvalidFilename => Kind::Refused,
        // A whole file system is read-only after an error of its medium, or while somebody works on it. What was
        // to be written is not the item's fault, and is written when that is over.
        Io::ReadOnlyFilesystem
        | Io::ResourceBusy
        | Io::StaleNetworkFileHandle
        | Io::TimedOut
        | Io::OutOfMemory => Kind::Unavailable,
        _ if matches!(error.raw_os_error(), Some(EIO | EMFILE | ENFILE)) => Kind::Unavailable,
        _ => Kind::Unexpected,
    }
}

/// Whether a watch could not be added because a limit of the kernel is reached, rather than
/// because of the directory.
pub(crate) fn is_watch_limit(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::StorageFull
        || matches!(error.raw_os_error(), Some(EMFILE | ENFILE | ENOMEM))
}

// The same numbers on all Linux architectures.
const EIO: i32 = 5;
const ENOMEM: i32 = 12;
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::{EIO, EMFILE, io, is_watch_limit};
    use crate::error::{Kind, Retry};

    const ENOSPC: i32 = 28;

    #[test]
    fn errors_are_told_apart() {
        for (number, kind, retry) in [
            (2, Kind::NotFound, Retry::Never),
            (13, Kind::Forbidden, Retry::Never),
            (30, Kind::Unavailable, Retry::Later),
            (ENOSPC, Kind::Full, Retry::Later),
            (122, Kind::Full, Retry::Later),
            (EIO, Kind::Unavailable, Retry::Later),
            (EMFILE, Kind::Unavailable, Retry::Later),
            (116, Kind::Unavailable, Retry::Later),
            (36, Kind::Refused, Retry::Never),
            (22, Kind::Unexpected, Retry::Later),
        ] {
            let error = io("test")(Error::from_raw_os_error(number));
            assert_eq!((error.kind(), error.retry()), (kind, retry), "{number}");
        }
        assert!(is_watch_limit(&Error::from_raw_os_error(ENOSPC)));
        assert!(!is_watch_limit(&Error::from_raw_os_error(2)));
    }
}
