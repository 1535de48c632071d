//! Folders that never rest: other programs rename as fast as they can while the folder is listed.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use backends::contract::Replica;
use backends::local::LocalOptions;
use backends::{ItemRef, Mailbox, MarksPatch, Setting, Version, WatchMode};
use tokio::time::timeout;

use crate::hand::{Home, inbox, write_message};

/// Renames messages without a pause until it is dropped. Names grow and shrink, so that the entries
/// move about in the directory.
struct Bustle {
    stop: Arc<AtomicBool>,
    rounds: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Bustle {
    fn start(cur: PathBuf, messages: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let rounds = Arc::new(AtomicU64::new(0));
        let (stopped, counter) = (Arc::clone(&stop), Arc::clone(&rounds));
        let thread = thread::spawn(move || {
            let name = |number: usize, letters: &str| cur.join(format!("{number}:2,{letters}"));
            let letters = ["", "S", "FS", "FRS", "DFPRST"];
            for round in 0.. {
                for number in 0..messages {
                    let (old, new) = (letters[round % 5], letters[(round + 1) % 5]);
                    // Fails when somebody else has marked the message.
                    let _ = fs::rename(name(number, old), name(number, new));
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                }
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self {
            stop,
            rounds,
            thread: Some(thread),
        }
    }
}

impl Drop for Bustle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

const MESSAGES: usize = 400;

fn filled(options: LocalOptions) -> Arc<Home> {
    let home = Home::with(options);
    for number in 0..MESSAGES {
        write_message(&home.root.join(format!("cur/{number}:2,")), 1, b"text");
    }
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_that_never_rests_is_listed_whole() {
    let home = filled(LocalOptions::default());
    let mailbox = home.mailbox();
    let mut watch = mailbox.watch().await.unwrap();
    let bustle = Bustle::start(home.root.join("cur"), MESSAGES);
    let mut known = Replica::default();
    let (mut listings, mut refused) = (0, 0);
    while listings < 25 || bustle.rounds.load(Ordering::Relaxed) < 10 {
        // Goes on after the kernel's queue has overflowed.
        Home::next(&mut watch).await;
        let mut fresh = Replica::default();
        // An error is allowed where nothing stands still; a listing that lacks something is not.
        match fresh.refresh(&mailbox, &inbox()).await {
            Ok(()) => assert_eq!(fresh.items.len(), MESSAGES),
            Err(_) => refused += 1,
        }
        if known.refresh(&mailbox, &inbox()).await.is_ok() {
            assert_eq!(known.items.len(), MESSAGES);
        }
        listings += 1;
    }
    assert!(
        refused * 2 < listings,
        "{refused} of {listings} were refused"
    );
    drop(bustle);
    known.refresh(&mailbox, &inbox()).await.unwrap();
    known.check(&mailbox, &inbox()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_nobody_watches_and_never_rests_is_listed_whole() {
    let home = filled(LocalOptions::default());
    let mailbox = home.mailbox();
    let bustle = Bustle::start(home.root.join("cur"), MESSAGES);
    for _ in 0..10 {
        let mut fresh = Replica::default();
        fresh.refresh(&mailbox, &inbox()).await.unwrap();
        assert_eq!(fresh.items.len(), MESSAGES);
    }
    drop(bustle);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_set_while_others_rename() {
    let home = filled(LocalOptions::default());
    let mailbox = home.mailbox();
    let bustle = Bustle::start(home.root.join("cur"), MESSAGES);
    let patch = MarksPatch::new().flag(backends::Flag::Trashed, Setting::On);
    for number in 0..50 {
        let item = ItemRef::new(number.to_string());
        let hint = Version::new("");
        match mailbox.mark(&inbox(), &item, &hint, &patch).await {
            Ok(state) => assert!(state.version.as_str().contains('T')),
            Err(error) => assert_eq!(error.kind(), backends::Kind::Unavailable),
        }
    }
    drop(bustle);
    let mut replica = Replica::default();
    replica.refresh(&mailbox, &inbox()).await.unwrap();
    assert_eq!(replica.items.len(), MESSAGES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_finds_nothing_wrong_with_a_busy_folder() {
    let home = filled(LocalOptions {
        sweep_every: Duration::from_millis(10),
        ..LocalOptions::default()
    });
    let mailbox = home.mailbox();
    let mut watch = mailbox.watch().await.unwrap();
    let bustle = Bustle::start(home.root.join("cur"), MESSAGES);
    let until = Instant::now() + Duration::from_millis(500);
    while Instant::now() < until {
        // Times of directories change without an entry of theirs.
        let new = File::open(home.root.join("new")).unwrap();
        new.set_modified(SystemTime::now()).unwrap();
        let _ = timeout(Duration::from_millis(20), watch.next()).await;
        assert_eq!(watch.mode(), WatchMode::Push);
    }
    drop(bustle);
    assert_eq!(home.store.stats().deaf, 0);
}
