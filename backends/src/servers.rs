//! Real IMAP servers, and a Redis, for tests, and the hands that work on them: each started as a child in a
//! directory of its own, on loopback ports that nobody else has, and gone when it is dropped.
//!
//! Nothing here uses the backends: what it does to a mailbox, other programs do.

mod certificate;
pub mod cyrus;
pub mod dovecot;
mod hand;
mod http_sink;
mod imap;
mod lmtp;
mod ports;
mod postgres;
mod process;
mod redis;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub use crate::contract::{Failure, Outcome};
pub use crate::servers::certificate::Certificate;
pub use crate::servers::cyrus::{Cyrus, CyrusOptions};
pub use crate::servers::dovecot::{Dovecot, DovecotOptions};
pub use crate::servers::hand::ImapHand;
pub use crate::servers::http_sink::{HttpSink, Manners, Posted};
pub use crate::servers::imap::{RawImap, Reply};
pub use crate::servers::lmtp::deliver;
pub use crate::servers::postgres::Postgres;
pub use crate::servers::redis::{Redis, RedisOptions};

/// Somebody with an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Login {
    /// A name and its password.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
        }
    }
}

/// Where the scripts in `deploy/hooks` post to.
#[derive(Clone, Debug)]
pub struct HookOptions {
    /// The address.
    pub url: String,
    /// What they authenticate with.
    pub token: String,
}

/// The text of a file in `deploy/hooks`, as it is shipped.
pub(crate) fn shipped(name: &str) -> io::Result<String> {
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/hooks");
    fs::read_to_string(hooks.join(name))
}

/// How long a server may take to start, and to answer. Generous, for slow machines.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The account that servers work as: mail may not belong to root, so then it is nobody's.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Whether we are root, and may give files away.
    pub(crate) root: bool,
}

impl Owner {
    pub(crate) fn find() -> Result<Self, Failure> {
        const NOBODY: u32 = 65_534;
        let own = fs::metadata("/proc/self")?;
        Ok(match own.uid() {
            0 => Self {
                name: "nobody".to_owned(),
                group: "nogroup".to_owned(),
                uid: NOBODY,
                gid: NOBODY,
                root: true,
            },
            uid => Self {
                name: own_name("-un")?,
                group: own_name("-gn")?,
                uid,
                gid: own.gid(),
                root: false,
            },
        })
    }

    /// Gives a file or directory to the servers.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        if self.root {
            chown(path, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }

    /// A directory of the servers.
    pub(crate) fn make_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)?;
        self.give(path)
    }
}

/// Our own name (`-un`) or that of our group (`-gn`).
fn own_name(which: &str) -> Result<String, Failure> {
    let id = Command::new("id").arg(which).output()?;
    Ok(String::from_utf8(id.stdout)?.trim().to_owned())
}

/// A short-named directory (a socket's path has 108 bytes) that servers can look into.
pub(crate) fn directory() -> io::Result<tempfile::TempDir> {
    let dir = tempfile::Builder::new().prefix("dp-").tempdir()?;
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
    Ok(dir)
}

/// Paths as text; what we make is ASCII.
pub(crate) fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .ok_or_else(|| format!("{} is no text", path.display()).into())
}
