//! Cyrus IMAP 3.6: IMAP, IMAPS and LMTP, IDLE that is told at once, and a notifier.

mod config;
mod passwords;
mod programs;

use tempfile::TempDir;

use crate::servers::cyrus::passwords::Passwords;
use crate::servers::cyrus::programs::Programs;
use crate::servers::ports::Port;
use crate::servers::process::Process;
use crate::servers::{
    Certificate, Failure, HookOptions, ImapHand, Login, Outcome, Owner, RawImap, directory, lmtp,
};

/// What each account has besides its INBOX.
const FOLDERS: [&str; 5] = ["Drafts", "Sent", "Trash", "Junk", "Archive"];

/// What Cyrus shall be like.
#[derive(Clone, Debug)]
pub struct CyrusOptions {
    /// Who has an account from the beginning.
    pub users: Vec<Login>,
    /// Who may act for everybody, by SASL PLAIN with an authorization identity (`proxyservers`).
    pub proxy: Option<Login>,
    /// What IMAPS and STARTTLS show.
    pub certificate: Option<Certificate>,
    /// Names as Cyrus had them before version 3: folders below `INBOX.`, with dots.
    pub classic_names: bool,
    /// Tells of changes by the notifier that is shipped.
    pub hook: Option<HookOptions>,
    /// More lines for `imapd.conf`.
    pub extra: String,
}

impl Default for CyrusOptions {
    fn default() -> Self {
        Self {
            users: vec![Login::new("anna", "secret")],
            proxy: None,
            certificate: None,
            classic_names: false,
            hook: None,
            extra: String::new(),
        }
    }
}

/// A Cyrus that runs until it is dropped. It logs to syslog only, so its own log says little.
#[derive(Debug)]
pub struct Cyrus {
    // Before the directory: what runs in it ends first.
    process: Process,
    passwords: Passwords,
    ports: Ports,
    /// Of folders at the top.
    prefix: &'static str,
    _dir: TempDir,
}

#[derive(Debug)]
struct Ports {
    imap: Port,
    /// Used only if there is a certificate.
    imaps: Port,
    lmtp: Port,
}

impl Cyrus {
    /// Starts it, with empty mailboxes.
    ///
    /// # Errors
    /// It is not there, or it does not start.
    pub async fn start(options: &CyrusOptions) -> Result<Self, Failure> {
        let dir = directory()?;
        let owner = Owner::find()?;
        let programs = Programs::bring(dir.path())?;
        let ports = Ports {
            imap: Port::claim()?,
            imaps: Port::claim()?,
            lmtp: Port::claim()?,
        };
        let passwords = Passwords::serve(dir.path(), options)?;
        config::write(dir.path(), &owner, &programs, &ports, options)?;
        let process = Process::new(
            config::command(dir.path(), &programs)?,
            programs.environment()?,
            dir.path().join("log"),
        );
        let mut made = Self {
            process,
            passwords,
            ports,
            prefix: if options.classic_names { "INBOX." } else { "" },
            _dir: dir,
        };
        made.restart().await?;
        for login in &options.users {
            made.open(login).await?;
        }
        Ok(made)
    }

    /// The first login makes the mailbox (before that LMTP refuses the user), and we the folders
    /// that a mail program would. They are there if the user is not new.
    async fn open(&self, login: &Login) -> Outcome {
        let mut connection = RawImap::login(self.imap_port(), login).await?;
        for name in FOLDERS {
            let folder = format!("{}{name}", self.prefix);
            let create = format!("CREATE {folder} (USE (\\{name}))");
            let made = connection.command(&create).await?;
            if made.ok().is_ok() {
                connection.run(&format!("SUBSCRIBE {folder}")).await?;
            }
        }
        connection.run("LOGOUT").await.map(drop)
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
        ImapHand::login(self.imap_port(), &self.passwords.login(user)?).await
    }

    /// A connection of a user's, to say things by hand.
    ///
    /// # Errors
    /// The login is refused.
    pub async fn connect(&self, user: &str) -> Result<RawImap, Failure> {
        RawImap::login(self.imap_port(), &self.passwords.login(user)?).await
    }

    /// Adds an account, or gives one another password. Sessions that are there go on.
    ///
    /// # Errors
    /// The mailbox cannot be made.
    pub async fn set_user(&self, login: &Login) -> Outcome {
        self.passwords.set(login);
        self.open(login).await
    }

    /// Refuses further logins of a user, whose mail stays. Sessions that are there go on.
    pub fn remove_user(&self, user: &str) {
        self.passwords.remove(user);
    }

    /// Kills it with all its sessions, as a crash does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was, after [`Self::kill`] or in spite of sessions.
    ///
    /// # Errors
    /// It does not start.
    pub async fn restart(&mut self) -> Outcome {
        self.process.kill();
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
}
