//! The fleet at work: phones are set up, changes are made, and the ledger is kept until it balances.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time;

use crate::dice::Dice;
use crate::hand::{Hand, Marks, Place};
use crate::ledger::{Change, Figures, Ledger, Message};
use crate::phone::{Cuts, Phone, Report, Storm};
use crate::wire::Server;

/// Reports that may wait for the ledger.
const REPORTS_MAX: usize = 4096;
/// Between two lines about the progress.
const PROGRESS: Duration = Duration::from_secs(2);
/// How long nothing may come after the ledger balances.
const QUIET: Duration = Duration::from_secs(1);

/// An account that phones use.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// As it signs in.
    pub(crate) user: String,
    /// Its password.
    pub(crate) password: String,
    /// Where its mail is.
    pub(crate) maildir: PathBuf,
}

/// How much is done.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Plan {
    /// How many phones; the accounts get one after the other.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) devices: u32,
    /// How many changes, in all accounts together.
    #[arg(long, value_name = "M", default_value_t = 100)]
    pub(crate) changes: u64,
    /// Time between two changes, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 50)]
    pub(crate) interval_ms: u64,
    /// Time between two phones that begin, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 20)]
    pub(crate) ramp_ms: u64,
    /// How long set-up may take, and how long the last change may take to be everywhere, in seconds.
    #[arg(long, value_name = "S", default_value_t = 60)]
    pub(crate) patience_s: u64,
    /// Messages of an account, at most: then one is removed for each that would come.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) messages_max: usize,
    /// Each phone loses its connections about every so many seconds; 0: never.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) cut_every_s: u64,
    /// Chooses the changes.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) devices: usize,
    pub(crate) accounts: usize,
    /// Changes that phones were never told.
    pub(crate) lost: usize,
    pub(crate) figures: Figures,
    pub(crate) elapsed: Duration,
}

impl Outcome {
    /// Whether every change was told once to everybody.
    pub(crate) fn balances(&self) -> bool {
        let figures = &self.figures;
        self.lost + figures.doubled + figures.unexpected + figures.stopped == 0
    }
}

/// Runs phones of `accounts` against the server at `url`.
///
/// # Errors
/// When a Maildir cannot be changed, the phones cannot be set up, or the user has enough.
pub(crate) async fn run(url: &str, accounts: &[Account], plan: &Plan) -> anyhow::Result<Outcome> {
    ensure!(!accounts.is_empty(), "there are no accounts");
    let run = run_name();
    let mut fleet = Fleet::new(accounts, plan, &run)?;
    let mut tasks = JoinSet::new();
    let (sender, mut reports) = mpsc::channel(REPORTS_MAX);
    let ramp = Duration::from_millis(plan.ramp_ms);
    let begin = Instant::now();
    let (_no_storms, storms) = watch::channel(Storm::default());
    let whose = accounts.iter().cycle().zip(0..plan.devices);
    for (account, number) in whose {
        let server = Server::new(url, &account.user, &account.password)?;
        let phone = usize::try_from(number)?;
        let cuts = Cuts::new(plan.cut_every_s, plan.seed ^ u64::from(number));
        let phone = Phone::new(phone, &account.user, (&run, server), cuts);
        tasks.spawn(phone.live(begin + ramp * number, sender.clone(), storms.clone()));
    }
    drop(sender);
    let outcome = fleet.watch(&mut reports).await;
    tasks.shutdown().await;
    outcome
}

/// The hands and the ledger.
struct Fleet<'p> {
    plan: &'p Plan,
    hands: Vec<Hand>,
    ledger: Ledger,
    dice: Dice,
    devices: usize,
    began: Instant,
    phase: Phase,
    /// The number of the last message.
    last: u64,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Phones are filled until then at the latest.
    SettingUp(Instant),
    /// The next change is due then.
    Changing(Instant),
    /// All changes are made; they are everywhere by then at the latest.
    Settling(Instant),
    /// The ledger balances; nothing more may come until then.
    Quiet(Instant),
}

impl<'p> Fleet<'p> {
    fn new(accounts: &[Account], plan: &'p Plan, run: &str) -> anyhow::Result<Self> {
        let hand = |account: &Account| {
            Hand::new(&account.maildir, run)
                .with_context(|| format!("cannot use {}", account.maildir.display()))
        };
        let hands = accounts.iter().map(hand).collect::<Result<Vec<_>, _>>()?;
        let devices = usize::try_from(plan.devices)?;
        let phones: Vec<usize> = (0..accounts.len()).cycle().take(devices).collect();
        let now = Instant::now();
        let set_up = Duration::from_millis(plan.ramp_ms) * plan.devices + patience(plan);
        Ok(Self {
            plan,
            ledger: Ledger::new(&phones, hands.len(), &format!("load {run} ")),
            hands,
            dice: Dice::new(plan.seed),
            devices,
            began: now,
            phase: Phase::SettingUp(now + set_up),
            last: 0,
        })
    }

