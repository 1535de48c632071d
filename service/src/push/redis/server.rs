//! Where Redis is, and how it is connected to.

use std::fmt;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo,
    ProtocolVersion, PushInfo, RedisConnectionInfo, RedisError, RedisResult, TlsCertificates,
    Value,
};
use zeroize::Zeroizing;

use super::place::Place;

/// Longest time until a connection stands.
const CONNECT_MAX: Duration = Duration::from_secs(3);

/// Longest time until a command is answered.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(2);

/// Takes what a server pushes. Does not block.
pub(super) type Push = Box<dyn Fn(PushInfo) -> Result<(), ()> + Send + Sync>;

/// What is found where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RedisKind {
    /// One server, or an address that leads to one.
    Single,
    /// Sentinels at the addresses, which know where the master of this name is.
    Sentinel(String),
    /// A Redis Cluster, of which the addresses are members.
    Cluster,
}

/// How Redis is reached.
#[derive(Clone)]
pub struct RedisSettings {
    /// Host and port; several for Sentinel and Cluster, which are tried one after the other. Never empty.
    pub addresses: Vec<(String, u16)>,
    /// What is there.
    pub kind: RedisKind,
    /// Whether the connections are protected by TLS.
    pub tls: bool,
    /// Certificates, PEM, that are trusted instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// The user (ACL) to sign in as; without one, the default user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Zeroizing<String>>,
    /// The database; 0 in a cluster.
    pub database: i64,
    /// What all channels and keys begin with.
    pub prefix: String,
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSettings")
            .field("addresses", &self.addresses)
            .field("kind", &self.kind)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// One server that takes commands, and the places that are there.
pub(super) struct Master {
    pub(super) address: (String, u16),
    pub(super) places: Vec<Place>,
}

impl RedisSettings {
    /// Finds the servers that hold the channels.
    pub(super) async fn masters(&self) -> RedisResult<Vec<Master>> {
        let mut last = None;
        for address in &self.addresses {
            let found = match &self.kind {
                RedisKind::Single => Ok(single(address.clone())),
                RedisKind::Sentinel(name) => self.ask_sentinel(address, name).await,
                RedisKind::Cluster => self.ask_cluster(address).await,
            };
            match found {
                Ok(masters) => return Ok(masters),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| wrong("no address")))
    }

    async fn ask_sentinel(&self, at: &(String, u16), name: &str) -> RedisResult<Vec<Master>> {
        // Sentinels have users of their own, mostly none.
        let mut sentinel = self.open(at, None, false).await?;
        let mut ask = redis::cmd("SENTINEL");
        ask.arg("get-master-addr-by-name").arg(name);
        let found: Option<(String, u16)> = ask.query_async(&mut sentinel).await?;
        found
            .map(single)
            .ok_or_else(|| wrong("the sentinel knows no such master"))
    }

    async fn ask_cluster(&self, at: &(String, u16)) -> RedisResult<Vec<Master>> {
        let mut member = self.connect(at, None).await?;
        let slots: Value = redis::cmd("CLUSTER")
            .arg("SLOTS")
            .query_async(&mut member)
            .await?;
        let ranges = ranges(&slots, &at.0).ok_or_else(|| wrong("CLUSTER SLOTS is unreadable"))?;
        let mut masters: Vec<Master> = Vec::new();
        for place in Place::all() {
            let slot = place.slot();
            let range = ranges
                .iter()
                .find(|range| (range.0..=range.1).contains(&slot));
            let (_, _, address) =
                range.ok_or_else(|| wrong("the cluster does not serve all slots"))?;
            match masters.iter_mut().find(|master| master.address == *address) {
                Some(master) => master.places.push(place),
                None => masters.push(Master {
                    address: address.clone(),
                    places: vec![place],
                }),
            }
        }
        Ok(masters)
    }

    /// Connects to a server that takes commands.
    ///
    /// # Errors
    /// Also when it is a replica: what is published there would reach nobody else.
    pub(super) async fn connect_master(
        &self,
        at: &(String, u16),
    ) -> RedisResult<MultiplexedConnection> {
        let mut connection = self.connect(at, None).await?;
        if matches!(self.kind, RedisKind::Sentinel(_)) {
            let role: Value = redis::cmd("ROLE").query_async(&mut connection).await?;
            let is_master = match &role {
                Value::Array(parts) => parts
                    .first()
                    .and_then(word)
                    .is_some_and(|role| role == "master"),
                _ => false,
            };
            if !is_master {
                return Err(wrong("the server is no master yet"));
            }
        }
        Ok(connection)
    }

    /// Connects; what is pushed goes to `push`.
    pub(super) async fn connect(
        &self,
        at: &(String, u16),
        push: Option<Push>,
    ) -> RedisResult<MultiplexedConnection> {
        self.open(at, push, true).await
    }

    async fn open(
        &self,
        (host, port): &(String, u16),
        push: Option<Push>,
        sign_in: bool,
    ) -> RedisResult<MultiplexedConnection> {
        let mut redis = RedisConnectionInfo::default()
            .set_protocol(ProtocolVersion::RESP3)
            .set_skip_set_lib_name();
        if sign_in {
            redis = redis.set_db(self.database);
            if let Some(user) = &self.user {
                redis = redis.set_username(user);
            }
            if let Some(password) = &self.password {
                redis = redis.set_password(password.as_str());
            }
        }
        let mut info: ConnectionInfo = (host.as_str(), *port).into_connection_info()?;
        info = info.set_redis_settings(redis);
        let client = if self.tls {
            let info = info.set_addr(ConnectionAddr::TcpTls {
                host: host.clone(),
                port: *port,
                insecure: false,
                tls_params: None,
            });
            match &self.authorities {
                Some(root) => Client::build_with_tls(
                    info,
                    TlsCertificates {
                        client_tls: None,
                        root_cert: Some(root.clone()),
                    },
                )?,
                None => Client::open(info)?,
            }
        } else {
            Client::open(info)?
        };
        let mut config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_MAX))
            .set_response_timeout(Some(ANSWER_MAX));
        if let Some(push) = push {
            config = config.set_push_sender(push);
        }
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }
}

fn single(address: (String, u16)) -> Vec<Master> {
    vec![Master {
        address,
        places: Place::all().collect(),
    }]
}

/// First and last slot, and whose they are.
type Range = (u16, u16, (String, u16));

/// Reads `CLUSTER SLOTS`: first and last slot and the master of each range. A member that does not know its own
/// address says nothing, and is the one that was asked.
fn ranges(slots: &Value, asked: &str) -> Option<Vec<Range>> {
    let Value::Array(ranges) = slots else {
        return None;
    };
    let range = |range: &Value| {
        let Value::Array(parts) = range else {
            return None;
        };
        let [first, last, master, ..] = parts.as_slice() else {
            return None;
        };
        let Value::Array(master) = master else {
            return None;
        };
        let [host, port, ..] = master.as_slice() else {
            return None;
        };
        let host = word(host).filter(|host| !host.is_empty() && host != "?");
        let host = host.unwrap_or_else(|| asked.to_owned());
        Some((number(first)?, number(last)?, (host, number(port)?)))
    };
    ranges.iter().map(range).collect()
}

fn number(value: &Value) -> Option<u16> {
    match value {
        Value::Int(number) => u16::try_from(*number).ok(),
        _ => None,
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes.clone()).ok(),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    }
}

fn wrong(what: &'static str) -> RedisError {
    (ErrorKind::InvalidClientConfig, what).into()
}
