//! Other programs on a Maildir++: delivery agents, IMAP servers, people with a shell. Plain file
//! operations, sharing nothing with the backend.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use backends::contract::{Bench, Failure, Hand, Outcome, PATIENCE, Replica};
use backends::local::{LocalMailbox, LocalOptions, LocalStore};
use backends::{Class, Flag, FolderRef, ItemRef, Marks, Watch, WatchEvent};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// One account in a directory of its own, with a store that watches.
pub(crate) struct Home {
    pub(crate) root: PathBuf,
    pub(crate) store: LocalStore,
    _dir: TempDir,
    /// Dropped with the home: the driver ends.
    _driver: JoinSet<()>,
    number: AtomicU64,
}

impl Home {
    /// An empty account.
    pub(crate) fn new() -> Arc<Self> {
        Self::with(LocalOptions::default())
    }

    /// An empty account in a store with these settings.
    pub(crate) fn with(options: LocalOptions) -> Arc<Self> {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("Maildir");
        make_maildir(&root).unwrap();
        let (store, driver) = LocalStore::new(options);
        let mut tasks = JoinSet::new();
        tasks.spawn(driver.run(CancellationToken::new()));
        Arc::new(Self {
            root,
            store,
            _dir: dir,
            _driver: tasks,
            number: AtomicU64::new(0),
        })
    }

    pub(crate) fn mailbox(&self) -> LocalMailbox {
        self.store.mailbox(&self.root)
    }

    pub(crate) fn bench(self: &Arc<Self>) -> Bench {
        Bench {
            mailbox: Arc::new(self.mailbox()),
            hand: Arc::clone(self) as Arc<dyn Hand>,
            class: Class::Email,
        }
    }

    pub(crate) fn dir(&self, folder: &FolderRef) -> PathBuf {
        self.root.join(folder.as_str())
    }

    /// Waits for the next hint, but not for ever.
    pub(crate) async fn next(watch: &mut Watch) -> WatchEvent {
        timeout(PATIENCE, watch.next()).await.unwrap().unwrap()
    }

    /// Waits until hints have led the replica of the inbox to be as the check wants it.
    pub(crate) async fn follow(
        &self,
        watch: &mut Watch,
        replica: &mut Replica,
        done: impl Fn(&Replica) -> bool,
    ) {
        while !done(replica) {
            Self::next(watch).await;
            replica.refresh(&self.mailbox(), &inbox()).await.unwrap();
        }
    }

    /// Where a message is: in which directory, under which name.
    pub(crate) fn find(&self, folder: &FolderRef, item: &ItemRef) -> Option<PathBuf> {
        ["new", "cur"].into_iter().find_map(|part| {
            let entries = fs::read_dir(self.dir(folder).join(part)).unwrap();
            entries
                .map(|entry| entry.unwrap().path())
                .find(|path| unique(path) == item.as_str())
        })
    }

    pub(crate) fn next_name(&self, time: i64) -> String {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        format!("{time}.M{number}P1.host")
    }
}

pub(crate) fn inbox() -> FolderRef {
    FolderRef::new("")
}

pub(crate) fn unique(path: &Path) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.split(':').next().unwrap().to_owned()
}

pub(crate) fn make_maildir(dir: &Path) -> std::io::Result<()> {
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(dir.join(part))?;
    }
    Ok(())
}

/// Writes a complete message under its final content and time, somewhere.
pub(crate) fn write_message(path: &Path, time: i64, content: &[u8]) {
    let mut file = File::create(path).unwrap();
    file.write_all(content).unwrap();
    let time = UNIX_EPOCH + Duration::from_secs(time.try_into().unwrap());
    file.set_modified(time).unwrap();
}

fn letters(marks: &Marks) -> String {
    let letter = |flag: &Flag| match flag {
        Flag::Draft => 'D',
        Flag::Flagged => 'F',
        Flag::Forwarded => 'P',
        Flag::Answered => 'R',
        Flag::Seen => 'S',
        Flag::Trashed => 'T',
    };
    marks.flags.iter().map(letter).collect()
}

#[async_trait]
impl Hand for Home {
    async fn deliver(
        &self,
        folder: &FolderRef,
        time: i64,
        content: &[u8],
    ) -> Result<ItemRef, Failure> {
        let name = self.next_name(time);
        let draft = self.dir(folder).join("tmp").join(&name);
        write_message(&draft, time, content);
        fs::rename(draft, self.dir(folder).join("new").join(&name))?;
        Ok(ItemRef::new(name))
    }

    async fn set_marks(&self, folder: &FolderRef, item: &ItemRef, marks: &Marks) -> Outcome {
        let old = self.find(folder, item).ok_or("no such message")?;
        let name = format!("{item}:2,{}", letters(marks));
        fs::rename(old, self.dir(folder).join("cur").join(name))?;
        Ok(())
    }

    async fn remove(&self, folder: &FolderRef, item: &ItemRef) -> Outcome {
        fs::remove_file(self.find(folder, item).ok_or("no such message")?)?;
        Ok(())
    }

    async fn relocate(&self, folder: &FolderRef, item: &ItemRef, to: &FolderRef) -> Outcome {
        let old = self.find(folder, item).ok_or("no such message")?;
        let name = old.file_name().unwrap();
        let suffix = if old.parent().unwrap().ends_with("new") {
            ":2,"
        } else {
            ""
        };
        let name = format!("{}{suffix}", name.to_str().unwrap());
        fs::rename(&old, self.dir(to).join("cur").join(name))?;
        Ok(())
    }

    async fn create_folder(&self, name: &str) -> Result<FolderRef, Failure> {
        let folder = FolderRef::new(format!(".{name}"));
        make_maildir(&self.dir(&folder))?;
        Ok(folder)
    }

    async fn rename_folder(&self, folder: &FolderRef, name: &str) -> Result<FolderRef, Failure> {
        let new = FolderRef::new(format!(".{name}"));
        fs::rename(self.dir(folder), self.dir(&new))?;
        Ok(new)
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Outcome {
        fs::remove_dir_all(self.dir(folder))?;
        Ok(())
    }
}
