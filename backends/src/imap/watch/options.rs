//! Settings of watches.

use std::time::Duration;

/// What can tell us that something changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Listening {
    /// The server calls, for all accounts: no connection for each.
    Hook,
    /// `IDLE` (RFC 2177): one folder a connection. The others are looked at.
    Idle,
    /// `NOTIFY` (RFC 5465): all folders on one connection, which is asked again and again whether it has more to say.
    Notify,
}

/// How accounts are watched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WatchOptions {
    /// What to listen to, best first: the first that site and server offer is taken. Where there is none, accounts are
    /// looked at every [`ImapOptions::poll_every`](crate::imap::ImapOptions::poll_every).
    pub listen: Vec<Listening>,
    /// Connections of all watches. Accounts beyond are looked at.
    pub connections_max: usize,
    /// Longest time without a proof that an `IDLE` connection stands. Servers hang up after half an hour.
    pub idle_proof: Duration,
    /// `IDLE` connections of one account besides that of INBOX, for folders that somebody waits for.
    pub idle_more: usize,
    /// Longest time between two looks at all folders, where the server tells of some only.
    pub sweep_every: Duration,
    /// Longest time between two looks at all folders, where the server tells of all.
    pub proof_every: Duration,
    /// Shortest time between two looks at all folders.
    pub sweep_gap: Duration,
    /// How long after an event `NOTIFY` is asked whether there are more: Dovecot 2.3 keeps some back.
    pub kick_after: Duration,
    /// Longest time for which `NOTIFY` is not asked whether there are more.
    pub kick_every: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            listen: vec![Listening::Hook, Listening::Idle, Listening::Notify],
            connections_max: 20_000,
            idle_proof: Duration::from_secs(9 * 60),
            idle_more: 3,
            sweep_every: Duration::from_secs(60),
            proof_every: Duration::from_secs(15 * 60),
            sweep_gap: Duration::from_secs(2),
            kick_after: Duration::from_secs(1),
            kick_every: Duration::from_secs(20),
        }
    }
}
