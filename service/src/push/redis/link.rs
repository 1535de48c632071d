//! One connection to Redis, from its beginning to its end: to each server one connection that listens, and one that
//! takes commands. When any of them breaks, the whole link is over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisError, Value};
use thiserror::Error;
use tokio::sync::{Notify, watch};
use tokio::time;

use super::message::{Message, decode, encode};
use super::place::Place;
use super::server::RedisKind;
use super::shared::Shared;

/// Between two proofs that the channel carries.
const BEAT: Duration = Duration::from_secs(3);

/// Longest time for a proof to come back. With [`BEAT`], a connection that is dead and does not say so is found
/// within 7 s.
const BEAT_MAX: Duration = Duration::from_secs(4);

/// Why a link is over.
#[derive(Debug, Error)]
pub(super) enum LinkError {
    /// Redis said so, or cannot be reached.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// A connection that listens was closed: a restart, a subscriber that was too slow, an administrator.
    #[error("the connection was lost")]
    Lost,
    /// What was published did not come back.
    #[error("the channel is silent")]
    Silent,
}

/// A link.
pub(super) struct Link {
    /// Counts the links of this process.
    pub(super) number: u64,
    lanes: Vec<Lane>,
    /// The lane of each place.
    routes: Vec<usize>,
    publish: &'static str,
    open: Arc<AtomicBool>,
    broken: Arc<Notify>,
}

/// The connections to one server.
struct Lane {
    commands: MultiplexedConnection,
    /// Listens as long as it lives.
    _listener: MultiplexedConnection,
    /// Where this lane's beats go.
    beats: Place,
    /// The newest beat that came back.
    heard: watch::Receiver<u64>,
}

impl Link {
    /// Connects, listens to every channel, and proves once that they carry.
    pub(super) async fn open(shared: &Arc<Shared>, number: u64) -> Result<Self, LinkError> {
        let settings = &shared.settings;
        let (subscribe, publish) = match settings.kind {
            RedisKind::Cluster => ("SSUBSCRIBE", "SPUBLISH"),
            RedisKind::Single | RedisKind::Sentinel(_) => ("SUBSCRIBE", "PUBLISH"),
        };
        let mut link = Self {
            number,
            lanes: Vec::new(),
            routes: vec![0; Place::all().count()],
            publish,
            open: Arc::default(),
            broken: Arc::default(),
        };
        for master in settings.masters().await? {
            let Some(beats) = master.places.first().copied() else {
                continue;
            };
            let (heard_sender, heard) = watch::channel(0);
            let ear = Ear {
                shared: Arc::downgrade(shared),
                number,
                open: Arc::clone(&link.open),
                broken: Arc::clone(&link.broken),
                heard: heard_sender,
            };
            let push = move |info: PushInfo| -> Result<(), ()> {
                ear.pushed(&info);
                Ok(())
            };
            let mut listener = settings
                .connect(&master.address, Some(Box::new(push)))
                .await?;
            // One channel for each command: a cluster takes no two slots in one.
            let mut all = redis::pipe();
            for place in &master.places {
                all.cmd(subscribe)
                    .arg(place.channel(&settings.prefix))
                    .ignore();
                if let Some(route) = link.routes.get_mut(place.index()) {
                    *route = link.lanes.len();
                }
            }
            let _confirmed: Value = all.query_async(&mut listener).await?;
            link.lanes.push(Lane {
                commands: settings.connect_master(&master.address).await?,
                _listener: listener,
                beats,
                heard,
            });
        }
        link.beat(shared, 1).await?;
        Ok(link)
    }

    /// Lets hints through from now on.
    pub(super) fn let_through(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    /// Lets no hint through any more.
    pub(super) fn shut(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    /// Says that something does not work.
    pub(super) fn break_off(&self) {
        self.broken.notify_one();
    }

    /// The connection that takes commands for a place. Its commands have a time limit.
    pub(super) fn commands(&self, place: Place) -> Option<MultiplexedConnection> {
        let lane = self.lanes.get(*self.routes.get(place.index())?)?;
        Some(lane.commands.clone())
    }

    /// Publishes a message.
    pub(super) async fn publish(
        &self,
        shared: &Shared,
        place: Place,
        message: Message,
    ) -> Result<(), LinkError> {
        let mut commands = self.commands(place).ok_or(LinkError::Lost)?;
        let mut publish = redis::cmd(self.publish);
        publish.arg(place.channel(&shared.settings.prefix));
        publish.arg(encode(shared.sender, message));
        let _listeners: Value = publish.query_async(&mut commands).await?;
        Ok(())
    }

    /// Proves again and again that the channel carries; ends when it does not.
    pub(super) async fn live(&self, shared: &Shared) -> LinkError {
        let mut beat = 1;
        loop {
            tokio::select! {
                () = self.broken.notified() => return LinkError::Lost,
                () = time::sleep(BEAT) => {}
            }
            beat += 1;
            tokio::select! {
                () = self.broken.notified() => return LinkError::Lost,
                proven = self.beat(shared, beat) => match proven {
                    Ok(()) => shared.pay(self).await,
                    Err(error) => return error,
                },
            }
        }
    }

    async fn beat(&self, shared: &Shared, beat: u64) -> Result<(), LinkError> {
        let all = self.lanes.iter().map(|lane| async move {
            let link = self.number;
            self.publish(shared, lane.beats, Message::Beat { link, beat })
                .await?;
            let mut heard = lane.heard.clone();
            heard
                .wait_for(|heard| *heard >= beat)
                .await
                .map_err(|_| LinkError::Lost)?;
            Ok(())
        });
        let all = futures_util::future::try_join_all(all);
        match time::timeout(BEAT_MAX, all).await {
            Ok(proven) => proven.map(drop),
            Err(_elapsed) => Err(LinkError::Silent),
        }
    }
}

/// Takes what one listening connection hears. Does not block: it is called by who reads the socket.
struct Ear {
    shared: Weak<Shared>,
    number: u64,
    open: Arc<AtomicBool>,
    broken: Arc<Notify>,
    heard: watch::Sender<u64>,
}

impl Ear {
    fn pushed(&self, info: &PushInfo) {
        match info.kind {
            PushKind::Message | PushKind::SMessage => {
                if let Some(Value::BulkString(bytes)) = info.data.get(1) {
                    self.message(bytes);
                }
            }
            PushKind::Disconnection | PushKind::Unsubscribe | PushKind::SUnsubscribe => {
                // A channel that moved to another member of a cluster is as good as a lost connection.
                self.open.store(false, Ordering::SeqCst);
                if let Some(shared) = self.shared.upgrade() {
                    shared.down(self.number);
                }
                self.broken.notify_one();
            }
            _ => {}
        }
    }

    fn message(&self, bytes: &[u8]) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        match decode(bytes) {
            None => shared.count_rubbish(),
            Some((sender, Message::Beat { link, beat })) => {
                if sender == shared.sender && link == self.number {
                    self.heard.send_replace(beat);
                }
            }
            // Our own hints were delivered when they were published.
            Some((sender, Message::Hint(hint))) => {
                if sender != shared.sender && self.open.load(Ordering::SeqCst) {
                    shared.deliver(&hint);
                }
            }
        }
    }
}
