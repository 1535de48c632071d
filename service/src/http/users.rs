//! The users file: one account a line, read as a whole, read again when it changes.
//!
//! ```text
//! # name:hash[:address[,alias…]]
//! anna:$argon2id$v=19$m=19456,t=2,p=1$…:anna.arendt@example.org
//! bert@example.net:$argon2id$…
//! ```
//!
//! A name without a domain belongs to the default domain, when there is one. Anybody may sign in by an
//! address as well, and send by any of them. A file with a mistake is refused as a whole, at start; later the last good one stays.

mod bench;
mod file;
mod table;

use std::io;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time;
use tracing::{error, info};

use crate::http::auth::{Account, Authenticator, Checker, LoginName, Verdict};
use crate::http::request::{AccountName, Secret};
use crate::tasks::Tasks;

pub use file::{EditError, Listed, UsersFile};
pub use table::Mistake;

use bench::Bench;
use table::{Entry, Table};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Why there are no users.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsersError {
    /// The file cannot be read.
    #[error("cannot read the users file {path} (auth.users_file)")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Lines of the file have mistakes.
    #[error("the users file {path} (auth.users_file) has mistakes:{}", table::listing(.mistakes))]
    Mistakes {
        /// Which file.
        path: PathBuf,
        /// All of them.
        mistakes: Vec<Mistake>,
    },
}

/// The accounts of a users file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Users {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    domains: Vec<String>,
    /// Taken before the file was first read, so that a change right after that is seen.
    stamp: Stamp,
    table: RwLock<Arc<Table>>,
    /// Checked in place of a hash that is not there, so that unknown users cost as much as known ones.
    decoy: String,
    bench: Bench,
    /// Accounts whose password is no longer what it was.
    revoked: watch::Sender<Arc<[AccountName]>>,
}

/// What tells that a file was changed.
type Stamp = Option<(SystemTime, u64, u64)>;

impl Users {
    /// Reads the file, for accounts of `domains` (lower case, the default one first).
    ///
    /// # Errors
    /// When it cannot be read, or with all its mistakes.
    pub fn load(path: &Path, domains: &[String]) -> Result<Self, UsersError> {
        let stamp = stamp(path);
        let table = read(path, domains)?;
        let (revoked, _none_yet) = watch::channel(Arc::from([]));
        let shared = Shared {
            path: path.to_owned(),
            domains: domains.to_vec(),
            stamp,
            table: RwLock::new(Arc::new(table)),
            decoy: hash(b"nobody's password", Cost::Full).unwrap_or_default(),
            bench: Bench::default(),
            revoked,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Starts looking for changes of the file.
    pub fn follow(&self, tasks: &Tasks) {
        let (users, stop) = (self.clone(), tasks.token());
        tasks.spawn(async move {
            let mut last = users.shared.stamp;
            while stop.run_until_cancelled(time::sleep(LOOK)).await.is_some() {
                let path = users.shared.path.clone();
                let looking = tokio::task::spawn_blocking(move || stamp(&path));
                let now = looking.await.ok().flatten();
                if now.is_some() && now != last {
                    last = now;
                    users.reload().await;
                }
            }
        });
    }

    /// Accounts that were removed or got another password, each time that happens.
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<Arc<[AccountName]>> {
        self.shared.revoked.subscribe()
    }

    /// How many accounts there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.table().len()
    }

    /// The account that mail to `address` is for: a user's, in a domain of ours.
    #[must_use]
    pub fn account_of(&self, address: &str) -> Option<AccountName> {
        let (local, domain) = address.rsplit_once('@')?;
        let login = LoginName {
            local: local.to_lowercase(),
            domain: Some(domain.to_lowercase()),
        };
        let ours = self
            .shared
            .domains
            .iter()
            .any(|own| Some(own) == login.domain.as_ref());
        let table = self.table();
        let entry = ours.then(|| table.find(&login, &self.shared.domains))??;
        Some(entry.name.clone())
    }

    /// Reads the file again. One with mistakes changes nothing.
    async fn reload(&self) {
        let shared = Arc::clone(&self.shared);
        let reading = tokio::task::spawn_blocking(move || read(&shared.path, &shared.domains));
        match reading.await {
            Ok(Ok(table)) => self.replace(table),
            Ok(Err(error)) => error!(%error, "users file is not used; the last good one stays"),
            Err(error) => error!(%error, "users file was not read"),
        }
    }

    fn replace(&self, table: Table) {
        let mut current = self
            .shared
            .table
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let revoked = current.changed_in(&table);
        info!(
            users = table.len(),
            changed = revoked.len(),
            "users file read again"
        );
        *current = Arc::new(table);
        drop(current);
        if !revoked.is_empty() {
            self.shared.revoked.send_replace(revoked.into());
        }
    }

    fn table(&self) -> Arc<Table> {
        let table = self
            .shared
            .table
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&table)
    }

