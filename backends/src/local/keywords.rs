//! Keywords of Maildir messages: lower-case letters in the file name, whose meaning stands in the
//! folder's `dovecot-keywords` file, one `NUMBER NAME` a line, 0 for `a`.
//!
//! The file is shared with Dovecot, and changed the way that Dovecot does: under the dot lock
//! `dovecot-keywords.lock`, whose content then replaces the file in one rename. A letter never
//! changes its meaning here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::local::filename::Letters;
use crate::local::version;
use crate::marks::{Flag, Keyword, Marks};

/// Name of the file in its folder.
pub(crate) const FILE: &str = "dovecot-keywords";

/// What the letters of one folder mean.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Keywords {
    names: Vec<Option<String>>,
}

impl Keywords {
    /// How many different keywords a folder can hold: one for each lower-case letter.
    pub(crate) const COUNT_MAX: usize = 26;

    /// Reads the file of the folder `dir`; one that is not there is an empty one.
    pub(crate) fn load(dir: &Path) -> io::Result<Self> {
        match fs::read(dir.join(FILE)) {
            Ok(bytes) => Ok(Self::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Lines that make no sense are skipped.
    fn parse(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines() {
            let Some((number, name)) = line.split_once(' ') else {
                continue;
            };
            if let Ok(number) = number.parse::<usize>()
                && number < Self::COUNT_MAX
                && !name.is_empty()
            {
                found.set(number, name);
            }
        }
        found
    }

    fn set(&mut self, number: usize, name: &str) {
        if self.names.len() <= number {
            self.names.resize(number + 1, None);
        }
        if let Some(place) = self.names.get_mut(number) {
            *place = Some(name.to_owned());
        }
    }

    fn name(&self, letter: char) -> Option<&str> {
        let number = u32::from(letter).checked_sub(u32::from('a'))?;
        let name = self.names.get(usize::try_from(number).ok()?)?;
        name.as_deref()
    }

    /// The letter of a keyword. Letter case is ignored, as IMAP does.
    fn letter(&self, name: &str) -> Option<char> {
        ('a'..='z').find(|letter| {
            self.name(*letter)
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        })
    }

    /// What the letters of a file name say; letters without a meaning say nothing.
    pub(crate) fn marks(&self, letters: &str) -> Marks {
        let mut marks = Marks::default();
        for letter in letters.chars() {
            if let Some(flag) = version::flag(letter) {
                marks.flags.insert(flag);
            } else if let Some(name) = self.name(letter) {
                if name.eq_ignore_ascii_case(Keyword::FORWARDED) {
                    marks.flags.insert(Flag::Forwarded);
                } else {
                    marks.keywords.extend(Keyword::parse(name));
                }
            }
        }
        marks
    }

    /// The letters of a message that had `letters` and shall have the marks `wanted`. Letters that
    /// mean nothing to us stay. Keywords without a letter are left out: see [`Self::missing`].
    pub(crate) fn letters(&self, letters: &str, wanted: &Marks) -> Letters {
        let before = self.marks(letters);
        let mut result: Letters = letters.chars().filter(char::is_ascii_alphabetic).collect();
        for flag in Flag::ALL {
            match (before.has(flag), wanted.has(flag)) {
                (false, true) => {
                    result.insert(self.flag_letter(flag));
                }
                (true, false) => {
                    result.remove(&version::letter(flag));
                    if flag == Flag::Forwarded {
                        self.remove(&mut result, Keyword::FORWARDED);
                    }
                }
                (true, true) | (false, false) => {}
            }
        }
        for keyword in before.keywords.difference(&wanted.keywords) {
            self.remove(&mut result, keyword.as_str());
        }
        for keyword in &wanted.keywords {
            result.extend(self.letter(keyword.as_str()));
        }
        result
    }

    /// Programs that speak IMAP know `$Forwarded`, those that read the file names know `P`.
    fn flag_letter(&self, flag: Flag) -> char {
        let own = version::letter(flag);
        match flag {
            Flag::Forwarded => self.letter(Keyword::FORWARDED).unwrap_or(own),
            Flag::Draft | Flag::Flagged | Flag::Answered | Flag::Seen | Flag::Trashed => own,
        }
    }

    fn remove(&self, letters: &mut Letters, name: &str) {
        letters.retain(|letter| {
            !self
                .name(*letter)
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        });
    }

    /// The keywords of `wanted` that have no letter here yet.
    pub(crate) fn missing<'a>(&self, wanted: &'a Marks) -> Vec<&'a Keyword> {
        wanted
            .keywords
            .iter()
            .filter(|keyword| self.letter(keyword.as_str()).is_none())
            .collect()
    }

    /// The meanings in the folder `dir`, extended as far as there is room so that every keyword of
    /// `wanted` has a letter.
    pub(crate) fn load_with(dir: &Path, wanted: &Marks) -> io::Result<Self> {
        let known = Self::load(dir)?;
        if known.missing(wanted).is_empty() || known.free().is_none() {
            return Ok(known);
        }
        let mut lock = DotLock::take(dir)?;
        // Read again: only what is read under the lock may be extended.
        let mut known = Self::load(dir)?;
        for keyword in known.missing(wanted) {
            let Some(number) = known.free() else {
                tracing::debug!("no letter is left for a keyword");
                break;
            };
            known.set(number, keyword.as_str());
        }
        lock.file.write_all(known.to_text().as_bytes())?;
        lock.replace()?;
        Ok(known)
    }

    fn free(&self) -> Option<usize> {
        (0..Self::COUNT_MAX).find(|number| !matches!(self.names.get(*number), Some(Some(_))))
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for (number, name) in self.names.iter().enumerate() {
            if let Some(name) = name {
                text.push_str(&format!("{number} {name}\n"));
            }
        }
        text
    }
}

/// The lock that is also the next content of the file. Dropped without [`Self::replace`], it is
/// given back and the file stays.
struct DotLock {
    file: File,
    lock: PathBuf,
    target: PathBuf,
    done: bool,
}

impl DotLock {
    /// How long to wait for whoever holds it.
    const PATIENCE: Duration = Duration::from_secs(10);
    /// A lock of this age was left behind by a program that died; Dovecot writes a few lines.
    const STALE: Duration = Duration::from_secs(60);
    const PAUSE: Duration = Duration::from_millis(10);

