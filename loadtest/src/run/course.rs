//! From the first phone to the last look: what comes in, and what is done when.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::time;

use super::Crew;
use super::choice::choose;
use super::pace::Pace;
use crate::beside::Signed;
use crate::dice::Dice;
use crate::fleet;
use crate::hand::Place;
use crate::inject::{Done, Job};
use crate::latency::Spread;
use crate::ledger::{Change, Ledger};
use crate::phone::Storm;
use crate::scenario::Scenario;
use crate::scrape::{Look, Metrics};

/// Between two lines about the progress.
const PROGRESS: Duration = Duration::from_secs(2);
/// How long nothing may come after the ledger balances.
const QUIET: Duration = Duration::from_secs(1);
/// When a change is tried again that no sender could take.
const AGAIN: Duration = Duration::from_millis(2);

/// What came of a run.
pub(crate) struct Outcome {
    pub(crate) fleet: fleet::Outcome,
    /// Looks at the service.
    pub(crate) looks: Vec<Look>,
    /// How requests that were parked ended.
    pub(crate) ends: BTreeMap<String, f64>,
    /// What clients beside the phones were told, and how much later phones were.
    pub(crate) client: Spread,
    pub(crate) after_client: Signed,
    /// How late a change was begun, at most: more than nothing means that senders were too slow.
    pub(crate) late_max: Duration,
    pub(crate) storms: u64,
    /// From the beginning to the first change.
    pub(crate) first_change: Duration,
}

impl Outcome {
    /// Counts the ends of the run.
    pub(super) fn note_ends(&mut self, before: &Metrics, after: &Metrics) {
        let name = "directpush_park_ends_total";
        let was = before.by(name, "reason");
        for (reason, count) in after.by(name, "reason") {
            let more = count - was.get(&reason).copied().unwrap_or(0.0);
            if more > 0.0 {
                self.ends.insert(reason, more);
            }
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Phones are filled until then at the latest.
    SettingUp(Instant),
    /// All are filled, and park until then.
    Parking(Instant),
    /// Changes are made until then.
    Changing(Instant),
    /// All changes are made; they are everywhere by then at the latest.
    Settling(Instant),
    /// The ledger balances; nothing more may come until then.
    Quiet(Instant),
}

/// The run.
pub(super) struct Course<'s> {
    scenario: &'s Scenario,
    ledger: Ledger,
    began: Instant,
    phase: Phase,
    dice: Dice,
    pace: Pace,
    /// When the next change is due.
    due: Instant,
    /// Not before then, since a sender was busy.
    again: Instant,
    first_change: Instant,
    /// Storms that are yet to come, the next one last.
    storms: Vec<(Instant, f64)>,
    raged: u64,
    /// Accounts with a change that is being made.
    busy: HashSet<usize>,
    last: u64,
    late_max: Duration,
    looks: Vec<Look>,
}

impl<'s> Course<'s> {
    pub(super) fn new(scenario: &'s Scenario, ledger: Ledger, began: Instant) -> Self {
        let ramp = Duration::from_millis(scenario.ramp_ms) * scenario.devices;
        Self {
            scenario,
            ledger,
            began,
            phase: Phase::SettingUp(began + ramp + patience(scenario)),
            dice: Dice::new(scenario.seed),
            pace: Pace::new(&scenario.changes),
            due: began,
            again: began,
            first_change: began,
            storms: Vec::new(),
            raged: 0,
            busy: HashSet::new(),
            last: 0,
            late_max: Duration::ZERO,
            looks: Vec::new(),
        }
    }

