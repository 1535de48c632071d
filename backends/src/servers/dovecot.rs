//! Dovecot 2.3: IMAP, IMAPS and LMTP, with users that come and go.

mod config;
mod users;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::servers::dovecot::users::Users;
use crate::servers::ports::Port;
use crate::servers::process::Process;
use crate::servers::{
    Certificate, Failure, HookOptions, ImapHand, Login, Outcome, Owner, PATIENCE, RawImap,
    directory, lmtp,
};

/// What Dovecot shall be like.
#[derive(Clone, Debug)]
pub struct DovecotOptions {
    /// Who has an account from the beginning.
    pub users: Vec<Login>,
    /// Who may act for everybody, by a login as `anna*master`.
    pub master: Option<Login>,
    /// What IMAPS and STARTTLS show.
    pub certificate: Option<Certificate>,
    /// `mail_max_userip_connections`.
    pub connections_per_user: u32,
    /// After how long an idle session is handed to the hibernation process; whole
    /// seconds.
    pub hibernate: Option<Duration>,
    /// Capabilities that are not announced (the commands work all the same).
    pub without: Vec<&'static str>,
    /// How much each user may store, in KiB.
    pub quota_kib: Option<u32>,
    /// Whose word about the client's address is believed (`login_trusted_networks`).
    pub trusted_networks: Option<&'static str>,
    /// A public namespace `Public/`, with a folder `Public/Team`.
    pub shared: bool,
    /// How long an answer to a wrong password takes.
    pub failure_delay: Duration,
    /// Tells of changes by the Lua script that is shipped.
    pub hook: Option<HookOptions>,
    /// Announces new mail by the OX driver at this URL, for users who asked for it by metadata.
    pub ox_url: Option<String>,
    /// More configuration, at the end.
    pub extra: String,
}

impl Default for DovecotOptions {
    fn default() -> Self {
        Self {
            users: vec![Login::new("anna", "secret")],
            master: None,
            certificate: None,
            connections_per_user: 100,
            hibernate: None,
            without: Vec::new(),
            quota_kib: None,
            trusted_networks: None,
            shared: false,
            failure_delay: Duration::ZERO,
            hook: None,
            ox_url: None,
            extra: String::new(),
        }
    }
}

/// A Dovecot that runs until it is dropped.
#[derive(Debug)]
pub struct Dovecot {
    // Before the directory: what runs in it ends first.
    process: Process,
    users: Users,
    ports: Ports,
    config: PathBuf,
    dir: TempDir,
}

#[derive(Debug)]
struct Ports {
    imap: Port,
    imaps: Port,
    lmtp: Port,
}

impl Dovecot {
    /// Starts it, with empty mailboxes.
    ///
    /// # Errors
    /// It is not installed, or it does not start; says what it logged.
    pub async fn start(options: &DovecotOptions) -> Result<Self, Failure> {
        installed()?;
        let dir = directory()?;
        let owner = Owner::find()?;
        let ports = Ports {
            imap: Port::claim()?,
            imaps: Port::claim()?,
            lmtp: Port::claim()?,
        };
        let users = Users::new(dir.path(), owner.clone(), &options.users)?;
        let config = config::write(dir.path(), &owner, &ports, options)?;
        let command = ["/usr/sbin/dovecot", "-F", "-c", super::text(&config)?];
        let command = command.map(str::to_owned).into();
        let process = Process::new(command, Vec::new(), dir.path().join("log"));
        let mut made = Self {
            process,
            users,
            ports,
            config,
            dir,
        };
        made.restart().await?;
        Ok(made)
    }

    /// Where it speaks IMAP, plain and with STARTTLS.
    #[must_use]
    pub fn imap_port(&self) -> u16 {
        self.ports.imap.number()
    }

    /// Where it speaks IMAP inside TLS; nobody listens unless there is a certificate.
    #[must_use]
    pub fn imaps_port(&self) -> u16 {
        self.ports.imaps.number()
    }

