//! The settings as they are written: names, kinds, defaults, and what the reference says of them.
//!
//! The doc comments here *are* the reference: `docs/configuration.md` and `deploy/config/example.toml` are
//! made from them. Nothing of this leaves `config`.

mod accounts;
mod cluster;
mod sections;

use super::problem::Problem;
use super::reader::Reader;
use super::table::{Entry, SectionText, Table};

pub(super) use accounts::{Hooks, Imap, Route};
pub(super) use cluster::Redis;
pub(super) use sections::{
    Auth, Autodiscover, Contacts, Database, Limits, Listen, Log, Mail, Protocol, Proxy, Push,
    Shutdown, Smtp, Store,
};

/// What the reference says of the servers.
const SERVERS: &[&str] = &[
    " Further IMAP servers, each under a name of its own that routes call it by: `[servers.branch]`.",
    " What a server does not say of itself is as in `[imap]`, but for `host`, `port` and the master user.",
    " In the environment: `DIRECTPUSH_SERVERS__BRANCH__HOST`.",
];

/// Sections that are there once, then those that are there as often as they are written.
macro_rules! raw {
    ($($section:ident: $Section:ident,)+) => {
        /// All sections.
        #[derive(Clone, Debug)]
        pub(super) struct Raw {
            $(pub(super) $section: $Section,)+
            /// Further IMAP servers.
            pub(super) servers: Vec<Entry<Imap>>,
            /// Whose things are where.
            pub(super) routes: Vec<Entry<Route>>,
        }

        impl Raw {
            /// Takes every setting out of `reader`; what is left over is a problem.
            pub(super) fn read(mut reader: Reader<'_>) -> (Self, Vec<Problem>) {
                $(let $section: $Section = reader.one(stringify!($section));)+
                let mut raw = Self {
                    $($section,)+
                    servers: Vec::new(),
                    routes: Vec::new(),
                };
                raw.servers = reader.named("servers", &raw.imap.of_another());
                raw.routes = reader.listed("routes", &Route::defaults());
                let problems = reader.finish(&[$(stringify!($section),)+ "servers", "routes"]);
                (raw, problems)
            }

            /// The settings as the text of a file; where each was said follows it.
            pub(super) fn show(&self) -> String {
                let mut out = String::new();
                let mut add = |header: &str, lines: &str| {
                    out.push_str(header);
                    out.push('\n');
                    out.push_str(lines);
                };
                $(add(concat!("[", stringify!($section), "]"), &self.$section.lines());)+
                for server in &self.servers {
                    add(&format!("[servers.{}]", server.name), &server.settings.lines());
                }
                for route in &self.routes {
                    add("[[routes]]", &route.settings.lines());
                }
                out
            }
        }

        /// What the reference says.
        pub(super) fn reference() -> Vec<SectionText> {
            let mut sections = vec![$(SectionText {
                header: concat!("[", stringify!($section), "]").to_owned(),
                doc: $Section::DOC,
                settings: $Section::settings(),
                single: true,
            }),+];
            sections.push(SectionText {
                header: "[servers.NAME]".to_owned(),
                doc: SERVERS,
                settings: Vec::new(),
                single: false,
            });
            sections.push(SectionText {
                header: "[[routes]]".to_owned(),
                doc: Route::DOC,
                settings: Route::settings(),
                single: false,
            });
            sections
        }
    };
}

raw! {
    listen: Listen,
    proxy: Proxy,
    limits: Limits,
    push: Push,
    auth: Auth,
    autodiscover: Autodiscover,
    mail: Mail,
    imap: Imap,
    contacts: Contacts,
    smtp: Smtp,
    hooks: Hooks,
    store: Store,
    redis: Redis,
    database: Database,
    protocol: Protocol,
    log: Log,
    shutdown: Shutdown,
}
