//! Conversions that neither take the folder down nor the request: a panic or too much time is the item's own fault.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::time;

/// Contents above this size are converted on a thread for blocking work.
const INLINE_MAX: usize = 128 << 10;

/// The longest time for one item. What takes longer goes on in its thread until it ends, and nobody waits for it.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Why there is no result.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Failed {
    /// It panicked.
    #[error("the converter panicked")]
    Panicked,
    /// It took too long.
    #[error("the converter took too long")]
    TookTooLong,
}

/// Converts a content of `size` bytes.
///
/// # Errors
/// See [`Failed`].
pub(super) async fn bounded<T: Send + 'static>(
    size: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    if size <= INLINE_MAX {
        // What was unwound is dropped: nothing half done is seen by anybody.
        return catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Failed::Panicked);
    }
    match time::timeout(TIME_MAX, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_panic)) => Err(Failed::Panicked),
        Err(_elapsed) => Err(Failed::TookTooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_the_item_s_own() {
        let boom = || panic!("boom");
        let small: Result<(), _> = bounded(1, boom).await;
        let large: Result<(), _> = bounded(INLINE_MAX + 1, boom).await;
        assert_eq!(
            (small, large),
            (Err(Failed::Panicked), Err(Failed::Panicked))
        );
        assert_eq!(bounded(1, || 7).await, Ok(7));
    }

    #[tokio::test]
    async fn what_takes_too_long_is_not_waited_for() {
        time::pause();
        let (end, ended) = std::sync::mpsc::sync_channel::<()>(1);
        let working = bounded(INLINE_MAX + 1, move || ended.recv().is_ok());
        let waiting = async {
            // Timers are rounded up to a millisecond, and nothing else moves the clock while a thread works.
            time::advance(TIME_MAX * 2).await;
        };
        let (done, ()) = tokio::join!(working, waiting);
        assert_eq!(done, Err(Failed::TookTooLong));
        drop(end);
    }
}
