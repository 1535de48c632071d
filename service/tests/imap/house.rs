//! A Dovecot, the program that serves its users to phones, and a tap between the two.

use std::fmt::Write;
use std::fs;
use std::str::FromStr;
use std::time::{Duration, Instant};

use backends::servers::{Dovecot, DovecotOptions, HookOptions, Login};
use protocol::device::Profile;
use tokio::time::sleep;

use crate::client::Client;
use crate::mail::{self, Other};
use crate::phone::{LIMIT, Phone};
use crate::program::Program;
use crate::tap::Tap;
use crate::wire::{PASSWORD, Server};

/// What mail servers that call show.
const TOKEN: &str = "a-token-of-tests";

/// By what the program learns of changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// Dovecot calls, by the script that is shipped.
    Hook,
    /// IDLE.
    Idle,
    /// IDLE, and Dovecot puts idle sessions to sleep.
    Hibernating,
    /// NOTIFY.
    Notify,
    /// Nothing tells.
    Poll,
}

impl Source {
    /// `imap.watch`, and the label of metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Idle | Self::Hibernating => "idle",
            Self::Notify => "notify",
            Self::Poll => "poll",
        }
    }
}

/// What a variable of the environment asks for: measurements are long tests.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no setting of the service's"
)]
pub(crate) fn asked<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// What a house shall be like.
pub(crate) struct Plan {
    /// By what changes are learnt of.
    pub(crate) source: Source,
    /// Who has an account.
    pub(crate) users: Vec<String>,
    /// Further lines of `[imap]`.
    pub(crate) imap: String,
    /// Further sections of the settings.
    pub(crate) more: String,
    /// The server; users, hooks and hibernation are seen to.
    pub(crate) dovecot: DovecotOptions,
}

impl Plan {
    /// One user, anna; looks as often as may be.
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            users: vec!["anna".to_owned()],
            imap: "sweep_s = 10\npoll_s = 5\n".to_owned(),
            more: String::new(),
            dovecot: DovecotOptions::default(),
        }
    }
}

/// See the module.
pub(crate) struct House {
    // Order: who asks ends first.
    /// The program.
    pub(crate) program: Program,
    /// What stands between it and the server.
    pub(crate) tap: Tap,
    /// The server.
    pub(crate) dovecot: Dovecot,
    source: Source,
    _place: tempfile::TempDir,
}

impl House {
    /// Starts all of it.
    pub(crate) async fn start(plan: Plan) -> Self {
        let place = tempfile::tempdir().unwrap();
        let tap = Tap::start().await;
        let path = |name: &str| place.path().join(name);
        fs::write(path("token"), TOKEN).unwrap();
        let mut settings = String::new();
        let at = place.path().display();
        writeln!(
            settings,
            "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{at}/control\""
        )
        .unwrap();
        if plan.source == Source::Hook {
            settings += "hooks = \"127.0.0.1:0\"\n";
        }
        writeln!(
            settings,
            "[hooks]\ntoken_file = \"{at}/token\"\n[auth]\ndomains = [\"example.org\"]\n\
             [contacts]\nvdir = \"\"\n[store]\npath = \"{at}/state.db\"\n\
             [limits]\nloop_hold_s = 0\n\
             [imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nlogin = \"%n\"\n\
             watch = \"{}\"\n{}{}",
            tap.port(),
            plan.source.name(),
            plan.imap,
            plan.more
        )
        .unwrap();
        fs::write(path("config.toml"), settings).unwrap();
        let program = Program::start(&path("config.toml"), path("log"));
        let users = plan.users.iter();
        let hook = program.hooks.map(|hooks| HookOptions {
            url: format!("http://{hooks}/hooks/dovecot"),
            token: TOKEN.to_owned(),
        });
        let hibernate = (plan.source == Source::Hibernating).then_some(Duration::from_secs(1));
        let options = DovecotOptions {
            users: users.map(|user| Login::new(user, PASSWORD)).collect(),
            hook,
            hibernate,
            ..plan.dovecot
        };
        let dovecot = Dovecot::start(&options).await.unwrap();
        tap.lead_to(dovecot.imap_port());
        Self {
            program,
            tap,
            dovecot,
            source: plan.source,
            _place: place,
        }
    }

    /// A phone of a user's.
    pub(crate) fn phone(&self, profile: Profile, user: &str, id: &str) -> Phone {
        Phone::new(profile, self.server(user), id)
    }

    /// A device of a user's that sends what a test says.
    pub(crate) fn client(&self, user: &str, id: &str) -> Client {
        Client::new(self.server(user), id)
    }

    fn server(&self, user: &str) -> Server {
        Server {
            address: self.program.eas,
            account: user.to_owned(),
        }
    }

    /// Another mail program of a user's.
    pub(crate) async fn other(&self, user: &str) -> Other {
        Other::sign_in(&self.dovecot, user).await
    }

    /// Delivers a message to a user.
    pub(crate) async fn deliver(&self, user: &str, subject: &str) {
        let message = mail::message(subject);
        self.dovecot.deliver(user, &message).await.unwrap();
    }

    /// Waits until so many accounts are watched, by the source that was planned, and so many Pings parked. Who pings has
    /// to live on meanwhile.
    pub(crate) async fn watched(&self, accounts: usize, parked: usize) {
        let source = self.source.name();
        let sources = format!("directpush_watcher_sources{{source=\"{source}\"}}");
        for (series, expected) in [
            (&*sources, accounts),
            ("directpush_parked{kind=\"ping\"}", parked),
        ] {
            let began = Instant::now();
            while self.program.metric(series).await != expected as f64 {
                assert!(began.elapsed() < LIMIT, "{series} is never {expected}");
                sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// Waits until the program listens to these folders (`""` is the INBOX), where each needs a connection for it.
    pub(crate) async fn listened_to(&self, folders: &[&str]) {
        if self.source.name() != "idle" {
            return;
        }
        let began = Instant::now();
        let missing = |name: &&&str| {
            let name = if name.is_empty() { "INBOX" } else { name };
            !self.tap.idling().contains(name)
        };
        while let Some(folder) = folders.iter().find(missing) {
            assert!(
                began.elapsed() < LIMIT,
                "{folder} is never listened to: {:?}",
                self.tap.idling()
            );
            sleep(Duration::from_millis(10)).await;
        }
    }
}
