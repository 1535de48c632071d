//! The section `routes`, and where accounts are that it does not name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Check;
use crate::config::imap::{ImapServer, WatchBy};
use crate::config::problem::Problem;
use crate::config::raw::{self, Raw};
use crate::config::reader::Setting;
use crate::config::routes::{MailStore, Route, Routes, SignInBy};

/// What `[imap]` is called.
const DEFAULT: &str = "imap";
/// What no server may be called.
const TAKEN: [&str; 4] = ["auto", DEFAULT, "maildir", "none"];

/// The servers by name.
type Servers = BTreeMap<String, Arc<ImapServer>>;

impl Check<'_> {
    pub(super) fn servers(&mut self, raw: &Raw, hooks: bool) -> Servers {
        let mut servers = Servers::new();
        let mut add = |check: &mut Self, name: &str, raw: &raw::Imap| {
            let Some(server) = check.imap(name, raw) else {
                return;
            };
            if server.watch == WatchBy::Hook && !hooks {
                check.problem(
                    &raw.watch,
                    "needs listen.hooks: where should the server call?",
                );
            }
            servers.insert(name.to_owned(), Arc::new(server));
        };
        add(self, DEFAULT, &raw.imap);
        for entry in &raw.servers {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            if entry.name.is_empty()
                || !entry.name.chars().all(fits)
                || entry.name.contains("__")
                || TAKEN.contains(&entry.name.as_str())
            {
                let what =
                    "has a name that a server cannot have: lower case letters, digits, - and _";
                let key = format!("servers.{}", entry.name);
                self.0.push(Problem::new(&entry.origin, &key, what));
            }
            if entry.settings.host.value.is_none() {
                let key = format!("servers.{}", entry.name);
                self.0
                    .push(Problem::new(&entry.origin, &key, "needs a host"));
            }
            add(self, &entry.name, &entry.settings);
        }
        servers
    }

    pub(super) fn routes(&mut self, raw: &Raw, servers: &Servers) -> Routes {
        let store = &raw.mail.store;
        let rest = match store.value.as_str() {
            "none" => None,
            "auto" if servers.contains_key(DEFAULT) => self.store(store, DEFAULT, servers),
            "auto" => Some(MailStore::Maildir),
            name => self.store(store, name, servers),
        };
        let rest = rest.map(|mail| Route {
            sign_in: usual_check(&mail),
            mail,
            contacts: true,
        });
        let domains = &raw.auth.domains.value;
        let domain = domains.first().map(|domain| domain.to_lowercase());
        let mut routes = Routes::new(rest, domain.as_ref());
        for entry in &raw.routes {
            let raw = &entry.settings;
            if raw.domains.value.is_empty() && raw.users.value.is_empty() {
                let key = format!("routes.{}", entry.name);
                let what = "needs domains or users: whom is it for?";
                self.0.push(Problem::new(&entry.origin, &key, what));
            }
            self.whom(raw, domains);
            let Some(route) = self.route(raw, entry, servers) else {
                continue;
            };
            for twice in routes.add(route, &raw.domains.value, &raw.users.value) {
                let key = format!("routes.{}", entry.name);
                let what = format!("is for {twice}, for whom a route above is");
                self.0.push(Problem::new(&entry.origin, &key, what));
            }
        }
        routes
    }

    /// Domains and users must be such as can sign in.
    fn whom(&mut self, raw: &raw::Route, ours: &[String]) {
        let known = |domain: &str| {
            ours.is_empty() || ours.iter().any(|own| own.eq_ignore_ascii_case(domain))
        };
        for domain in &raw.domains.value {
            if !known(domain) {
                let what = format!("has {domain:?}, which is not in auth.domains");
                self.problem(&raw.domains, what);
            }
        }
        for user in &raw.users.value {
            let domain = user.rsplit_once('@').map(|(_, domain)| domain);
            if user.is_empty() || domain.is_some_and(|domain| !known(domain)) {
                let what = format!("has {user:?}, whose domain is not in auth.domains");
                self.problem(&raw.users, what);
            }
        }
    }

    fn route(
        &mut self,
        raw: &raw::Route,
        entry: &crate::config::table::Entry<raw::Route>,
        servers: &Servers,
    ) -> Option<Route> {
        let contacts = self.one_of(&raw.contacts, &[("vdir", true), ("none", false)]);
        let mail = match &raw.mail.value {
            Some(name) => self.store(&raw.mail, name, servers),
            None => {
                let key = format!("routes.{}", entry.name);
                let what = "needs mail: maildir, imap, or the name of a server";
                self.0.push(Problem::new(&entry.origin, &key, what));
                None
            }
        };
        let mut mail = mail?;
        if let Some(template) = &raw.login.value {
            let name = self.name_template(&raw.login, template);
            match &mut mail {
                MailStore::Imap { login, .. } => *login = name,
                MailStore::Maildir => {
                    self.problem(&raw.login, "has no meaning with a Maildir");
                }
            }
        }
        let sign_in = self.sign_in(&raw.sign_in, &mail);
        Some(Route {
            sign_in: sign_in?,
            mail,
            contacts: contacts?,
        })
    }

    fn sign_in(&mut self, setting: &Setting<Option<String>>, mail: &MailStore) -> Option<SignInBy> {
        match (setting.value.as_deref(), mail) {
            (None, mail) => Some(usual_check(mail)),
            (Some("users"), MailStore::Maildir) => Some(SignInBy::Users),
            (Some("users"), MailStore::Imap { server, .. }) if server.master.is_some() => {
                Some(SignInBy::Users)
            }
            (Some("users"), MailStore::Imap { .. }) => self.refuse(
                setting,
                "needs a master user at the server: passwords of the users file open no mailbox there",
            ),
            (Some("server"), MailStore::Imap { .. }) => Some(SignInBy::Server),
            (Some("server"), MailStore::Maildir) => {
                self.refuse(setting, "cannot be server with a Maildir")
            }
            (Some(other), _) => {
                self.refuse(setting, &format!("is one of users, server, not {other:?}"))
            }
        }
    }

    fn store<T>(
        &mut self,
        setting: &Setting<T>,
        name: &str,
        servers: &Servers,
    ) -> Option<MailStore> {
        if name == "maildir" {
            return Some(MailStore::Maildir);
        }
        let Some(server) = servers.get(name) else {
            let what = match name {
                DEFAULT => "needs imap.host".to_owned(),
                _ => format!("is {name:?}, and there is no [servers.{name}]"),
            };
            return self.refuse(setting, &what);
        };
        Some(MailStore::Imap {
            server: Arc::clone(server),
            login: server.login.clone(),
        })
    }
}

fn usual_check(mail: &MailStore) -> SignInBy {
    match mail {
        MailStore::Maildir => SignInBy::Users,
        MailStore::Imap { .. } => SignInBy::Server,
    }
}
