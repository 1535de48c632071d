//! Who may call: by network, and by a token.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::config::Network;

/// Those who may call.
pub(crate) struct Callers {
    token: Zeroizing<String>,
    networks: Vec<Network>,
}

impl Callers {
    /// Whoever shows `token` from one of `networks`.
    pub(crate) fn new(token: Zeroizing<String>, networks: Vec<Network>) -> Self {
        Self { token, networks }
    }

    pub(super) fn may_connect(&self, peer: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(peer))
    }

    /// Whether the token is shown: `Bearer`, or as the password of `Basic` under whatever name, which is all that some
    /// callers can do.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let value = headers.get(AUTHORIZATION);
        let Some((scheme, rest)) = value
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.trim().split_once(' '))
        else {
            return false;
        };
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.is_token(rest.as_bytes());
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return false;
        }
        let Ok(decoded) = STANDARD.decode(rest).map(Zeroizing::new) else {
            return false;
        };
        let colon = decoded.iter().position(|byte| *byte == b':');
        let password = colon.and_then(|colon| decoded.get(colon + 1..));
        password.is_some_and(|password| self.is_token(password))
    }

    fn is_token(&self, shown: &[u8]) -> bool {
        !self.token.is_empty() && bool::from(self.token.as_bytes().ct_eq(shown))
    }
}