    pub(super) async fn run(mut self, crew: &mut Crew) -> anyhow::Result<Outcome> {
        let mut progress = time::interval(PROGRESS);
        loop {
            let until = self.until();
            tokio::select! {
                Some(report) = crew.reports.recv() => self.ledger.take(report),
                Some(done) = crew.done.recv() => self.done(done),
                Some(heard) = crew.heard.recv() => self.ledger.comparison.heard(heard),
                Some(look) = crew.looks.recv() => self.looks.push(look),
                Some(ended) = crew.tasks.join_next() => {
                    ended??;
                    bail!("something ended before its time");
                }
                () = time::sleep_until(until.into()) => {
                    if self.act(crew)? {
                        return Ok(self.outcome());
                    }
                }
                _ = progress.tick() => self.tell(),
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
            self.advance();
        }
    }

    /// When there is something to do.
    fn until(&self) -> Instant {
        match self.phase {
            Phase::Changing(end) => {
                let storm = self.storms.last().map_or(end, |(at, _)| *at);
                end.min(self.due.max(self.again)).min(storm)
            }
            Phase::SettingUp(at) | Phase::Parking(at) | Phase::Settling(at) | Phase::Quiet(at) => {
                at
            }
        }
    }

    /// Something is due; whether all is over.
    fn act(&mut self, crew: &Crew) -> anyhow::Result<bool> {
        let now = Instant::now();
        match self.phase {
            Phase::SettingUp(_) => bail!(
                "only {} of {} phones are set up; the last trouble: {}",
                self.ledger.set_up(),
                self.scenario.devices,
                self.ledger
                    .figures()
                    .last_trouble
                    .as_deref()
                    .unwrap_or("none")
            ),
            Phase::Parking(_) => self.begin(now),
            Phase::Changing(end) if end <= now => {
                self.phase = Phase::Settling(now + patience(self.scenario));
            }
            Phase::Changing(_) => {
                self.rage(crew, now);
                // Not all that is due at once: what comes in meanwhile must be taken.
                if self.due.max(self.again) <= now {
                    self.change(crew, now)?;
                }
            }
            Phase::Settling(_) | Phase::Quiet(_) => return Ok(true),
        }
        Ok(false)
    }

    /// Changes begin.
    fn begin(&mut self, now: Instant) {
        let end = now + Duration::from_secs(self.scenario.duration_s);
        self.first_change = now;
        self.due = if self.scenario.changes.rate > 0.0 {
            now
        } else {
            end
        };
        let storms = self.scenario.storms.iter();
        self.storms = storms
            .map(|storm| (now + Duration::from_secs_f64(storm.at_s), storm.fraction))
            .filter(|(at, _)| *at < end)
            .collect();
        self.storms.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        self.phase = Phase::Changing(end);
    }

    /// Storms that are due.
    fn rage(&mut self, crew: &Crew, now: Instant) {
        while let Some((_, fraction)) = self.storms.pop_if(|(at, _)| *at <= now) {
            self.raged += 1;
            let number = self.raged;
            crew.storms.send_replace(Storm { number, fraction });
        }
    }

    /// Gives a sender something to do, if one is free.
    fn change(&mut self, crew: &Crew, now: Instant) -> anyhow::Result<()> {
        let accounts = usize::try_from(self.scenario.accounts)?;
        let account = self.dice.below(accounts);
        let jobs = crew.jobs.get(account % crew.jobs.len().max(1));
        let jobs = jobs.context("there are no senders")?;
        if self.busy.contains(&account) || jobs.capacity() == 0 {
            // Another account in a moment. The due time stays, so that the rate is kept if it can be.
            self.again = now + AGAIN;
            return Ok(());
        }
        self.late_max = self.late_max.max(now.saturating_duration_since(self.due));
        let changes = &self.scenario.changes;
        let choice = choose(&self.ledger, account, changes, &mut self.dice);
        let number = choice.number.unwrap_or_else(|| {
            self.last += 1;
            self.last
        });
        let job = Job {
            account,
            number,
            place: choice.from,
            deed: choice.deed(|| self.ledger.subject(number)),
        };
        self.busy.insert(account);
        if choice.change == Change::Delivered && choice.to == Place::Inbox {
            self.ledger.comparison.delivering(account, number);
        }
        self.ledger
            .begin(account, number, choice.to, (choice.change, now));
        jobs.try_send(job).context("the senders are gone")?;
        self.due += self.pace.next(&mut self.dice);
        Ok(())
    }

    fn done(&mut self, done: Done) {
        self.busy.remove(&done.account);
        self.ledger.done(done.number, done.before, done.there);
    }

    /// Goes to the next phase when there is nothing left to wait for.
    fn advance(&mut self) {
        let devices = usize::try_from(self.scenario.devices).unwrap_or(usize::MAX);
        match self.phase {
            Phase::SettingUp(_) if self.ledger.set_up() == devices => {
                let settle = Duration::from_secs(self.scenario.settle_s);
                self.phase = Phase::Parking(Instant::now() + settle);
            }
            Phase::Settling(_) if self.ledger.pending() == 0 && self.busy.is_empty() => {
                self.phase = Phase::Quiet(Instant::now() + QUIET);
            }
            Phase::SettingUp(_)
            | Phase::Parking(_)
            | Phase::Changing(_)
            | Phase::Settling(_)
            | Phase::Quiet(_) => {}
        }
    }

    fn outcome(self) -> Outcome {
        let comparison = &self.ledger.comparison;
        Outcome {
            client: comparison.client.spread(),
            after_client: comparison.after_client(),
            fleet: fleet::Outcome {
                devices: usize::try_from(self.scenario.devices).unwrap_or(0),
                accounts: usize::try_from(self.scenario.accounts).unwrap_or(0),
                lost: self.ledger.pending(),
                figures: self.ledger.figures().clone(),
                elapsed: self.began.elapsed(),
            },
            looks: self.looks,
            ends: BTreeMap::new(),
            late_max: self.late_max,
            storms: self.raged,
            first_change: self.first_change.saturating_duration_since(self.began),
        }
    }

    fn tell(&self) {
        let figures = self.ledger.figures();
        let parked = self.looks.last().and_then(|look| look.parked);
        let line = format!(
            "{:>7.1} s  {} of {} set up, {} parked, {} changes, {} on the way, {} doubled, {} troubles\n",
            self.began.elapsed().as_secs_f64(),
            self.ledger.set_up(),
            self.scenario.devices,
            parked.map_or_else(|| "?".to_owned(), |parked| format!("{parked:.0}")),
            figures.changes,
            self.ledger.pending(),
            figures.doubled,
            figures.troubles,
        );
        // Progress is a courtesy: nobody may be looking.
        let _unseen = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

fn patience(scenario: &Scenario) -> Duration {
    Duration::from_secs(scenario.patience_s)
}
