//! Who looks at whom, and the queues between.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{self, Instant};

use super::body::{self, Kind};
use super::event::{BodyView, TraceEvent};
use super::mask::Style;
use crate::metrics::TraceMetrics;

/// Looks at the same time.
const TAPS_MAX: usize = 8;
/// Events that wait for one who looks.
const QUEUE_MAX: usize = 256;
/// Bytes that wait for one who looks.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Look {
    /// The account's canonical name.
    pub account: String,
    /// Only this device, as it names itself.
    pub device: Option<String>,
    /// How much is shown.
    pub style: Style,
    /// For how long.
    pub duration: Duration,
}

/// As many look as may.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{TAPS_MAX} traces run already; end one of them")]
pub struct TracerFull;

/// Hands what happens to those who look. Clones are one.
#[derive(Clone, Debug)]
pub struct Tracer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// How many look; read by every request.
    active: AtomicUsize,
    next: AtomicU64,
    taps: Mutex<Vec<Place>>,
    metrics: TraceMetrics,
}

/// One who looks, as the tracer knows it.
#[derive(Clone, Debug)]
struct Place {
    id: u64,
    look: Arc<Look>,
    queue: mpsc::Sender<(usize, TraceEvent)>,
    waiting: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
}

/// One who looks. Dropped, it ends.
#[derive(Debug)]
pub struct Tap {
    id: u64,
    tracer: Tracer,
    queue: mpsc::Receiver<(usize, TraceEvent)>,
    waiting: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
    until: Instant,
    over: bool,
}

impl Tracer {
    /// Nobody looks.
    #[must_use]
    pub fn new(metrics: TraceMetrics) -> Self {
        Self(Arc::new(Shared {
            active: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            taps: Mutex::default(),
            metrics,
        }))
    }

    /// Whether anybody looks at anything. Costs one load.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.active.load(Ordering::Relaxed) > 0
    }

    /// Begins to look.
    ///
    /// # Errors
    /// When as many look as may.
    pub fn look(&self, look: Look) -> Result<Tap, TracerFull> {
        let mut taps = self.taps();
        if taps.len() >= TAPS_MAX {
            return Err(TracerFull);
        }
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let until = Instant::now() + look.duration;
        let place = Place {
            id,
            look: Arc::new(look),
            queue: sender,
            waiting: Arc::default(),
            dropped: Arc::default(),
        };
        let tap = Tap {
            id,
            tracer: self.clone(),
            queue,
            waiting: Arc::clone(&place.waiting),
            dropped: Arc::clone(&place.dropped),
            until,
            over: false,
        };
        taps.push(place);
        self.0.active.store(taps.len(), Ordering::Relaxed);
        self.0.metrics.active.inc();
        Ok(tap)
    }

    /// Tells those who look at this account and device. `event` is made once for each who looks, with the body as that
    /// one may see it.
    pub fn tell(
        &self,
        account: &str,
        device: Option<&str>,
        body: (&[u8], Kind),
        event: impl Fn(BodyView) -> TraceEvent,
    ) {
        for place in self.looking(account, device) {
            let view = body::view(body.0, body.1, place.look.style);
            place.put(event(view), &self.0.metrics);
        }
    }

    /// Whether anybody looks at this account and device.
    #[must_use]
    pub fn looks_at(&self, account: &str, device: Option<&str>) -> bool {
        self.is_on() && !self.looking(account, device).is_empty()
    }

    fn looking(&self, account: &str, device: Option<&str>) -> Vec<Place> {
        if !self.is_on() {
            return Vec::new();
        }
        let taps = self.taps();
        let looking = taps.iter().filter(|place| {
            let look = &place.look;
            let same = look
                .device
                .as_deref()
                .is_none_or(|only| device.is_some_and(|device| device.eq_ignore_ascii_case(only)));
            same && look.account == account
        });
        looking.cloned().collect()
    }

    fn taps(&self) -> MutexGuard<'_, Vec<Place>> {
        self.0.taps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Puts an event into the queue, or counts that it was dropped.
    fn put(&self, event: TraceEvent, metrics: &TraceMetrics) {
        let weight = event.weight();
        let before = self.waiting.fetch_add(weight, Ordering::Relaxed);
        let fits = before + weight <= BYTES_MAX;
        if !fits || self.queue.try_send((weight, event)).is_err() {
            self.waiting.fetch_sub(weight, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            metrics.dropped.inc();
        }
    }
}

