//! Looking into the directories of one folder: single messages, and all of them.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use crate::item::ItemState;
use crate::local::filename::{self, FileName, Letters};
use crate::local::journal::Place;
use crate::local::keywords::Keywords;
use crate::local::token::{STEP, Stamp};
use crate::local::tree::Part;
use crate::local::version;
use crate::name::{ItemRef, Version};

/// One message as it was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its name in the folder.
    pub(crate) unique: Box<str>,
    /// Its file.
    pub(crate) place: Place,
    /// When it was received, in UTC epoch seconds.
    pub(crate) time: i64,
    /// In bytes.
    pub(crate) size: u64,
    /// Device and inode.
    pub(crate) file: (u64, u64),
}

impl Found {
    /// The letters in the file name.
    pub(crate) fn letters(&self) -> &str {
        FileName::parse(&self.place.name).map_or("", |name| name.letters)
    }

    /// The file's path under the folder `dir`.
    pub(crate) fn path(&self, dir: &Path) -> PathBuf {
        path(dir, &self.place)
    }

    /// What a listing says of it.
    pub(crate) fn state(&self, keywords: &Keywords) -> ItemState {
        ItemState {
            item: ItemRef::new(self.unique.clone()),
            version: version::of(&keywords.marks(self.letters())),
            time: self.time,
            size: self.size,
        }
    }
}

/// Which message the file at `place` belongs to.
pub(crate) fn unique(place: &Place) -> &str {
    FileName::parse(&place.name).map_or("", |name| name.unique)
}

/// The path of a message's file under the folder `dir`.
pub(crate) fn path(dir: &Path, place: &Place) -> PathBuf {
    dir.join(place.part.as_str()).join(&*place.name)
}

