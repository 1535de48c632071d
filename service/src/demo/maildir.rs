//! A Maildir as mail servers write it: into `tmp`, then renamed to where it belongs.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::mail::{FOLDERS, OLD};

/// The demo's Maildir.
#[derive(Clone, Debug)]
pub(super) struct Maildir(PathBuf);

impl Maildir {
    /// Makes the folders and puts the first messages into them.
    pub(super) fn make(root: PathBuf) -> io::Result<Self> {
        let maildir = Self(root);
        for folder in ["INBOX"].iter().chain(&FOLDERS) {
            for part in ["tmp", "new", "cur"] {
                fs::create_dir_all(maildir.folder(folder).join(part))?;
            }
            if *folder != "INBOX" {
                File::create(maildir.folder(folder).join("maildirfolder"))?;
            }
        }
        let now = SystemTime::now();
        for (number, old) in OLD.iter().enumerate() {
            let came = now - old.age;
            let name = format!("{}:2,{}", unique(came, &format!("old{number}")), old.flags);
            let path = maildir.folder(old.folder);
            let (tmp, cur) = (path.join("tmp").join(&name), path.join("cur").join(&name));
            write(&tmp, &old.raw(number, came), came)?;
            fs::rename(tmp, cur)?;
        }
        Ok(maildir)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Delivers a message into the INBOX and says when it was there: just before the rename.
    pub(super) fn deliver(&self, raw: &[u8], number: u64) -> io::Result<Instant> {
        let now = SystemTime::now();
        let name = unique(now, &format!("new{number}"));
        let tmp = self.0.join("tmp").join(&name);
        let new = self.0.join("new").join(&name);
        write(&tmp, raw, now)?;
        let there = Instant::now();
        fs::rename(tmp, new)?;
        Ok(there)
    }

    /// Where a folder is; the INBOX is the root.
    fn folder(&self, name: &str) -> PathBuf {
        match name {
            "" | "INBOX" => self.0.clone(),
            name => self.0.join(name),
        }
    }
}

fn write(path: &Path, raw: &[u8], came: SystemTime) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(raw)?;
    file.set_modified(came)?;
    file.sync_all()
}

/// A name that nobody else gives (https://cr.yp.to/proto/maildir.html).
fn unique(time: SystemTime, what: &str) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let (seconds, micros) = (since.as_secs(), since.subsec_micros());
    format!("{seconds}.M{micros}P{}Q{what}.demo", process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lie_where_mail_servers_put_them() {
        let place = tempfile::tempdir().unwrap();
        let maildir = Maildir::make(place.path().join("demo")).unwrap();
        let count = |folder: &str| fs::read_dir(maildir.path().join(folder)).unwrap().count();
        assert_eq!(count("cur"), 6);
        assert_eq!(count(".Sent/cur"), 2);
        assert_eq!(count("new"), 0);
        maildir.deliver(b"Subject: one\n\n", 1).unwrap();
        assert_eq!((count("new"), count("tmp")), (1, 0));
    }
}