    /// The address of an account whose line names none: in the default domain, unless its name is one already.
    fn default_address(&self, name: &AccountName) -> Option<Arc<str>> {
        match (name.domain(), self.shared.domains.first()) {
            (Some(_), _) => Some(name.as_str().into()),
            (None, Some(domain)) => Some(format!("{}@{domain}", name.as_str()).into()),
            (None, None) => None,
        }
    }
}

#[async_trait]
impl Authenticator for Users {
    fn resolve(&self, login: &LoginName) -> Option<Account> {
        let table = self.table();
        let entry = table.find(login, &self.shared.domains)?;
        Some(Account {
            name: entry.name.clone(),
            address: entry
                .address
                .clone()
                .or_else(|| self.default_address(&entry.name)),
            generation: entry.generation,
            checker: Checker::Here,
        })
    }

    async fn check(
        &self,
        account: Option<&Account>,
        password: &Secret,
        _client: IpAddr,
    ) -> Verdict {
        let table = self.table();
        let entry = account.and_then(|account| table.entry(&account.name));
        let hash = entry
            .map_or(self.shared.decoy.as_str(), Entry::hash)
            .to_owned();
        let known = entry.is_some();
        let password = password.clone();
        let shared = Arc::clone(&self.shared);
        let checking =
            tokio::task::spawn_blocking(move || shared.bench.verify(&hash, password.expose()));
        match checking.await {
            Ok(true) if known => Verdict::Right,
            Ok(_) => Verdict::Wrong,
            Err(error) => {
                error!(%error, "password check ended");
                Verdict::Unavailable
            }
        }
    }
}

/// What a hash costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cost {
    /// As much as is advised: 19 MiB, two passes.
    Full,
    /// Next to nothing, for passwords that are random and live for minutes: tests and the demo.
    Token,
}

/// A line for the users file.
///
/// # Errors
/// When the system has no randomness.
pub fn line(name: &str, password: &[u8], cost: Cost) -> io::Result<String> {
    Ok(format!("{name}:{}", hash(password, cost)?))
}

/// A password that is random and can be typed on a phone: four groups of five letters and digits, 100 bits.
///
/// # Errors
/// When the system has no randomness.
pub fn random_password() -> io::Result<String> {
    // Without letters that look like digits.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let mut password = String::with_capacity(23);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 5 == 0 {
            password.push('-');
        }
        let letter = LETTERS.get(usize::from(byte % 32)).copied();
        password.push(char::from(letter.unwrap_or(b'x')));
    }
    Ok(password)
}

fn hash(password: &[u8], cost: Cost) -> io::Result<String> {
    let params = match cost {
        Cost::Full => Params::default(),
        Cost::Token => Params::new(8, 1, 1, None).map_err(io::Error::other)?,
    };
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(io::Error::other)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2
        .hash_password_with_salt(password, &salt)
        .map_err(io::Error::other)?;
    Ok(hash.to_string())
}

fn read(path: &Path, domains: &[String]) -> Result<Table, UsersError> {
    let text = std::fs::read_to_string(path).map_err(|source| UsersError::File {
        path: path.to_owned(),
        source,
    })?;
    Table::parse(&text, domains).map_err(|mistakes| UsersError::Mistakes {
        path: path.to_owned(),
        mistakes,
    })
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn a_password_is_checked_against_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        std::fs::write(&path, line("anna", b"secret", Cost::Token).unwrap()).unwrap();
        let users = Users::load(&path, &[]).unwrap();
        let anna = users.resolve(&LoginName::parse("anna")).unwrap();
        let secret = |text: &str| Secret::from(text);
        assert_eq!(
            users.check(Some(&anna), &secret("secret"), HOME).await,
            Verdict::Right
        );
        assert_eq!(
            users.check(Some(&anna), &secret("Secret"), HOME).await,
            Verdict::Wrong
        );
        assert_eq!(
            users.check(None, &secret("nobody's password"), HOME).await,
            Verdict::Wrong
        );
    }

    #[tokio::test]
    async fn a_changed_file_is_noticed_and_tells_who_lost_access() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        let anna = line("anna", b"one", Cost::Token).unwrap();
        let bert = line("bert", b"two", Cost::Token).unwrap();
        std::fs::write(&path, format!("{anna}\n{bert}\n")).unwrap();
        let users = Users::load(&path, &[]).unwrap();
        let mut revocations = users.revocations();
        let tasks = Tasks::new();
        users.follow(&tasks);
        std::fs::write(&path, format!("# bert has left\n{anna}\n")).unwrap();
        time::timeout(Duration::from_secs(20), revocations.changed())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(**revocations.borrow(), [AccountName::new("bert")]);
        assert!(users.resolve(&LoginName::parse("bert")).is_none());
        assert_eq!(tasks.drain(Duration::from_secs(5)).await, 0);
    }

    #[tokio::test]
    async fn a_file_with_a_mistake_does_not_replace_a_good_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users");
        std::fs::write(&path, line("anna", b"one", Cost::Token).unwrap()).unwrap();
        let users = Users::load(&path, &[]).unwrap();
        std::fs::write(&path, "anna:plain text\n").unwrap();
        users.reload().await;
        assert!(users.resolve(&LoginName::parse("anna")).is_some());
    }
}