    /// Where it takes mail.
    #[must_use]
    pub fn lmtp_port(&self) -> u16 {
        self.ports.lmtp.number()
    }

    /// A user's directory; the Maildir is below.
    #[must_use]
    pub fn home(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user)
    }

    /// Delivers a message; see [`lmtp::deliver`].
    ///
    /// # Errors
    /// It is refused.
    pub async fn deliver(&self, user: &str, message: &[u8]) -> Outcome {
        lmtp::deliver(self.lmtp_port(), user, message).await
    }

    /// Another client of a user's.
    ///
    /// # Errors
    /// The login is refused.
    pub async fn hand(&self, user: &str) -> Result<ImapHand, Failure> {
        ImapHand::login(self.imap_port(), &self.users.login(user)?).await
    }

    /// A connection of a user's, to say things by hand.
    ///
    /// # Errors
    /// The login is refused.
    pub async fn connect(&self, user: &str) -> Result<RawImap, Failure> {
        RawImap::login(self.imap_port(), &self.users.login(user)?).await
    }

    /// Adds an account, or gives one another password. Sessions that are there go on.
    ///
    /// # Errors
    /// The list of users cannot be written.
    pub async fn set_user(&mut self, login: &Login) -> Outcome {
        self.users.set(login)?;
        self.until(login, true).await
    }

    /// Refuses further logins of a user, whose mail stays. Sessions that are there go on until
    /// [`Self::kick`].
    ///
    /// # Errors
    /// The list of users cannot be written.
    pub async fn remove_user(&mut self, user: &str) -> Outcome {
        let login = self.users.login(user)?;
        self.users.remove(user)?;
        self.until(&login, false).await
    }

    /// Waits until Dovecot has looked at the list of users again, which it does once a second.
    async fn until(&self, login: &Login, welcome: bool) -> Outcome {
        let test = ["auth", "test", &login.user, &login.password];
        let until = Instant::now() + PATIENCE;
        while self.doveadm(&test).is_ok() != welcome {
            if Instant::now() > until {
                return Err("it does not read the list of users".into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Ends a user's sessions.
    ///
    /// # Errors
    /// There are none.
    pub fn kick(&self, user: &str) -> Outcome {
        self.doveadm(&["kick", user]).map(drop)
    }

    /// Runs the administration tool; what it printed.
    ///
    /// # Errors
    /// It fails; says why.
    pub fn doveadm(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut tool = Command::new("doveadm");
        let done = tool.arg("-c").arg(&self.config).args(arguments).output()?;
        if !done.status.success() {
            let told = String::from_utf8_lossy(&done.stderr);
            return Err(format!("doveadm {arguments:?}: {told}").into());
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Kills it with all its sessions, as a crash does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was, after [`Self::kill`] or in spite of sessions.
    ///
    /// # Errors
    /// It does not start; says what it logged.
    pub async fn restart(&mut self) -> Outcome {
        self.process.kill();
        // A process that was killed could not remove it, and its number may be somebody's now.
        let left = self.dir.path().join("run/master.pid");
        if left.exists() {
            fs::remove_file(left)?;
        }
        let ports = [self.imap_port(), self.lmtp_port()];
        self.process.start(&ports).await
    }

    /// Lets it hang: connections are open, nobody answers. Until [`Self::resume`].
    ///
    /// # Errors
    /// It does not run.
    pub fn pause(&self) -> Outcome {
        self.process.pause()
    }

    /// Lets it go on after [`Self::pause`].
    ///
    /// # Errors
    /// It does not run.
    pub fn resume(&self) -> Outcome {
        self.process.resume()
    }

    /// The end of its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}

fn installed() -> Outcome {
    for (path, package) in [
        ("/usr/sbin/dovecot", "dovecot-core"),
        ("/usr/lib/dovecot/imap", "dovecot-imapd"),
        ("/usr/lib/dovecot/lmtp", "dovecot-lmtpd"),
    ] {
        if !Path::new(path).exists() {
            return Err(format!("{path} is missing: apt-get install {package}").into());
        }
    }
    Ok(())
}
