//! A Maildir as other programs use it: delivered into, marked, emptied.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::phone::Contents;

/// An account's folders.
#[derive(Clone, Debug)]
pub(crate) struct Maildir(PathBuf);

/// Unique in this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl Maildir {
    /// Makes the folders; `""` is the INBOX.
    pub(crate) fn make(root: &Path, folders: &[&str]) -> Self {
        let maildir = Self(root.to_owned());
        for folder in folders {
            for part in ["tmp", "new", "cur"] {
                fs::create_dir_all(maildir.folder(folder).join(part)).unwrap();
            }
        }
        maildir
    }

    /// Delivers a message, as a mail server does. The subject is a word of letters and digits.
    pub(crate) fn deliver(&self, folder: &str, subject: &str) {
        self.deliver_with(folder, subject, 40);
    }

    /// The same, with a body of about so many bytes.
    pub(crate) fn deliver_with(&self, folder: &str, subject: &str, size: usize) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let name = format!(
            "{}.M{}P{}Q{number}.{subject}",
            now.as_secs(),
            now.subsec_micros(),
            std::process::id()
        );
        let body = "Some words of no importance. ".repeat(1 + size / 29);
        let text = format!(
            "From: Anna <anna@example.org>\r\nTo: bert@example.org\r\nSubject: {subject}\r\n\
             Date: Fri, 20 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{number}@faults.example>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
        );
        let folder = self.folder(folder);
        let tmp = folder.join("tmp").join(&name);
        fs::write(&tmp, text).unwrap();
        fs::rename(tmp, folder.join("new").join(&name)).unwrap();
    }

    /// Gives a message other flags, as a mail program does. `false`: there is none of that subject.
    pub(crate) fn mark(&self, folder: &str, subject: &str, flags: &str) -> bool {
        let Some(path) = self.find(folder, subject) else {
            return false;
        };
        let name = path.file_name().unwrap().to_str().unwrap();
        let unique = name.split(':').next().unwrap();
        let marked = self.folder(folder).join("cur");
        fs::rename(&path, marked.join(format!("{unique}:2,{flags}"))).is_ok()
    }

    /// Deletes a message, as a mail program does.
    pub(crate) fn delete(&self, folder: &str, subject: &str) -> bool {
        self.find(folder, subject)
            .is_some_and(|path| fs::remove_file(path).is_ok())
    }

    /// What is there.
    pub(crate) fn contents(&self, folder: &str) -> Contents {
        let mut contents = Contents::new();
        for path in self.messages(folder) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let flags = name.split_once(":2,").map_or("", |(_, flags)| flags);
            let marks = (flags.contains('S'), flags.contains('F'));
            let twin = contents.insert(subject_of(&path).to_owned(), marks);
            assert_eq!(twin, None, "two files of one message");
        }
        contents
    }

    fn find(&self, folder: &str, subject: &str) -> Option<PathBuf> {
        self.messages(folder)
            .into_iter()
            .find(|path| subject_of(path) == subject)
    }

    fn messages(&self, folder: &str) -> Vec<PathBuf> {
        let parts = ["new", "cur"].map(|part| self.folder(folder).join(part));
        let entries = parts.iter().flat_map(|part| fs::read_dir(part).unwrap());
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn folder(&self, folder: &str) -> PathBuf {
        self.0.join(folder)
    }
}

/// Stands in the name, so that nobody has to read the file.
fn subject_of(path: &Path) -> &str {
    let name = path.file_name().unwrap().to_str().unwrap();
    let unique = name.split(':').next().unwrap();
    unique.rsplit('.').next().unwrap()
}
