//! The watcher of one account.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use backends::{BackendError, FolderRef, Kind, Source, Watch, WatchEvent};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use thiserror::Error;
use tokio::time;
use tracing::{debug, info, warn};

use super::backoff;
use super::listening::{Listening, ready, sleep_until};
use super::refresh::{Looked, RefreshError, Refresher};
use super::supervisor::{Retired, Shared, Watched};
use super::work::{Cause, Job, Work};
use crate::ids::{AccountId, FolderNo};
use crate::metrics::family::Label;
use crate::metrics::{GapCause, WatchMode, WatchSource};
use crate::push::{Hint, Seen, Topic};

/// Folders of an account that are looked at at the same time.
const PARALLEL: usize = 4;

/// Watches an account until nobody has been interested in it for a while, or the service stops.
pub(super) async fn run(shared: Arc<Shared>, account: AccountId, watched: Arc<Watched>) {
    let stop = shared.refresher.tasks.token();
    let watcher = Watcher {
        refresher: Arc::clone(&shared.refresher),
        account,
        watched: Arc::clone(&watched),
    };
    watcher.count(WatchMode::Down, 1);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = watched.abandoned() => {}
            () = watcher.keep_on() => {}
        }
        if shared.retire(account) == Retired::Gone {
            break;
        }
    }
    let mode = watched.proof(|proof| proof.mode());
    watcher.count(mode, -1);
    watcher.set_source(None);
}

struct Watcher {
    refresher: Arc<Refresher>,
    account: AccountId,
    watched: Arc<Watched>,
}

/// Why a watcher starts over.
#[derive(Debug, Error)]
enum Fault {
    /// The backend cannot be opened or watched.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// A folder could not be brought up to date, in a way that concerns all.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// Hints were lost on the way to those who wait.
    #[error("a hint was not published")]
    Asked,
}

impl Fault {
    /// Whether the account may no longer be served.
    fn is_revoked(&self) -> bool {
        let kind = match self {
            Self::Backend(error) => error.kind(),
            Self::Refresh(error) => error.kind(),
            Self::Asked => return false,
        };
        kind == Kind::Unauthorized
    }
}

impl Watcher {
    /// Watches, and starts over whenever that breaks (R10).
    async fn keep_on(&self) {
        let mut failures = 0;
        let mut gap = GapCause::Start;
        loop {
            let fault = match self.listen(gap, &mut failures).await {
                Ok(never) => match never {},
                Err(fault) => fault,
            };
            gap = GapCause::Reconnect;
            self.set_down();
            self.refresher.metrics.watch.restarts.inc();
            failures += 1;
            let pause = backoff::pause(failures);
            warn!(error = %fault, pause_s = pause.as_secs(), failures, "starts over");
            if fault.is_revoked() {
                self.revoke().await;
            } else {
                // The account cannot be watched: what waits for it is verified by looking, until it can.
                self.look_once().await;
            }
            tokio::select! {
                () = time::sleep(pause) => {}
                () = self.watched.start_over.notified() => {}
            }
        }
    }

    /// Listens until something breaks.
    async fn listen(&self, gap: GapCause, failures: &mut u32) -> Result<Infallible, Fault> {
        let mailbox = self.refresher.mailboxes.mailbox(self.account).await?;
        // R5: listen first, then compare: a change in between is an event that waits.
        let watch = mailbox.watch().await?;
        self.set_watched(&watch);
        let mut listening = Listening {
            watch,
            work: Work::default(),
            folders: BTreeMap::new(),
            running: FuturesUnordered::new(),
            gap,
            recovered: None,
        };
        // R6: comparing publishes every number as it stands.
        listening.work.compare(FolderNo::ROOT);
        loop {
            self.start_jobs(&mut listening);
            if self.note(&listening.work) {
                *failures = 0;
            }
            self.watched
                .proof(|proof| proof.note_unheard(listening.unheard()));
            let retry = listening.work.next_retry();
            if retry.is_some() && listening.recovered.is_none() {
                let mailbox = Arc::clone(&mailbox);
                listening.recovered = Some(Box::pin(async move { mailbox.recovered().await }));
            }
            tokio::select! {
                biased;
                event = listening.watch.next() => {
                    self.heard(&mut listening, event?);
                }
                Some((job, result)) = listening.running.next() => {
                    self.looked(&mut listening, job, result).await?;
                }
                () = sleep_until(retry) => {}
                () = ready(&mut listening.recovered) => {
                    listening.recovered = None;
                    listening.work.retry_all(time::Instant::now().into_std());
                }
                () = self.watched.refocused.notified() => self.focus(&mut listening),
                () = self.watched.start_over.notified() => return Err(Fault::Asked),
            }
        }
    }

