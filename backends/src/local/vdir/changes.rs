//! What changed in one collection: from its journal where one is kept, otherwise by looking at
//! every file, of which only those are read that look different than before.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io as std_io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, unlinkat};

use crate::error::{BackendError, Kind};
use crate::item::{Change, Delta, DeltaKind, Horizon, ItemState};
use crate::local::account::Account;
use crate::local::error::io;
use crate::local::hub::{Hub, count};
use crate::local::token::Position;
use crate::local::vdir::file::Collection;
use crate::local::vdir::format::{DRAFT, TEMPORARY};
use crate::local::vdir::token::Mark;
use crate::local::vdir::versions::{Known, Looks};
use crate::name::{FolderRef, ItemRef, Token};

const OP: &str = "list items";

/// How often a question is asked anew when the collection is renamed or its journal reset
/// meanwhile.
const ATTEMPTS_MAX: usize = 8;
/// How often a directory is read that does not rest.
const PASSES_MAX: usize = 6;
/// Between two readings.
const PAUSE: Duration = Duration::from_millis(20);
/// A draft of this age was left behind by a process that died.
const DRAFT_AGE_MAX: Duration = Duration::from_secs(24 * 3600);

/// Who asks what.
pub(crate) struct Question<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) account: &'a Arc<Account>,
    pub(crate) folder: &'a FolderRef,
    pub(crate) since: Option<&'a Token>,
    pub(crate) horizon: Horizon,
}

/// Answers [`Mailbox::changes`](crate::Mailbox::changes). `open` opens the collection. Blocks.
pub(crate) fn changes<'s>(
    question: &Question<'_>,
    open: impl Fn() -> Result<Collection<'s>, BackendError>,
) -> Result<Delta, BackendError> {
    let since = question
        .since
        .and_then(Mark::parse)
        .filter(|mark| mark.horizon.covers(question.horizon));
    for _ in 0..ATTEMPTS_MAX {
        let collection = open()?;
        let look = Look {
            question,
            collection: &collection,
        };
        if let Some(delta) = look.answer(since)? {
            return Ok(delta);
        }
    }
    Err(BackendError::new(Kind::Unavailable, OP).caused_by("the collection does not rest"))
}

/// One attempt.
struct Look<'a, 's> {
    question: &'a Question<'a>,
    collection: &'a Collection<'s>,
}

impl Look<'_, '_> {
    /// `None`: what was looked at is not what it was when the look began.
    fn answer(&self, since: Option<Mark>) -> Result<Option<Delta>, BackendError> {
        let Question {
            hub,
            account,
            folder,
            horizon,
            ..
        } = self.question;
        hub.drain();
        let position = account.position(folder);
        let told = since
            .and_then(|mark| mark.position)
            .and_then(|position| account.since(folder, position));
        let (kind, digest) = match told {
            Some(touched) => {
                let names = touched.into_iter().map(|(name, _)| name);
                let changes = self.resolve(names).map_err(io(OP))?;
                count(&hub.counters.journal_answers);
                (DeltaKind::Changes(changes), None)
            }
            None => {
                count(&hub.counters.listings);
                let states = self.listing(position)?;
                let digest = digest(&states);
                let same = since.is_some_and(|mark| mark.digest == Some(digest));
                let kind = if same {
                    DeltaKind::Changes(Vec::new())
                } else {
                    DeltaKind::Listing(states)
                };
                (kind, Some(digest))
            }
        };
        // A collection that was renamed while it was read looks empty.
        if !self.collection.is_there() {
            return Ok(None);
        }
        let mark = Mark {
            horizon: *horizon,
            position,
            digest,
        };
        Ok(Some(Delta {
            kind: within(kind, *horizon),
            token: mark.to_token(),
        }))
    }

    /// How these items are now.
    fn resolve(&self, names: impl Iterator<Item = Box<str>>) -> std_io::Result<Vec<Change>> {
        let known = self.collection.versions.of(self.collection.id);
        let mut learnt = Known::new();
        let mut changes = Vec::new();
        for name in names {
            changes.push(match self.collection.state(&name, &known, &mut learnt)? {
                Some(state) => Change::Present(state),
                None => Change::Gone(ItemRef::new(name)),
            });
        }
        self.collection.versions.add(self.collection.id, learnt);
        Ok(changes)
    }

