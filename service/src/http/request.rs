//! A request that has been parsed and checked: everything a command needs to know of it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use protocol::query::RequestLine;
use protocol::version::Version;

use crate::http::receipt::ReceiptId;

pub use crate::secret::Secret;

/// One POST to the EAS address, authenticated, its body complete and within the limits.
///
/// A parked request should not keep this: take what is needed and drop the rest, the body first.
#[derive(Clone, Debug)]
pub struct EasRequest {
    /// The request line, plain or base64.
    pub line: RequestLine,
    /// The version that the device speaks, one of [`Dispatch::versions`](crate::http::Dispatch::versions).
    pub version: Version,
    /// Who asks.
    pub identity: Identity,
    /// The policy key of the query or of `X-MS-PolicyKey`. Absent on Ping of some clients.
    pub policy_key: Option<u32>,
    /// The body, decompressed. Empty when there is none.
    pub body: Bytes,
    /// What the body says it is.
    pub body_type: BodyType,
    /// The connection it came on.
    pub connection: ConnectionInfo,
    /// Answers to this device that its sending this request proves received (rule R12): they went out on
    /// the same connection end to end.
    pub proven: Vec<ReceiptId>,
    /// The `User-Agent` header, cut to 256 characters.
    pub user_agent: Arc<str>,
    /// Whether ItemOperations may be answered in the multipart form.
    pub accept_multipart: bool,
    /// Names the request in the log and in `X-Request-Id`.
    pub request_id: RequestId,
    /// When the head of the request had been read.
    pub arrived: Instant,
}

/// What a body says it is, by `Content-Type` (MS-ASHTTP 2.2.1.1.2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BodyType {
    /// WBXML, or not said.
    Wbxml,
    /// A message: SendMail, SmartReply and SmartForward before 14.0.
    Message,
    /// Something else.
    Other,
}

/// Who asks: an account that has proved itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// The account's name as the users file or backend has it; the key of everything that is kept.
    pub account: AccountName,
    /// The address of the account, when it is known.
    pub address: Option<Arc<str>>,
    /// The password, for backends that are opened with the user's own credentials.
    pub secret: Secret,
}

/// Canonical name of an account: `user` or `user@domain`, lower case.
///
/// Two ways to log in to one account give the same name. Cheap to clone.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// A name that is canonical already.
    #[must_use]
    pub fn new(canonical: &str) -> Self {
        Self(Arc::from(canonical))
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the last `@`, or all of it.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0
            .rsplit_once('@')
            .map_or(self.as_str(), |(local, _)| local)
    }

    /// The part after the last `@`.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.0.rsplit_once('@').map(|(_, domain)| domain)
    }
}

/// Names a connection within this process.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnectionId(pub u64);

/// Names a request: unique within this process, and unlikely to be met again in another.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The connection a request came on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConnectionInfo {
    /// The connection to us; behind a proxy it may carry requests of many clients.
    pub id: ConnectionId,
    /// The client, seen through trusted proxies. Its port is 0 when a proxy does not pass it on.
    pub peer: SocketAddr,
    /// Whether a trusted proxy stands between.
    pub route: Route,
    /// How the client's or the proxy's connection to us is protected.
    pub transport: Transport,
}

/// How a request got here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route {
    /// From the client itself, as far as can be known.
    Direct,
    /// Through a trusted proxy.
    Proxied,
}

/// How the connection to us is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Not at all: loopback, or a proxy that ends TLS.
    Plain,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Transport {
    /// The name for the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names_split_at_the_last_at() {
        let name = AccountName::new("a@b@example.org");
        assert_eq!(
            (name.local_part(), name.domain()),
            ("a@b", Some("example.org"))
        );
        assert_eq!(AccountName::new("anna").domain(), None);
    }
}
