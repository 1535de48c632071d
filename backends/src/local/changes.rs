//! What changed in one folder: from its journal where one is kept, otherwise from the stamps of its
//! directories, otherwise by listing it.
//!
//! A journal began before the listing that it is compared with (rule R5), so what moves while a
//! directory is read is known from the journal, and the listing is exact. Without a journal the
//! directories are read until they rest.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use crate::error::{BackendError, Kind};
use crate::item::{Change, Delta, DeltaKind, Horizon, ItemState};
use crate::local::account::Account;
use crate::local::error::io;
use crate::local::hub::{Hub, count};
use crate::local::journal::Fate;
use crate::local::keywords::Keywords;
use crate::local::scan::{self, Messages};
use crate::local::token::{Mark, Position, Stamp};
use crate::local::tree;
use crate::name::{FolderRef, ItemRef, Token};

const OP: &str = "list items";

/// How often a question is asked anew when the folder is renamed or the journal reset meanwhile.
const ATTEMPTS_MAX: usize = 8;

/// Answers [`Mailbox::changes`](crate::Mailbox::changes). Blocks.
pub(crate) fn changes(
    hub: &Hub,
    account: &Arc<Account>,
    folder: &FolderRef,
    since: Option<&Token>,
    horizon: Horizon,
) -> Result<Delta, BackendError> {
    let since = since
        .and_then(Mark::parse)
        .filter(|mark| mark.horizon.covers(horizon));
    for attempt in 0..ATTEMPTS_MAX {
        let dir = tree::folder_dir(&account.root, folder)?;
        let look = Look {
            hub,
            account,
            folder,
            dir: &dir,
            is_busy: attempt >= ATTEMPTS_MAX / 2,
        };
        // None: what was looked at is not what it was when the look began.
        if let Some(delta) = look.answer(since, horizon)? {
            return Ok(delta);
        }
    }
    Err(BackendError::new(Kind::Unavailable, OP).caused_by("the folder does not rest"))
}

/// Messages whose state is not known yet, with what the last event said.
type Open = Vec<(Box<str>, Fate)>;

/// One attempt.
struct Look<'a> {
    hub: &'a Hub,
    account: &'a Arc<Account>,
    folder: &'a FolderRef,
    dir: &'a Path,
    /// Whether the journal forgets faster than the folder is listed.
    is_busy: bool,
}