impl Tap {
    /// The next event; `None` after the last one. Cancel-safe.
    pub async fn next(&mut self) -> Option<TraceEvent> {
        if self.over {
            return None;
        }
        // What was lost came after all that waits.
        if self.queue.is_empty() {
            let events = self.dropped.swap(0, Ordering::Relaxed);
            if events > 0 {
                return Some(TraceEvent::Dropped { events });
            }
        }
        let next = tokio::select! {
            biased; // what still waits at the end is not told: it ends by itself, however much happens
            () = time::sleep_until(self.until) => None,
            next = self.queue.recv() => next,
        };
        let Some((weight, event)) = next else {
            self.over = true;
            return Some(TraceEvent::Over);
        };
        self.waiting.fetch_sub(weight, Ordering::Relaxed);
        Some(event)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let mut taps = self.tracer.taps();
        taps.retain(|place| place.id != self.id);
        self.tracer.0.active.store(taps.len(), Ordering::Relaxed);
        self.tracer.0.metrics.active.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use crate::trace::{Answered, Asked};

    fn tracer() -> (Tracer, Metrics) {
        let metrics = Metrics::new().unwrap();
        (Tracer::new(metrics.trace.clone()), metrics)
    }

    fn look(account: &str, device: Option<&str>) -> Look {
        Look {
            account: account.to_owned(),
            device: device.map(str::to_owned),
            style: Style::Masked,
            duration: Duration::from_secs(600),
        }
    }

    fn tell(tracer: &Tracer, account: &str, device: Option<&str>, body: &[u8]) {
        tracer.tell(account, device, (body, Kind::Other), |body| {
            TraceEvent::Asked(Asked {
                body,
                ..Asked::default()
            })
        });
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_looked_at_is_told_until_the_time_is_over() {
        let (tracer, metrics) = tracer();
        assert!(!tracer.is_on());
        let mut all = tracer.look(look("anna", None)).unwrap();
        let mut one = tracer.look(look("anna", Some("phone1"))).unwrap();
        assert_eq!(metrics.trace.active.get(), 2);
        assert!(tracer.looks_at("anna", Some("PHONE1")) && !tracer.looks_at("bert", None));
        tell(&tracer, "bert", Some("PHONE1"), b"b");
        tell(&tracer, "anna", Some("PHONE2"), b"22");
        tell(&tracer, "anna", Some("PHONE1"), b"1");
        let text = |event: Option<TraceEvent>| match event.unwrap() {
            TraceEvent::Asked(asked) => asked.body.text,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(all.next().await), "[bytes 2]\n");
        assert_eq!(text(all.next().await), "[bytes 1]\n");
        assert_eq!(text(one.next().await), "[bytes 1]\n");
        assert_eq!(one.next().await, Some(TraceEvent::Over));
        assert_eq!(one.next().await, None);
        drop((all, one));
        assert!(!tracer.is_on());
        assert_eq!(metrics.trace.active.get(), 0);
    }

    #[tokio::test]
    async fn one_who_does_not_read_loses_and_learns_how_much() {
        let (tracer, metrics) = tracer();
        let mut tap = tracer.look(look("anna", None)).unwrap();
        for _ in 0..QUEUE_MAX + 5 {
            tell(&tracer, "anna", None, b"x");
        }
        for _ in 0..QUEUE_MAX {
            assert!(matches!(tap.next().await, Some(TraceEvent::Asked(_))));
        }
        assert_eq!(tap.next().await, Some(TraceEvent::Dropped { events: 5 }));
        assert_eq!(metrics.trace.dropped.get(), 5);
        let large = TraceEvent::Answered(Answered {
            body: BodyView {
                bytes: 0,
                text: "x".repeat(BYTES_MAX / 2),
            },
            ..Answered::default()
        });
        for _ in 0..3 {
            tracer.tell("anna", None, (b"", Kind::Wbxml), |_| large.clone());
        }
        assert!(matches!(tap.next().await, Some(TraceEvent::Answered(_))));
        assert_eq!(tap.next().await, Some(TraceEvent::Dropped { events: 2 }));
    }

    #[tokio::test]
    async fn so_many_look_and_no_more() {
        let (tracer, _metrics) = tracer();
        let taps: Vec<Tap> = (0..TAPS_MAX)
            .map(|_| tracer.look(look("anna", None)).unwrap())
            .collect();
        assert_eq!(tracer.look(look("anna", None)).unwrap_err(), TracerFull);
        drop(taps);
        assert!(tracer.look(look("anna", None)).is_ok());
    }
}
