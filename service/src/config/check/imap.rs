//! The sections `imap`, `servers` and `hooks`.

use std::path::PathBuf;

use super::{Check, is_here};
use crate::config::imap::{Hooks, ImapServer, Master, MasterStyle, ServerSecurity, WatchBy};
use crate::config::template::NameTemplate;
use crate::config::{Network, raw};

impl Check<'_> {
    /// A server; `None` also when it has no host, which only `[imap]` may lack.
    pub(super) fn imap(&mut self, name: &str, raw: &raw::Imap) -> Option<ImapServer> {
        let security = self.server_security(raw);
        let watch = self.one_of(
            &raw.watch,
            &[
                WatchBy::Auto,
                WatchBy::Hook,
                WatchBy::Idle,
                WatchBy::Notify,
                WatchBy::Poll,
            ]
            .map(|by| (by.as_str(), by)),
        );
        let port = self.count(&raw.port, 0..=u64::from(u16::MAX));
        let default_port = match security {
            Some(ServerSecurity::Tls) => 993,
            Some(ServerSecurity::StartTls | ServerSecurity::Plain) | None => 143,
        };
        let capabilities = raw.disabled_capabilities.value.iter();
        for name in capabilities.clone() {
            if backends::imap::Extension::parse(name).is_none() {
                let what = format!("has {name:?}, which is no capability that is ever used");
                self.problem(&raw.disabled_capabilities, what);
            }
        }
        let server = ImapServer {
            name: name.to_owned(),
            host: raw.host.value.clone().unwrap_or_default(),
            port: u16::try_from(port)
                .ok()
                .filter(|port| *port != 0)
                .unwrap_or(default_port),
            security: security.unwrap_or(ServerSecurity::Tls),
            ca_file: raw.ca_file.value.clone().map(PathBuf::from),
            login: self.name_template(&raw.login, &raw.login.value),
            master: self.master(raw),
            connections_per_account: self.count(&raw.connections_per_account, 2..=64),
            watch: watch.unwrap_or(WatchBy::Auto),
            idle_connections_max: self.count(&raw.idle_connections_max, 0..=64),
            sweep: self.seconds(&raw.sweep_s, 10..=3_600),
            poll: self.seconds(&raw.poll_s, 5..=3_600),
            disabled_capabilities: capabilities.map(|name| name.to_uppercase()).collect(),
            pass_client_address: raw.pass_client_address.value,
            message_bytes_max: self.count(&raw.message_bytes_max, 1_048_576..=2_147_483_648),
            literal_bytes_max: self.count(&raw.literal_bytes_max, 65_536..=1_073_741_824),
            connect_timeout: self.seconds(&raw.connect_timeout_s, 1..=300),
            command_timeout: self.seconds(&raw.command_timeout_s, 5..=600),
        };
        raw.host.value.is_some().then_some(server)
    }

    fn server_security(&mut self, raw: &raw::Imap) -> Option<ServerSecurity> {
        let (security, anywhere) = self.one_of(
            &raw.security,
            &[
                ("tls", (ServerSecurity::Tls, true)),
                ("starttls", (ServerSecurity::StartTls, true)),
                ("plain", (ServerSecurity::Plain, false)),
                ("plain-anywhere", (ServerSecurity::Plain, true)),
            ],
        )?;
        if let Some(host) = &raw.host.value
            && !anywhere
            && !is_here(host)
        {
            let what = "is another machine, and security = \"plain\" sends passwords and mail in clear; plain-anywhere does so on purpose";
            self.problem(&raw.host, what);
        }
        Some(security)
    }

    fn master(&mut self, raw: &raw::Imap) -> Option<Master> {
        let mut letters = raw.master_style.value.chars();
        let style = match (
            raw.master_style.value.as_str(),
            letters.next(),
            letters.next(),
        ) {
            ("authzid", ..) => Some(MasterStyle::Authzid),
            (_, Some(one), None) if one.is_ascii_punctuation() && !"@%".contains(one) => {
                Some(MasterStyle::Separator(one))
            }
            _ => self.refuse(
                &raw.master_style,
                "is authzid, or one character that names do not have, such as *",
            ),
        };
        match (&raw.master_user.value, &raw.master_password_file.value) {
            (Some(user), Some(file)) => Some(Master {
                user: user.clone(),
                password_file: PathBuf::from(file),
                style: style?,
            }),
            (None, None) => None,
            (Some(_), None) => {
                self.refuse(&raw.master_user, "needs master_password_file beside it")
            }
            (None, Some(_)) => {
                self.refuse(&raw.master_password_file, "needs master_user beside it")
            }
        }
    }

    pub(super) fn name_template<T>(
        &mut self,
        setting: &crate::config::reader::Setting<T>,
        template: &str,
    ) -> NameTemplate {
        self.letters(setting, template, "name");
        NameTemplate::new(template)
    }

    pub(super) fn hooks(&mut self, raw: &raw::Hooks, listen: &raw::Listen) -> Hooks {
        if listen.hooks.value.is_some() && raw.token_file.value.is_none() {
            self.problem(&listen.hooks, "needs hooks.token_file: who may call?");
        }
        let mut networks = Vec::new();
        for text in &raw.networks.value {
            match Network::parse(text) {
                Some(network) => networks.push(network),
                None => self.problem(&raw.networks, format!("has {text:?}, which is no network")),
            }
        }
        Hooks {
            token_file: raw.token_file.value.clone().map(PathBuf::from),
            networks,
            body_bytes_max: self.count(&raw.body_bytes_max, 4_096..=16_777_216),
        }
    }
}
