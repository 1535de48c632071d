//! The section `redis`.

use std::path::PathBuf;

use super::Check;
use crate::config::raw;
use crate::config::redis::{Redis, RedisServers};

/// The port of Redis.
const PORT: u16 = 6379;

/// The port of sentinels.
const SENTINEL_PORT: u16 = 26_379;

#[derive(Clone, Copy)]
enum Servers {
    Single,
    Sentinel,
    Cluster,
}

impl Check<'_> {
    pub(super) fn redis(&mut self, raw: &raw::Redis) -> Option<Redis> {
        let servers = self.one_of(
            &raw.kind,
            &[
                ("single", Servers::Single),
                ("sentinel", Servers::Sentinel),
                ("cluster", Servers::Cluster),
            ],
        )?;
        let Some(url) = &raw.url.value else {
            if raw.password_file.value.is_some() {
                self.problem(&raw.password_file, "needs redis.url: whose password is it?");
            }
            return None;
        };
        let default_port = match servers {
            Servers::Sentinel => SENTINEL_PORT,
            Servers::Single | Servers::Cluster => PORT,
        };
        let Some((tls, address, database)) = parse(url, default_port) else {
            // The text may hold a password, and is not repeated.
            return self.refuse(
                &raw.url,
                "is redis://HOST:PORT/DATABASE or rediss://…; user and password have settings of their own",
            );
        };
        let mut addresses = vec![address];
        for text in &raw.more.value {
            match host_and_port(text, default_port) {
                Some(address) => addresses.push(address),
                None => self.problem(&raw.more, format!("has {text:?}, which is no address")),
            }
        }
        if addresses.len() > 1 && matches!(servers, Servers::Single) {
            self.problem(&raw.more, "is for sentinels and clusters (redis.kind)");
        }
        if database != 0 && matches!(servers, Servers::Cluster) {
            self.problem(&raw.url, "names a database, which a cluster does not have");
        }
        if raw.user.value.is_some() && raw.password_file.value.is_none() {
            self.problem(&raw.user, "needs password_file beside it");
        }
        if raw.prefix.value.is_empty() || raw.prefix.value.contains(['{', '}', ' ']) {
            self.problem(&raw.prefix, "is some letters without braces and blanks");
        }
        let kind = match (servers, &raw.master.value) {
            (Servers::Sentinel, Some(name)) => RedisServers::Sentinel(name.clone()),
            (Servers::Sentinel, None) => {
                return self.refuse(
                    &raw.kind,
                    "needs redis.master: which do the sentinels watch?",
                );
            }
            (_, Some(_)) => return self.refuse(&raw.master, "is for redis.kind = \"sentinel\""),
            (Servers::Single, None) => RedisServers::Single,
            (Servers::Cluster, None) => RedisServers::Cluster,
        };
        Some(Redis {
            addresses,
            tls,
            database,
            kind,
            user: raw.user.value.clone(),
            password_file: raw.password_file.value.clone().map(PathBuf::from),
            ca_file: raw.ca_file.value.clone().map(PathBuf::from),
            prefix: raw.prefix.value.clone(),
        })
    }
}

/// Protection, address and database of an URL.
fn parse(url: &str, default_port: u16) -> Option<(bool, (String, u16), u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let tls = match scheme {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    let (address, database) = rest.split_once('/').unwrap_or((rest, ""));
    let database = match database {
        "" => 0,
        number => number.parse().ok()?,
    };
    Some((tls, host_and_port(address, default_port)?, database))
}

/// `host`, `host:port`, `[::1]` or `[::1]:port`.
fn host_and_port(text: &str, default_port: u16) -> Option<(String, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (
                host,
                if port.is_empty() {
                    None
                } else {
                    Some(port.strip_prefix(':')?)
                },
            )
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let fine = !host.is_empty() && !host.contains(['@', '/', '?', '#', ' ']);
    let port = port.map_or(Some(default_port), |port| port.parse().ok())?;
    fine.then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::config::{Config, Redis, RedisServers};

    fn read(redis: &str) -> Result<Option<Redis>, String> {
        let config = Config::from_parts(&format!("[redis]\n{redis}"), BTreeMap::new());
        config
            .map(|config| config.redis)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!(read(""), Ok(None));
        for (url, tls, host, port, database) in [
            ("redis://cache", false, "cache", 6379, 0),
            ("redis://cache/", false, "cache", 6379, 0),
            (
                "rediss://cache.example.org:7000/3",
                true,
                "cache.example.org",
                7000,
                3,
            ),
            ("redis://[::1]", false, "::1", 6379, 0),
            ("redis://[::1]:7000/0", false, "::1", 7000, 0),
        ] {
            let redis = read(&format!("url = {url:?}")).unwrap().unwrap();
            assert_eq!(redis.addresses, [(host.to_owned(), port)], "{url}");
            assert_eq!((redis.tls, redis.database), (tls, database), "{url}");
        }
        let sentinels =
            "url = \"redis://a\"\nmore = [\"b\", \"c:1\"]\nkind = \"sentinel\"\nmaster = \"push\"";
        let redis = read(sentinels).unwrap().unwrap();
        let ports: Vec<u16> = redis.addresses.iter().map(|(_, port)| *port).collect();
        assert_eq!(ports, [26_379, 26_379, 1]);
        assert_eq!(redis.kind, RedisServers::Sentinel("push".to_owned()));
    }

    #[test]
    fn mistakes_are_told_and_passwords_are_not() {
        for wrong in [
            "url = \"http://a\"",
            "url = \"redis://\"",
            "url = \"redis://user:geheim@a\"",
            "url = \"redis://a:x\"",
            "url = \"redis://a/x\"",
            "url = \"redis://a\"\nmore = [\"b\"]",
            "url = \"redis://a/1\"\nkind = \"cluster\"",
            "url = \"redis://a\"\nkind = \"sentinel\"",
            "url = \"redis://a\"\nmaster = \"m\"",
            "url = \"redis://a\"\nuser = \"u\"",
            "url = \"redis://a\"\nprefix = \"a{b\"",
            "kind = \"many\"",
            "password_file = \"/x\"",
        ] {
            let told = read(wrong).expect_err(wrong);
            assert!(!told.contains("geheim"), "{told}");
        }
    }
}