impl Look<'_> {
    fn answer(&self, since: Option<Mark>, horizon: Horizon) -> Result<Option<Delta>, BackendError> {
        // The stamp is read before anything else: it must not be newer than the answer.
        let begun = SystemTime::now();
        let stamp = Stamp::read(self.dir).map_err(io(OP))?;
        self.hub.drain();
        let position = self.account.position(self.folder);
        let settled = stamp.is_settled(begun).then_some(stamp);
        let known = match since {
            Some(mark) => self.increment(mark, stamp)?,
            None => None,
        };
        let answer = match known {
            Some(changes) => Some((DeltaKind::Changes(changes), settled)),
            None => self.complete(position, horizon, settled)?,
        };
        Ok(answer.map(|(kind, stamp)| {
            let mark = Mark {
                horizon,
                position,
                stamp,
            };
            Delta {
                kind,
                token: mark.to_token(),
            }
        }))
    }

    /// The changes since `mark`, if journal or stamps know them.
    fn increment(&self, mark: Mark, stamp: Stamp) -> Result<Option<Vec<Change>>, BackendError> {
        let told = mark
            .position
            .and_then(|position| self.account.since(self.folder, position));
        if let Some(touched) = told {
            let Some(changes) = self.resolve(touched)? else {
                return Ok(None);
            };
            count(&self.hub.counters.journal_answers);
            let relevant = changes.into_iter().filter(|change| match change {
                Change::Present(state) => mark.horizon.admits(state.time),
                Change::Gone(_) => true,
            });
            return Ok(Some(relevant.collect()));
        }
        // Looked at again, because the journal's position was taken after the first look.
        let unchanged =
            mark.stamp == Some(stamp) && Stamp::read(self.dir).map_err(io(OP))? == stamp;
        Ok(unchanged.then(Vec::new))
    }

    fn complete(
        &self,
        position: Option<Position>,
        horizon: Horizon,
        settled: Option<Stamp>,
    ) -> Result<Option<(DeltaKind, Option<Stamp>)>, BackendError> {
        count(&self.hub.counters.listings);
        let (mut states, stamp) = match position.filter(|_| !self.is_busy) {
            Some(position) => match self.journalled_listing(position)? {
                Some(states) => (states, settled),
                None => return Ok(None),
            },
            None => match scan::steady_listing(self.dir) {
                Ok((found, stamp)) => (self.states(&found)?, stamp),
                Err(error) if error.kind() == ErrorKind::ResourceBusy => return Ok(None),
                Err(error) => return Err(io(OP)(error)),
            },
        };
        // A folder that was renamed while it was read looks empty.
        if !tree::is_real_dir(self.dir) && !self.folder.as_str().is_empty() {
            return Ok(None);
        }
        states.retain(|state| horizon.admits(state.time));
        Ok(Some((DeltaKind::Listing(states), stamp)))
    }

    fn states(&self, found: &Messages) -> Result<Vec<ItemState>, BackendError> {
        let keywords = Keywords::load(self.dir).map_err(io(OP))?;
        Ok(found.values().map(|found| found.state(&keywords)).collect())
    }

    /// One pass, and what the journal says of the time since it began.
    fn journalled_listing(&self, begin: Position) -> Result<Option<Vec<ItemState>>, BackendError> {
        let mut listing = scan::listing(self.dir).map_err(io(OP))?;
        self.hub.drain();
        let Some(touched) = self.account.since(self.folder, begin) else {
            return Ok(None);
        };
        let mut open: HashMap<Box<str>, Fate> = touched.into_iter().collect();
        for unique in listing.vanished {
            open.entry(unique).or_insert(Fate::Left);
        }
        for unique in open.keys() {
            listing.found.remove(unique);
        }
        let mut states = self.states(&listing.found)?;
        let Some(resolved) = self.resolve(open.into_iter().collect())? else {
            return Ok(None);
        };
        states.extend(resolved.into_iter().filter_map(|change| match change {
            Change::Present(state) => Some(state),
            Change::Gone(_) => None,
        }));
        self.account.with(self.folder, |watched| {
            watched.journal.listed(begin, listing.twins);
        });
        Ok(Some(states))
    }

    /// Finds out how the touched messages are. `None` when the journal was reset meanwhile, or a message was called
    /// otherwise whenever it was looked at.
    fn resolve(&self, mut open: Open) -> Result<Option<Vec<Change>>, BackendError> {
        let keywords = Keywords::load(self.dir).map_err(io(OP))?;
        let mut changes = Vec::with_capacity(open.len());
        for _ in 0..ATTEMPTS_MAX {
            let mut doubtful = HashSet::new();
            for (unique, fate) in open {
                match fate {
                    Fate::At(place) => match scan::examine(self.dir, &place).map_err(io(OP))? {
                        Some(found) => changes.push(Change::Present(found.state(&keywords))),
                        None => {
                            doubtful.insert(unique);
                        }
                    },
                    Fate::Left => {
                        doubtful.insert(unique);
                    }
                    Fate::Gone => changes.push(Change::Gone(ItemRef::new(unique))),
                }
            }
            if doubtful.is_empty() {
                return Ok(Some(changes));
            }
            let Some(rest) = self.look_for(doubtful, &keywords, &mut changes)? else {
                return Ok(None);
            };
            open = rest;
        }
        Ok(None)
    }

    /// Reads the directories for messages that are not where the last event said. One that is not
    /// found, and that no event has touched since before the reading began, is gone; the others
    /// are given back.
    fn look_for(
        &self,
        mut doubtful: HashSet<Box<str>>,
        keywords: &Keywords,
        changes: &mut Vec<Change>,
    ) -> Result<Option<Open>, BackendError> {
        let Some(begin) = self.account.position(self.folder) else {
            return Ok(None);
        };
        for place in scan::places(self.dir).map_err(io(OP))? {
            let unique = scan::unique(&place);
            if doubtful.contains(unique)
                && let Some(found) = scan::examine(self.dir, &place).map_err(io(OP))?
            {
                doubtful.remove(unique);
                changes.push(Change::Present(found.state(keywords)));
            }
        }
        self.hub.drain();
        let Some(touched) = self.account.since(self.folder, begin) else {
            return Ok(None);
        };
        let mut touched: HashMap<_, _> = touched.into_iter().collect();
        let mut open = Vec::new();
        for unique in doubtful {
            match touched.remove(&unique) {
                Some(fate) => open.push((unique, fate)),
                None => changes.push(Change::Gone(ItemRef::new(unique))),
            }
        }
        Ok(Some(open))
    }
}
