//! Phones in a process of their own: a process may have so many files open, and no more.
//!
//! The parent writes the squad and then storms, a line of JSON each; the child writes reports. Times are those of the
//! machine's monotonic clock, which all processes share.

use std::io::{self, BufRead, Write};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use protocol::command::ServerId;
use protocol::device::ItemCopy;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Squad;
use crate::hand::Place;
use crate::phone::{By, Report, Storm, Told};

/// Reports that may wait to be written.
const REPORTS_MAX: usize = 4096;

/// Orders that may wait.
const ORDERS_MAX: usize = 16;

/// A report as it is written.
#[derive(Debug, Deserialize, Serialize)]
struct Line {
    phone: usize,
    /// Of the monotonic clock.
    at_ns: u64,
    push: bool,
    told: Said,
}

/// What a phone was told, as it is written.
#[derive(Debug, Deserialize, Serialize)]
enum Said {
    SetUp,
    Announced { inbox: bool, folder: bool },
    Added(String, Copy),
    Changed(String, Copy),
    Gone(String),
    Doubled(String),
    Restarted,
    Trouble(String),
    Stopped,
}

/// What the ledger wants to know of an item.
#[derive(Debug, Deserialize, Serialize)]
struct Copy {
    subject: String,
    read: bool,
    flagged: bool,
}

/// The monotonic clock at a moment that is known here.
#[derive(Clone, Copy, Debug)]
struct Epoch {
    instant: Instant,
    ns: u64,
}

/// Lets a squad live in a process of its own.
///
/// # Errors
/// The process cannot be started, or ends.
pub(crate) async fn start(
    squad: Squad,
    reports: Sender<Report>,
    mut storms: watch::Receiver<Storm>,
) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("cannot find myself")?;
    let mut child = Command::new(program)
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start another process of phones")?;
    let mut to = child.stdin.take().context("it hears nothing")?;
    let from = child.stdout.take().context("it says nothing")?;
    let mut line = serde_json::to_vec(&squad)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    let epoch = Epoch::now();
    let mut lines = BufReader::new(from).lines();
    loop {
        tokio::select! {
            line = lines.next_line() => {
                let Some(line) = line? else {
                    bail!("a process of phones ended: {}", child.wait().await?);
                };
                let report = read(&serde_json::from_str(&line)?, epoch)?;
                if reports.send(report).await.is_err() {
                    return Ok(());
                }
            }
            Ok(()) = storms.changed() => {
                let Storm { number, fraction } = *storms.borrow_and_update();
                to.write_all(format!("[{number},{fraction}]\n").as_bytes()).await?;
            }
        }
    }
}

/// Is such a process, until the parent closes our input.
///
/// # Errors
/// The parent says what we do not understand.
pub(crate) async fn serve() -> anyhow::Result<()> {
    raise_files();
    let mut orders = orders();
    let first = orders.recv().await.context("nobody says what to do")?;
    let squad: Squad = serde_json::from_str(&first)?;
    let (sender, mut reports) = mpsc::channel(REPORTS_MAX);
    let (rain, storms) = watch::channel(Storm::default());
    let mut phones = JoinSet::new();
    phones.spawn(squad.live(sender, storms));
    let epoch = Epoch::now();
    let mut out = io::BufWriter::new(io::stdout());
    loop {
        tokio::select! {
            report = reports.recv() => {
                let Some(report) = report else {
                    return phones.join_next().await.context("the phones are gone")??;
                };
                let mut line = serde_json::to_vec(&write(report, epoch))?;
                line.push(b'\n');
                // The parent reads on, so this does not take long.
                out.write_all(&line)?;
                if reports.is_empty() {
                    out.flush()?;
                }
            }
            order = orders.recv() => {
                let Some(order) = order else {
                    return Ok(());
                };
                let (number, fraction) = serde_json::from_str(&order)?;
                rain.send_replace(Storm { number, fraction });
            }
        }
    }
}

/// Lines of our input, until it ends.
pub(crate) fn orders() -> Receiver<String> {
    let (sender, orders) = mpsc::channel(ORDERS_MAX);
    // It ends with the process: a read of our input cannot be called off.
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    orders
}

/// As many open files as the system allows us.
pub(crate) fn raise_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // What is not granted shows when it is needed.
    let _refused = setrlimit(Resource::Nofile, raised);
}

