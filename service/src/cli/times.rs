//! Times and spans as people read them.

use directpush::clock::Clock;

/// Now, in UTC epoch seconds.
pub(super) fn now() -> i64 {
    Clock::system().seconds()
}

/// A span in its largest two units at most: `45s`, `12m 05s`, `3h 20m`, `4d 2h`.
pub(super) fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match () {
        () if minutes == 0 => format!("{seconds}s"),
        () if hours == 0 => format!("{minutes}m {:02}s", seconds % 60),
        () if days == 0 => format!("{hours}h {:02}m", minutes % 60),
        () => format!("{days}d {}h", hours % 24),
    }
}

/// How long something has lasted.
pub(super) fn since(at: i64) -> String {
    span(u64::try_from(now() - at).unwrap_or(0))
}

/// How long ago something was.
pub(super) fn ago(at: i64) -> String {
    since(at) + " ago"
}

/// A point in time, UTC.
pub(super) fn point(at: i64) -> String {
    jiff::Timestamp::from_second(at).map_or_else(
        |_| at.to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
    )
}

/// The time of day, UTC, of milliseconds since the epoch.
pub(super) fn clock(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(
        |_| at_ms.to_string(),
        |at| at.strftime("%H:%M:%S.%3f").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (725, "12m 05s"),
            (12_000, "3h 20m"),
            (353_000, "4d 2h"),
        ] {
            assert_eq!(span(seconds), text);
        }
        assert_eq!(point(0), "1970-01-01 00:00:00Z");
    }
}