/// Looks at one file; `None` when no message is there. Links are not followed.
pub(crate) fn examine(dir: &Path, place: &Place) -> io::Result<Option<Found>> {
    let Some(name) = FileName::parse(&place.name) else {
        return Ok(None);
    };
    match fs::symlink_metadata(path(dir, place)) {
        Ok(meta) if meta.is_file() => Ok(Some(Found {
            unique: name.unique.into(),
            place: place.clone(),
            time: received(&meta, name),
            size: name.size().unwrap_or(meta.len()),
            file: (meta.dev(), meta.ino()),
        })),
        Ok(_) => Ok(None),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Delivery agents and Dovecot keep the time of arrival as the file's time; a copy that lost it
/// still has the one in the name.
fn received(meta: &Metadata, name: FileName<'_>) -> i64 {
    match meta.mtime() {
        0 => name.time().unwrap_or(0),
        time => time,
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Finds one message: first where its version says, then by reading the directories.
pub(crate) fn locate(
    dir: &Path,
    unique: &str,
    hint: Option<&Version>,
    keywords: &Keywords,
) -> io::Result<Option<Found>> {
    if !FileName::is_unique(unique) {
        return Ok(None);
    }
    for place in guesses(unique, hint, keywords) {
        if let Some(found) = examine(dir, &place)? {
            return Ok(Some(found));
        }
    }
    search(dir, unique, &|place| examine(dir, place))
}

/// How a file is looked at: [`examine`].
type Examine<'e> = &'e dyn Fn(&Place) -> io::Result<Option<Found>>;

fn guesses(unique: &str, hint: Option<&Version>, keywords: &Keywords) -> Vec<Place> {
    let place = |part, name: String| Place {
        part,
        name: name.into(),
    };
    let mut places = Vec::with_capacity(5);
    if let Some(marks) = hint.and_then(version::marks) {
        let letters = keywords.letters("", &marks);
        places.push(place(Part::Cur, filename::name_in_cur(unique, &letters)));
    }
    places.push(place(Part::New, unique.to_owned()));
    let bare = filename::name_in_cur(unique, &Letters::new());
    places.push(place(Part::Cur, bare));
    places.push(place(Part::Cur, unique.to_owned()));
    places
}

/// Reads both directories until the message is found, or nothing moved while they were read. One whose name was seen
/// the last time is there, though it was called otherwise whenever it was looked at: that is an error.
fn search(dir: &Path, unique: &str, examine: Examine<'_>) -> io::Result<Option<Found>> {
    let mut glimpsed = false;
    for _ in 0..PASSES_MAX {
        let begun = SystemTime::now();
        let before = Stamp::read(dir)?;
        glimpsed = false;
        for place in places(dir)? {
            if self::unique(&place) == unique {
                if let Some(found) = examine(&place)? {
                    return Ok(Some(found));
                }
                glimpsed = true;
            }
        }
        if before.is_settled(begun) && Stamp::read(dir)? == before {
            break;
        }
        thread::sleep(STEP);
    }
    if glimpsed {
        return Err(ErrorKind::ResourceBusy.into());
    }
    Ok(None)
}

/// The files of the messages in `new`, then `cur`. Names that are not UTF-8 are left out: no mail
/// program makes them.
pub(crate) fn places(dir: &Path) -> io::Result<Vec<Place>> {
    let mut places = Vec::new();
    for part in Part::BOTH {
        let entries = match fs::read_dir(dir.join(part.as_str())) {
            Ok(entries) => entries,
            // An inbox without messages may have no directories yet.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string()
                && FileName::parse(&name).is_some()
                && entry.file_type().map_or(true, |kind| kind.is_file())
            {
                places.push(Place {
                    part,
                    name: name.into(),
                });
            }
        }
    }
    Ok(places)
}

/// Messages by unique name.
pub(crate) type Messages = HashMap<Box<str>, Found>;

/// All messages of a folder.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// One file of each.
    pub(crate) found: Messages,
    /// Listed in a directory, but gone when looked at.
    pub(crate) vanished: HashSet<Box<str>>,
    /// Messages with more than one file. The one in `cur` counts: somebody has set letters on it.
    pub(crate) twins: HashSet<Box<str>>,
}

/// Reads a folder once. What is renamed meanwhile may be missed: whoever calls this knows of that
/// from a journal, or uses [`steady_listing`].
pub(crate) fn listing(dir: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for place in places(dir)? {
        match examine(dir, &place)? {
            Some(found) => {
                if let Some(old) = listing.found.insert(found.unique.clone(), found) {
                    listing.twins.insert(old.unique);
                }
            }
            None => {
                listing.vanished.insert(unique(&place).into());
            }
        }
    }
    listing
        .vanished
        .retain(|unique| !listing.found.contains_key(unique));
    (listing.vanished, _) = chase(dir, listing.vanished, &mut listing.found, &|place| {
        examine(dir, place)
    })?;
    Ok(listing)
}

/// Looks again for messages that were renamed between being listed and being looked at: each time
/// there are fewer. Gives those that were not found, and whether the name of one of them was seen
/// the last time, so that it is there.
fn chase(
    dir: &Path,
    mut wanted: HashSet<Box<str>>,
    found: &mut Messages,
    examine: Examine<'_>,
) -> io::Result<(HashSet<Box<str>>, bool)> {
    let mut glimpsed = false;
    for _ in 0..PASSES_MAX {
        glimpsed = false;
        if wanted.is_empty() {
            break;
        }
        for place in places(dir)? {
            if !wanted.contains(unique(&place)) {
                continue;
            }
            match examine(&place)? {
                Some(message) => {
                    wanted.remove(&message.unique);
                    found.insert(message.unique.clone(), message);
                }
                None => glimpsed = true,
            }
        }
    }
    Ok((wanted, glimpsed))
}

/// Reads a folder again until nothing moved while it was read. In a folder that never rests, what
/// any pass saw is looked for until it is found, several times: a message that stays would have to
/// be renamed during each of many readings to be missed.
///
/// With the listing comes the stamp that it belongs to, if the folder did rest. A listing that would
/// lack a message that is there is an error, [`ErrorKind::ResourceBusy`]: devices would remove it.
pub(crate) fn steady_listing(dir: &Path) -> io::Result<(Messages, Option<Stamp>)> {
    let mut seen: HashSet<Box<str>> = HashSet::new();
    let mut last = Messages::new();
    for _ in 0..PASSES_MAX {
        let begun = SystemTime::now();
        let before = Stamp::read(dir)?;
        let pass = listing(dir)?;
        let rested = before.is_settled(begun) && Stamp::read(dir)? == before;
        if rested && pass.vanished.is_empty() {
            return Ok((pass.found, Some(before)));
        }
        seen.extend(pass.found.keys().cloned());
        seen.extend(pass.vanished);
        last = pass.found;
        thread::sleep(STEP);
    }
    seen.retain(|unique| !last.contains_key(unique));
    match chase(dir, seen, &mut last, &|place| examine(dir, place))? {
        (_, true) => Err(ErrorKind::ResourceBusy.into()),
        (_, false) => Ok((last, None)),
    }
}

const PASSES_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::ErrorKind;
    use std::path::Path;
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Messages, chase, examine, listing, locate, search, steady_listing};
    use crate::local::journal::Place;
    use crate::local::keywords::Keywords;
    use crate::local::tree::{self, Part};
    use crate::name::Version;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        tree::complete(dir.path()).unwrap();
        for file in files {
            fs::write(dir.path().join(file), "text").unwrap();
        }
        dir
    }

    fn found(dir: &Path, unique: &str, hint: &str) -> Option<String> {
        let keywords = Keywords::load(dir).unwrap();
        locate(dir, unique, Some(&Version::new(hint)), &keywords)
            .unwrap()
            .map(|found| found.place.name.into())
    }

    #[test]
    fn a_message_is_found_whatever_the_hint() {
        let dir = folder(&["cur/a,S=4:2,FSa", "new/b", "cur/c", "cur/d:2,"]);
        fs::write(dir.path().join("dovecot-keywords"), "0 Work\n").unwrap();
        for (unique, hint, name) in [
            ("a,S=4", "FS Work", Some("a,S=4:2,FSa")),
            ("a,S=4", "", Some("a,S=4:2,FSa")),
            ("a,S=4", "nonsense", Some("a,S=4:2,FSa")),
            ("b", "S", Some("b")),
            ("c", "", Some("c")),
            ("d", "T", Some("d:2,")),
            ("a", "FS Work", None),
            ("../cur/c", "", None),
            ("", "", None),
        ] {
            assert_eq!(found(dir.path(), unique, hint).as_deref(), name, "{unique}");
        }
    }

    #[test]
    fn a_message_that_never_rests_is_not_said_to_be_gone() {
        let dir = folder(&["cur/a:2,", "cur/b:2,"]);
        // Called otherwise whenever it is looked at.
        let restless = |_: &Place| Ok(None);
        let error = search(dir.path(), "a", &restless).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResourceBusy);
        assert!(search(dir.path(), "c", &restless).unwrap().is_none());
        for (name, there) in [("b", true), ("c", false)] {
            let wanted = [Box::from(name)].into();
            let chased = chase(dir.path(), wanted, &mut Messages::new(), &restless).unwrap();
            assert_eq!((chased.0.len(), chased.1), (1, there));
        }
    }

    #[test]
    fn time_and_size_come_from_file_and_name() {
        let dir = folder(&["new/1600000000.x,S=99", "new/1600000001.y"]);
        let look = |name: &str, seconds| {
            let file = File::options()
                .write(true)
                .open(dir.path().join("new").join(name))
                .unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds))
                .unwrap();
            let place = Place {
                part: Part::New,
                name: name.into(),
            };
            let found = examine(dir.path(), &place).unwrap().unwrap();
            (found.time, found.size)
        };
        assert_eq!(
            look("1600000000.x,S=99", 1_500_000_000),
            (1_500_000_000, 99)
        );
        assert_eq!(look("1600000001.y", 0), (1_600_000_001, 4));
    }

    #[test]
    fn only_messages_are_listed_and_twins_once() {
        let dir = folder(&["new/a", "cur/a:2,S", "cur/.hidden", "cur/b:2,"]);
        fs::create_dir(dir.path().join("cur/directory")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("cur/link:2,")).unwrap();
        let all = listing(dir.path()).unwrap();
        let mut names: Vec<&str> = all.found.values().map(|found| &*found.place.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["a:2,S", "b:2,"]);
        assert!(all.twins.contains("a") && all.twins.len() == 1);
        let (steady, stamp) = steady_listing(dir.path()).unwrap();
        assert_eq!(steady.len(), 2);
        assert!(stamp.is_some());
    }

    #[test]
    fn an_inbox_without_directories_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        assert!(steady_listing(dir.path()).unwrap().0.is_empty());
    }
}
