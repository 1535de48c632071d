//! What a watch tells, and when it looks. No I/O: events, looks and time come in, steps come out.
//!
//! - Whatever is heard is told. It is a hint only, so nothing is concluded from its not being heard.
//! - A look compares all folders with the last one; what is different is told, whether or not it was heard of. Looks
//!   are taken after at most [`Timing::every`], and the first before the watch begins; so a change of which nothing was
//!   heard is told by then.
//! - Where events say nothing about other folders, a look follows each; many events have few looks, the last event one.
//! - A folder that looks different, and of which nothing was heard although it is listened to, makes the listening
//!   suspicious: whoever listens is to prove at once that it does (rule R10).

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::agenda::{Agenda, Timing};
use super::pending::Pending;
use crate::imap::store::Scope;
use crate::imap::survey::Survey;
use crate::imap::sweep::Sweep;
use crate::imap::wire::MailboxStatus;
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// What somebody who listens heard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Heard {
    /// Something in that folder changed.
    Folder(FolderRef),
    /// Something in a folder of which the server speaks by this name, which need not be the one that we know.
    Called(String),
    /// How a mailbox stands now.
    Standing(Box<MailboxStatus>),
    /// Folders came, went or were renamed.
    Hierarchy,
    /// Something was missed.
    Gap,
}

/// What is listened to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Range<'r> {
    /// All folders.
    All,
    /// These; an event in one of them tells that somebody is at work, perhaps in others too.
    Only(&'r BTreeSet<FolderRef>),
}

impl Range<'_> {
    /// Whether a folder is listened to.
    pub(super) fn has(self, folder: &FolderRef) -> bool {
        match self {
            Self::All => true,
            Self::Only(folders) => folders.contains(folder),
        }
    }
}

/// What to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// Tell this.
    Tell(WatchEvent),
    /// Look at all folders, and say how it went.
    Look,
    /// Listen, not longer than this if there is a limit.
    Wait(Option<Instant>),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Core {
    sweep: Sweep,
    agenda: Agenda,
    pending: Pending,
    /// The folders that somebody waits for, if that is known.
    focus: Option<BTreeSet<FolderRef>>,
    /// Folders that were heard of since the last look began.
    heard: BTreeSet<FolderRef>,
    /// Folders that were heard of between the beginnings of the last two looks.
    heard_before: BTreeSet<FolderRef>,
    /// The hierarchy may have been read between two looks: what came and went again since leaves no difference between
    /// them. Those who read it have to do so once more after the next look.
    read_between: bool,
    /// The same of the look that is being taken.
    reread: bool,
}

impl Core {
    /// Goes on from a first look, which was taken when everybody listened already (rule R5).
    pub(super) fn new(
        first: &Survey,
        scope: Scope,
        timing: Timing,
        seed: u64,
        now: Instant,
    ) -> Self {
        Self {
            sweep: Sweep::new(first, scope),
            agenda: Agenda::new(timing, seed, now),
            pending: Pending::default(),
            focus: None,
            heard: BTreeSet::new(),
            heard_before: BTreeSet::new(),
            // Everything is compared when a watch begins.
            read_between: true,
            reread: false,
        }
    }

    /// Takes what was heard.
    pub(super) fn hear(&mut self, heard: Heard, range: Range<'_>, now: Instant) {
        match heard {
            Heard::Folder(folder) => self.hear_folder(folder, range, now),
            Heard::Called(name) => match self.sweep.find(&name) {
                Some(folder) => self.hear_folder(folder, range, now),
                None => self.hear_hierarchy(now),
            },
            Heard::Standing(status) => match self.sweep.note(&status) {
                Some(WatchEvent::Changed(folder)) => self.hear_folder(folder, range, now),
                Some(_) => self.hear_hierarchy(now),
                None => {}
            },
            Heard::Hierarchy => self.hear_hierarchy(now),
            Heard::Gap => {
                self.read_between = true;
                self.pending.add(WatchEvent::Gap);
            }
        }
    }

    fn hear_folder(&mut self, folder: FolderRef, range: Range<'_>, now: Instant) {
        if matches!(range, Range::Only(_)) {
            self.agenda.wake(now);
        }
        self.heard.insert(folder.clone());
        self.pending.add(WatchEvent::Changed(folder));
    }

    /// What is new in the new folders is told by a look only.
    fn hear_hierarchy(&mut self, now: Instant) {
        self.agenda.wake(now);
        self.read_between = true;
        self.pending.add(WatchEvent::HierarchyChanged);
    }

    /// What to do next.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        if let Some(event) = self.pending.take() {
            return Step::Tell(event);
        }
        if self.agenda.begin(now) {
            self.heard_before = std::mem::take(&mut self.heard);
            self.reread = std::mem::take(&mut self.read_between);
            return Step::Look;
        }
        Step::Wait(self.agenda.next())
    }

    /// A look was taken. Answers the folders that are listened to and of whose changes nothing was heard; that may be
    /// late only.
    pub(super) fn looked(
        &mut self,
        survey: &Survey,
        range: Range<'_>,
        now: Instant,
    ) -> Vec<FolderRef> {
        self.agenda.ended(now);
        if std::mem::take(&mut self.reread) {
            self.pending.add(WatchEvent::HierarchyChanged);
        }
        let mut unheard = Vec::new();
        for event in self.sweep.compare(survey) {
            if let WatchEvent::Changed(folder) = &event
                && range.has(folder)
                && !self.heard.contains(folder)
                && !self.heard_before.contains(folder)
            {
                unheard.push(folder.clone());
            }
            self.pending.add(event);
        }
        self.suspect(range);
        unheard
    }

    /// Marks that change without a trace are told of without knowing (one message read and another not any more: the
    /// counters are the same), where nobody listens. What somebody waits for is told of each time, everything in turn
    /// if that is not known.
    fn suspect(&mut self, range: Range<'_>) {
        let suspects: Vec<FolderRef> = match &self.focus {
            Some(focus) => self
                .sweep
                .blind()
                .filter(|one| focus.contains(one))
                .cloned()
                .collect(),
            None => self.sweep.turn().into_iter().collect(),
        };
        for folder in suspects {
            if !range.has(&folder) {
                self.pending.add(WatchEvent::Changed(folder));
            }
        }
    }

    /// A look could not be taken this time. Whether it is worth trying again.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        self.read_between |= self.reread;
        self.agenda.failed(now)
    }

    /// The longest time between two looks is another from now on.
    pub(super) fn pace(&mut self, every: Duration, now: Instant) {
        self.agenda.pace(every, now);
    }

    /// Somebody waits for these folders.
    pub(super) fn focus(&mut self, folders: BTreeSet<FolderRef>) {
        self.focus = Some(folders);
    }
}

#[cfg(test)]
mod tests;