    fn take(dir: &Path) -> io::Result<Self> {
        let (target, lock) = (dir.join(FILE), dir.join(format!("{FILE}.lock")));
        let begun = Instant::now();
        loop {
            match OpenOptions::new().write(true).create_new(true).open(&lock) {
                Ok(file) => {
                    // Others who may read the old file shall be able to read the new one.
                    if let Ok(old) = fs::metadata(&target) {
                        file.set_permissions(old.permissions())?;
                    }
                    return Ok(Self {
                        file,
                        lock,
                        target,
                        done: false,
                    });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    if is_stale(&lock, Self::STALE) {
                        ignore_missing(fs::remove_file(&lock))?;
                    } else if begun.elapsed() > Self::PATIENCE {
                        return Err(ErrorKind::TimedOut.into());
                    } else {
                        thread::sleep(Self::PAUSE);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn replace(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.lock, &self.target)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for DotLock {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a failure here; the lock grows stale.
            let _ = fs::remove_file(&self.lock);
        }
    }
}

fn is_stale(lock: &Path, age: Duration) -> bool {
    fs::metadata(lock)
        .and_then(|meta| meta.modified())
        .is_ok_and(|time| {
            SystemTime::now()
                .duration_since(time)
                .is_ok_and(|old| old > age)
        })
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use super::{FILE, Keywords};
    use crate::marks::{Flag, Keyword, Marks};

    fn marks(flags: &[Flag], keywords: &[&str]) -> Marks {
        Marks {
            flags: flags.iter().copied().collect(),
            keywords: keywords
                .iter()
                .map(|text| Keyword::parse(text).unwrap())
                .collect(),
        }
    }

    fn text(letters: &super::Letters) -> String {
        letters.iter().collect()
    }

    #[test]
    fn letters_say_flags_and_keywords() {
        let known = Keywords::parse("0 Work\n1 $Forwarded\n3 NonJunk\nnonsense\n99 far\n");
        for (letters, flags, keywords) in [
            ("", &[][..], &[][..]),
            ("FSa", &[Flag::Flagged, Flag::Seen], &["Work"]),
            ("P", &[Flag::Forwarded], &[]),
            ("b", &[Flag::Forwarded], &[]),
            ("cZd", &[], &["NonJunk"]),
        ] {
            assert_eq!(known.marks(letters), marks(flags, keywords), "{letters}");
        }
    }

    #[test]
    fn letters_follow_the_marks_and_keep_what_they_do_not_know() {
        let known = Keywords::parse("0 Work\n1 $Forwarded\n");
        for (letters, wanted, result) in [
            ("SZq", marks(&[Flag::Flagged], &["work"]), "FZaq"),
            ("S", marks(&[Flag::Seen, Flag::Forwarded], &[]), "Sb"),
            ("Pb", marks(&[], &[]), ""),
            ("Pa", marks(&[Flag::Forwarded], &["Work"]), "Pa"),
            ("", marks(&[], &["Unknown"]), ""),
        ] {
            assert_eq!(text(&known.letters(letters, &wanted)), result, "{letters}");
        }
        let none = Keywords::default();
        assert_eq!(
            text(&none.letters("", &marks(&[Flag::Forwarded], &[]))),
            "P"
        );
    }

    #[test]
    fn new_keywords_take_free_letters_under_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "0 Work\n2 Home\n").unwrap();
        let known = Keywords::load_with(dir.path(), &marks(&[], &["Next", "Later"])).unwrap();
        let stored = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert_eq!(stored, "0 Work\n1 Later\n2 Home\n3 Next\n");
        assert_eq!(Keywords::load(dir.path()).unwrap(), known);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn without_room_the_rest_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..30).map(|number| format!("k{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let known = Keywords::load_with(dir.path(), &marks(&[], &names)).unwrap();
        assert_eq!(known.names.len(), Keywords::COUNT_MAX);
        assert_eq!(known.missing(&marks(&[], &names)).len(), 4);
    }

    #[test]
    fn a_lock_left_behind_is_overridden() {
        let dir = tempfile::tempdir().unwrap();
        let lock = File::create(dir.path().join("dovecot-keywords.lock")).unwrap();
        lock.set_modified(SystemTime::now() - Duration::from_secs(3600))
            .unwrap();
        Keywords::load_with(dir.path(), &marks(&[], &["Work"])).unwrap();
        assert_eq!(
            fs::read_to_string(dir.path().join(FILE)).unwrap(),
            "0 Work\n"
        );
    }
}
