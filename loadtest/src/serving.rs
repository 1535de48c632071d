//! A service of our own to run phones against: a process with accounts, mail and state in a folder.

use std::fmt::Write;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::fleet::Account;

/// How long the program may take to begin or to end.
const LIMIT: Duration = Duration::from_secs(60);
/// Every account's password.
pub(crate) const PASSWORD: &str = "secret";
/// A hash of it that costs nothing to check: Argon2id with the smallest parameters that there are.
const CHEAP: &str =
    "$argon2id$v=19$m=8,t=1,p=1$YSBzYWx0IG9mIHNvcnRzIQ$AI4wAdbaVRBPvpVBKDLLXjre2YYJbja1foCYRhc+aG0";

/// Where the service has its accounts, their mail and its state. Removed when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    program: PathBuf,
    folder: TempDir,
    /// Whom it serves.
    pub(crate) accounts: Vec<Account>,
    /// Where devices are served, once it was started: the same after each restart.
    address: Option<SocketAddr>,
    /// Where its log is kept, one run after the other.
    log: Option<PathBuf>,
    scheme: &'static str,
    /// Where its mail is, and further tables.
    settings: Option<Settings>,
}

/// What else the service is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Certificate and key, PEM.
    pub(crate) tls: Option<(String, String)>,
    /// Whether a password is checked in no time.
    pub(crate) cheap_passwords: bool,
    /// Lines of the table `[listen]`.
    pub(crate) listen: String,
    /// Lines of the table `[auth]`.
    pub(crate) auth: String,
    /// Further tables.
    pub(crate) tables: String,
}

/// The service at work. Killed when dropped.
pub(crate) struct Serving {
    child: Child,
    /// Reads the log on, since the service would stop when nobody does.
    log: JoinSet<()>,
    /// Where devices are served.
    pub(crate) url: String,
    /// Where its metrics are.
    pub(crate) admin: SocketAddr,
    /// Its process.
    pub(crate) id: u32,
}

impl Place {
    /// Makes `accounts` accounts for a `directpush` program.
    ///
    /// # Errors
    /// When the folder cannot be made, or the program makes no accounts.
    pub(crate) async fn make(program: &Path, accounts: usize) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("loadtest-").tempdir()?;
        let mail = folder.path().join("mail");
        fs::create_dir(&mail)?;
        let mut users = String::new();
        let mut made = Vec::new();
        // One hash for all, who have the same password: to make one takes its time.
        let line = users_line(program, "user").await?;
        let hash = line
            .strip_prefix("user")
            .context("a line of another user")?;
        for number in 0..accounts {
            let user = user_name(number);
            writeln!(users, "{user}{hash}")?;
            made.push(Account {
                maildir: mail.join(&user),
                user,
                password: PASSWORD.to_owned(),
            });
        }
        fs::write(folder.path().join("users"), users)?;
        Ok(Self {
            program: program.to_owned(),
            folder,
            accounts: made,
            address: None,
            log: None,
            scheme: "http",
            settings: None,
        })
    }

    /// Keeps the service's log in a file.
    pub(crate) fn keep_log(&mut self, path: Option<&Path>) {
        self.log = path.map(Path::to_owned);
    }

    /// Has the service told more.
    ///
    /// # Errors
    /// The certificate cannot be written.
    pub(crate) fn set(&mut self, settings: Settings) -> anyhow::Result<()> {
        if let Some((certificate, key)) = &settings.tls {
            fs::write(self.below("cert.pem"), certificate)?;
            fs::write(self.below("key.pem"), key)?;
            self.scheme = "https";
        }
        if settings.cheap_passwords {
            let lines = self.accounts.iter();
            let lines = lines.map(|account| format!("{}:{CHEAP}\n", account.user));
            fs::write(self.below("users"), lines.collect::<String>())?;
        }
        self.settings = Some(settings);
        Ok(())
    }

    /// A file in the service's folder.
    pub(crate) fn below(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The service's database.
    pub(crate) fn state(&self) -> PathBuf {
        self.below("state.db")
    }

    /// Starts the service; devices are served when this returns.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn serve(&mut self) -> anyhow::Result<Serving> {
        let config = self.folder.path().join("config.toml");
        fs::write(&config, self.settings())?;
        let mut child = Command::new(&self.program)
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let out = child.stderr.take().context("it has no log")?;
        let mut lines = BufReader::new(out).lines();
        let (address, admin) = timeout(LIMIT, listening(&mut lines))
            .await
            .context("the service does not begin")??;
        self.address = Some(address);
        let mut kept = match &self.log {
            Some(path) => Some(File::options().create(true).append(true).open(path)?),
            None => None,
        };
        let mut log = JoinSet::new();
        log.spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(kept) = &mut kept {
                    // What cannot be kept is lost: the service must not wait for it.
                    let _full = writeln!(kept, "{line}");
                }
            }
        });
        Ok(Serving {
            id: child.id().context("the service ended at once")?,
            child,
            log,
            url: format!("{}://{address}", self.scheme),
            admin,
        })
    }

    fn settings(&self) -> String {
        let eas = self
            .address
            .map_or_else(|| "127.0.0.1:0".to_owned(), |at| at.to_string());
        let below = |name: &str| self.below(name).display().to_string();
        let more = self.settings.clone().unwrap_or_default();
        let tls = more.tls.map(|_| {
            let (certificate, key) = (below("cert.pem"), below("key.pem"));
            format!("tls_cert = \"{certificate}\"\ntls_key = \"{key}\"\n")
        });
        format!(
            "[listen]\neas = \"{eas}\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{}\"\n{}{}\
             [auth]\nusers_file = \"{}\"\n{}[mail]\nmaildir = \"{}/%u\"\n[store]\npath = \"{}\"\n{}",
            below("control.sock"),
            tls.unwrap_or_default(),
            more.listen,
            below("users"),
            more.auth,
            below("mail"),
            below("state.db"),
            more.tables,
        )
    }
}

impl Serving {
    /// Kills it without a word.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("cannot kill the service")?;
        self.log.shutdown().await;
        Ok(())
    }

    /// Ends it as its supervisor would, and waits for that.
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        let asked = Command::new("kill")
            .args(["-TERM", &self.id.to_string()])
            .status()
            .await
            .context("cannot run kill")?;
        ensure!(asked.success(), "cannot end the service");
        let status = timeout(LIMIT, self.child.wait())
            .await
            .context("the service does not end")??;
        self.log.shutdown().await;
        ensure!(status.success(), "the service failed: {status}");
        Ok(())
    }
}

/// The user's line of the users file, as the program writes it.
async fn users_line(program: &Path, user: &str) -> anyhow::Result<String> {
    let mut child = std::process::Command::new(program)
        .args(["users", "line", user])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut stdin = child.stdin.take().context("it takes no password")?;
    writeln!(stdin, "{PASSWORD}")?;
    drop(stdin);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await??;
    ensure!(output.status.success(), "it makes no account");
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// Where devices are served, and where the metrics are, as the log says it.
async fn listening(
    log: &mut Lines<BufReader<impl AsyncRead + Unpin>>,
) -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let mut told = String::new();
    while let Some(line) = log.next_line().await? {
        let address = |name: &str| -> Option<SocketAddr> {
            let (_, rest) = line.split_once(name)?;
            rest.split_whitespace().next()?.parse().ok()
        };
        if let Some(found) = address("eas=").zip(address("admin=")) {
            return Ok(found);
        }
        writeln!(told, "{line}")?;
    }
    bail!("the service does not start:\n{told}")
}

/// The account with this number.
pub(crate) fn user_name(number: usize) -> String {
    format!("user{number:04}")
}
