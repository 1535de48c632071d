//! A process of handsets.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, ensure};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time;

use super::crew::{Charge, Ends, Note, Order, now_ns};
use super::handset::{Handset, PATIENCE, Wait};
use crate::squad::worker::{orders, raise_files};
use crate::wire::Trust;

/// What all phones look at.
#[derive(Clone, Copy, Debug, Default)]
struct Mode {
    /// How often they were told to wait anew.
    supersedes: u32,
    wait: Wait,
}

/// What a phone says.
enum Said {
    Waiting,
    Ended(Ends),
    /// Why it is of no use any more.
    Failed(anyhow::Error),
}

/// What every phone has of its process.
#[derive(Clone)]
struct Shared {
    mode: watch::Receiver<Mode>,
    says: Sender<Said>,
    at_once: Arc<Semaphore>,
    window: Arc<Semaphore>,
}

/// Is such a process, until the parent closes our input.
///
/// # Errors
/// A phone cannot be set up, or the parent says what we do not understand.
pub(crate) async fn serve() -> anyhow::Result<()> {
    raise_files();
    let mut orders = orders();
    let first = orders.recv().await.context("nobody says what to do")?;
    let charge: Charge = serde_json::from_str(&first)?;
    let trust = match charge.squad.url.starts_with("https:") {
        true => Some(Trust::new(charge.squad.ca_file.as_deref(), true)?),
        false => None,
    };
    let (mode, looked_at) = watch::channel(Mode::default());
    let (says, mut said) = mpsc::channel(4096);
    let shared = Shared {
        mode: looked_at,
        says,
        at_once: Arc::new(Semaphore::new(charge.at_once)),
        window: Arc::new(Semaphore::new(charge.window)),
    };
    let mut phones = JoinSet::new();
    let mut count = 0;
    while let Some(order) = next(&mut orders, &mut said, count).await? {
        match order {
            Order::Enlist(more) => {
                for number in count..count + more {
                    let number = charge.squad.first + number;
                    let (server, user) = charge.squad.server(number, trust.as_ref())?;
                    let id = format!("LOAD{}{number:05}", charge.squad.run);
                    let waits = (charge.long_s, charge.short_s);
                    phones.spawn(life(server, (user, id), waits, shared.clone()));
                }
                count += more;
                for _ in 0..more {
                    match said.recv().await.context("the phones are gone")? {
                        Said::Waiting => {}
                        Said::Ended(_) => anyhow::bail!("a Ping ended while others were set up"),
                        Said::Failed(error) => return Err(error),
                    }
                }
                note(&Note::Waiting)?;
            }
            Order::Then(wait) => {
                mode.send_modify(|mode| mode.wait = wait);
            }
            Order::Supersede(wait) => mode.send_modify(|mode| {
                mode.wait = wait;
                mode.supersedes += 1;
            }),
        }
    }
    phones.shutdown().await;
    Ok(())
}

/// The next order; till then rounds are told as they end.
async fn next(
    orders: &mut Receiver<String>,
    said: &mut Receiver<Said>,
    count: usize,
) -> anyhow::Result<Option<Order>> {
    let mut ended: Option<Ends> = None;
    let mut left = count;
    loop {
        tokio::select! {
            order = orders.recv() => {
                ensure!(left == count, "an order in the middle of a round");
                return Ok(order.map(|order| serde_json::from_str(&order)).transpose()?);
            }
            Some(what) = said.recv() => match what {
                Said::Ended(ends) => {
                    ended = Some(ended.map_or(ends, |all| all.with(ends)));
                    left -= 1;
                    if left == 0 {
                        note(&Note::Ended(ended.take().unwrap_or_default()))?;
                        left = count;
                    }
                }
                Said::Waiting => {}
                Said::Failed(error) => return Err(error),
            }
        }
    }
}

fn note(note: &Note) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(note)?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line)?;
    Ok(out.flush()?)
}

/// A phone from its set-up on.
async fn life(
    server: crate::wire::Server,
    who: (String, String),
    waits: (u32, u32),
    shared: Shared,
) {
    let says = shared.says.clone();
    if let Err(error) = wait(server, who, waits, shared).await {
        // If nobody listens any more, all is over.
        let _over = says.send(Said::Failed(error)).await;
    }
}

async fn wait(
    server: crate::wire::Server,
    (user, id): (String, String),
    waits: (u32, u32),
    shared: Shared,
) -> anyhow::Result<()> {
    let Shared {
        mut mode,
        says,
        at_once,
        window,
    } = shared;
    let place = at_once.acquire().await?;
    let handset = Handset::set_up(server, &user, id, waits).await?;
    let mut stream = handset.connect().await?;
    drop(place);
    let mut supersedes = mode.borrow_and_update().supersedes;
    handset.send(&mut stream, Wait::Long).await?;
    says.send(Said::Waiting).await?;
    let mut taken = Vec::new();
    loop {
        let answer = tokio::select! {
            answer = handset.receive(&mut stream, &mut taken) => {
                let answer = answer?;
                let wait = mode.borrow().wait;
                handset.send(&mut stream, wait).await?;
                answer
            }
            Ok(()) = mode.changed() => {
                let now = *mode.borrow_and_update();
                if now.supersedes == supersedes {
                    continue;
                }
                supersedes = now.supersedes;
                let place = window.acquire().await?;
                let mut newer = handset.connect().await?;
                handset.send(&mut newer, now.wait).await?;
                let answer = handset.receive(&mut stream, &mut taken);
                let answer = time::timeout(PATIENCE, answer).await.context("was not ended")??;
                stream = newer;
                drop(place);
                answer
            }
        };
        taken = Vec::new();
        // How long ago that was, on the clock that all processes share.
        let ago = u64::try_from(answer.at.elapsed().as_nanos()).unwrap_or(0);
        let at_ns = now_ns().saturating_sub(ago);
        says.send(Said::Ended(Ends {
            first_ns: at_ns,
            last_ns: at_ns,
            bytes: answer.bytes,
            others: usize::from(!answer.expired),
        }))
        .await?;
    }
}
