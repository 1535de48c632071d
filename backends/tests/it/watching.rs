//! Watches over accounts on real IMAP servers, by whatever tells of changes.

mod bustle;
mod contract;
mod faults;
mod hook;
mod idle;

use std::collections::BTreeMap;
use std::time::Duration;

use backends::contract::Replica;
use backends::imap::{ImapMailbox, ImapOptions, Listening, WatchOptions};
use backends::{BackendError, FolderRef, Kind, Mailbox, Watch, WatchEvent};
use tokio::time::{Instant, sleep, timeout_at};

const NEVER: Duration = Duration::from_secs(3600);

/// One way to listen; polls if there is none.
fn listening(to: Option<Listening>) -> ImapOptions {
    ImapOptions {
        poll_every: Duration::from_millis(200),
        watch: WatchOptions {
            listen: to.into_iter().collect(),
            sweep_every: Duration::from_millis(500),
            sweep_gap: Duration::from_millis(100),
            ..WatchOptions::default()
        },
        ..ImapOptions::default()
    }
}

/// Listens to INBOX, and looks at the rest when an event says that somebody is at work.
fn idle_only() -> ImapOptions {
    let mut options = listening(Some(Listening::Idle));
    options.watch.sweep_every = NEVER;
    options
}

fn inbox() -> FolderRef {
    FolderRef::new("INBOX")
}

/// Whoever watches: keeps what was told of an account, by hints alone.
struct Follower {
    mailbox: ImapMailbox,
    watch: Watch,
    folders: BTreeMap<FolderRef, Replica>,
}

impl Follower {
    /// Listens, then compares everything.
    async fn start(mailbox: ImapMailbox) -> Result<Self, BackendError> {
        let watch = mailbox.watch().await?;
        let mut follower = Self {
            mailbox,
            watch,
            folders: BTreeMap::new(),
        };
        follower.compare().await?;
        Ok(follower)
    }

    /// Starts over, as often as it takes; what is known stays.
    async fn start_over(&mut self) {
        loop {
            match self.mailbox.watch().await {
                Ok(watch) => {
                    self.watch = watch;
                    if self.compare().await.is_ok() {
                        return;
                    }
                }
                Err(error) => assert_eq!(error.kind(), Kind::Unavailable, "{error:?}"),
            }
            // The server comes back by itself.
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for the next hint and reads what it is about.
    async fn follow(&mut self) -> Result<(), BackendError> {
        let event = self.watch.next().await?;
        self.take(event).await
    }

    async fn take(&mut self, event: WatchEvent) -> Result<(), BackendError> {
        match event {
            WatchEvent::Changed(folder) => self.read(&folder).await,
            WatchEvent::HierarchyChanged => self.list().await,
            WatchEvent::Gap => self.compare().await,
        }
    }

    /// Follows what is told in this time, to its end.
    async fn settle(&mut self, within: Duration) {
        let until = Instant::now() + within;
        while let Ok(event) = timeout_at(until, self.watch.next()).await {
            self.take(event.unwrap()).await.unwrap();
        }
    }

    async fn compare(&mut self) -> Result<(), BackendError> {
        self.folders.retain(|_, replica| replica.token.is_some());
        self.list().await?;
        let folders: Vec<FolderRef> = self.folders.keys().cloned().collect();
        for folder in folders {
            self.read(&folder).await?;
        }
        Ok(())
    }

    async fn list(&mut self) -> Result<(), BackendError> {
        let folders = self.mailbox.folders().await?;
        let there = |folder: &FolderRef| folders.iter().any(|one| one.reference == *folder);
        self.folders.retain(|folder, _| there(folder));
        for folder in folders {
            if !self.folders.contains_key(&folder.reference) {
                self.folders
                    .insert(folder.reference.clone(), Replica::default());
                self.read(&folder.reference).await?;
            }
        }
        Ok(())
    }

    async fn read(&mut self, folder: &FolderRef) -> Result<(), BackendError> {
        let Some(replica) = self.folders.get_mut(folder) else {
            return Ok(());
        };
        match replica.refresh(&self.mailbox, folder).await {
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            read => read,
        }
    }

    fn count(&self, folder: &FolderRef) -> usize {
        self.folders
            .get(folder)
            .map_or(0, |replica| replica.items.len())
    }

    /// The folders that are not as they are on the server, which nobody changes now.
    async fn stale(&self) -> Vec<FolderRef> {
        let mut stale = Vec::new();
        for folder in self.mailbox.folders().await.unwrap() {
            let folder = folder.reference;
            let mut fresh = Replica::default();
            fresh.refresh(&self.mailbox, &folder).await.unwrap();
            let known = self.folders.get(&folder);
            if known.is_none_or(|known| known.items != fresh.items) {
                stale.push(folder);
            }
        }
        stale
    }
}
