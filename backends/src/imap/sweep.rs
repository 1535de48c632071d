//! Comparing how all mailboxes stand with how they stood: what changed, whoever did it and whoever told of it.
//!
//! Pure. Sources of hints (a poll, `IDLE`, `NOTIFY`, a hook) differ in when they bring a new [`Survey`], or the standing
//! of one mailbox.

use std::collections::{BTreeMap, BTreeSet};

use super::store::Scope;
use super::survey::Survey;
use super::tree;
use super::wire::{MailboxName, MailboxStatus};
use crate::folder::Folder;
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// How a mailbox stood.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Standing {
    validity: Option<u32>,
    next: Option<u32>,
    messages: Option<u32>,
    unseen: Option<u32>,
    mod_seq: Option<u64>,
}

impl Standing {
    fn of(status: &MailboxStatus) -> Self {
        Self {
            validity: status.uid_validity,
            next: status.uid_next,
            messages: status.messages,
            unseen: status.unseen,
            // 0: it keeps none.
            mod_seq: status.highest_mod_seq.filter(|number| *number > 0),
        }
    }

    /// Takes what is said now; what is not said stays. Whether that is something else than before.
    fn update(&mut self, now: Self) -> bool {
        let before = *self;
        self.validity = now.validity.or(self.validity);
        self.next = now.next.or(self.next);
        self.messages = now.messages.or(self.messages);
        self.unseen = now.unseen.or(self.unseen);
        self.mod_seq = now.mod_seq.or(self.mod_seq);
        *self != before
    }
}

/// How everything stood.
#[derive(Debug)]
pub(super) struct Sweep {
    scope: Scope,
    folders: Vec<Folder>,
    standings: BTreeMap<FolderRef, Standing>,
    /// Mailboxes in which marks may change without a trace, and whose turn it is.
    blind: Vec<FolderRef>,
    turn: usize,
}

impl Sweep {
    /// Everything as it is now.
    pub(super) fn new(survey: &Survey, scope: Scope) -> Self {
        let mut sweep = Self {
            scope,
            folders: Vec::new(),
            standings: BTreeMap::new(),
            blind: Vec::new(),
            turn: 0,
        };
        let _events = sweep.compare(survey);
        sweep
    }

    /// What is different now; that is how it stands from then on.
    pub(super) fn compare(&mut self, survey: &Survey) -> Vec<WatchEvent> {
        let folders = tree::folders(survey, self.scope);
        let mut events = BTreeSet::new();
        let mut standings = BTreeMap::new();
        let shown: BTreeSet<&FolderRef> = folders.iter().map(|folder| &folder.reference).collect();
        for entry in &survey.entries {
            let Some(folder) = entry.listed.name.reference().map(FolderRef::new) else {
                continue;
            };
            if !shown.contains(&folder) {
                continue;
            }
            let now = entry.status.as_ref().map(Standing::of);
            let mut standing = self.standings.remove(&folder).unwrap_or_default();
            if standing.update(now.unwrap_or_default()) {
                events.insert(folder.clone());
            }
            standings.insert(folder, standing);
        }
        self.standings = standings;
        let reshaped = folders != self.folders;
        if reshaped {
            self.folders = folders;
        }
        self.blind = self.unseeing();
        let reshaped = reshaped.then_some(WatchEvent::HierarchyChanged);
        reshaped
            .into_iter()
            .chain(events.into_iter().map(WatchEvent::Changed))
            .collect()
    }

    /// What the server says of one mailbox; a hint, if it is something new. One that is not known yet is for the next
    /// [`Self::compare`], which is due when this says [`WatchEvent::HierarchyChanged`].
    pub(super) fn note(&mut self, status: &MailboxStatus) -> Option<WatchEvent> {
        let folder = FolderRef::new(status.name.reference()?);
        let Some(standing) = self.standings.get_mut(&folder) else {
            return Some(WatchEvent::HierarchyChanged);
        };
        let changed = standing.update(Standing::of(status));
        changed.then_some(WatchEvent::Changed(folder))
    }

    /// The folder of that name, as far as it is known.
    pub(super) fn find(&self, name: &str) -> Option<FolderRef> {
        let folder = FolderRef::new(MailboxName::new(name).reference()?);
        self.standings.contains_key(&folder).then_some(folder)
    }

    /// The mailboxes in which marks may change without a trace, since the server keeps no modification sequences: one
    /// message that is read and one that is not any more leave the same count behind.
    pub(super) fn blind(&self) -> impl Iterator<Item = &FolderRef> {
        self.blind.iter()
    }

    /// The next of [`Self::blind`].
    pub(super) fn turn(&mut self) -> Option<FolderRef> {
        let folder = self.blind.get(self.turn % self.blind.len().max(1))?;
        self.turn = self.turn.wrapping_add(1);
        Some(folder.clone())
    }

    /// INBOX comes up every other time.
    fn unseeing(&self) -> Vec<FolderRef> {
        let blind = self.standings.iter().filter(|(_, standing)| {
            standing.mod_seq.is_none() && standing.messages.is_some_and(|messages| messages > 0)
        });
        let (inbox, others): (Vec<_>, Vec<_>) = blind
            .map(|(folder, _)| folder.clone())
            .partition(|folder| folder.as_str() == INBOX);
        if others.is_empty() {
            return inbox;
        }
        let turns = others
            .into_iter()
            .flat_map(|other| [other].into_iter().chain(inbox.clone()));
        turns.collect()
    }
}

/// The reference of the inbox.
const INBOX: &str = "INBOX";

#[cfg(test)]
mod tests;
