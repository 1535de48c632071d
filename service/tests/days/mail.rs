//! An account's Maildir as other programs use it, and what it holds.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// The folders of every account: the INBOX, one of the user's own, the trash.
pub(crate) const FOLDERS: [&str; 3] = ["", ".Work", ".Trash"];

/// An account's folders.
#[derive(Clone, Debug)]
pub(crate) struct Maildir(PathBuf);

/// A message in a folder.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Message {
    /// One of [`FOLDERS`].
    pub(crate) folder: &'static str,
    pub(crate) subject: String,
    pub(crate) read: bool,
    pub(crate) flagged: bool,
    /// When it came, in UTC epoch seconds.
    pub(crate) time: i64,
}

impl Maildir {
    /// Makes the folders.
    pub(crate) fn make(root: &Path) -> Self {
        for folder in FOLDERS {
            for part in ["tmp", "new", "cur"] {
                fs::create_dir_all(root.join(folder).join(part)).unwrap();
            }
        }
        Self(root.to_owned())
    }

    /// Delivers a message that came at this time. The subject is a word.
    pub(crate) fn deliver(&self, folder: &str, subject: &str, time: i64) {
        let name = format!("{time}.{subject}.days");
        let folder = self.0.join(folder);
        let tmp = folder.join("tmp").join(&name);
        let mut file = File::create_new(&tmp).unwrap();
        write!(
            file,
            "From: Anna <anna@example.org>\r\nTo: bert@example.org\r\nSubject: {subject}\r\n\
             Message-ID: <{subject}@days.example>\r\nContent-Type: text/plain\r\n\r\nSome words.\r\n"
        )
        .unwrap();
        let came = UNIX_EPOCH + Duration::from_secs(time.try_into().unwrap());
        file.set_modified(came).unwrap();
        fs::rename(tmp, folder.join("new").join(&name)).unwrap();
    }

    /// Gives a message other marks, as a mail program does.
    pub(crate) fn mark(&self, message: &Message, read: bool, flagged: bool) {
        let path = self.find(message);
        let name = path.file_name().unwrap().to_str().unwrap();
        let unique = name.split(':').next().unwrap();
        let (flagged, read) = (if flagged { "F" } else { "" }, if read { "S" } else { "" });
        let marked = self.0.join(message.folder).join("cur");
        fs::rename(&path, marked.join(format!("{unique}:2,{flagged}{read}"))).unwrap();
    }

    /// Deletes a message for good.
    pub(crate) fn erase(&self, message: &Message) {
        fs::remove_file(self.find(message)).unwrap();
    }

    /// All messages.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let mut messages: Vec<Message> = FOLDERS
            .into_iter()
            .flat_map(|folder| {
                self.files(folder)
                    .into_iter()
                    .map(move |path| (folder, path))
            })
            .map(|(folder, path)| {
                let name = path.file_name().unwrap().to_str().unwrap();
                let (unique, flags) = name.split_once(":2,").unwrap_or((name, ""));
                let mut words = unique.split('.');
                Message {
                    folder,
                    time: words.next().unwrap().parse().unwrap(),
                    subject: words.next().unwrap().to_owned(),
                    read: flags.contains('S'),
                    flagged: flags.contains('F'),
                }
            })
            .collect();
        messages.sort();
        messages
    }

    fn find(&self, message: &Message) -> PathBuf {
        let is_it = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.split('.').nth(1) == Some(&message.subject)
        };
        self.files(message.folder).into_iter().find(is_it).unwrap()
    }

    fn files(&self, folder: &str) -> Vec<PathBuf> {
        let parts = ["new", "cur"].map(|part| self.0.join(folder).join(part));
        let entries = parts.iter().flat_map(|part| fs::read_dir(part).unwrap());
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}