    fn heard(&self, listening: &mut Listening, event: WatchEvent) {
        let seen = self.refresher.seen();
        match event {
            WatchEvent::Changed(reference) => match listening.folders.get(&reference) {
                Some(folder) => listening.work.event(*folder, seen),
                // A folder that is not known yet is a change of the hierarchy; it is compared when it is.
                None => listening.work.event(FolderNo::ROOT, seen),
            },
            WatchEvent::HierarchyChanged => listening.work.event(FolderNo::ROOT, seen),
            WatchEvent::Gap => {
                debug!("events may have been lost");
                self.set_watched(&listening.watch);
                self.watched.proof(|proof| proof.void());
                listening.gap = GapCause::Overflow;
                listening.work.compare(FolderNo::ROOT);
                for folder in listening.folders.values() {
                    listening.work.compare(*folder);
                }
            }
        }
    }

    fn start_jobs(&self, listening: &mut Listening) {
        while listening.running.len() < PARALLEL {
            let now = time::Instant::now().into_std();
            let Some(job) = listening.work.start(now) else {
                return;
            };
            let refresher = Arc::clone(&self.refresher);
            let account = self.account;
            listening.running.push(Box::pin(async move {
                let seen = match job.cause {
                    Cause::Event(seen) => seen,
                    Cause::Sweep => refresher.seen(),
                };
                let result = refresher.refresh(account, job.folder, seen).await;
                (job, result)
            }));
        }
    }

    /// Goes on after a look at one folder.
    async fn looked(
        &self,
        listening: &mut Listening,
        job: Job,
        result: Result<Looked, RefreshError>,
    ) -> Result<(), Fault> {
        let error = match result {
            Ok(looked) => {
                self.count_look(job.cause, listening.gap, looked);
                listening.work.succeeded(job.folder);
                if job.folder == FolderNo::ROOT {
                    self.learn_folders(listening).await?;
                }
                return Ok(());
            }
            Err(error) => error,
        };
        let now = time::Instant::now().into_std();
        let failures = listening.work.failed(job.folder, now);
        let ends_all =
            matches!(error, RefreshError::Channel(_)) || error.kind() == Kind::Unauthorized;
        if ends_all {
            // R9: a hint that cannot be published is published by the watcher that starts over.
            return Err(error.into());
        }
        listening.recovered = None;
        // One folder that cannot be read does not stop the others.
        debug!(folder = %job.folder, error = %error, "a folder cannot be read");
        if let Some(failures) = failures {
            let at = now + backoff::pause(failures);
            listening.work.retry(job.folder, at, failures);
        }
        if job.folder != FolderNo::ROOT && error.kind() == Kind::NotFound {
            listening.work.compare(FolderNo::ROOT);
        }
        Ok(())
    }

    /// Learns the folders' names after the hierarchy was looked at; new ones are compared.
    async fn learn_folders(&self, listening: &mut Listening) -> Result<(), Fault> {
        let known = self.refresher.index.folders(self.account).await;
        let known = known.map_err(RefreshError::from)?;
        let folders: BTreeMap<FolderRef, FolderNo> = known
            .into_iter()
            .filter_map(|folder| Some((folder.reference?, folder.no)))
            .collect();
        for (reference, folder) in &folders {
            if listening.folders.get(reference) != Some(folder) {
                listening.work.compare(*folder);
            }
        }
        let there: BTreeSet<FolderNo> = folders.values().copied().collect();
        listening.work.keep(&there);
        listening.folders = folders;
        self.focus(listening);
        Ok(())
    }

