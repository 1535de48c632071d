//! PostgreSQL, with databases that come and go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, sleep};

use crate::servers::ports::Port;
use crate::servers::process::Process;
use crate::servers::{Failure, Outcome, Owner, PATIENCE, directory};

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A PostgreSQL that runs until it is dropped. It belongs to nobody's cluster, and waits for no disk: what it was told
/// survives its own death, not the machine's.
#[derive(Debug)]
pub struct Postgres {
    // Before the directory: what runs in it ends first.
    process: Process,
    port: Port,
    owner: Owner,
    programs: PathBuf,
    made: AtomicU32,
    _dir: TempDir,
}

impl Postgres {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or it does not start; says what it logged.
    pub async fn start() -> Result<Self, Failure> {
        let programs = programs()?;
        let dir = directory()?;
        let owner = Owner::find()?;
        let port = Port::claim()?;
        let data = dir.path().join("data");
        owner.make_dir(&data)?;
        let init = programs.join("initdb");
        let mut words = as_owner(&owner);
        words.extend([
            super::text(&init)?.to_owned(),
            "--no-sync".to_owned(),
            "--auth=trust".to_owned(),
            "--encoding=UTF8".to_owned(),
            "--locale=C".to_owned(),
            "--username=directpush".to_owned(),
            super::text(&data)?.to_owned(),
        ]);
        run(&words)?;
        let mut words = as_owner(&owner);
        words.extend([
            super::text(&programs.join("postgres"))?.to_owned(),
            "-D".to_owned(),
            super::text(&data)?.to_owned(),
        ]);
        for setting in [
            &format!("port={}", port.number()),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "max_connections=400",
            "max_locks_per_transaction=256",
            "shared_buffers=64MB",
        ] {
            words.extend(["-c".to_owned(), setting.to_owned()]);
        }
        let process = Process::new(words, Vec::new(), dir.path().join("log"));
        let mut made = Self {
            process,
            port,
            owner,
            programs,
            made: AtomicU32::new(0),
            _dir: dir,
        };
        made.restart().await?;
        Ok(made)
    }

    /// The one that the tests of a program share: it runs while one of them uses it.
    ///
    /// # Errors
    /// Those of [`Self::start`].
    pub async fn shared() -> Result<Arc<Self>, Failure> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(there) = shared.upgrade() {
            return Ok(there);
        }
        let made = Arc::new(Self::start().await?);
        *shared = Arc::downgrade(&made);
        Ok(made)
    }

    /// Makes a database, which is empty; its URL.
    ///
    /// # Errors
    /// The server does not take it.
    pub fn database(&self) -> Result<String, Failure> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        self.sql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(self.url(&name))
    }

    /// The URL of a database.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let port = self.port.number();
        format!("postgres://directpush@127.0.0.1:{port}/{name}")
    }

    /// Says something to a database; what it prints.
    ///
    /// # Errors
    /// It fails; says why.
    pub fn sql(&self, database: &str, text: &str) -> Result<String, Failure> {
        let program = self.programs.join("psql");
        let (program, url) = (super::text(&program)?.to_owned(), self.url(database));
        run(&[program, "-qAtX".into(), "-c".into(), text.into(), url])
    }

    /// Where it listens, on the loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// Kills it, as a crash does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was, and waits until it answers.
    ///
    /// # Errors
    /// It does not start; says what it logged.
    pub async fn restart(&mut self) -> Outcome {
        self.process.kill();
        let until = Instant::now() + PATIENCE;
        loop {
            // Its processes lead groups of their own, and end a little after the one that was killed.
            match self.process.start(&[self.port.number()]).await {
                Ok(()) => break,
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
        while self.sql("postgres", "SELECT 1").is_err() {
            if Instant::now() > until {
                return Err(format!("it does not answer:\n{}", self.process.log()).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Whose processes they are.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner.name
    }
}

/// It refuses to work for root.
fn as_owner(owner: &Owner) -> Vec<String> {
    if !owner.root {
        return Vec::new();
    }
    let (uid, gid) = (owner.uid, owner.gid);
    vec![
        "setpriv".to_owned(),
        format!("--reuid={uid}"),
        format!("--regid={gid}"),
        "--clear-groups".to_owned(),
    ]
}

/// Where the newest version's programs are.
fn programs() -> Result<PathBuf, Failure> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| version.file_name().to_str()?.parse::<u32>().ok())
        .max();
    let newest = newest.unwrap_or_default().to_string();
    let programs = Path::new(VERSIONS).join(newest).join("bin");
    if !programs.join("postgres").exists() {
        return Err(format!("{VERSIONS} is missing: apt-get install postgresql").into());
    }
    Ok(programs)
}

fn run(words: &[String]) -> Result<String, Failure> {
    let (program, arguments) = words.split_first().ok_or("nothing to run")?;
    let done = Command::new(program)
        .args(arguments)
        .current_dir("/")
        .output()?;
    if !done.status.success() {
        let told = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{program}: {told}").into());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
