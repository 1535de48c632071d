//! Changing the users file: one line at a time, everything else as it was, all at once or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::table::Table;
use super::{Cost, UsersError, line};
use crate::http::auth::LoginName;

/// Why the users file was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It cannot be read, or has mistakes already.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// There is a user of that name, or one whom that name leads to.
    #[error("{0} is there already")]
    Known(String),
    /// There is no such user.
    #[error("there is no user {0}")]
    Unknown(String),
    /// The line would be a mistake.
    #[error("{name} {what}")]
    Unfit {
        /// The user.
        name: String,
        /// What is wrong with name or address.
        what: &'static str,
    },
    /// The file could not be written.
    #[error("cannot write the users file {path} (auth.users_file)")]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A user as the file has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listed {
    /// The name.
    pub name: String,
    /// The address, if the line has one.
    pub address: Option<String>,
}

/// A users file that is to be looked at or changed, not served from.
#[derive(Clone, Debug)]
pub struct UsersFile {
    path: PathBuf,
    domains: Vec<String>,
}

impl UsersFile {
    /// The file at `path`, for accounts of `domains` (lower case, the default one first). It need not be there yet.
    #[must_use]
    pub fn new(path: &Path, domains: &[String]) -> Self {
        Self {
            path: path.to_owned(),
            domains: domains.to_vec(),
        }
    }

    /// All users, by name.
    ///
    /// # Errors
    /// When the file cannot be read or has mistakes.
    pub fn list(&self) -> Result<Vec<Listed>, EditError> {
        let table = self.table(&self.text()?)?;
        let listed = table.entries().into_iter().map(|entry| Listed {
            name: entry.name.as_str().to_owned(),
            address: entry.address.as_deref().map(str::to_owned),
        });
        Ok(listed.collect())
    }

    /// Whether a user of that name could be added; asked before a password is.
    ///
    /// # Errors
    /// `Known`, or as [`Self::list`].
    pub fn check_new(&self, name: &str) -> Result<(), EditError> {
        match self.found(&self.text()?, name)? {
            Some(_) => Err(EditError::Known(name.to_owned())),
            None => Ok(()),
        }
    }

    /// Whether there is a user of that name.
    ///
    /// # Errors
    /// `Unknown`, or as [`Self::list`].
    pub fn check_known(&self, name: &str) -> Result<(), EditError> {
        match self.found(&self.text()?, name)? {
            Some(_) => Ok(()),
            None => Err(EditError::Unknown(name.to_owned())),
        }
    }

    /// Adds a user at the end.
    ///
    /// # Errors
    /// `Known`, `Unfit`, `Write`, or as [`Self::list`].
    pub fn add(&self, name: &str, password: &[u8], address: Option<&str>) -> Result<(), EditError> {
        let new = self.line(name, password, address)?;
        self.edit(name, |mut text, found| {
            if found.is_some() {
                return Err(EditError::Known(name.to_owned()));
            }
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&new);
            text.push('\n');
            Ok(text)
        })
    }

    /// Gives a user another password; the address stays.
    ///
    /// # Errors
    /// `Unknown`, `Write`, or as [`Self::list`].
    pub fn set_password(&self, name: &str, password: &[u8]) -> Result<(), EditError> {
        let password = self.line(name, password, None)?;
        self.edit(name, |text, found| {
            let place = found.ok_or_else(|| EditError::Unknown(name.to_owned()))?;
            let changed = |line: &str| {
                let mut fields = line.splitn(3, ':').map(str::trim);
                let (name, address) = (fields.next().unwrap_or_default(), fields.nth(1));
                let hash = password.split_once(':').map_or("", |(_, hash)| hash);
                match address {
                    Some(address) => Some(format!("{name}:{hash}:{address}")),
                    None => Some(format!("{name}:{hash}")),
                }
            };
            Ok(replaced(&text, place, changed))
        })
    }

    /// Removes a user's line.
    ///
    /// # Errors
    /// `Unknown`, `Write`, or as [`Self::list`].
    pub fn remove(&self, name: &str) -> Result<(), EditError> {
        self.edit(name, |text, found| {
            let place = found.ok_or_else(|| EditError::Unknown(name.to_owned()))?;
            Ok(replaced(&text, place, |_| None))
        })
    }

    fn line(
        &self,
        name: &str,
        password: &[u8],
        address: Option<&str>,
    ) -> Result<String, EditError> {
        let made = line(name, password, Cost::Full).map_err(|source| self.not_written(source))?;
        Ok(match address {
            Some(address) => format!("{made}:{address}"),
            None => made,
        })
    }

    /// Changes the text while nobody else of us does, and puts the new one in place of the old one at once.
    fn edit(
        &self,
        name: &str,
        change: impl FnOnce(String, Option<usize>) -> Result<String, EditError>,
    ) -> Result<(), EditError> {
        let not_written = |source| self.not_written(source);
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let lock = File::open(folder).map_err(not_written)?;
        lock.lock().map_err(not_written)?;
        let text = self.text()?;
        let found = self.found(&text, name)?;
        let changed = change(text, found)?;
        Table::parse(&changed, &self.domains).map_err(|mistakes| EditError::Unfit {
            name: name.to_owned(),
            what: mistakes
                .first()
                .map_or("does not fit", |mistake| mistake.what),
        })?;
        replace(&path, folder, &changed).map_err(not_written)
    }

    fn not_written(&self, source: io::Error) -> EditError {
        EditError::Write {
            path: self.path.clone(),
            source,
        }
    }

    /// The text of the file; of one that is not there, nothing.
    fn text(&self) -> Result<String, EditError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(source) => Err(EditError::Users(UsersError::File {
                path: self.path.clone(),
                source,
            })),
        }
    }

    fn table(&self, text: &str) -> Result<Table, EditError> {
        Table::parse(text, &self.domains).map_err(|mistakes| {
            EditError::Users(UsersError::Mistakes {
                path: self.path.clone(),
                mistakes,
            })
        })
    }

    /// The number of the line, from 0, of the account that a name leads to.
    fn found(&self, text: &str, name: &str) -> Result<Option<usize>, EditError> {
        let table = self.table(text)?;
        let Some(entry) = table.find(&LoginName::parse(name), &self.domains) else {
            return Ok(None);
        };
        let own = |line: &str| {
            let line = line.trim();
            let name = line.split(':').next().unwrap_or_default().trim();
            !line.starts_with('#') && name.to_lowercase() == entry.name.as_str()
        };
        Ok(text.lines().position(own))
    }
}