    /// All items. What is replaced while the directory is read can be missed by the reading; the
    /// journal knows of it. Without one, or when it has forgotten as much meanwhile, the directory
    /// is read until it rests.
    fn listing(&self, begin: Option<Position>) -> Result<Vec<ItemState>, BackendError> {
        let Question {
            hub,
            account,
            folder,
            ..
        } = self.question;
        let mut names = HashSet::new();
        self.names(&mut names).map_err(io(OP))?;
        hub.drain();
        match begin.and_then(|begin| account.since(folder, begin)) {
            Some(touched) => names.extend(touched.into_iter().map(|(name, _)| name)),
            None => self.steady_names(&mut names).map_err(io(OP))?,
        }
        let known = self.collection.versions.of(self.collection.id);
        let mut learnt = Known::new();
        let mut states = Vec::with_capacity(names.len());
        for name in names {
            let state = self.collection.state(&name, &known, &mut learnt);
            states.extend(state.map_err(io(OP))?);
        }
        self.collection.versions.put(self.collection.id, learnt);
        states.sort_unstable_by(|one, other| one.item.cmp(&other.item));
        Ok(states)
    }

    /// Reads the directory until its entries did not change meanwhile. What any reading saw is
    /// looked for.
    fn steady_names(&self, names: &mut HashSet<Box<str>>) -> std_io::Result<()> {
        for pass in 1..=PASSES_MAX {
            let begun = SystemTime::now();
            let before = Looks::of(&self.collection.dir.metadata()?);
            self.names(names)?;
            let after = Looks::of(&self.collection.dir.metadata()?);
            if before == after && (before.is_settled(begun) || pass > 1) {
                break;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn names(&self, names: &mut HashSet<Box<str>>) -> std_io::Result<()> {
        for name in self.collection.names()? {
            if self.collection.format.is_item(&name) {
                names.insert(name.into());
            } else if name.starts_with(DRAFT) && name.ends_with(TEMPORARY) {
                self.tidy(&name);
            }
        }
        Ok(())
    }

    /// Removes what a process of ours left behind. A failure is of no consequence: nobody else
    /// looks at such a file.
    fn tidy(&self, draft: &str) {
        let Ok(Some(found)) = self.collection.real_file(draft) else {
            return;
        };
        let written = u64::try_from(found.stx_mtime.tv_sec).unwrap_or(0);
        let written = UNIX_EPOCH + Duration::from_secs(written);
        let age = SystemTime::now().duration_since(written);
        if age.is_ok_and(|age| age > DRAFT_AGE_MAX) {
            let _ = unlinkat(&self.collection.dir, draft, AtFlags::empty());
        }
    }
}

fn within(kind: DeltaKind, horizon: Horizon) -> DeltaKind {
    match kind {
        DeltaKind::Listing(mut states) => {
            states.retain(|state| horizon.admits(state.time));
            DeltaKind::Listing(states)
        }
        DeltaKind::Changes(mut changes) => {
            changes.retain(|change| match change {
                Change::Present(state) => horizon.admits(state.time),
                Change::Gone(_) => true,
            });
            DeltaKind::Changes(changes)
        }
    }
}

/// Stands for all items with their versions. Of one build of the program: after another one, or
/// another version of the standard library, everything is listed once.
fn digest(states: &[ItemState]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for state in states {
        (state.item.as_str(), state.version.as_str()).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::sync::Arc;

    use super::{Question, changes};
    use crate::item::{DeltaKind, Horizon};
    use crate::local::account::Account;
    use crate::local::hub::Hub;
    use crate::local::layout::Layout;
    use crate::local::vdir::file::Collection;
    use crate::local::vdir::format::CONTACTS;
    use crate::local::vdir::tree::collection_dir;
    use crate::local::vdir::versions::Versions;
    use crate::name::FolderRef;

    #[test]
    fn the_answer_is_about_what_has_the_name_at_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("old.vcf"), "old").unwrap();
        let versions = Versions::new(10);
        let folder = FolderRef::new("people");
        let opened = Cell::new(0);
        let open = || {
            let (path, opened_dir) = collection_dir(dir.path(), &folder, CONTACTS)?;
            let meta = opened_dir.metadata().unwrap();
            if opened.replace(opened.get() + 1) == 0 {
                // Somebody puts another one in its place, whose journal it is from now on.
                fs::rename(&path, dir.path().join("others")).unwrap();
                fs::create_dir(&path).unwrap();
                fs::write(path.join("new.vcf"), "new").unwrap();
            }
            Ok(Collection {
                dir: opened_dir,
                id: (meta.dev(), meta.ino()),
                path,
                format: CONTACTS,
                versions: &versions,
                bytes_max: 100,
            })
        };
        let question = Question {
            hub: &Hub::new(10, 0),
            account: &Arc::new(Account::new(dir.path(), Layout::Vdir(CONTACTS))),
            folder: &folder,
            since: None,
            horizon: Horizon::Everything,
        };
        let DeltaKind::Listing(states) = changes(&question, open).unwrap().kind else {
            unreachable!("without a token there is a listing")
        };
        assert_eq!(opened.get(), 2);
        let names: Vec<_> = states.iter().map(|state| state.item.as_str()).collect();
        assert_eq!(names, ["new.vcf"]);
    }
}
