//! Processes of handsets, which do together what they are told.

use std::collections::VecDeque;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::handset::Wait;
use crate::squad::Squad;

/// What a process of handsets is told first.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Charge {
    pub(super) squad: Squad,
    /// How long a phone waits at each [`Wait`], in seconds.
    pub(super) long_s: u32,
    pub(super) short_s: u32,
    /// Phones that are set up at the same time.
    pub(super) at_once: usize,
    /// Phones that may have two connections at the same time.
    pub(super) window: usize,
}

/// What it is told then, a line each.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) enum Order {
    /// Sets so many more phones up; each waits as soon as it is.
    Enlist(usize),
    /// Who is answered from now on waits so long again.
    Then(Wait),
    /// All wait anew on another connection, for so long; then they are as they were.
    Supersede(Wait),
}

/// What it says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Note {
    /// All that were enlisted have sent their Ping.
    Waiting,
    /// All were ended once, and have sent their Ping again.
    Ended(Ends),
}

/// How the Pings of a round ended.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Ends {
    /// The first and the last answer, of the machine's monotonic clock.
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
    /// The longest answer, in bytes.
    pub(super) bytes: usize,
    /// Answers that were something else than that nothing happened.
    pub(super) others: usize,
}

/// Processes at work. They end when it is dropped.
pub(super) struct Crew {
    workers: Vec<Worker>,
    enlisted: VecDeque<usize>,
}

struct Worker {
    child: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

impl Crew {
    /// Starts a process for each.
    ///
    /// # Errors
    /// One does not start.
    pub(super) async fn start(charges: &[Charge]) -> anyhow::Result<Self> {
        let mut workers = Vec::new();
        for charge in charges {
            let program = std::env::current_exe().context("cannot find myself")?;
            let mut child = Command::new(program)
                .arg("handsets")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .context("cannot start another process of phones")?;
            let to = child.stdin.take().context("it hears nothing")?;
            let from = child.stdout.take().context("it says nothing")?;
            let mut worker = Worker {
                child,
                to,
                from: BufReader::new(from).lines(),
            };
            worker.tell(charge).await?;
            workers.push(worker);
        }
        Ok(Self {
            enlisted: (0..workers.len()).collect(),
            workers,
        })
    }

    /// Sets so many more phones up, in all together.
    ///
    /// # Errors
    /// They are not in time.
    pub(super) async fn enlist(&mut self, count: usize, limit: Duration) -> anyhow::Result<()> {
        // The rest of the division goes to another one each time.
        self.enlisted.rotate_left(1);
        let (each, more) = (count / self.workers.len(), count % self.workers.len());
        for (place, number) in self.enlisted.clone().into_iter().enumerate() {
            let count = each + usize::from(place < more);
            let worker = self.workers.get_mut(number).context("no such process")?;
            worker.tell(&Order::Enlist(count)).await?;
        }
        for note in self.notes(limit).await? {
            ensure!(matches!(note, Note::Waiting), "{note:?} while enlisting");
        }
        Ok(())
    }

    /// Tells all.
    ///
    /// # Errors
    /// One is gone.
    pub(super) async fn tell(&mut self, order: Order) -> anyhow::Result<()> {
        for worker in &mut self.workers {
            worker.tell(&order).await?;
        }
        Ok(())
    }

    /// Waits until all were ended.
    ///
    /// # Errors
    /// They are not in time.
    pub(super) async fn ended(&mut self, limit: Duration) -> anyhow::Result<Ends> {
        let mut all: Option<Ends> = None;
        for note in self.notes(limit).await? {
            let Note::Ended(ends) = note else {
                bail!("{note:?} while they wait");
            };
            all = Some(all.map_or(ends, |all| all.with(ends)));
        }
        all.context("there are no processes")
    }

    /// A note of each.
    async fn notes(&mut self, limit: Duration) -> anyhow::Result<Vec<Note>> {
        let all = async {
            let mut notes = Vec::new();
            for worker in &mut self.workers {
                let Some(line) = worker.from.next_line().await? else {
                    bail!("a process of phones ended: {}", worker.child.wait().await?);
                };
                notes.push(serde_json::from_str(&line)?);
            }
            Ok(notes)
        };
        timeout(limit, all).await.context("the phones take long")?
    }
}

impl Worker {
    async fn tell(&mut self, what: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(what)?;
        line.push(b'\n');
        Ok(self.to.write_all(&line).await?)
    }
}

impl Ends {
    /// Of both.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            first_ns: self.first_ns.min(other.first_ns),
            last_ns: self.last_ns.max(other.last_ns),
            bytes: self.bytes.max(other.bytes),
            others: self.others + other.others,
        }
    }
}

/// The machine's monotonic clock, which all processes share.
pub(super) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}
