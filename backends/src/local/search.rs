//! Looking through the messages of a Maildir: no index, each message is read, the newest first.
//!
//! What is read of a message at a time is bounded, and so is what is kept of its text. Whoever asks may go away: then
//! the work ends at the next piece.

mod message;
mod text;

use std::io::{BufReader, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::local::error::io;
use crate::local::keywords::Keywords;
use crate::local::search::message::Needles;
use crate::local::{fetch, scan, tree};
use crate::name::FolderRef;
use crate::search::{Findings, Hit, Question};

const OP: &str = "search";

/// So many messages are looked at, the newest of them all.
const LOOKED_AT: usize = 200_000;

/// A search never takes longer, whoever waits for it.
const TIME_MAX: Duration = Duration::from_secs(60);

/// How many bytes of a message are read at a time.
const PIECE: usize = 64 << 10;

/// Somebody waits for the answer, as long as this is there.
#[derive(Debug)]
pub(super) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    /// For the work.
    pub(super) fn stop(&self) -> Stop {
        Stop {
            gone: Arc::clone(&self.0),
            end: Instant::now() + TIME_MAX,
        }
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Tells work when to stop.
#[derive(Debug)]
pub(super) struct Stop {
    gone: Arc<AtomicBool>,
    end: Instant,
}

impl Stop {
    /// An error once nobody waits any more, or it takes too long.
    fn check(&self) -> std::io::Result<()> {
        if self.gone.load(Ordering::Relaxed) || Instant::now() >= self.end {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(())
    }
}

/// See [`Mailbox::search`](crate::Mailbox::search). Blocks.
pub(super) fn search(
    root: &Path,
    question: &Question,
    stop: &Stop,
) -> Result<Findings, BackendError> {
    let mut findings = Findings::nothing();
    for folder in &question.folders {
        stop.check().map_err(io(OP))?;
        match listed(root, folder, question) {
            Ok(found) => findings.merge(found, LOOKED_AT),
            Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    let needles = Needles::of(question);
    let mut kept = Vec::new();
    for hit in findings.hits {
        if kept.len() == question.most {
            findings.complete = false;
            break;
        }
        if let Some(state) = looked_at(root, &hit, &needles, stop)? {
            kept.push(Hit { state, ..hit });
        }
    }
    Ok(Findings {
        hits: kept,
        complete: findings.complete,
    })
}

/// The messages of a folder that can be answers by their time.
fn listed(root: &Path, folder: &FolderRef, question: &Question) -> Result<Findings, BackendError> {
    let dir = tree::folder_dir(root, folder)?;
    let keywords = Keywords::load(&dir).map_err(io(OP))?;
    let listing = scan::listing(&dir).map_err(io(OP))?;
    let found = listing.found.into_values();
    let hits = found.filter(|found| question.admits(found.time));
    let hits = hits.map(|found| Hit {
        folder: folder.clone(),
        state: found.state(&keywords),
    });
    Ok(Findings {
        hits: hits.collect(),
        complete: true,
    })
}

/// Reads a message, and gives its state if it is an answer. One that went away is none, and one that may not be read.
fn looked_at(
    root: &Path,
    hit: &Hit,
    needles: &Needles,
    stop: &Stop,
) -> Result<Option<ItemState>, BackendError> {
    if needles.is_empty() {
        return Ok(Some(hit.state.clone()));
    }
    stop.check().map_err(io(OP))?;
    let opened = tree::folder_dir(root, &hit.folder)
        .and_then(|dir| fetch::open(&dir, &hit.state.item, &hit.state.version, 0));
    let (state, _marks, file) = match opened {
        Ok(opened) => opened,
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Forbidden) => return Ok(None),
        Err(error) => return Err(error),
    };
    let reader = BufReader::with_capacity(PIECE, file);
    let found = needles.are_in(reader, &|| stop.check()).map_err(io(OP))?;
    Ok(found.then_some(state))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, search};
    use crate::error::Kind;
    use crate::local::tree;
    use crate::search::{Field, Question, Term};

    #[test]
    fn work_ends_when_nobody_waits_any_more() {
        let dir = tempfile::tempdir().unwrap();
        tree::complete(dir.path()).unwrap();
        std::fs::write(dir.path().join("cur/a:2,"), "Subject: x\n\nhay\n").unwrap();
        let question = Question {
            folders: vec![tree::inbox()],
            terms: vec![Term {
                field: Field::Any,
                text: "hay".to_owned(),
            }],
            most: 1,
            ..Question::default()
        };
        let wanted = Wanted::new();
        let stop = wanted.stop();
        let found = search(dir.path(), &question, &stop).unwrap();
        assert_eq!((found.hits.len(), found.complete), (1, true));
        drop(wanted);
        let error = search(dir.path(), &question, &stop).unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
    }
}
