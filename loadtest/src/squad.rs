//! Phones of one process, of those that a scenario asks for.

pub(crate) mod worker;

use std::time::{Duration, Instant};

use protocol::device::{Heartbeats, Profile, PushStyle};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::dice::Dice;
use crate::phone::{Cuts, Phone, Report, Storm, profile};
use crate::scenario::{Family, Phones, PushBy};
use crate::wire::{Server, Trust, Way, source};

/// Which phones, and where they go.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Squad {
    /// Where the service is.
    pub(crate) url: String,
    /// Tells the phones of this run from those of all others.
    pub(crate) run: String,
    /// The number of the first phone, and how many there are.
    pub(crate) first: usize,
    pub(crate) count: usize,
    /// User and password of all accounts; phone after phone has the next one.
    pub(crate) logins: Vec<(String, String)>,
    /// Time between two phones that begin, those of all processes counted, in milliseconds.
    pub(crate) ramp_ms: u64,
    pub(crate) source_addresses: u8,
    pub(crate) phones: Phones,
    pub(crate) ca_file: Option<std::path::PathBuf>,
    pub(crate) seed: u64,
}

/// What a phone's network is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Network {
    Steady,
    Slow,
    /// Out of reach now and then.
    Vanishing,
}

/// The network of a phone: the same whoever asks.
pub(crate) fn network(phones: &Phones, seed: u64, number: usize) -> Network {
    let drawn = Dice::new(seed ^ u64::try_from(number).unwrap_or(0).rotate_left(24)).share();
    if drawn < phones.slow {
        Network::Slow
    } else if drawn < phones.slow + phones.vanishing {
        Network::Vanishing
    } else {
        Network::Steady
    }
}

impl Squad {
    /// Lets the phones live until nobody wants their reports any more.
    ///
    /// # Errors
    /// When the URL or the certificates are of no use.
    pub(crate) async fn live(
        self,
        reports: Sender<Report>,
        storms: watch::Receiver<Storm>,
    ) -> anyhow::Result<()> {
        let trust = if self.url.starts_with("https:") {
            let ca_file = self.ca_file.as_deref();
            Some(Trust::new(ca_file, self.phones.resumption)?)
        } else {
            None
        };
        let begin = Instant::now();
        let ramp = Duration::from_millis(self.ramp_ms);
        let mut tasks = JoinSet::new();
        let numbers = (self.first..self.first + self.count).zip(0u32..);
        for (number, behind) in numbers {
            let phone = self.phone(number, trust.as_ref())?;
            tasks.spawn(phone.live(begin + ramp * behind, reports.clone(), storms.clone()));
        }
        drop(reports);
        tasks.join_all().await;
        Ok(())
    }

    /// The phone with this number.
    ///
    /// # Errors
    /// The URL is of no use.
    pub(crate) fn phone(&self, number: usize, trust: Option<&Trust>) -> anyhow::Result<Phone> {
        let (server, user) = self.server(number, trust)?;
        let network = network(&self.phones, self.seed, number);
        let phone = Phone::of_family(self.profile(number), number, &user, (&self.run, server));
        let seed = self.seed ^ u64::try_from(number)?;
        let cuts = if network == Network::Vanishing {
            let away = Duration::from_secs(self.phones.vanish_for_s);
            Cuts::new(self.phones.vanish_every_s, seed).away_for(away)
        } else {
            Cuts::new(self.phones.cut_every_s, seed)
        };
        Ok(phone.with_cuts(cuts).hanging_up(self.phones.hang_up))
    }

    /// Where the phone with this number goes, and how; and its user.
    ///
    /// # Errors
    /// The URL is of no use.
    pub(crate) fn server(
        &self,
        number: usize,
        trust: Option<&Trust>,
    ) -> anyhow::Result<(Server, String)> {
        let network = network(&self.phones, self.seed, number);
        let way = Way {
            tls: trust.map(Trust::phone),
            source: source(number, self.source_addresses),
            bytes_per_s: (network == Network::Slow).then_some(self.phones.slow_bytes_per_s),
        };
        let (user, password) = self
            .logins
            .get(number % self.logins.len().max(1))
            .ok_or_else(|| anyhow::anyhow!("there are no accounts"))?;
        let server = Server::reached_by(way, &self.url, user, password)?;
        Ok((server, user.clone()))
    }

    fn profile(&self, number: usize) -> Profile {
        let mut chosen = match self.phones.family {
            Family::Mixed => profile(number),
            Family::Ios => Profile::ios(),
            Family::Aosp => Profile::aosp(),
            Family::Samsung => Profile::samsung(),
        };
        match self.phones.push {
            None => {}
            Some(PushBy::Ping) => chosen.push_style = PushStyle::Ping,
            Some(PushBy::Sync) => chosen.push_style = PushStyle::Sync,
        }
        if let Some(heartbeat) = self.phones.heartbeat_s {
            chosen.heartbeats = Heartbeats {
                start_s: heartbeat,
                min_s: heartbeat,
                max_s: heartbeat,
                step_s: 0,
                patience_s: chosen.heartbeats.patience_s,
            };
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_phones_are_what_was_asked_for() {
        let phones = Phones {
            slow: 0.2,
            vanishing: 0.1,
            ..Phones::default()
        };
        let count = |wanted| {
            let drawn = (0..10_000).map(|number| network(&phones, 1, number));
            drawn.filter(|network| *network == wanted).count()
        };
        assert!((1850..2150).contains(&count(Network::Slow)));
        assert!((850..1150).contains(&count(Network::Vanishing)));
        assert_eq!(network(&Phones::default(), 1, 5), Network::Steady);
    }
}
