//! A service that is killed again and again while phones and other programs change mail.
//!
//! Every message belongs to one phone or to the other program, and only its owner changes it, so that for each there is
//! one right state in the end: what its owner did last. Then the folders must hold that, and every phone must show it.

mod handset;
mod truth;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time;

use crate::dice::Dice;
use crate::fleet::{Account, run_name};
use crate::hand::{Hand, Place as Folder};
use crate::serving::Place;
use crate::wire::Server;
use handset::{Handset, Order, View};
use truth::{Owner, Truth};

/// Orders that wait for a phone.
const ORDERS_MAX: usize = 64;
/// Between two changes, in all accounts together.
const CHANGE_EVERY: Duration = Duration::from_millis(15);
/// Between two comparisons at the end.
const COMPARE_EVERY: Duration = Duration::from_millis(200);
/// Messages of an account before the phones come, so that filling takes several pages.
const FIRST_MESSAGES: u64 = 60;

/// How often, and with how many.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// The `directpush` program, which is started for it.
    #[arg(long, value_name = "PATH", default_value = "directpush")]
    directpush: PathBuf,
    /// How often it is killed.
    #[arg(long, value_name = "N", default_value_t = 50)]
    kills: u32,
    /// How many phones; the accounts get one after the other.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    devices: u32,
    /// How many accounts.
    #[arg(long, value_name = "M", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    accounts: u32,
    /// The longest time for which it runs before it is killed, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 1500, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    alive_ms: u32,
    /// How long the last changes may take to be everywhere, in seconds.
    #[arg(long, value_name = "S", default_value_t = 180)]
    patience_s: u64,
    /// Keep the service's log here.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Chooses changes and moments.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    event: &'static str,
    balanced: bool,
    kills: u32,
    devices: usize,
    accounts: usize,
    /// Messages that were delivered.
    messages: usize,
    /// Changes by the other program and by phones.
    changes: BTreeMap<&'static str, usize>,
    /// What was under way on a phone when it was cut.
    cut: BTreeMap<String, usize>,
    /// From the last kill until all was as it should be, in seconds.
    equal_after_s: Option<f64>,
    /// What must not be.
    wrong: Vec<String>,
}

impl Outcome {
    /// Whether all is as it should be.
    pub(crate) fn is_good(&self) -> bool {
        self.balanced
    }

    /// One line of JSON.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// Kills the service, and compares in the end.
///
/// # Errors
/// When the service does not start, or a Maildir cannot be changed.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Outcome> {
    let accounts = usize::try_from(options.accounts)?;
    let mut place = Place::make(&options.directpush, accounts).await?;
    place.keep_log(options.log.as_deref());
    let mut serving = place.serve().await?;
    let mut scene = Scene::new(options, &place.accounts)?;
    let mut dice = Dice::new(options.seed ^ 0x6B11);
    let longest = usize::try_from(options.alive_ms)?;
    for kill in 0..options.kills {
        // Phones come one after the other, so that some are filled for the first time at any moment.
        scene.add_phones(&serving.url, kill, options.kills)?;
        let alive = Duration::from_millis(u64::try_from(dice.below(longest))?);
        scene.live_for(alive).await?;
        serving.kill().await?;
        serving = place.serve().await?;
        tell(&format!("killed {} of {} times\n", kill + 1, options.kills));
    }
    scene.add_phones(&serving.url, options.kills, options.kills)?;
    let outcome = scene.compare(options).await?;
    serving.end().await?;
    Ok(outcome)
}

fn tell(line: &str) {
    // Progress is a courtesy: nobody may be looking.
    let _unseen = std::io::stderr().lock().write_all(line.as_bytes());
}

/// Accounts and phones.
struct Scene {
    accounts: Vec<Account>,
    hands: Vec<Hand>,
    truth: Arc<Truth>,
    phones: Vec<mpsc::Sender<Order>>,
    tasks: JoinSet<()>,
    devices: u32,
    run: String,
    dice: Dice,
    last: u64,
}

impl Scene {
    fn new(options: &Options, accounts: &[Account]) -> anyhow::Result<Self> {
        let run = run_name();
        let hand = |account: &Account| {
            Hand::new(&account.maildir, &run)
                .with_context(|| format!("cannot use {}", account.maildir.display()))
        };
        let hands: Vec<Hand> = accounts.iter().map(hand).collect::<Result<_, _>>()?;
        let mut scene = Self {
            accounts: accounts.to_vec(),
            truth: Arc::new(Truth::new(&run, hands.len())),
            hands,
            phones: Vec::new(),
            tasks: JoinSet::new(),
            devices: options.devices,
            run,
            dice: Dice::new(options.seed),
            last: 0,
        };
        for account in 0..scene.hands.len() {
            for _ in 0..FIRST_MESSAGES {
                scene.deliver(account)?;
            }
        }
        Ok(scene)
    }

    /// Starts as many phones as there shall be before this kill: all of them by half-time.
    fn add_phones(&mut self, url: &str, kill: u32, kills: u32) -> anyhow::Result<()> {
        let half = (kills / 2).max(1);
        let wanted = (self.devices * (kill + 1)).div_ceil(half).min(self.devices);
        for number in self.phones.len()..usize::try_from(wanted)? {
            let whose = number % self.accounts.len();
            let account = self.accounts.get(whose).context("there are no accounts")?;
            let server = Server::new(url, &account.user, &account.password)?;
            let phone = Handset::new(
                (number, whose),
                &account.user,
                (&self.run, server),
                &self.truth,
            );
            let (sender, orders) = mpsc::channel(ORDERS_MAX);
            self.tasks.spawn(phone.live(orders));
            self.phones.push(sender);
        }
        Ok(())
    }

