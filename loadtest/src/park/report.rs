//! What came of parking, for people and for programs.

use std::fmt::Write;

use serde::Serialize;

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Parked {
    pub(super) event: &'static str,
    pub(super) devices: usize,
    pub(super) accounts: usize,
    pub(super) tls: bool,
    /// Of the machine, in the last minute before the first round.
    pub(super) load: f64,
    /// Phones that were set up in a second.
    pub(super) set_up_per_s: f64,
    /// Of each Ping beyond the first of every account; of each account beyond the first 200, with its first Ping; and
    /// what is left of the whole.
    pub(super) pss_kib_per_ping: f64,
    pub(super) pss_kib_per_account: f64,
    pub(super) pss_kib_fixed: f64,
    /// Before the first phone.
    pub(super) pss_kib_idle: f64,
    /// The Pings beyond the first 200 with their accounts, divided by them all.
    pub(super) pss_kib_per_ping_with_accounts: f64,
    /// The first and the last of these, after the rounds.
    pub(super) pss_kib_per_ping_after: f64,
    pub(super) pss_kib_per_ping_with_accounts_after: f64,
    /// What the kernel's slabs grew by for each connection, divided by its two ends.
    pub(super) slab_kib_per_ping: f64,
    /// Processor time of the service while all are parked and nothing happens, in percent of one core.
    pub(super) idle_cpu_percent: f64,
    /// The longest answer of a heartbeat that expired, with its head, in bytes.
    pub(super) answer_bytes: usize,
    /// Pings that ended otherwise than they should: a device that was told of a change, or not let wait.
    pub(super) others: usize,
    /// All expire: from the first answer to the last one, in each round.
    pub(super) wake_all_ms: Vec<f64>,
    /// From the first answer until all are parked again.
    pub(super) repark_ms: Vec<f64>,
    /// Processor time of the service in each of these rounds, by the number of Pings.
    pub(super) cpu_us_per_ping: Vec<f64>,
    /// All wait anew on new connections, which ends the older waits: the same.
    pub(super) supersede_wake_all_ms: Vec<f64>,
    pub(super) supersede_repark_ms: Vec<f64>,
    pub(super) supersede_cpu_us_per_ping: Vec<f64>,
}

impl Parked {
    /// One line of JSON.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// A table.
    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        let list = |values: &[f64]| {
            let values = values.iter().map(|value| format!("{value:.0}"));
            values.collect::<Vec<_>>().join(", ")
        };
        let one = |value: f64| format!("{value:.2}");
        for (name, value) in [
            ("Pings parked", self.devices.to_string()),
            ("accounts", self.accounts.to_string()),
            ("load of the machine", one(self.load)),
            ("memory of each, KiB PSS", one(self.pss_kib_per_ping)),
            ("after the rounds", one(self.pss_kib_per_ping_after)),
            ("of each account, KiB PSS", one(self.pss_kib_per_account)),
            ("besides, KiB PSS", format!("{:.0}", self.pss_kib_fixed)),
            ("kernel, KiB of each", one(self.slab_kib_per_ping)),
            ("idle, percent of a core", one(self.idle_cpu_percent)),
            ("answer, bytes", self.answer_bytes.to_string()),
            ("ended otherwise", self.others.to_string()),
            ("all expired after, ms", list(&self.wake_all_ms)),
            ("all parked again after, ms", list(&self.repark_ms)),
            ("processor time of each, us", list(&self.cpu_us_per_ping)),
            (
                "all superseded after, ms",
                list(&self.supersede_wake_all_ms),
            ),
            (
                "all parked again after, ms",
                list(&self.supersede_repark_ms),
            ),
            (
                "processor time of each, us",
                list(&self.supersede_cpu_us_per_ping),
            ),
        ] {
            let _infallible = writeln!(out, "{name:<32}{value}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_has_what_programs_look_for() {
        let parked = Parked {
            event: "park",
            wake_all_ms: vec![80.0, 81.0, 82.0],
            ..Parked::default()
        };
        let object: serde_json::Value = serde_json::from_str(&parked.json().unwrap()).unwrap();
        for key in [
            "pss_kib_per_ping",
            "pss_kib_fixed",
            "wake_all_ms",
            "repark_ms",
        ] {
            assert!(!object[key].is_null(), "{key}");
        }
        assert!(parked.table().contains("80, 81, 82"));
    }
}
