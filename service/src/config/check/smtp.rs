//! The section `smtp`.

use std::path::PathBuf;

use super::{Check, is_here};
use crate::config::raw;
use crate::config::smtp::{Relay, RelayAuth, RelaySecurity, Smtp};

impl Check<'_> {
    pub(super) fn smtp(&mut self, raw: &raw::Smtp, domains: &[String]) -> Option<Smtp> {
        let security = self.one_of(
            &raw.security,
            &[
                ("tls", RelaySecurity::Tls),
                ("starttls", RelaySecurity::StartTls),
                ("plain", RelaySecurity::Plain),
                ("plain-anywhere", RelaySecurity::PlainAnywhere),
            ],
        );
        let port = self.count(&raw.port, 0..=u64::from(u16::MAX));
        let timeout = self.seconds(&raw.timeout_s, 5..=600);
        let auth = self.relay_auth(raw);
        let hello = raw.hello.value.clone();
        let hello = hello.or_else(|| domains.first().cloned());
        let hello = hello.unwrap_or_else(|| "localhost".to_owned());
        if !hello.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.problem(&raw.hello, "is a domain name, or an address in brackets");
        }
        let security = security?;
        if let Some(host) = &raw.host.value
            && security == RelaySecurity::Plain
            && !is_here(host)
        {
            let what = "sends mail and password in clear to another machine; plain-anywhere does so on purpose";
            self.problem(&raw.security, what);
        }
        let auth = auth?;
        Some(Smtp {
            relay: raw.host.value.clone().map(|host| Relay {
                host,
                port: u16::try_from(port)
                    .ok()
                    .filter(|port| *port != 0)
                    .unwrap_or_else(|| default_port(security)),
                security,
                hello,
                auth,
                ca_file: raw.ca_file.value.clone().map(PathBuf::from),
                timeout,
            }),
            recipients_max: self.count(&raw.recipients_max, 1..=10_000),
            message_bytes_max: self.count(&raw.message_bytes_max, 65_536..=1_073_741_824),
        })
    }

    fn relay_auth(&mut self, raw: &raw::Smtp) -> Option<RelayAuth> {
        let by_users = self.one_of(&raw.auth, &[("relay", false), ("user", true)])?;
        if by_users && raw.host.value.is_none() {
            self.problem(&raw.auth, "needs smtp.host: whom to sign in to?");
        }
        match (&raw.user.value, &raw.password_file.value) {
            (Some(_), _) if by_users => {
                self.refuse(&raw.user, "has no meaning with smtp.auth = \"user\"")
            }
            (Some(user), Some(file)) => Some(RelayAuth::Site {
                user: user.clone(),
                password_file: PathBuf::from(file),
            }),
            (None, None) if by_users => Some(RelayAuth::User),
            (None, None) => Some(RelayAuth::None),
            (Some(_), None) => self.refuse(&raw.user, "needs password_file beside it"),
            (None, Some(_)) => self.refuse(&raw.password_file, "needs user beside it"),
        }
    }
}

fn default_port(security: RelaySecurity) -> u16 {
    match security {
        RelaySecurity::Tls => 465,
        RelaySecurity::StartTls => 587,
        RelaySecurity::Plain | RelaySecurity::PlainAnywhere => 25,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::config::{Config, RelaySecurity};

    fn problems(smtp: &str) -> String {
        let text = format!("[smtp]\n{smtp}");
        match Config::from_parts(&text, BTreeMap::new()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_relay_in_clear_is_on_this_machine_or_on_purpose() {
        for (smtp, fine) in [
            ("host = \"127.0.0.1\"\nsecurity = \"plain\"", true),
            ("host = \"::1\"\nsecurity = \"plain\"", true),
            ("host = \"LOCALHOST\"\nsecurity = \"plain\"", true),
            ("host = \"mail.example.org\"\nsecurity = \"plain\"", false),
            (
                "host = \"mail.example.org\"\nsecurity = \"plain-anywhere\"",
                true,
            ),
            ("host = \"mail.example.org\"", true),
            ("host = \"mail.example.org\"\nuser = \"gate\"", false),
            ("password_file = \"/x\"", false),
            ("security = \"ssl\"", false),
            ("timeout_s = 1", false),
        ] {
            let told = problems(smtp);
            assert_eq!(told.is_empty(), fine, "{smtp}: {told}");
        }
    }

    #[test]
    fn the_port_follows_the_protection() {
        let text = "[auth]\ndomains = [\"Example.org\"]\n[smtp]\nhost = \"a\"\nsecurity = \"tls\"";
        let config = Config::from_parts(text, BTreeMap::new()).unwrap();
        let relay = config.smtp.relay.unwrap();
        assert_eq!((relay.port, relay.security), (465, RelaySecurity::Tls));
        assert_eq!(relay.hello, "example.org");
    }
}
