//! Limits of the system that will bite, found at start and named with what to raise.

use backends::local::{WatchBudget, watch_budget};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{info, warn};

use crate::config::Config;

/// Files that the process needs besides one for each connection: database, logs, watches, backends.
const OTHER_FILES: u64 = 256;

/// Raises the limit of open files as far as the system lets this process, and warns when it is still below what the
/// configuration allows.
pub(crate) fn open_files(config: &Config) {
    let connections = u64::try_from(config.limits.connections_max).unwrap_or(u64::MAX);
    let needed = connections.saturating_add(OTHER_FILES);
    let limit = raised(getrlimit(Resource::Nofile));
    if let Some(advice) = files_advice(limit, needed) {
        warn!(limit, needed, "{advice}");
    }
}

/// Raises the soft limit to the hard one; answers what holds then. `None`: there is no limit.
fn raised(limit: Rlimit) -> Option<u64> {
    if limit.current == limit.maximum {
        return limit.current;
    }
    let whole = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, whole) {
        Ok(()) => {
            info!(
                from = limit.current,
                to = limit.maximum,
                "limit of open files raised"
            );
            limit.maximum
        }
        Err(error) => {
            warn!(%error, limit = limit.current, "the limit of open files cannot be raised");
            limit.current
        }
    }
}

/// What to do about the limit of open files, if anything.
fn files_advice(limit: Option<u64>, needed: u64) -> Option<String> {
    let limit = limit.filter(|limit| *limit < needed)?;
    Some(format!(
        "only {limit} files may be open, and limits.connections_max needs {needed}: set LimitNOFILE={needed} in the systemd \
         unit (or `ulimit -Hn {needed}` before the start), or lower the setting"
    ))
}

/// Warns when the kernel watches fewer folders than the accounts have, or lets nobody watch at all. `folders`: those of
/// all accounts that were ever synced.
pub(crate) fn watches(folders: u64, has_instance: bool) {
    for advice in watch_advice(watch_budget(), folders, has_instance) {
        warn!(folders, "{advice}");
    }
}

fn watch_advice(budget: WatchBudget, folders: u64, has_instance: bool) -> Vec<String> {
    let mut advice = Vec::new();
    if !has_instance {
        let most = budget.max_user_instances.unwrap_or(0);
        let wanted = most.saturating_mul(2).max(256);
        advice.push(format!(
            "the kernel grants no inotify instance (at most {most} for a user), so every account is polled: sysctl -w \
             fs.inotify.max_user_instances={wanted}"
        ));
    }
    if !budget.suffices_for(folders) {
        let most = budget.max_user_watches.unwrap_or(0);
        // Room for accounts that come, and for other programs of the same user.
        let wanted = folders
            .saturating_mul(WatchBudget::WATCHES_PER_FOLDER)
            .saturating_mul(2);
        advice.push(format!(
            "the kernel watches {most} directories for a user, and {folders} folders need {} each, so some accounts are \
             polled: sysctl -w fs.inotify.max_user_watches={wanted}",
            WatchBudget::WATCHES_PER_FOLDER
        ));
    }
    advice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_open_files_is_raised() {
        let before = getrlimit(Resource::Nofile);
        let raised = raised(before);
        assert_eq!(raised, before.maximum);
        assert_eq!(getrlimit(Resource::Nofile).current, before.maximum);
    }

    #[test]
    fn advice_names_what_to_set() {
        assert_eq!(files_advice(Some(500), 500), None);
        assert_eq!(files_advice(None, 500), None);
        let advice = files_advice(Some(499), 500).unwrap();
        assert!(advice.contains("LimitNOFILE=500"), "{advice}");
        let budget = WatchBudget {
            max_user_watches: Some(8_192),
            max_user_instances: Some(128),
            max_queued_events: None,
        };
        assert_eq!(watch_advice(budget, 2_730, true), [""; 0]);
        let advice = watch_advice(budget, 2_731, false).join("\n");
        assert!(
            advice.contains("fs.inotify.max_user_watches=16386"),
            "{advice}"
        );
        assert!(
            advice.contains("fs.inotify.max_user_instances=256"),
            "{advice}"
        );
    }
}
