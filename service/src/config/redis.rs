//! Settings for Redis.

use std::path::PathBuf;

/// Where nodes tell each other of changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Redis {
    /// Host and port, tried in order; never empty.
    pub addresses: Vec<(String, u16)>,
    /// Whether TLS protects the connections.
    pub tls: bool,
    /// The database.
    pub database: u16,
    /// What is there.
    pub kind: RedisServers,
    /// User to sign in as.
    pub user: Option<String>,
    /// File with the password.
    pub password_file: Option<PathBuf>,
    /// File with certificates that are trusted instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// What all channels begin with.
    pub prefix: String,
}

/// What is found at the addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RedisServers {
    /// One server.
    Single,
    /// Sentinels, which watch a master of this name.
    Sentinel(String),
    /// Members of a Redis Cluster.
    Cluster,
}
