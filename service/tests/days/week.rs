//! The week: accounts, phones and the service, and how time passes for them.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use directpush::clock::{Clock, Hand};
use protocol::command::sync::FilterType;
use protocol::device::Config;
use tokio::task::yield_now;
use tokio::time;

use crate::core::Core;
use crate::mail::Maildir;
use crate::phone::{Flights, Phone, families};
use crate::random::Random;

pub(crate) const ACCOUNTS: [&str; 2] = ["anna", "bert"];
pub(crate) const DAY_S: i64 = 86_400;
/// The longest step: alarms that the week does not know of ring so late at most.
const STEP_MAX: Duration = Duration::from_secs(10);
/// The longest step while something has just happened.
const STEP_BUSY: Duration = Duration::from_secs(5);
/// For so long.
const BUSY: Duration = Duration::from_secs(75);
/// The step when a heartbeat is due: the grain of the park table's alarms.
const STEP_DUE: Duration = Duration::from_millis(250);
/// Looks for rest in vain, after which a moment passes all the same.
const SPINS: u32 = 500;
/// So long.
const MOMENT: Duration = Duration::from_millis(10);
/// By the machine's clock: whatever rests later than this never does.
const REST_MAX: Duration = Duration::from_secs(20);

/// See the module.
pub(crate) struct Week {
    pub(crate) place: tempfile::TempDir,
    pub(crate) clock: Clock,
    pub(crate) hand: Hand,
    pub(crate) core: Option<Core>,
    pub(crate) mail: Vec<Maildir>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) flights: Flights,
    pub(crate) random: Random,
    pub(crate) began: Instant,
    pub(crate) busy_until: Instant,
    /// Since when nobody but the clock has done anything.
    pub(crate) calm_since: Instant,
    pub(crate) restarts: usize,
    pub(crate) messages: u64,
    pub(crate) compared: usize,
    /// While it lives, the runtime does not turn its clock by itself.
    _still: SyncSender<()>,
}

impl Week {
    pub(crate) async fn new(seed: u64) -> Self {
        let (still, until) = sync_channel::<()>(0);
        tokio::task::spawn_blocking(move || until.recv().is_ok());
        let place = tempfile::tempdir().unwrap();
        let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let today = i64::try_from(today.as_secs()).unwrap().div_euclid(DAY_S);
        // All of the week is past for the file system, whose clock nobody turns.
        let (clock, hand) = Clock::turned((today - 9) * DAY_S);
        let mail = ACCOUNTS.map(|account| Maildir::make(&place.path().join("mail").join(account)));
        let core = Core::start(place.path(), &clock).await;
        let now = time::Instant::now().into_std();
        let mut week = Self {
            clock,
            hand,
            core: Some(core),
            mail: mail.into(),
            phones: phones(),
            flights: Flights::new(),
            random: Random::new(seed ^ 0xDA75),
            began: now,
            busy_until: now,
            calm_since: now,
            restarts: 0,
            messages: 0,
            compared: 0,
            place,
            _still: still,
        };
        for account in 0..ACCOUNTS.len() {
            for _ in 0..40 {
                week.deliver(account, "");
            }
        }
        week
    }

    pub(crate) fn now(&self) -> Instant {
        time::Instant::now().into_std()
    }

    /// Lets everything happen that happens without time.
    pub(crate) async fn settle(&mut self) {
        let began = Instant::now();
        let (mut quiet, mut spins) = (0, 0_u32);
        while quiet < 2 {
            let moved = self.move_on();
            yield_now().await;
            yield_now().await;
            let unanswered = self.phones.iter().map(Phone::unanswered).sum();
            let rests = self.core.as_ref().is_none_or(|core| core.rests(unanswered));
            if moved || !rests {
                quiet = 0;
                spins += 1;
                if spins % SPINS == 0 {
                    // It may wait for a moment to pass: for others who write too, for a second look.
                    self.turn(MOMENT).await;
                }
                // Databases and files have threads of their own, which may need this processor.
                std::thread::yield_now();
            } else {
                quiet += 1;
            }
            assert!(
                began.elapsed() < REST_MAX,
                "never rests with {unanswered} requests\n{}\n{}",
                self.core.as_ref().map_or_else(String::new, Core::unrest),
                self.diaries()
            );
        }
    }

    /// Hands answers to phones and requests to the service. Whether there was anything.
    pub(crate) fn move_on(&mut self) -> bool {
        let now = self.now();
        let mut moved = false;
        while let Some(landed) = self.flights.try_join_next() {
            moved = true;
            if let (Ok(landed), Some(core)) = (landed, &self.core) {
                self.phones[landed.phone].landed(core, landed, now);
            }
        }
        for phone in &mut self.phones {
            moved |= phone.act(self.core.as_ref(), &mut self.flights, now);
        }
        if moved {
            self.busy_until = now + BUSY;
        }
        moved
    }

    /// Lets time pass until something is due.
    pub(crate) async fn pass(&mut self, next: Instant) {
        let now = self.now();
        let mut until = next.min(now + STEP_MAX);
        if now < self.busy_until {
            until = until.min(now + STEP_BUSY);
        }
        for phone in &self.phones {
            let times = [phone.until, phone.away_until];
            for time in times.into_iter().flatten().filter(|time| *time > now) {
                until = until.min(time);
            }
        }
        let core = self.core.as_ref().unwrap();
        for row in core.commands.hub.list() {
            until = until.min(now + row.left.max(STEP_DUE));
        }
        let step = until
            .saturating_duration_since(now)
            .max(Duration::from_millis(1));
        self.turn(step).await;
        let now = self.now();
        for phone in &mut self.phones {
            if phone.away_until.is_some_and(|until| until <= now) {
                phone.away_until = None;
                self.calm_since = now;
            }
        }
    }

    pub(crate) async fn turn(&mut self, step: Duration) {
        self.hand.advance(step);
        time::advance(step).await;
    }

    pub(crate) async fn wait_until(&mut self, at: u64) {
        let until = self.began + Duration::from_secs(at);
        self.settle().await;
        while self.now() < until {
            self.pass(until).await;
            self.settle().await;
        }
    }

    pub(crate) fn account_of(&self, phone: usize) -> usize {
        let account = self.phones[phone].account;
        ACCOUNTS.iter().position(|one| *one == account).unwrap()
    }

    pub(crate) fn diaries(&self) -> String {
        let diary = |phone: &Phone| format!("phone {}\n{}", phone.number, phone.judge.diary());
        self.phones
            .iter()
            .map(diary)
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

/// One phone of each kind for each account. On some, windows move at midnight.
fn phones() -> Vec<Phone> {
    let families = families();
    let whose = ACCOUNTS.into_iter().flat_map(|account| {
        let families = families.iter();
        families.map(move |(name, profile)| (account, *name, profile.clone()))
    });
    let phone = |(number, (account, name, profile)): (usize, (&'static str, &str, _))| {
        let mut config = Config::new(profile, account, format!("DAYS{name}{number}"));
        config.filter = filter(number);
        Phone::new(number, account, config)
    };
    whose.enumerate().map(phone).collect()
}

/// What phones ask for: half of them the last three days.
pub(crate) fn filter(phone: usize) -> FilterType {
    if phone.is_multiple_of(2) {
        FilterType::ThreeDays
    } else {
        FilterType::All
    }
}
