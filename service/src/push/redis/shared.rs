//! What the channel and its connection share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::sync::Semaphore;
use tracing::{debug, info, warn};

use super::link::{Link, LinkError};
use super::message::{Message, Sender};
use super::owed::Owed;
use super::place::Place;
use super::server::RedisSettings;
use crate::ids::AccountId;
use crate::metrics::{ChannelMetrics, HintFate};
use crate::push::channel::{ChannelError, Epoch, Hint, HintSink, Seen, Topic};

/// Hints that may be on their way to Redis at once; who comes then has to come again.
const UNDERWAY_MAX: usize = 1_024;

/// What the channel and its connection share.
pub(super) struct Shared {
    pub(super) settings: RedisSettings,
    pub(super) sender: Sender,
    metrics: ChannelMetrics,
    sink: OnceLock<Weak<dyn HintSink>>,
    link: Mutex<Option<Arc<Link>>>,
    /// Twice the number of connections so far, plus one while one stands.
    epoch: AtomicU64,
    owed: Owed,
    underway: Semaphore,
}

impl Shared {
    pub(super) fn new(settings: RedisSettings, sender: Sender, metrics: ChannelMetrics) -> Self {
        Self {
            settings,
            sender,
            metrics,
            sink: OnceLock::new(),
            link: Mutex::new(None),
            epoch: AtomicU64::new(0),
            owed: Owed::default(),
            underway: Semaphore::new(UNDERWAY_MAX),
        }
    }

    pub(super) fn epoch(&self) -> Epoch {
        match self.epoch.load(Ordering::SeqCst) {
            packed if packed % 2 == 1 => Epoch::Live(packed / 2 + 1),
            packed => Epoch::Down(packed / 2),
        }
    }

    pub(super) fn attach(&self, sink: Weak<dyn HintSink>) {
        let attached = self.sink.set(sink);
        debug_assert!(attached.is_ok(), "a channel has one sink");
        // The link may be up already; whoever is told twice compares twice.
        self.tell_epoch();
    }

    /// The link that stands.
    pub(super) fn link(&self) -> Option<Arc<Link>> {
        self.lock().clone()
    }

    /// A link stands: every channel is listened to.
    pub(super) fn up(&self, link: &Arc<Link>) {
        let mut current = self.lock();
        *current = Some(Arc::clone(link));
        // R2, R3: the new epoch shows before any hint of it is delivered, and hints are delivered before the sink is
        // told: what is parked from now on gets them, and what was parked before is compared.
        self.epoch.fetch_or(1, Ordering::SeqCst);
        link.let_through();
        drop(current);
        self.metrics.up.set(1);
        self.metrics.connects.inc();
        info!("the channel through Redis is up");
        self.tell_epoch();
    }

    /// That link is over, if it was not known yet.
    pub(super) fn down(&self, number: u64) {
        let mut current = self.lock();
        if current.as_ref().is_none_or(|link| link.number != number) {
            return;
        }
        if let Some(link) = current.take() {
            link.shut();
        }
        // From Live(n) to Down(n).
        self.epoch.fetch_add(1, Ordering::SeqCst);
        drop(current);
        self.metrics.up.set(0);
        warn!(
            "the channel through Redis is down: what is parked is compared with the store until it is back"
        );
        self.tell_epoch();
    }

    fn tell_epoch(&self) {
        if let Some(sink) = self.sink() {
            sink.epoch_changed(self.epoch());
        }
    }

    /// Hands a hint over that came from another node.
    pub(super) fn deliver(&self, hint: &Hint) {
        self.metrics.hints.of(HintFate::Delivered).inc();
        if let Some(sink) = self.sink() {
            sink.hint(hint);
        }
    }

    pub(super) fn count_rubbish(&self) {
        self.metrics.hints.of(HintFate::Rubbish).inc();
    }

    /// Delivers a hint here, and publishes it for the others.
    pub(super) async fn publish(&self, hint: Hint) -> Result<(), ChannelError> {
        if let Some(sink) = self.sink() {
            sink.hint(&hint);
        }
        let Some(link) = self.link() else {
            // Nobody but us can be told at present. The others compare with the store meanwhile, or listen and only we
            // are cut off: they are told when we are back.
            return self.owe(hint.account);
        };
        let Ok(_permit) = self.underway.try_acquire() else {
            self.metrics.hints.of(HintFate::Failed).inc();
            return Err(ChannelError::Refused);
        };
        let began = self.metrics.publish.start_timer();
        match self.send(&link, hint).await {
            Ok(()) => {
                began.observe_duration();
                Ok(())
            }
            Err(error) => {
                began.stop_and_discard();
                self.metrics.hints.of(HintFate::Failed).inc();
                debug!(%error, "a hint was not published");
                link.break_off();
                Err(ChannelError::Refused)
            }
        }
    }

    async fn send(&self, link: &Link, hint: Hint) -> Result<(), LinkError> {
        let place = Place::of(hint.account);
        link.publish(self, place, Message::Hint(hint)).await?;
        self.metrics.hints.of(HintFate::Published).inc();
        Ok(())
    }

    fn owe(&self, account: AccountId) -> Result<(), ChannelError> {
        if self.owed.add(account) {
            self.metrics.hints.of(HintFate::Owed).inc();
            Ok(())
        } else {
            Err(ChannelError::Down)
        }
    }

    /// Tells the other nodes what they could not be told while the channel was away (R9).
    pub(super) async fn pay(&self, link: &Link) {
        while let Some(account) = self.owed.take() {
            let hint = Hint {
                account,
                topic: Topic::Everything,
                seen: Seen::UNKNOWN,
            };
            if let Err(error) = self.send(link, hint).await {
                debug!(%error, "still owed");
                self.owed.add(account);
                link.break_off();
                return;
            }
        }
    }

    fn sink(&self) -> Option<Arc<dyn HintSink>> {
        self.sink.get().and_then(Weak::upgrade)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Link>>> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
