//! The section `listen`.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Check;
use crate::config::reader::Setting;
use crate::config::{Listen, TlsFiles, raw};

impl Check<'_> {
    pub(super) fn listen(&mut self, raw: &raw::Listen) -> Option<Listen> {
        let tls = match (&raw.tls_cert.value, &raw.tls_key.value) {
            (Some(cert), Some(key)) => Some(TlsFiles {
                cert: PathBuf::from(cert),
                key: PathBuf::from(key),
            }),
            (None, None) => None,
            (Some(_), None) => self.refuse(&raw.tls_cert, "needs tls_key beside it"),
            (None, Some(_)) => self.refuse(&raw.tls_key, "needs tls_cert beside it"),
        };
        let eas: Option<SocketAddr> =
            self.parsed(&raw.eas, "an address and port, such as 0.0.0.0:443");
        let admin = self.parsed(&raw.admin, "an address and port, such as 127.0.0.1:9090");
        if eas.is_some_and(|eas| Some(eas) == admin && eas.port() != 0) {
            self.problem(&raw.admin, "is the same address as listen.eas");
        }
        let hooks = self.hooks_address(&raw.hooks, &[&raw.eas, &raw.admin]);
        Some(Listen {
            eas: eas?,
            admin: admin?,
            hooks,
            control: self.control(&raw.control),
            tls,
        })
    }

    fn hooks_address(
        &mut self,
        setting: &Setting<Option<String>>,
        others: &[&Setting<String>],
    ) -> Option<SocketAddr> {
        let text = setting.value.as_ref()?;
        let Ok(address) = text.parse::<SocketAddr>() else {
            let what = format!("is an address and port, such as 127.0.0.1:9091, not {text:?}");
            return self.refuse(setting, &what);
        };
        if address.port() != 0 && others.iter().any(|other| other.value == *text) {
            self.problem(setting, "is the address of another listener");
        }
        Some(address)
    }

    /// A path that the system takes as the address of a socket; one from the root on, since the command line is
    /// used from anywhere.
    fn control(&mut self, setting: &Setting<String>) -> Option<PathBuf> {
        const LONGEST: usize = 100;
        let path = &setting.value;
        if path.is_empty() {
            return None;
        }
        if !path.starts_with('/') {
            self.problem(setting, "is a path from the root on, or empty");
        }
        if path.len() > LONGEST {
            let what = format!("is longer than the {LONGEST} bytes that a socket's path may have");
            self.problem(setting, what);
        }
        Some(PathBuf::from(path))
    }
}
