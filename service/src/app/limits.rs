//! Limits of the system that will bite, found at start and named with what to raise.

use tracing::warn;

use crate::config::Config;

/// Files that the process needs besides one for each connection: database, logs, watches, backends.
const OTHER_FILES: u64 = 256;

/// Warns of limits that are below what the configuration allows.
pub(crate) fn check(config: &Config) {
    let connections = u64::try_from(config.limits.connections_max).unwrap_or(u64::MAX);
    let needed = connections.saturating_add(OTHER_FILES);
    match open_files() {
        Some(limit) if limit < needed => warn!(
            limit,
            needed,
            "the limit of open files is below limits.connections_max; raise it (LimitNOFILE= in a systemd unit, ulimit -n) or lower the setting"
        ),
        Some(_) | None => {}
    }
    // A watch for each folder of the accounts in use; how many that are is not known at start.
    const FEW: u64 = 65_536;
    match watches() {
        Some(limit) if limit < FEW => warn!(
            limit,
            advised = FEW,
            "few inotify watches are allowed; accounts beyond them are polled; raise fs.inotify.max_user_watches (sysctl)"
        ),
        Some(_) | None => {}
    }
}

/// The soft limit of open files; `None` when it is unlimited or not known.
fn open_files() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    soft_limit(&limits, "Max open files")
}

fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn watches() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/sys/fs/inotify/max_user_watches").ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max processes             127000               127000               processes\n\
                      Max open files            1024                 1048576              files\n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024));
        assert_eq!(soft_limit(limits, "Max pending signals"), None);
    }
}