impl Epoch {
    fn now() -> Self {
        let now = clock_gettime(ClockId::Monotonic);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let rest = u64::try_from(now.tv_nsec).unwrap_or(0);
        Self {
            instant: Instant::now(),
            ns: seconds * 1_000_000_000 + rest,
        }
    }

    fn ns(self, at: Instant) -> u64 {
        let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let later = ns(at.saturating_duration_since(self.instant));
        let earlier = ns(self.instant.saturating_duration_since(at));
        self.ns.saturating_add(later).saturating_sub(earlier)
    }

    fn instant(self, ns: u64) -> Instant {
        if ns >= self.ns {
            self.instant + Duration::from_nanos(ns - self.ns)
        } else {
            let before = Duration::from_nanos(self.ns - ns);
            self.instant.checked_sub(before).unwrap_or(self.instant)
        }
    }
}

fn write(report: Report, epoch: Epoch) -> Line {
    let told = match report.told {
        Told::SetUp => Said::SetUp,
        Told::Announced(places) => Said::Announced {
            inbox: places.contains(&Place::Inbox),
            folder: places.contains(&Place::Folder),
        },
        Told::Added(item, copy) => Said::Added(item.as_str().to_owned(), copy.into()),
        Told::Changed(item, copy) => Said::Changed(item.as_str().to_owned(), copy.into()),
        Told::Gone(item) => Said::Gone(item.as_str().to_owned()),
        Told::Doubled(item) => Said::Doubled(item.as_str().to_owned()),
        Told::Restarted => Said::Restarted,
        Told::Trouble(trouble) => Said::Trouble(trouble),
        Told::Stopped => Said::Stopped,
    };
    Line {
        phone: report.phone,
        at_ns: epoch.ns(report.at),
        push: report.by == By::Push,
        told,
    }
}

fn read(line: &Line, epoch: Epoch) -> anyhow::Result<Report> {
    let item = |text: &str| ServerId::parse(text).context("an item's id");
    let told = match &line.told {
        Said::SetUp => Told::SetUp,
        Said::Announced { inbox, folder } => {
            let places = [(*inbox, Place::Inbox), (*folder, Place::Folder)];
            let named = places.into_iter().filter(|(named, _)| *named);
            Told::Announced(named.map(|(_, place)| place).collect())
        }
        Said::Added(id, copy) => Told::Added(item(id)?, copy.into()),
        Said::Changed(id, copy) => Told::Changed(item(id)?, copy.into()),
        Said::Gone(id) => Told::Gone(item(id)?),
        Said::Doubled(id) => Told::Doubled(item(id)?),
        Said::Restarted => Told::Restarted,
        Said::Trouble(trouble) => Told::Trouble(trouble.clone()),
        Said::Stopped => Told::Stopped,
    };
    Ok(Report {
        phone: line.phone,
        at: epoch.instant(line.at_ns),
        by: if line.push { By::Push } else { By::Request },
        told,
    })
}

impl From<ItemCopy> for Copy {
    fn from(copy: ItemCopy) -> Self {
        Self {
            subject: copy.subject,
            read: copy.read,
            flagged: copy.flagged,
        }
    }
}

impl From<&Copy> for ItemCopy {
    fn from(copy: &Copy) -> Self {
        Self {
            subject: copy.subject.clone(),
            read: copy.read,
            flagged: copy.flagged,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let epoch = Epoch::now();
        let elsewhere = Epoch::now();
        let copy = ItemCopy {
            subject: "load x 1".to_owned(),
            read: true,
            ..ItemCopy::default()
        };
        let report = Report {
            phone: 3,
            at: Instant::now(),
            by: By::Push,
            told: Told::Added(ServerId::from_numbers(5, 1), copy.clone()),
        };
        let at = report.at;
        let line = serde_json::to_string(&write(report, epoch)).unwrap();
        let again = read(&serde_json::from_str(&line).unwrap(), elsewhere).unwrap();
        let apart = again.at.max(at) - again.at.min(at);
        assert!(apart < Duration::from_millis(1), "{apart:?}");
        let Told::Added(item, told) = again.told else {
            panic!("{:?}", again.told);
        };
        assert_eq!((item.as_str(), told), ("5:1", copy));
    }
}
