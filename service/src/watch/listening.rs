//! What a watcher holds while it listens.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::time::Instant;

use backends::{FolderRef, Watch};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time;

use super::refresh::{Looked, RefreshError};
use super::work::{Job, Work};
use crate::ids::FolderNo;
use crate::metrics::GapCause;

/// A watcher that listens, and what it has to look at.
pub(super) struct Listening {
    pub(super) watch: Watch,
    pub(super) work: Work,
    pub(super) folders: BTreeMap<FolderRef, FolderNo>,
    pub(super) running: FuturesUnordered<BoxFuture<'static, (Job, Result<Looked, RefreshError>)>>,
    pub(super) gap: GapCause,
    /// Ready when a backend that was away is there again; begun anew after each failure.
    pub(super) recovered: Option<BoxFuture<'static, ()>>,
}

impl Listening {
    /// Folders of which the backend does not tell as they change: it is asked before they are read.
    pub(super) fn unheard(&self) -> BTreeSet<FolderNo> {
        let folders = self.folders.iter();
        let unheard = folders.filter(|(reference, _)| !self.watch.hears(reference));
        let root = (!self.watch.hears_hierarchy()).then_some(FolderNo::ROOT);
        unheard.map(|(_, folder)| *folder).chain(root).collect()
    }
}

/// Ready with what there is; never, if there is nothing.
pub(super) async fn ready(waiting: &mut Option<BoxFuture<'static, ()>>) {
    match waiting {
        Some(waiting) => waiting.await,
        None => pending().await,
    }
}

pub(super) async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
