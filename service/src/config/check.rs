//! From settings as written to settings that fit together.
//!
//! Every rule is looked at, whatever the others said, so that all mistakes are told at once.

mod imap;
mod listen;
mod redis;
mod routes;
mod smtp;

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use protocol::version::Version;

use super::problem::Problem;
use super::raw::{self, Raw};
use super::reader::{Origin, Setting};
use super::{
    Auth, Autodiscover, ClientFrom, Config, ConflictPolicy, Contacts, Limits, Log, LogFormat, Mail,
    Network, PathTemplate, Place, Proxy, Push, Shutdown, Store,
};

/// Checks everything. `None` when a value could not be made at all; there is a problem for it then.
pub(super) fn check(raw: &Raw, problems: &mut Vec<Problem>) -> Option<Config> {
    let mut check = Check(problems);
    let listen = check.listen(&raw.listen);
    let proxy = check.proxy(&raw.proxy);
    let limits = check.limits(&raw.limits);
    let push = check.push(&raw.push);
    let auth = check.auth(&raw.auth);
    let autodiscover = check.autodiscover(&raw.autodiscover);
    let mail = check.mail(&raw.mail);
    let contacts = check.contacts(&raw.contacts);
    let hooks = check.hooks(&raw.hooks, &raw.listen);
    let servers = check.servers(raw, raw.listen.hooks.value.is_some());
    let routes = check.routes(raw, &servers);
    let smtp = check.smtp(&raw.smtp, &auth.domains);
    let store = check.database(&raw.store, &raw.database);
    let redis = check.redis(&raw.redis);
    let max_version = check.max_version(&raw.protocol.max_version);
    let log = check.log(&raw.log);
    let shutdown = check.shutdown(&raw.shutdown);
    Some(Config {
        listen: listen?,
        proxy: proxy?,
        limits,
        push,
        auth,
        autodiscover,
        mail,
        contacts: contacts?,
        servers: servers.into_values().collect(),
        routes,
        smtp: smtp?,
        hooks,
        store,
        redis,
        max_version: max_version?,
        log: log?,
        shutdown,
    })
}

struct Check<'p>(&'p mut Vec<Problem>);

