//! What a read of the truth means for one parked request, given what the device was announced before. Pure.

use std::time::{Duration, Instant};

use protocol::flow::doubt::Grace;
use protocol::flow::parked::{Findings, Hierarchy};

use super::memory::DeviceMemory;
use super::pace::Insistence;
use super::trigger::{Due, Trigger};
use super::truth::{FolderState, HierarchyStanding, Report, Standing};
use crate::ids::{FolderNo, Seq};

/// The request that is judged, and the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'c> {
    /// The folders that it watches, in the report's order.
    pub(super) folders: &'c [FolderNo],
    /// Its whole length.
    pub(super) heartbeat: Duration,
    /// When its heartbeat is over.
    pub(super) deadline: Instant,
    /// How changes are batched.
    pub(super) trigger: Trigger,
    /// The time.
    pub(super) now: Instant,
    /// The same time in UTC epoch seconds.
    pub(super) now_utc: i64,
}

/// What there is to announce, and when.
pub(super) fn findings(
    case: Case<'_>,
    report: &Report,
    memory: &DeviceMemory,
) -> Findings<FolderNo> {
    let mut findings = Findings {
        hierarchy: Hierarchy::Current,
        changed: Vec::new(),
        doubtful: Vec::new(),
    };
    look_at_hierarchy(case, report, memory, &mut findings);
    let batched = batch_due(case, report, memory);
    for (folder, standing) in case.folders.iter().zip(&report.folders) {
        look_at_folder(case, (*folder, standing), memory, &mut findings);
    }
    let behind = |folder: FolderNo| {
        let at = case.folders.binary_search(&folder).ok();
        let standing = at.and_then(|at| report.folders.get(at));
        standing.is_some_and(|standing| standing.state == FolderState::Behind)
    };
    for (folder, at) in &mut findings.changed {
        if behind(*folder) {
            *at = batched.max(*at);
        }
    }
    findings
}

/// The folders that the device watches although its FolderSync cursor does not hold them, and about which
/// something can still be done.
pub(super) fn unknown(
    folders: &[FolderNo],
    report: &Report,
    memory: &DeviceMemory,
) -> Vec<FolderNo> {
    let folders = folders.iter().zip(&report.folders);
    folders
        .filter(|(_, standing)| standing.state == FolderState::Unknown)
        .map(|(folder, _)| *folder)
        .filter(|folder| !memory.ignores(*folder))
        .collect()
}

fn look_at_hierarchy(
    case: Case<'_>,
    report: &Report,
    memory: &DeviceMemory,
    findings: &mut Findings<FolderNo>,
) {
    let unknown = unknown(case.folders, report, memory);
    if report.hierarchy == HierarchyStanding::Current && unknown.is_empty() {
        return;
    }
    let at = memory.due(FolderNo::ROOT, Seq(0), Insistence::Steady, case.now);
    if at <= case.now {
        findings.hierarchy = Hierarchy::Moved;
    } else {
        // The device was sent to FolderSync a moment ago and did not go: look again then.
        findings.doubtful.push((FolderNo::ROOT, at));
    }
}

fn look_at_folder(
    case: Case<'_>,
    (folder, standing): (FolderNo, &Standing),
    memory: &DeviceMemory,
    findings: &mut Findings<FolderNo>,
) {
    let due = |insistence| memory.due(folder, standing.seq, insistence, case.now);
    let sparing = Insistence::Sparing(case.heartbeat);
    match (standing.state, standing.doubt_due) {
        (FolderState::Behind | FolderState::Invalid, _) => {
            findings.changed.push((folder, due(Insistence::Steady)));
        }
        // A device that was told several times and never synced the folder does not care for it, and pings it all the
        // same, as iPhones do. If something comes into it, it is told again.
        (FolderState::Absent, _) if memory.told_enough(folder, standing.seq) => {}
        (FolderState::Absent, _) => findings.changed.push((folder, due(Insistence::Steady))),
        // R12: nothing proves that the last answer arrived.
        (FolderState::Quiet, Some(doubt_due)) => {
            let grace = grace(doubt_due, case.now_utc);
            let over = case.now + grace;
            findings.doubtful.push((folder, over.max(due(sparing))));
        }
        (FolderState::Quiet, None) if memory.owes(folder) => {
            findings.doubtful.push((folder, due(sparing)));
        }
        (FolderState::Quiet, None) | (FolderState::Unknown, _) => {}
    }
}

/// What is left of an answer's grace. More than the longest was written by a clock that was ahead, or is read by one
/// that was set back: it may be over, and is not to last until that clock has caught up.
fn grace(due: i64, now_utc: i64) -> Duration {
    let left = u64::try_from(due.saturating_sub(now_utc)).unwrap_or(0);
    match left <= Grace::MAX_S.into() {
        true => Duration::from_secs(left),
        false => Duration::ZERO,
    }
}

/// The folders in doubt that are to be announced now and were not noted as announced.
pub(super) fn doubts_due(case: Case<'_>, report: &Report, memory: &DeviceMemory) -> Vec<FolderNo> {
    let sparing = Insistence::Sparing(case.heartbeat);
    let folders = case.folders.iter().zip(&report.folders);
    folders
        .filter(|(_, standing)| standing.state == FolderState::Quiet)
        .filter(|(_, standing)| {
            standing
                .doubt_due
                .is_some_and(|due| grace(due, case.now_utc).is_zero())
        })
        .filter(|(folder, standing)| {
            memory.due(**folder, standing.seq, sparing, case.now) <= case.now
        })
        .map(|(folder, _)| *folder)
        .collect()
}

/// When the changes that wait for the device are announced, as the account's trigger says.
fn batch_due(case: Case<'_>, report: &Report, memory: &DeviceMemory) -> Instant {
    let behind = report
        .folders
        .iter()
        .filter(|standing| standing.state == FolderState::Behind);
    let changes = behind
        .map(|standing| standing.seq.0.saturating_sub(standing.told.0))
        .fold(0_u64, u64::saturating_add);
    let last = memory.last_announcement();
    match case.trigger.due(changes, last, case.now) {
        Due::Now => case.now,
        Due::At(at) => at,
        // Batching delays, it never drops: the end of the heartbeat announces what is open.
        Due::AtDeadline => case.deadline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_ahead_does_not_make_a_grace_last() {
        for (due, now, left) in [
            (i64::MIN, 0, 0),
            (1_000, 1_000, 0),
            (1_060, 1_000, 60),
            (1_900, 1_000, 900),
            (864_000, 0, 0),
        ] {
            assert_eq!(grace(due, now).as_secs(), left, "{due} at {now}");
        }
    }
}