/// The text with one line changed, or without it.
fn replaced(text: &str, place: usize, change: impl Fn(&str) -> Option<String>) -> String {
    let lines = text.lines().enumerate().filter_map(|(number, line)| {
        if number == place {
            change(line)
        } else {
            Some(line.to_owned())
        }
    });
    lines.map(|line| line + "\n").collect()
}

/// Puts a new file in place of the old one, with its owner and mode; a first one is its owner's only.
fn replace(path: &Path, folder: &Path, text: &str) -> io::Result<()> {
    let mut new = NamedTempFile::new_in(folder)?;
    match fs::metadata(path) {
        Ok(old) => {
            let made = new.as_file().metadata()?;
            if (old.uid(), old.gid()) != (made.uid(), made.gid()) {
                fchown(new.as_file(), Some(old.uid()), Some(old.gid()))?;
            }
            new.as_file()
                .set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, UsersFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        fs::write(&path, text).unwrap();
        let file = UsersFile::new(&path, &["example.org".to_owned()]);
        (folder, file)
    }

    #[test]
    fn one_line_changes_and_the_rest_stays() {
        let anna = line("anna", b"one", Cost::Token).unwrap();
        let bert = line("Bert", b"two", Cost::Token).unwrap();
        let text = format!("# staff\n\n{anna}:a.arendt@example.org\n  {bert}\n# end");
        let (_folder, users) = file(&text);
        fs::set_permissions(&users.path, Permissions::from_mode(0o640)).unwrap();
        users.set_password("ANNA@example.org", b"three").unwrap();
        let changed = fs::read_to_string(&users.path).unwrap();
        let same: Vec<bool> = text
            .lines()
            .zip(changed.lines())
            .map(|(a, b)| a == b)
            .collect();
        assert_eq!(same, [true, true, false, true, true]);
        assert!(
            changed
                .lines()
                .nth(2)
                .unwrap()
                .ends_with(":a.arendt@example.org")
        );
        users.add("carla", b"four", None).unwrap();
        users.remove("bert").unwrap();
        let names: Vec<String> = users
            .list()
            .unwrap()
            .into_iter()
            .map(|user| user.name)
            .collect();
        assert_eq!(names, ["anna", "carla"]);
        let text = fs::read_to_string(&users.path).unwrap();
        assert!(
            text.starts_with("# staff\n\nanna:") && text.contains("# end\ncarla:"),
            "{text}"
        );
        assert_eq!(fs::metadata(&users.path).unwrap().mode() & 0o777, 0o640);
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let anna = line("anna", b"one", Cost::Token).unwrap();
        let (_folder, users) = file(&anna);
        assert!(matches!(
            users.add("anna@example.org", b"x", None),
            Err(EditError::Known(_))
        ));
        assert!(matches!(
            users.add("../x", b"x", None),
            Err(EditError::Unfit { .. })
        ));
        assert!(matches!(
            users.add("bert", b"x", Some("nowhere")),
            Err(EditError::Unfit { .. })
        ));
        assert!(matches!(
            users.add("b@other.example", b"x", None),
            Err(EditError::Unfit { .. })
        ));
        assert!(matches!(users.remove("bert"), Err(EditError::Unknown(_))));
        assert!(matches!(
            users.set_password("bert", b"x"),
            Err(EditError::Unknown(_))
        ));
        assert_eq!(fs::read_to_string(&users.path).unwrap(), anna);
    }

    #[test]
    fn the_first_user_makes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let users = UsersFile::new(&folder.path().join("users"), &[]);
        assert!(users.list().unwrap().is_empty());
        users.add("anna", b"one", None).unwrap();
        assert_eq!(users.list().unwrap().len(), 1);
        assert_eq!(fs::metadata(&users.path).unwrap().mode() & 0o777, 0o600);
    }
}