impl Check<'_> {
    fn proxy(&mut self, raw: &raw::Proxy) -> Option<Proxy> {
        let mut trusted = Vec::new();
        for text in &raw.trusted.value {
            match Network::parse(text) {
                Some(network) => trusted.push(network),
                None => self.problem(&raw.trusted, format!("has {text:?}, which is no network")),
            }
        }
        let client = self.one_of(
            &raw.client,
            &[
                ("x-forwarded-for", ClientFrom::XForwardedFor),
                ("forwarded", ClientFrom::Forwarded),
                ("proxy-protocol", ClientFrom::ProxyProtocol),
            ],
        );
        let port_header = self.parsed(&raw.port_header, "the name of a header");
        if client == Some(ClientFrom::ProxyProtocol) && raw.trusted.value.is_empty() {
            self.problem(
                &raw.client,
                "needs proxy.trusted: who may send PROXY headers?",
            );
        }
        Some(Proxy {
            trusted,
            client: client?,
            port_header: port_header?,
        })
    }

    fn limits(&mut self, raw: &raw::Limits) -> Limits {
        let limits = Limits {
            connections_max: self.count(&raw.connections_max, 1..=10_000_000),
            handshakes_max: self.count(&raw.handshakes_max, 1..=100_000),
            handshake_timeout: self.seconds(&raw.handshake_timeout_s, 1..=300),
            header_bytes_max: self.count(&raw.header_bytes_max, 8_192..=1_048_576),
            header_timeout: self.seconds(&raw.header_timeout_s, 1..=600),
            idle_timeout: self.seconds(&raw.idle_timeout_s, 10..=86_400),
            body_bytes_max: self.count(&raw.body_bytes_max, 65_536..=1_073_741_824),
            body_pause: self.seconds(&raw.body_pause_s, 1..=600),
            body_timeout: self.seconds(&raw.body_timeout_s, 10..=7_200),
            write_pause: self.seconds(&raw.write_pause_s, 10..=3_600),
            body_memory_max: self.count(&raw.body_memory_max, 65_536..=u64::from(u32::MAX)),
            requests_per_device: self.count(&raw.requests_per_device, 4..=1_000),
            overload_lag: self.milliseconds(&raw.overload_lag_ms, 0..=60_000),
            overload_requests: self.count(&raw.overload_requests, 0..=1_000_000),
            first_syncs_max: self.count(&raw.first_syncs_max, 1..=100_000),
            loop_hold: self.seconds(&raw.loop_hold_s, 0..=20),
        };
        if limits.body_memory_max < limits.body_bytes_max {
            self.problem(
                &raw.body_memory_max,
                format!("is below limits.body_bytes_max = {}", limits.body_bytes_max),
            );
        }
        limits
    }

    fn push(&mut self, raw: &raw::Push) -> Push {
        if raw.heartbeat_min_s.value > raw.heartbeat_max_s.value {
            let what = format!(
                "is above push.heartbeat_max_s = {}",
                raw.heartbeat_max_s.value
            );
            self.problem(&raw.heartbeat_min_s, what);
        }
        // AOSP never pings again after status 5 for an interval within 480 to 1680 s, so neither bound may
        // lie within: a shorter time is had by answering early.
        if raw.heartbeat_min_s.value > 480 {
            self.problem(
                &raw.heartbeat_min_s,
                "is above 480: devices that begin there would stop",
            );
        }
        if raw.heartbeat_max_s.value < 1_680 {
            let what = "is below 1680: devices that end there would stop; set push.park_max_s in its place";
            self.problem(&raw.heartbeat_max_s, what);
        }
        if raw.park_max_s.value < raw.heartbeat_min_s.value {
            let what = format!(
                "is below push.heartbeat_min_s = {}",
                raw.heartbeat_min_s.value
            );
            self.problem(&raw.park_max_s, what);
        }
        Push {
            heartbeat_min: self.seconds(&raw.heartbeat_min_s, 1..=3_540),
            heartbeat_max: self.seconds(&raw.heartbeat_max_s, 1..=3_540),
            park_max: self.seconds(&raw.park_max_s, 1..=3_540),
            shed: raw.shed.value,
            heartbeat_sample_size: self.count(&raw.heartbeat_sample_size, 1..=100_000),
            heartbeat_alert: self.seconds(&raw.heartbeat_alert_s, 0..=3_540),
            folders_max: self.count(&raw.folders_max, 30..=10_000),
            batch_changes: self.count(&raw.batch_changes, 0..=10_000),
            batch_every: self.seconds(&raw.batch_every_s, 0..=3_540),
        }
    }

    fn auth(&mut self, raw: &raw::Auth) -> Auth {
        for domain in &raw.domains.value {
            let wrong = |c: char| c.is_whitespace() || c.is_control() || "@\\/%:".contains(c);
            if domain.is_empty() || domain.starts_with('.') || domain.contains(wrong) {
                self.problem(&raw.domains, format!("has {domain:?}, which is no domain"));
            }
        }
        let printable = |c: char| c.is_ascii_graphic() || c == ' ';
        if !raw.realm.value.chars().all(printable) || raw.realm.value.contains(['"', '\\']) {
            self.problem(
                &raw.realm,
                "may have printable ASCII without quotes and backslashes only",
            );
        }
        let checks_max = self.count(&raw.checks_max, 0..=1_024);
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Auth {
            users_file: self.path(&raw.users_file),
            domains: raw
                .domains
                .value
                .iter()
                .map(|domain| domain.to_lowercase())
                .collect(),
            realm: raw.realm.value.clone(),
            remember: self.seconds(&raw.remember_s, 1..=3_600),
            recheck: self.seconds(&raw.recheck_s, 0..=86_400),
            server_checks_max: self.count(&raw.server_checks_max, 2..=10_000),
            checks_max: if checks_max == 0 { cores() } else { checks_max },
            checks_waiting_max: self.count(&raw.checks_waiting_max, 1..=1_000_000),
        }
    }

    fn autodiscover(&mut self, raw: &raw::Autodiscover) -> Autodiscover {
        let url = raw.url.value.clone().filter(|url| !url.is_empty());
        let fits = |url: &String| {
            let uri = url.parse::<http::Uri>().ok();
            uri.is_some_and(|uri| {
                uri.scheme_str() == Some("https")
                    && uri.authority().is_some()
                    && protocol::header::is_path(uri.path())
            })
        };
        if url.as_ref().is_some_and(|url| !fits(url)) {
            let what = "is not of the form https://HOST/Microsoft-Server-ActiveSync";
            self.problem(&raw.url, what);
        }
        Autodiscover { url }
    }

    fn mail(&mut self, raw: &raw::Mail) -> Mail {
        Mail {
            maildir: self.template(&raw.maildir, &raw.maildir.value, "Maildir"),
        }
    }

    fn contacts(&mut self, raw: &raw::Contacts) -> Option<Contacts> {
        let template = Some(raw.vdir.value.as_str()).filter(|template| !template.is_empty());
        let vdir = template.map(|template| self.template(&raw.vdir, template, "vdir"));
        let conflict = self.one_of(
            &raw.conflict,
            &[
                ("device", ConflictPolicy::Device),
                ("server", ConflictPolicy::Server),
                ("client", ConflictPolicy::Client),
                ("merge", ConflictPolicy::Merge),
            ],
        );
        Some(Contacts {
            vdir,
            conflict: conflict?,
        })
    }

    fn template<T>(&mut self, setting: &Setting<T>, template: &str, thing: &str) -> PathTemplate {
        self.letters(setting, template, thing);
        if !template.starts_with('/') {
            self.problem(setting, "is a path from the root on");
        }
        PathTemplate::new(template)
    }

    /// A template differs from account to account.
    fn letters<T>(&mut self, setting: &Setting<T>, template: &str, thing: &str) {
        let letters = template.split('%').skip(1).map(|rest| rest.chars().next());
        if letters
            .clone()
            .any(|letter| !matches!(letter, Some('u' | 'n' | 'd')))
        {
            self.problem(setting, "may have %u, %n and %d only");
        }
        if !letters
            .clone()
            .any(|letter| matches!(letter, Some('u' | 'n')))
        {
            let what = format!("needs %u or %n, or all accounts would share one {thing}");
            self.problem(setting, what);
        }
    }

    fn database(&mut self, raw: &raw::Store, database: &raw::Database) -> Store {
        let mut store = Store {
            path: self.path(&raw.path),
            server: None,
        };
        let url = database.url.value.as_deref().filter(|url| !url.is_empty());
        let Some(url) = url else {
            return store;
        };
        match url.parse::<Place>() {
            Ok(Place::File(path)) => store.path = path,
            Ok(server @ Place::Server(_)) => store.server = Some(server),
            Err(error) => self.problem(&database.url, error.to_string()),
        }
        store
    }

    fn max_version(&mut self, setting: &Setting<String>) -> Option<Version> {
        let versions = Version::SERVED.map(|version| (version.as_str(), version));
        self.one_of(setting, &versions)
    }

    fn log(&mut self, raw: &raw::Log) -> Option<Log> {
        let format = self.one_of(
            &raw.format,
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        );
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&raw.level.value) {
            self.problem(&raw.level, format!("cannot be read: {error}"));
        }
        Some(Log {
            format: format?,
            level: raw.level.value.clone(),
        })
    }

    fn shutdown(&mut self, raw: &raw::Shutdown) -> Shutdown {
        Shutdown {
            announce: self.seconds(&raw.announce_s, 0..=300),
            spread: self.seconds(&raw.spread_s, 0..=300),
            grace: self.seconds(&raw.grace_s, 1..=600),
        }
    }

    fn problem<T>(&mut self, setting: &Setting<T>, what: impl Into<String>) {
        // What a server has from `[imap]` was said there.
        if setting.origin != Origin::Default || !setting.key.starts_with("servers.") {
            self.0.push(Problem::of(setting, what));
        }
    }

    /// Notes a problem where a value was wanted.
    fn refuse<T, V>(&mut self, setting: &Setting<T>, what: &str) -> Option<V> {
        self.problem(setting, what);
        None
    }

    fn parsed<V: FromStr>(&mut self, setting: &Setting<String>, wanted: &str) -> Option<V> {
        let parsed = setting.value.parse();
        if parsed.is_err() {
            self.problem(setting, format!("is {wanted}, not {:?}", setting.value));
        }
        parsed.ok()
    }

    fn one_of<V: Copy>(&mut self, setting: &Setting<String>, values: &[(&str, V)]) -> Option<V> {
        let found = values.iter().find(|(name, _)| *name == setting.value);
        if found.is_none() {
            let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            self.problem(
                setting,
                format!("is one of {}, not {:?}", names.join(", "), setting.value),
            );
        }
        found.map(|(_, value)| *value)
    }

    fn path(&mut self, setting: &Setting<String>) -> PathBuf {
        if setting.value.is_empty() {
            self.problem(setting, "is the path of a file, not empty");
        }
        PathBuf::from(&setting.value)
    }

    fn seconds(&mut self, setting: &Setting<u64>, range: RangeInclusive<u64>) -> Duration {
        self.within(setting, &range);
        Duration::from_secs(setting.value)
    }

    fn milliseconds(&mut self, setting: &Setting<u64>, range: RangeInclusive<u64>) -> Duration {
        self.within(setting, &range);
        Duration::from_millis(setting.value)
    }

    fn count(&mut self, setting: &Setting<u64>, range: RangeInclusive<u64>) -> usize {
        self.within(setting, &range);
        usize::try_from(setting.value).unwrap_or(usize::MAX)
    }

    fn within<T: PartialOrd + Display>(&mut self, setting: &Setting<T>, range: &RangeInclusive<T>) {
        if !range.contains(&setting.value) {
            let (least, most) = (range.start(), range.end());
            let what = format!("is from {least} to {most}, not {}", setting.value);
            self.problem(setting, what);
        }
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let address: Option<std::net::IpAddr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}
