//! The real service within this process, with a Maildir for each account.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use directpush::app::{App, RunningApp};
use directpush::config::Config;
use directpush::http::users::{Cost, line};
use directpush::metrics::Metrics;

use crate::maildir::Maildir;
use crate::wire::PASSWORD;

/// Where accounts, their mail and the state are.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// The service at work.
pub(crate) struct Service {
    pub(crate) app: RunningApp,
    pub(crate) place: Place,
}

impl Place {
    /// A place for some accounts.
    pub(crate) fn new(accounts: &[&str]) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let lines = accounts
            .iter()
            .map(|account| line(account, PASSWORD.as_bytes(), Cost::Token).unwrap() + "\n");
        std::fs::write(place.users(), lines.collect::<String>()).unwrap();
        std::fs::create_dir(place.mail()).unwrap();
        place
    }

    /// The users file.
    pub(crate) fn users(&self) -> PathBuf {
        self.folder.path().join("users")
    }

    /// The folder with the Maildirs of all accounts.
    pub(crate) fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// The database.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state.db")
    }

    /// The control socket of a program that runs here.
    pub(crate) fn control(&self) -> PathBuf {
        self.folder.path().join("run/control.sock")
    }

    /// What a program that runs here logs.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The settings of a program that runs here.
    pub(crate) fn settings(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// An account's Maildir, made with these folders; `""` is the INBOX.
    pub(crate) fn maildir(&self, account: &str, folders: &[&str]) -> Maildir {
        Maildir::make(&self.mail().join(account), folders)
    }

    /// Settings for this place.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::from_parts("", BTreeMap::new()).unwrap();
        config.listen.eas = "127.0.0.1:0".parse().unwrap();
        config.listen.admin = "127.0.0.1:0".parse().unwrap();
        config.listen.control = None;
        config.auth.users_file = self.users();
        config.store.path = self.state();
        let template = format!("[mail]\nmaildir = \"{}/%u\"\n", self.mail().display());
        let template = Config::from_parts(&template, BTreeMap::new()).unwrap();
        config.mail = template.mail;
        // Scripted clients ask again and again, which no phone does that is well.
        config.limits.loop_hold = Duration::ZERO;
        // The machine may be busy with other tests.
        config.limits.overload_lag = Duration::ZERO;
        config.shutdown.spread = Duration::from_millis(50);
        config
    }
}

impl Service {
    /// Starts it.
    pub(crate) async fn start(place: Place, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = place.config();
        adjust(&mut config);
        log(&mut config);
        let app = App::start(&config).await.unwrap();
        Self { app, place }
    }
}

/// Has the service tell what `FAULTS_LOG` asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no setting of the service's"
)]
fn log(config: &mut Config) {
    if let Ok(level) = std::env::var("FAULTS_LOG") {
        config.log.level = level;
        directpush::telemetry::start(&config.log);
    }
}

/// The one seed that `FAULTS_SEED` asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no setting of the service's"
)]
pub(crate) fn seed() -> Option<u64> {
    let seed = std::env::var("FAULTS_SEED").ok()?;
    Some(seed.parse().unwrap())
}

/// The value of a series, as `/metrics` has it; of a name without labels the sum of its series.
pub(crate) fn metric(metrics: &Metrics, series: &str) -> f64 {
    let text = String::from_utf8(metrics.text().unwrap()).unwrap();
    value_in(&text, series)
}

/// The same in the text of a scrape.
pub(crate) fn value_in(text: &str, series: &str) -> f64 {
    let lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    lines
        .filter(|(name, _)| {
            let rest = name.strip_prefix(series);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
        })
        .map(|(_, value)| value.parse::<f64>().unwrap())
        .sum()
}
