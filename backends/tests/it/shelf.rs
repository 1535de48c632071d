//! Other programs on a vdir: synchronisers, address books, people with a shell. Plain file
//! operations, sharing nothing with the backend. They write in place and replace files by turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use backends::composite::Composite;
use backends::contract::{Bench, Failure, Hand, Outcome};
use backends::local::{LocalOptions, LocalVdir};
use backends::{Class, FolderRef, ItemRef, Mailbox};

use crate::hand::Home;

/// The address books of one account, beside its Maildir.
pub(crate) struct Shelf {
    pub(crate) home: Arc<Home>,
    pub(crate) root: PathBuf,
    /// What references begin with, as the mailbox under test gives them.
    prefix: &'static str,
    number: AtomicU64,
}

/// The prefix of contacts in a composite account. Stored in databases: it must never change.
pub(crate) const PREFIX: &str = "\u{1}contacts/";

impl Shelf {
    /// One empty address book.
    pub(crate) fn with(options: LocalOptions, prefix: &'static str) -> Arc<Self> {
        let home = Home::with(options);
        let root = home.root.with_file_name("contacts");
        fs::create_dir_all(root.join("contacts")).unwrap();
        Arc::new(Self {
            home,
            root,
            prefix,
            number: AtomicU64::new(0),
        })
    }

    /// An empty address book, opened by itself.
    pub(crate) fn new() -> Arc<Self> {
        Self::with(LocalOptions::default(), "")
    }

    pub(crate) fn vdir(&self) -> LocalVdir {
        self.home.store.address_books(&self.root)
    }

    /// The account with both its parts.
    pub(crate) fn composite(&self) -> Composite {
        let mail: Arc<dyn Mailbox> = Arc::new(self.home.mailbox());
        Composite::new(mail).with("contacts", &[Class::Contacts], Arc::new(self.vdir()))
    }

    /// The address books by themselves, or as a part.
    pub(crate) fn bench(self: &Arc<Self>) -> Bench {
        let mailbox: Arc<dyn Mailbox> = match self.prefix {
            "" => Arc::new(self.vdir()),
            _ => Arc::new(self.composite()),
        };
        Bench {
            mailbox,
            hand: Arc::clone(self) as Arc<dyn Hand>,
            class: Class::Contacts,
        }
    }

    pub(crate) fn dir(&self, folder: &FolderRef) -> PathBuf {
        let name = folder.as_str().strip_prefix(self.prefix).unwrap();
        self.root.join(name)
    }

    fn folder(&self, name: &str) -> FolderRef {
        FolderRef::new(format!("{}{name}", self.prefix))
    }

    fn next(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes in place, or a temporary file that replaces the other.
    fn write(&self, path: &Path, content: &[u8]) {
        if self.next().is_multiple_of(2) {
            fs::write(path, content).unwrap();
        } else {
            let draft = path.with_extension("vcf.tmp");
            fs::write(&draft, content).unwrap();
            fs::rename(draft, path).unwrap();
        }
    }
}

#[async_trait]
impl Hand for Shelf {
    async fn deliver(
        &self,
        folder: &FolderRef,
        _time: i64,
        content: &[u8],
    ) -> Result<ItemRef, Failure> {
        let name = format!("card-{}.vcf", self.next());
        self.write(&self.dir(folder).join(&name), content);
        Ok(ItemRef::new(name))
    }

    async fn replace(&self, folder: &FolderRef, item: &ItemRef, content: &[u8]) -> Outcome {
        self.write(&self.dir(folder).join(item.as_str()), content);
        Ok(())
    }

    async fn remove(&self, folder: &FolderRef, item: &ItemRef) -> Outcome {
        fs::remove_file(self.dir(folder).join(item.as_str()))?;
        Ok(())
    }

    async fn relocate(&self, folder: &FolderRef, item: &ItemRef, to: &FolderRef) -> Outcome {
        let from = self.dir(folder).join(item.as_str());
        fs::rename(from, self.dir(to).join(item.as_str()))?;
        Ok(())
    }

    async fn create_folder(&self, name: &str) -> Result<FolderRef, Failure> {
        let folder = self.folder(name);
        fs::create_dir(self.dir(&folder))?;
        Ok(folder)
    }

    async fn rename_folder(&self, folder: &FolderRef, name: &str) -> Result<FolderRef, Failure> {
        let new = self.folder(name);
        fs::rename(self.dir(folder), self.dir(&new))?;
        Ok(new)
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Outcome {
        fs::remove_dir_all(self.dir(folder))?;
        Ok(())
    }
}
