//! The sections about several nodes.

use crate::config::kind::Kind;
use crate::config::reader::{Section, Setting};
use crate::config::table::{SettingText, Table, line, table};

table! {
    /// Redis (6 or later) or Valkey, through which several nodes tell each other of changes. Nothing is kept there that
    /// cannot be lost, and while it is away phones wait on: what is parked is compared with the store every few seconds.
    Redis {
        /// Where it is: `redis://host:6379/0`, or `rediss://` for TLS. Empty: this is the only node.
        /// No password here: it belongs in `password_file`.
        url: Option<String> = None,
        /// Further addresses (`host:port`) of the sentinels or the members of the cluster, which are tried in order.
        more: Vec<String> = Vec::new(),
        /// What is there: `single`, `sentinel`: sentinels, which know where `master` is, or `cluster`: a Redis Cluster
        /// (7 or later).
        kind: String = String::from("single"),
        /// Name of the master that the sentinels watch.
        master: Option<String> = None,
        /// User (ACL) to sign in as; with a password and without a user, the default user.
        /// It needs `+@connection +@pubsub +role +cluster|slots` and channels `&directpush:*`.
        user: Option<String> = None,
        /// File with the password; a line end after it does not count.
        password_file: Option<String> = None,
        /// File with certificates, PEM, that are trusted instead of the system's.
        ca_file: Option<String> = None,
        /// What all channels begin with: services that share a Redis need one each.
        prefix: String = String::from("directpush"),
    }
}