    /// Tells the watch which folders are waited for.
    fn focus(&self, listening: &mut Listening) {
        let named = |folder: FolderNo| {
            let mut all = listening.folders.iter();
            all.find(|(_, no)| **no == folder)
                .map(|(reference, _)| reference.clone())
        };
        let folders = self.watched.focus();
        let folders: Vec<FolderRef> = folders.into_iter().filter_map(named).collect();
        listening.watch.focus(&folders);
    }

    /// Ends what waits for the account, so that the next request learns why.
    async fn revoke(&self) {
        self.refresher.mailboxes.refused(self.account);
        let hint = Hint {
            account: self.account,
            topic: Topic::Revoked,
            seen: Seen::UNKNOWN,
        };
        if let Err(error) = self.refresher.publish(hint).await {
            debug!(error = %error, "told only by the next attempt");
        }
    }

    /// Compares everything once, as far as it can be reached.
    async fn look_once(&self) {
        let refresher = &self.refresher;
        let seen = self.refresher.seen();
        if refresher
            .refresh(self.account, FolderNo::ROOT, seen)
            .await
            .is_err()
        {
            return;
        }
        let Ok(folders) = refresher.index.folders(self.account).await else {
            return;
        };
        for folder in folders {
            let looked = refresher.refresh(self.account, folder.no, seen).await;
            if let Err(error) = looked {
                debug!(folder = %folder.no, error = %error, "a folder cannot be read");
            }
        }
    }

    /// Notes how far the index is up to date; answers whether everything was compared.
    fn note(&self, work: &Work) -> bool {
        self.watched.proof(|proof| {
            proof.note(work.stale(), work.failing());
            proof.is_compared()
        })
    }

    fn count_look(&self, cause: Cause, gap: GapCause, looked: Looked) {
        let metrics = &self.refresher.metrics.watch;
        match cause {
            Cause::Event(seen) => {
                if let Some(took) = seen.age(self.refresher.seen()) {
                    metrics.refresh.observe(took.as_secs_f64());
                }
            }
            Cause::Sweep => {
                metrics.gaps.of(gap).inc();
                if looked.changed {
                    metrics.gap_finds.of(gap).inc();
                }
            }
        }
    }

    /// Nothing tells of changes at present.
    fn set_down(&self) {
        self.set_source(None);
        self.set_mode(WatchMode::Down, None);
    }

    /// Notes what tells of changes.
    fn set_watched(&self, watch: &Watch) {
        let source = match watch.source() {
            Source::Inotify => WatchSource::Inotify,
            Source::Hook => WatchSource::Hook,
            Source::Idle => WatchSource::Idle,
            Source::Notify => WatchSource::Notify,
            Source::Poll => WatchSource::Poll,
        };
        self.set_source(Some(source));
        let mode = match watch.mode() {
            backends::WatchMode::Push => WatchMode::Push,
            backends::WatchMode::Poll { .. } => WatchMode::Poll,
        };
        self.set_mode(mode, Some(source));
    }

    fn set_source(&self, source: Option<WatchSource>) {
        let before = self.watched.proof(|proof| proof.set_source(source));
        let sources = &self.refresher.metrics.watch.sources;
        for (source, change) in [(before, -1), (source, 1)] {
            if let Some(source) = source {
                sources.of(source).add(change);
            }
        }
    }

    fn set_mode(&self, mode: WatchMode, source: Option<WatchSource>) {
        let now: Instant = time::Instant::now().into_std();
        let before = self.watched.proof(|proof| proof.set_mode(mode, now));
        if before == mode {
            return;
        }
        self.count(before, -1);
        self.count(mode, 1);
        let source = source.map(WatchSource::as_str);
        match mode {
            WatchMode::Poll => warn!("polls, because the backend tells of no changes"),
            WatchMode::Push => info!(source, "watches"),
            WatchMode::Down => {}
        }
    }

    fn count(&self, mode: WatchMode, change: i64) {
        self.refresher.metrics.watch.watchers.of(mode).add(change);
    }
}