    /// Changes mail for a while.
    async fn live_for(&mut self, duration: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + duration;
        let mut ticks = time::interval(CHANGE_EVERY);
        while Instant::now() < end {
            self.change()?;
            ticks.tick().await;
        }
        Ok(())
    }

    fn change(&mut self) -> anyhow::Result<()> {
        let account = self.dice.below(self.hands.len());
        match self.dice.below(10) {
            0..4 => self.deliver(account),
            4..6 => self.change_by_hand(account),
            _ => {
                let phone = self.dice.below(self.phones.len());
                let seed = u64::try_from(self.dice.below(usize::MAX))?;
                if let Some(phone) = self.phones.get(phone) {
                    // A phone that is busy has enough to do.
                    let _busy = phone.try_send(Order::Change(seed));
                }
                Ok(())
            }
        }
    }

    /// Delivers a message that belongs to a phone of the account, or to the other program.
    fn deliver(&mut self, account: usize) -> anyhow::Result<()> {
        self.last += 1;
        let devices = usize::try_from(self.devices)?;
        let phone = self.dice.below(devices);
        let owner = if phone % self.hands.len() == account && self.dice.below(3) > 0 {
            Owner::Phone(phone)
        } else {
            Owner::Hand
        };
        let hand = self.hands.get(account).context("there are no accounts")?;
        // Known before it is there: a phone may be told at once.
        self.truth.delivered(account, self.last, owner);
        hand.deliver(Folder::Inbox, self.last, &self.truth.subject(self.last))
            .context("cannot deliver")?;
        Ok(())
    }

    fn change_by_hand(&mut self, account: usize) -> anyhow::Result<()> {
        let hand = self.hands.get(account).context("there are no accounts")?;
        let Some((number, marks)) = self.truth.of_hand(account, &mut self.dice) else {
            return Ok(());
        };
        if self.dice.below(5) == 0 {
            hand.remove(Folder::Inbox, number)?;
            self.truth.removed(account, number);
        } else {
            let marks = truth::other(marks, &mut self.dice);
            hand.mark(Folder::Inbox, number, marks)?;
            self.truth.marked(account, number, marks, Owner::Hand);
        }
        Ok(())
    }

    /// Waits until folders and phones are as they should be.
    async fn compare(mut self, options: &Options) -> anyhow::Result<Outcome> {
        let began = Instant::now();
        let patience = Duration::from_secs(options.patience_s);
        let (mut views, differences) = loop {
            let views = self.views().await?;
            let differences = self.differences(&views)?;
            if differences.is_empty() || began.elapsed() > patience {
                break (views, differences);
            }
            self.open(&views).await;
            time::sleep(COMPARE_EVERY).await;
        };
        let equal_after_s = differences
            .is_empty()
            .then(|| began.elapsed().as_secs_f64());
        let mut wrong = differences;
        let mut cut = BTreeMap::new();
        for view in &mut views {
            wrong.append(&mut view.wrong);
            for (command, count) in &view.cut {
                *cut.entry(command.clone()).or_default() += count;
            }
        }
        self.tasks.shutdown().await;
        Ok(Outcome {
            event: "kills",
            balanced: wrong.is_empty(),
            kills: options.kills,
            devices: self.phones.len(),
            accounts: self.hands.len(),
            messages: usize::try_from(self.last)?,
            changes: self.truth.changes(),
            cut,
            equal_after_s,
            wrong,
        })
    }

    /// A phone is not woken for what it moved and deleted itself: its user sees that when they look there.
    async fn open(&self, views: &[View]) {
        for view in views {
            let lacks = |view: &View| {
                self.truth
                    .lacks_own(view.account, view.phone, &view.contents)
            };
            if let Some(phone) = self.phones.get(view.phone).filter(|_| lacks(view)) {
                // One that is gone is found by the next look.
                let _gone = phone.send(Order::Open).await;
            }
        }
    }

    async fn views(&self) -> anyhow::Result<Vec<View>> {
        let mut views = Vec::new();
        for phone in &self.phones {
            let (sender, view) = oneshot::channel();
            let asked = phone.send(Order::Show(sender)).await;
            ensure!(asked.is_ok(), "a phone is gone");
            views.push(view.await.context("a phone is gone")?);
        }
        Ok(views)
    }

    /// What is not as it should be, in words.
    fn differences(&self, views: &[View]) -> anyhow::Result<Vec<String>> {
        let mut differences = Vec::new();
        for (account, hand) in self.hands.iter().enumerate() {
            let (folders, twins) = hand.contents().context("cannot read the Maildir")?;
            differences.extend(
                twins
                    .iter()
                    .map(|number| format!("message {number} is there twice")),
            );
            let expected = self.truth.expected(account);
            differences.extend(truth::differences("the folders", &expected, &folders));
            for view in views.iter().filter(|view| view.account == account) {
                let who = format!("phone {}", view.phone);
                differences.extend(truth::differences(&who, &expected, &view.contents));
            }
        }
        Ok(differences)
    }
}
