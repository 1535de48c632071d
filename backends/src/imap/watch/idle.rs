//! Listening by `IDLE`: to INBOX, and to some folders that somebody waits for.
//!
//! The connection of INBOX is the watch: if it breaks, so does the watch. A further one that breaks, or cannot be
//! opened, leaves its folder to the looks until it is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::select_all;
use tokio::time::Instant;

use super::core::Heard;
use super::ear::{Ear, until};
use crate::error::Kind;
use crate::imap::error::Error;
use crate::imap::store::{Account, Errand};
use crate::name::FolderRef;

/// See the module.
pub(super) struct Ears {
    account: Arc<Account>,
    /// The first is that of INBOX.
    ears: Vec<Ear>,
    /// The folders of `ears`.
    range: BTreeSet<FolderRef>,
    /// Further folders to listen to.
    wanted: Vec<FolderRef>,
    opening: Option<(FolderRef, Errand<Result<Ear, Error>>)>,
    /// Folders that could not be listened to, and when to try again.
    deferred: BTreeMap<FolderRef, Instant>,
}

impl Ears {
    /// Those of an account whose INBOX is listened to.
    pub(super) fn new(account: &Arc<Account>, inbox: Ear) -> Self {
        Self {
            account: Arc::clone(account),
            range: [inbox.folder().clone()].into(),
            ears: vec![inbox],
            wanted: Vec::new(),
            opening: None,
            deferred: BTreeMap::new(),
        }
    }

    /// The folders that are listened to.
    pub(super) fn range(&self) -> &BTreeSet<FolderRef> {
        &self.range
    }

    /// Somebody waits for these folders: as many of them as may be are listened to, those first that are already.
    pub(super) fn focus(&mut self, folders: &BTreeSet<FolderRef>) {
        let inbox = self.ears.first().map(|ear| ear.folder().clone());
        let mut wanted: Vec<FolderRef> = folders.iter().cloned().collect();
        wanted.retain(|folder| Some(folder) != inbox.as_ref());
        wanted.sort_by_key(|folder| !self.range.contains(folder));
        wanted.truncate(self.account.shared.options.watch.idle_more);
        let keep = |folder: &FolderRef| Some(folder) == inbox.as_ref() || wanted.contains(folder);
        self.ears.retain(|ear| keep(ear.folder()));
        if self
            .opening
            .as_ref()
            .is_some_and(|(folder, _)| !keep(folder))
        {
            self.opening = None;
        }
        self.deferred.retain(|folder, _| keep(folder));
        self.wanted = wanted;
        self.note_range();
    }

    fn note_range(&mut self) {
        self.range = self.ears.iter().map(|ear| ear.folder().clone()).collect();
    }

    /// Has the connections of these folders proved at once.
    pub(super) fn prove(&mut self, folders: &[FolderRef]) {
        for ear in &mut self.ears {
            if folders.contains(ear.folder()) {
                ear.prove();
            }
        }
    }

    /// Waits until something changes, also what is listened to. Cancel-safe.
    ///
    /// # Errors
    /// INBOX is not listened to any more.
    pub(super) async fn hear(&mut self) -> Result<Heard, Error> {
        loop {
            self.begin_opening(Instant::now());
            let retry = match self.opening {
                Some(_) => None,
                None => self.deferred.values().min().copied(),
            };
            tokio::select! {
                biased;
                (at, heard) = any(&mut self.ears) => {
                    if let Some(folder) = self.heard(at, heard)? {
                        return Ok(Heard::Folder(folder));
                    }
                }
                opened = opened(&mut self.opening) => {
                    if let Some(folder) = self.opened(opened)? {
                        return Ok(Heard::Folder(folder));
                    }
                }
                () = until(retry) => {}
            }
        }
    }

    fn heard(&mut self, at: usize, heard: Result<(), Error>) -> Result<Option<FolderRef>, Error> {
        let folder = self.ears.get(at).map(|ear| ear.folder().clone());
        if let Err(error) = heard {
            if at == 0 {
                return Err(error);
            }
            self.ears.remove(at);
            self.note_range();
            if let Some(folder) = &folder {
                self.defer(folder.clone(), &error);
            }
        }
        // Also what may have happened between the last event and the end.
        Ok(folder)
    }

    fn begin_opening(&mut self, now: Instant) {
        if self.opening.is_some() {
            return;
        }
        let next = self.wanted.iter().find(|folder| {
            let deferred = self.deferred.get(*folder);
            !self.range.contains(*folder) && deferred.is_none_or(|until| *until <= now)
        });
        let Some(folder) = next.cloned() else {
            return;
        };
        self.deferred.remove(&folder);
        let account = Arc::clone(&self.account);
        let proof_every = account.shared.options.watch.idle_proof;
        let listened = folder.clone();
        let open = async move { Ear::open(&account, listened, proof_every).await };
        self.opening = Some((folder, self.account.shared.errands.order(open)));
    }

    /// Listening first, comparing then (rule R5): a folder that is listened to from now on is told of.
    fn opened(
        &mut self,
        (folder, opened): (FolderRef, Result<Ear, Error>),
    ) -> Result<Option<FolderRef>, Error> {
        match opened {
            Ok(ear) => {
                self.ears.push(ear);
                self.note_range();
                Ok(Some(folder))
            }
            Err(error) if error.kind() == Kind::Unauthorized => Err(error),
            Err(error) => {
                self.defer(folder, &error);
                Ok(None)
            }
        }
    }

    fn defer(&mut self, folder: FolderRef, error: &Error) {
        tracing::debug!(%error, "a further folder is not listened to");
        let pause = self.account.shared.options.watch.sweep_every;
        self.deferred.insert(folder, Instant::now() + pause);
    }
}

/// The first that hears something. The others are dropped and begun again: they lose nothing.
async fn any(ears: &mut [Ear]) -> (usize, Result<(), Error>) {
    let all = ears.iter_mut().map(|ear| ear.hear().boxed());
    let (heard, at, _) = select_all(all).await;
    (at, heard)
}

async fn opened(
    opening: &mut Option<(FolderRef, Errand<Result<Ear, Error>>)>,
) -> (FolderRef, Result<Ear, Error>) {
    let Some((folder, open)) = opening else {
        return std::future::pending().await;
    };
    let opened = open.done().await.unwrap_or(Err(Error::Down));
    let ended = (folder.clone(), opened);
    *opening = None;
    ended
}

impl fmt::Debug for Ears {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ears")
            .field("ears", &self.ears)
            .field("wanted", &self.wanted.len())
            .finish_non_exhaustive()
    }
}
