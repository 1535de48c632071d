//! What a scenario runs against: servers that are started for it, or a service that runs.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use backends::servers::{Certificate, Dovecot, DovecotOptions, Failure, HookOptions, Login};

use crate::fleet::Account;
use crate::scenario::{Backend, Scenario, Source};
use crate::serving::{PASSWORD, Place, Serving, Settings, user_name};

/// What callers show to the hooks.
const TOKEN: &str = "loadtest-token";

/// What phones, senders and observers need to know.
pub(crate) struct World {
    /// Where devices are served.
    pub(crate) url: String,
    /// Whose phones they are. The Maildir is empty where there is none.
    pub(crate) accounts: Vec<Account>,
    /// Whether the Maildirs can be changed.
    pub(crate) has_maildirs: bool,
    /// `host:port` of LMTP.
    pub(crate) lmtp: Option<String>,
    /// Port of IMAP on this machine.
    pub(crate) imap: Option<u16>,
    /// `host:port` of the metrics.
    pub(crate) admin: Option<String>,
    /// The service's process.
    pub(crate) pid: Option<u32>,
    /// Its database.
    pub(crate) state: PathBuf,
    /// Certificates that are trusted besides the system's.
    pub(crate) ca_file: Option<PathBuf>,
    started: Option<Started>,
}

/// What was started, in the order in which it ends.
struct Started {
    serving: Serving,
    _dovecot: Option<Dovecot>,
    _place: Place,
}

impl World {
    /// Starts what the scenario asks for.
    ///
    /// # Errors
    /// Something does not start.
    pub(crate) async fn make(scenario: &Scenario, program: &Path) -> anyhow::Result<Self> {
        match &scenario.server.url {
            Some(url) => elsewhere(scenario, url),
            None => start(scenario, program).await,
        }
    }

    /// Ends what was started.
    ///
    /// # Errors
    /// The service does not end well.
    pub(crate) async fn end(self) -> anyhow::Result<()> {
        match self.started {
            Some(started) => started.serving.end().await,
            None => Ok(()),
        }
    }
}

/// A service that runs.
fn elsewhere(scenario: &Scenario, url: &str) -> anyhow::Result<World> {
    let server = &scenario.server;
    let accounts = (0..scenario.accounts).map(|number| {
        let fill = |text: &Option<String>, user: &str| {
            let text = text.clone().unwrap_or_default();
            let number = format!("{number:04}");
            text.replace("{n}", &number).replace("{user}", user)
        };
        let user = fill(&server.user, "");
        Account {
            password: fill(&server.password, &user),
            maildir: fill(&server.maildir, &user).into(),
            user,
        }
    });
    Ok(World {
        url: url.to_owned(),
        accounts: accounts.collect(),
        has_maildirs: server.maildir.is_some(),
        lmtp: scenario.changes.lmtp.clone(),
        imap: scenario.changes.imap_port,
        admin: server.admin.clone(),
        pid: server.pid,
        state: PathBuf::new(),
        ca_file: server.ca_file.clone(),
        started: None,
    })
}

async fn start(scenario: &Scenario, program: &Path) -> anyhow::Result<World> {
    let server = &scenario.server;
    let accounts = usize::try_from(scenario.accounts)?;
    let mut place = Place::make(program, accounts).await?;
    let mut settings = Settings {
        cheap_passwords: server.cheap_passwords,
        tables: server.settings.clone(),
        ..Settings::default()
    };
    let mut ca_file = None;
    if server.tls {
        let certificate = Certificate::new(&["127.0.0.1", "localhost"]).map_err(plain)?;
        let path = place.below("ca.pem");
        fs::write(&path, &certificate.authority)?;
        ca_file = Some(path);
        settings.tls = Some((certificate.certificate, certificate.key));
    }
    let dovecot = match server.backend {
        Backend::Maildir => None,
        Backend::Dovecot => {
            enough_inotify(scenario)?;
            Some(dovecot(scenario, &place, &mut settings).await?)
        }
    };
    place.set(settings)?;
    let serving = place.serve().await?;
    Ok(World {
        url: serving.url.clone(),
        accounts: place.accounts.clone(),
        has_maildirs: dovecot.is_none(),
        lmtp: dovecot
            .as_ref()
            .map(|dovecot| format!("127.0.0.1:{}", dovecot.lmtp_port())),
        imap: dovecot.as_ref().map(Dovecot::imap_port),
        admin: Some(serving.admin.to_string()),
        pid: Some(serving.id),
        state: place.state(),
        ca_file,
        started: Some(Started {
            serving,
            _dovecot: dovecot,
            _place: place,
        }),
    })
}

/// Starts Dovecot, and has the service told of it.
async fn dovecot(
    scenario: &Scenario,
    place: &Place,
    settings: &mut Settings,
) -> anyhow::Result<Dovecot> {
    let server = &scenario.server;
    let hook = match server.source {
        Source::Hook => Some(free_port()?),
        Source::Idle | Source::Notify | Source::Poll => None,
    };
    let logins = (0..place.accounts.len()).map(|number| Login::new(&user_name(number), PASSWORD));
    let options = DovecotOptions {
        users: logins.collect(),
        hibernate: server.hibernate.then_some(Duration::from_secs(1)),
        hook: hook.map(|port| HookOptions {
            url: format!("http://127.0.0.1:{port}/hooks/dovecot"),
            token: TOKEN.to_owned(),
        }),
        extra: server.dovecot.clone(),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.map_err(plain)?;
    settings.auth.push_str("domains = [\"example.org\"]\n");
    settings.tables.push_str(&format!(
        "\n[imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nlogin = \"%n\"\nwatch = \"{}\"\n",
        dovecot.imap_port(),
        server.source.name()
    ));
    if let Some(port) = hook {
        let token = place.below("hook.token");
        fs::write(&token, TOKEN)?;
        settings.listen = format!("hooks = \"127.0.0.1:{port}\"\n");
        let token = format!("\n[hooks]\ntoken_file = \"{}\"\n", token.display());
        settings.tables.push_str(&token);
    }
    Ok(dovecot)
}

/// A port that nobody has now. Dovecot must know where the hooks are before the service runs.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Where Dovecot lacks inotify instances it looks every half minute and does not hibernate: what is measured then is
/// the lack.
fn enough_inotify(scenario: &Scenario) -> anyhow::Result<()> {
    const LIMIT: &str = "/proc/sys/fs/inotify/max_user_instances";
    let sessions = match scenario.server.source {
        Source::Hook | Source::Poll => scenario.beside.accounts,
        // By default two further folders of an account are listened to.
        Source::Idle | Source::Notify => scenario.accounts * 3 + scenario.beside.accounts,
    };
    let limit: u32 = fs::read_to_string(LIMIT)?.trim().parse().context(LIMIT)?;
    let need = sessions + 64;
    ensure!(
        limit >= need,
        "Dovecot needs {need} inotify instances, and there are {limit}: sysctl -w fs.inotify.max_user_instances={}",
        need.next_power_of_two()
    );
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn plain(error: Failure) -> anyhow::Error {
    anyhow!("{error}")
}
