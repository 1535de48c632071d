//! Dovecot's list of the folders that mail programs show, kept in step when folders are made, renamed or removed.
//!
//! Only a list that is there is changed. It is a convenience: when it cannot be written, the folders are right all the
//! same, so that is logged and no error.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The list, in the root of the account.
const FILE: &str = "subscriptions";

/// Dovecot's lock for it: the next list is written into the lock, which then becomes the list.
const LOCK: &str = "subscriptions.lock";

/// How the newer form of the list begins: levels are parted by tabs, in the older form by dots.
const HEADER: &str = "V\t2\n\n";

/// A lock that is older was left behind; Dovecot thinks so too.
const STALE: Duration = Duration::from_secs(120);

const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// What happened to folders. They are named by their directories: `.A.B`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'n> {
    /// A folder is new.
    Made(&'n str),
    /// A folder and all below it have another name.
    Renamed(&'n str, &'n str),
    /// A folder and all below it are gone.
    Removed(&'n str),
}

/// Brings the list of the account at `root` up to what happened. Blocks.
pub(crate) fn note(root: &Path, event: Event<'_>) {
    if let Err(error) = rewrite(root, event) {
        tracing::warn!(%error, "the list of subscribed folders was not kept in step");
    }
}

fn rewrite(root: &Path, event: Event<'_>) -> io::Result<()> {
    if !root.join(FILE).try_exists()? {
        return Ok(());
    }
    let lock = Lock::take(root)?;
    let before = fs::read_to_string(root.join(FILE))?;
    match edited(&before, event) {
        Some(after) => lock.publish(root, &after),
        None => Ok(()),
    }
}

/// The list after an event; `None` if it is as before.
fn edited(list: &str, event: Event<'_>) -> Option<String> {
    let (header, lines, separator) = match list.strip_prefix(HEADER) {
        Some(lines) => (HEADER, lines, "\t"),
        None => ("", list, "."),
    };
    let spelled = |dir: &str| dir.trim_start_matches('.').replace('.', separator);
    // What follows the name of a folder that is `dir`, or is below it.
    let within = |line: &str, dir: &str| {
        let rest = line.strip_prefix(&spelled(dir))?;
        (rest.is_empty() || rest.starts_with(separator)).then(|| rest.to_owned())
    };
    let mut names: Vec<String> = Vec::new();
    let mut changed = false;
    for line in lines.lines() {
        match event {
            Event::Removed(dir) if within(line, dir).is_some() => changed = true,
            Event::Renamed(from, to) if within(line, from).is_some() => {
                let rest = within(line, from).unwrap_or_default();
                names.push(spelled(to) + &rest);
                changed = true;
            }
            Event::Made(_) | Event::Renamed(..) | Event::Removed(_) => names.push(line.to_owned()),
        }
    }
    if let Event::Made(dir) = event
        && !names.contains(&spelled(dir))
    {
        names.push(spelled(dir));
        changed = true;
    }
    changed.then(|| {
        let lines: String = names.iter().map(|name| format!("{name}\n")).collect();
        format!("{header}{lines}")
    })
}

/// The lock file. Dropped before it is published, it is removed.
struct Lock<'r> {
    root: &'r Path,
    file: File,
    published: bool,
}

impl<'r> Lock<'r> {
    fn take(root: &'r Path) -> io::Result<Self> {
        let path = root.join(LOCK);
        for _ in 0..ATTEMPTS {
            match File::options().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Self {
                        root,
                        file,
                        published: false,
                    });
                }
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                Err(_) => {}
            }
            let taken = fs::symlink_metadata(&path).and_then(|meta| meta.modified());
            if taken.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > STALE)) {
                fs::remove_file(&path)?;
            } else {
                thread::sleep(PAUSE);
            }
        }
        Err(ErrorKind::WouldBlock.into())
    }

    fn publish(mut self, root: &Path, list: &str) -> io::Result<()> {
        let meta = fs::metadata(root.join(FILE))?;
        self.file.write_all(list.as_bytes())?;
        self.file.set_permissions(meta.permissions())?;
        // Only who may give files away succeeds; the list is ours then as it was.
        let _ = chown(root.join(LOCK), Some(meta.uid()), Some(meta.gid()));
        self.file.sync_all()?;
        fs::rename(root.join(LOCK), root.join(FILE))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        if !self.published {
            // Found too old by the next one otherwise.
            let _ = fs::remove_file(self.root.join(LOCK));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Event, FILE, LOCK, edited, note};

    #[test]
    fn both_forms_of_the_list() {
        let (old, new) = ("INBOX\nA\nA.B\nAB\n", "V\t2\n\nINBOX\nA\nA\tB\nAB\n");
        for (event, old_after, new_after) in [
            (
                Event::Made(".A.C"),
                Some("INBOX\nA\nA.B\nAB\nA.C\n"),
                Some("V\t2\n\nINBOX\nA\nA\tB\nAB\nA\tC\n"),
            ),
            (Event::Made(".A.B"), None, None),
            (
                Event::Renamed(".A", ".X.Y"),
                Some("INBOX\nX.Y\nX.Y.B\nAB\n"),
                Some("V\t2\n\nINBOX\nX\tY\nX\tY\tB\nAB\n"),
            ),
            (
                Event::Removed(".A"),
                Some("INBOX\nAB\n"),
                Some("V\t2\n\nINBOX\nAB\n"),
            ),
            (Event::Removed(".C"), None, None),
        ] {
            assert_eq!(edited(old, event).as_deref(), old_after, "{event:?}");
            assert_eq!(edited(new, event).as_deref(), new_after, "{event:?}");
        }
    }

    #[test]
    fn a_list_that_is_not_there_is_not_made_and_a_lock_is_given_back() {
        let root = tempfile::tempdir().unwrap();
        note(root.path(), Event::Made(".A"));
        assert!(!root.path().join(FILE).exists());
        fs::write(root.path().join(FILE), "B\n").unwrap();
        note(root.path(), Event::Removed(".A"));
        note(root.path(), Event::Made(".A"));
        let list = fs::read_to_string(root.path().join(FILE)).unwrap();
        assert_eq!(list, "B\nA\n");
        assert!(!root.path().join(LOCK).exists());
    }
}
