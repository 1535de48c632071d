//! Facts of a request that waits, in a fourth of the room: there are many of them, and hardly anything is known yet.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Counts, Facts};
use crate::ids::{AccountId, DeviceId};
use crate::telemetry::{Rest, Work};

/// What a request that waits has to tell later.
#[derive(Debug)]
pub enum RestingFacts {
    /// What a Ping has.
    Few(FewFacts),
    /// Anything.
    All(Box<Facts>),
}

/// The facts of a Ping that waits.
#[derive(Debug)]
pub struct FewFacts {
    account: AccountId,
    device: DeviceId,
    folder_count: Option<u32>,
    heartbeat_asked_s: Option<u32>,
    heartbeat_granted_s: Option<u32>,
    parked_at: Instant,
    backend_us: u32,
    store_us: u32,
    work: Option<Work>,
    resting: Option<Arc<Rest>>,
}

impl From<Facts> for RestingFacts {
    fn from(facts: Facts) -> Self {
        FewFacts::of(facts).map_or_else(Self::All, Self::Few)
    }
}

impl From<RestingFacts> for Facts {
    fn from(resting: RestingFacts) -> Self {
        match resting {
            RestingFacts::All(facts) => *facts,
            RestingFacts::Few(few) => few.facts(),
        }
    }
}

impl FewFacts {
    /// All that there is; or what there is, when that is more.
    fn of(facts: Facts) -> Result<Self, Box<Facts>> {
        // No field is left out, so that a new one is not lost here.
        let Facts {
            account: Some(account),
            device: Some(device),
            folders: None,
            folder_count,
            classes: None,
            filter: None,
            sync_kind: None,
            client,
            server,
            heartbeat_asked_s,
            heartbeat_granted_s,
            parked_at: Some(parked_at),
            parked: None,
            wake: None,
            change_age: None,
            held: Duration::ZERO,
            backend,
            store,
            recipients: None,
            eas_status: None,
            note: None,
            ref work,
            ref resting,
        } = facts
        else {
            return Err(Box::new(facts));
        };
        let none = Counts::default();
        match (micros(backend), micros(store)) {
            (Some(backend_us), Some(store_us)) if client == none && server == none => Ok(Self {
                account,
                device,
                folder_count,
                heartbeat_asked_s,
                heartbeat_granted_s,
                parked_at,
                backend_us,
                store_us,
                work: work.clone(),
                resting: resting.clone(),
            }),
            _ => Err(Box::new(facts)),
        }
    }

    fn facts(self) -> Facts {
        Facts {
            account: Some(self.account),
            device: Some(self.device),
            folder_count: self.folder_count,
            heartbeat_asked_s: self.heartbeat_asked_s,
            heartbeat_granted_s: self.heartbeat_granted_s,
            parked_at: Some(self.parked_at),
            backend: Duration::from_micros(self.backend_us.into()),
            store: Duration::from_micros(self.store_us.into()),
            work: self.work,
            resting: self.resting,
            ..Facts::default()
        }
    }
}

/// Microseconds, if they are few enough: the log tells milliseconds.
fn micros(duration: Duration) -> Option<u32> {
    u32::try_from(duration.as_micros()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ping() -> Facts {
        let mut facts = Facts {
            account: Some(AccountId(4)),
            device: Some(DeviceId(5)),
            folder_count: Some(3),
            heartbeat_asked_s: Some(900),
            heartbeat_granted_s: Some(840),
            store: Duration::from_micros(1_234),
            ..Facts::default()
        };
        facts.park(Instant::now());
        facts
    }

    #[test]
    fn a_ping_is_few_facts_and_all_of_them_come_back() {
        let facts = ping();
        let told = format!("{facts:?}");
        let resting = RestingFacts::from(facts);
        assert!(matches!(resting, RestingFacts::Few(_)));
        assert_eq!(format!("{:?}", Facts::from(resting)), told);
    }

    #[test]
    fn what_has_more_to_tell_keeps_all_of_it() {
        let more = [
            Facts {
                note: Some("something"),
                ..ping()
            },
            Facts {
                held: Duration::from_millis(1),
                ..ping()
            },
            Facts {
                client: Counts {
                    adds: 1,
                    ..Counts::default()
                },
                ..ping()
            },
            Facts {
                store: Duration::from_secs(5_000),
                ..ping()
            },
            Facts::default(),
        ];
        for facts in more {
            let told = format!("{facts:?}");
            let resting = RestingFacts::from(facts);
            assert!(matches!(resting, RestingFacts::All(_)));
            assert_eq!(format!("{:?}", Facts::from(resting)), told);
        }
    }
}
