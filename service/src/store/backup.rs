//! Copies of the store, made while it is in use, and whether a store is in order.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::store::{Counts, Store, StoreError, db, schema};

/// What a check found in a store that is in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Checked {
    /// The version of its schema.
    pub schema: i64,
    /// What it holds.
    pub counts: Counts,
}

/// A file that is not complete yet, and goes unless it becomes so.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _never_made = std::fs::remove_file(&self.0);
    }
}

impl Store {
    /// Copies the store into a new file while it is in use: one consistent state of it, on the disk and checked when
    /// this returns. The file is readable by its owner only, appears when it is complete, and never takes the place
    /// of another.
    ///
    /// # Errors
    /// `Exists`, `File`, `Database`, `Corrupt`.
    pub async fn backup(&self, to: &Path) -> Result<Checked, StoreError> {
        if to.symlink_metadata().is_ok() {
            return Err(StoreError::Exists(to.to_owned()));
        }
        if self.read().await?.is_postgres() {
            return Err(StoreError::NoFile);
        }
        let unfinished = Unfinished(beside(to));
        let file = make(&unfinished.0).map_err(|source| failed(to, source))?;
        db::query("VACUUM INTO $1")
            .bind(unfinished.0.to_string_lossy().into_owned())
            .execute(&mut *self.read().await?)
            .await?;
        file.sync_all().map_err(|source| failed(to, source))?;
        let copy = Self::open_to_read(&unfinished.0).await?;
        let checked = copy.check().await;
        copy.close().await;
        let checked = checked?;
        appear(&unfinished.0, to)?;
        Ok(checked)
    }

    /// Looks through the whole store. Takes a while with a large one; others go on meanwhile.
    ///
    /// # Errors
    /// `Corrupt`, `Database`.
    pub async fn check(&self) -> Result<Checked, StoreError> {
        let mut conn = self.read().await?;
        // PostgreSQL has checks of its own (`amcheck`); there it is seen whether all can be read.
        let found: Vec<String> = match conn.is_postgres() {
            true => vec!["ok".to_owned()],
            false => {
                let check = db::scalar("PRAGMA integrity_check");
                check.fetch_all(&mut conn).await?
            }
        };
        if found != ["ok"] {
            return Err(StoreError::Corrupt(found.join("; ")));
        }
        let (schema, _) = schema(&mut conn).await?;
        drop(conn);
        Ok(Checked {
            schema,
            counts: self.counts().await?,
        })
    }
}

/// A name for the file until it is complete.
fn beside(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.unfinished", std::process::id()));
    to.with_file_name(name)
}

/// Makes an empty file that nobody else can read: who copies into it keeps its mode.
fn make(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Gives the complete file its name; a file that is there by now is left alone.
fn appear(complete: &Path, to: &Path) -> Result<(), StoreError> {
    match std::fs::hard_link(complete, to) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists(to.to_owned()));
        }
        Err(source) => return Err(failed(to, source)),
    }
    let folder = match to.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => Path::new("/"),
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| failed(to, source))
}

fn failed(path: &Path, source: io::Error) -> StoreError {
    StoreError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::ids::AccountId;

    #[tokio::test]
    async fn a_copy_is_whole_private_and_new() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("state.db")).await.unwrap();
        store.account("anna", 7).await.unwrap();
        let to = place.path().join("copy.db");
        // A writer in the middle of something is not in it.
        let write = store.write(AccountId(1)).await.unwrap();
        let checked = store.backup(&to).await.unwrap();
        drop(write);
        assert_eq!(checked.counts.accounts, 1);
        let mode = to.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        store.account("bert", 7).await.unwrap();
        assert!(matches!(
            store.backup(&to).await,
            Err(StoreError::Exists(_))
        ));
        let copy = Store::open_to_read(&to).await.unwrap();
        assert_eq!(copy.counts().await.unwrap().accounts, 1);
        assert!(copy.account("carl", 7).await.is_err(), "it is only read");
        copy.close().await;
        let names = std::fs::read_dir(place.path()).unwrap();
        let left = names.filter(|name| {
            name.as_ref()
                .unwrap()
                .path()
                .to_string_lossy()
                .contains("unfinished")
        });
        assert_eq!(left.count(), 0);
    }

    #[tokio::test]
    async fn what_is_damaged_is_said_to_be() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("state.db");
        let store = Store::open(&path).await.unwrap();
        let mut write = store.write(AccountId(1)).await.unwrap();
        for number in 0..2_000 {
            db::query("INSERT INTO account (id, login, created) VALUES ($1, $2, 0)")
                .bind(number)
                .bind(format!("{number:050}"))
                .execute(&mut write)
                .await
                .unwrap();
        }
        write.commit().await.unwrap();
        let to = place.path().join("copy.db");
        store.backup(&to).await.unwrap();
        let mut bytes = std::fs::read(&to).unwrap();
        let half = bytes.len() / 2;
        bytes[half..half + 8_192].fill(0xFF);
        std::fs::write(&to, bytes).unwrap();
        let copy = Store::open_to_read(&to).await.unwrap();
        assert!(copy.check().await.is_err());
    }
}