    async fn watch(&mut self, reports: &mut Receiver<Report>) -> anyhow::Result<Outcome> {
        let mut progress = time::interval(PROGRESS);
        loop {
            let (Phase::SettingUp(due)
            | Phase::Changing(due)
            | Phase::Settling(due)
            | Phase::Quiet(due)) = self.phase;
            tokio::select! {
                report = reports.recv() => match report {
                    Some(report) => self.ledger.take(report),
                    None => bail!("all phones are gone"),
                },
                () = time::sleep_until(due.into()) => {
                    if self.due()? {
                        return Ok(self.outcome());
                    }
                }
                _ = progress.tick() => self.tell_progress(),
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
            self.advance();
        }
    }

    /// The phase's time has come; whether all is over.
    fn due(&mut self) -> anyhow::Result<bool> {
        match self.phase {
            Phase::SettingUp(_) => bail!(
                "only {} of {} phones are set up; the last trouble: {:?}",
                self.ledger.set_up(),
                self.devices,
                self.ledger.figures().last_trouble
            ),
            Phase::Changing(due) => {
                self.change()?;
                let next = due + Duration::from_millis(self.plan.interval_ms);
                let made = u64::try_from(self.ledger.figures().changes)?;
                self.phase = if made < self.plan.changes {
                    Phase::Changing(next.max(Instant::now()))
                } else {
                    Phase::Settling(Instant::now() + patience(self.plan))
                };
                Ok(false)
            }
            Phase::Settling(_) | Phase::Quiet(_) => Ok(true),
        }
    }

    /// Goes to the next phase when there is nothing left to wait for.
    fn advance(&mut self) {
        match self.phase {
            Phase::SettingUp(_) if self.ledger.set_up() == self.devices => {
                self.phase = if self.plan.changes == 0 {
                    Phase::Quiet(Instant::now() + QUIET)
                } else {
                    Phase::Changing(Instant::now())
                };
            }
            Phase::Settling(_) if self.ledger.pending() == 0 => {
                self.phase = Phase::Quiet(Instant::now() + QUIET);
            }
            Phase::SettingUp(_) | Phase::Changing(_) | Phase::Settling(_) | Phase::Quiet(_) => {}
        }
    }

    /// Changes something in one of the Maildirs.
    fn change(&mut self) -> anyhow::Result<()> {
        let account = self.dice.below(self.hands.len());
        let hand = self.hands.get(account).context("there are no accounts")?;
        let settled = self.ledger.settled(account);
        let chosen = settled.get(self.dice.below(settled.len())).copied();
        let full = settled.len() >= self.plan.messages_max;
        let (number, place, change) = match (chosen, self.dice.below(10)) {
            (Some((number, message)), 0..6) if full => (number, message.place, Change::Removed),
            (Some((number, message)), 6..) => {
                (number, message.place, other(message, &mut self.dice))
            }
            _ => {
                self.last += 1;
                let place = match self.dice.below(4) {
                    0 => Place::Folder,
                    _ => Place::Inbox,
                };
                (self.last, place, Change::Delivered)
            }
        };
        let there = match change {
            Change::Delivered => hand.deliver(place, number, &self.ledger.subject(number)),
            Change::Marked(marks) => hand.mark(place, number, marks),
            Change::Moved => hand.relocate(place.other(), number),
            Change::Removed => hand.remove(place, number),
        };
        let there = there.context("cannot change the Maildir")?;
        self.ledger.changed(account, number, place, (change, there));
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            devices: self.devices,
            accounts: self.hands.len(),
            lost: self.ledger.pending(),
            figures: self.ledger.figures().clone(),
            elapsed: self.began.elapsed(),
        }
    }

    fn tell_progress(&self) {
        let figures = self.ledger.figures();
        let line = format!(
            "{:>7.1} s  {} of {} phones set up, {} of {} changes made, {} on the way, {} doubled, {} troubles\n",
            self.began.elapsed().as_secs_f64(),
            self.ledger.set_up(),
            self.devices,
            figures.changes,
            self.plan.changes,
            self.ledger.pending(),
            figures.doubled,
            figures.troubles,
        );
        // Progress is a courtesy: nobody may be looking.
        let _unseen = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// What may happen to a message besides its delivery.
fn other(message: Message, dice: &mut Dice) -> Change {
    let Marks { read, flagged } = message.marks;
    match dice.below(4) {
        0 => Change::Removed,
        1 => Change::Marked(Marks {
            read,
            flagged: !flagged,
        }),
        _ => Change::Marked(Marks {
            read: !read,
            flagged,
        }),
    }
}

fn patience(plan: &Plan) -> Duration {
    Duration::from_secs(plan.patience_s)
}

/// Tells this run's phones, files and subjects from those of all others.
pub(crate) fn run_name() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    format!("{:x}", since.unwrap_or_default().as_millis())
}
