//! The owner of one connection: what is going on on it, and which answers went out.
//!
//! Reachable from a request's extensions as `Arc<Connection>`. The stream below hyper reports bytes, flushes
//! and errors; the service above reports requests; the driver asks what to wait for.
//!
//! What is known of an answer, precisely: its last byte went to hyper's buffer when the body was polled to
//! its end (`buffered`); hyper flushes its buffer and then the stream, so the next flush of the stream that
//! succeeds means that the socket has taken all of it ([`receipt::Fate::Written`](crate::http::receipt::Fate::Written)). The next request counts as proof
//! only if its first byte was read after that, so that a request sent ahead proves nothing. (Known limit: one
//! whose first bytes came in the same read as the end of the body before it is not seen to be sent ahead, and
//! its remaining bytes count as new. Devices do not send ahead.)

mod rewound;
mod sent;
mod stream;
mod wire;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::http::parked::Parked;
use crate::http::receipt::ReceiptId;
use crate::http::request::{ConnectionId, Route, Transport};
use crate::metrics::ConnectionMetrics;

pub(crate) use rewound::{Rewound, joined};
pub(crate) use sent::{Ledger, Ledgers, Owner, Sent};
pub(crate) use stream::{Socket, Watched};
pub(crate) use wire::Wire;

/// The owner of one connection.
#[derive(Debug)]
pub struct Connection {
    /// Its name.
    pub id: ConnectionId,
    /// Who opened it, or, with the PROXY protocol, who opened the one to the proxy.
    pub peer: SocketAddr,
    /// Whether a trusted proxy opened it.
    pub route: Route,
    /// How it is protected.
    pub transport: Transport,
    /// Whether [`Self::peer`] and this connection are one, end to end.
    pub(crate) end_to_end: EndToEnd,
    parking: Parking,
    ledger: Ledger,
    state: Mutex<State>,
    metrics: ConnectionMetrics,
}

/// Whether a connection belongs to one client from end to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum EndToEnd {
    /// No proxy that we know of, or one that told of this one client when it connected.
    Yes,
    /// A proxy that sends requests of many clients through it.
    No,
}

/// What is kept of HTTP while a request is parked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Parking {
    /// Nothing: the connection's driver waits, and answers.
    Shed,
    /// All of it: the handler waits.
    Held,
}

#[derive(Debug)]
struct State {
    /// Requests whose answer has not left yet.
    in_flight: usize,
    /// Since when the head of a request is on its way.
    head_since: Option<Instant>,
    /// Since when nothing is going on.
    idle_since: Instant,
    /// The body of the present request is still coming.
    body_open: bool,
    /// Bytes came after the present request, while it was being served.
    pipelined: bool,
    /// Reading or writing failed.
    errored: bool,
    /// The peer may still be sending when we close.
    linger: bool,
    /// An answer was handed over that the socket has not all of yet.
    unflushed: bool,
    /// What the present request has left to the driver.
    parked: Option<Box<Parked>>,
    /// Answers in hyper's buffer.
    buffered: Vec<Arc<Sent>>,
    /// Answers that were written and not proved.
    written: Vec<Arc<Sent>>,
}

/// How long a connection may go on without news.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Patience {
    /// A request is being served: as long as it takes.
    Endless,
    /// The head of a request is awaited to its end, or at all on a new connection.
    Head(Instant),
    /// Nothing is going on.
    Idle(Instant),
}

/// What follows the head of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Following {
    /// A body.
    Body,
    /// Nothing.
    Nothing,
}

/// Keeps a request counted as in flight; dropped when its answer has been handed over or given up.
#[derive(Debug)]
pub(crate) struct InFlight(Option<Arc<Connection>>);

/// Answers whose proof may still come on one connection; more are left in doubt.
const KEPT_MAX: usize = 64;

impl Patience {
    /// Until `latest` at most, unless a request is being served.
    pub(crate) fn at_most(self, latest: Option<Instant>) -> Self {
        match (self, latest) {
            (Self::Head(until), Some(latest)) => Self::Head(until.min(latest)),
            (Self::Idle(until), Some(latest)) => Self::Idle(until.min(latest)),
            (patience, _) => patience,
        }
    }
}

impl Connection {
    /// A connection that was just made.
    pub(crate) fn new(
        id: ConnectionId,
        origin: crate::http::proxy::Origin,
        transport: Transport,
        parking: Parking,
        metrics: ConnectionMetrics,
    ) -> Self {
        let now = Instant::now();
        Self {
            id,
            peer: origin.peer,
            route: origin.route,
            transport,
            end_to_end: origin.end_to_end,
            parking,
            ledger: Ledger::default(),
            metrics,
            state: Mutex::new(State {
                in_flight: 0,
                head_since: Some(now),
                idle_since: now,
                body_open: false,
                pipelined: false,
                errored: false,
                linger: false,
                unflushed: false,
                parked: None,
                buffered: Vec::new(),
                written: Vec::new(),
            }),
        }
    }

    /// The head of a request was read, and perhaps a body follows.
    pub(crate) fn begin(self: &Arc<Self>, body: Following) -> InFlight {
        let mut state = self.state();
        state.in_flight += 1;
        state.head_since = None;
        state.body_open = body == Following::Body;
        drop(state);
        InFlight(Some(Arc::clone(self)))
    }

    /// Whether a parked request may be left to the driver.
    pub(crate) fn sheds(&self) -> bool {
        self.parking == Parking::Shed
    }

    /// Leaves a parked request to the driver.
    pub(crate) fn park(&self, parked: Box<Parked>) {
        self.state().parked = Some(parked);
    }

    /// Whether the present request was left to the driver.
    pub(crate) fn is_parked(&self) -> bool {
        self.state().parked.is_some()
    }

    /// What the present request has left, and what keeps it in flight.
    pub(crate) fn take_parked(self: &Arc<Self>) -> Option<(Box<Parked>, InFlight)> {
        let parked = self.state().parked.take()?;
        Some((parked, InFlight(Some(Arc::clone(self)))))
    }

    /// Whether nothing is going on, and nothing is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.state();
        state.in_flight == 0 && state.head_since.is_none() && !state.unflushed
    }

    /// The beginning of a head was read while the request before it was served: it is awaited to its end.
    pub(crate) fn head_was_read_ahead(&self) {
        let mut state = self.state();
        if state.in_flight == 0 {
            state.head_since.get_or_insert_with(Instant::now);
        }
    }

    /// The body of the present request is complete.
    pub(crate) fn body_read(&self) {
        self.state().body_open = false;
    }

    /// Whether a request is being served.
    pub(crate) fn is_busy(&self) -> bool {
        self.state().in_flight > 0
    }

    /// How long to wait.
    pub(crate) fn patience(&self, head: Duration, idle: Duration) -> Patience {
        let state = self.state();
        match state.head_since {
            _ if state.in_flight > 0 => Patience::Endless,
            Some(since) => Patience::Head(since + head),
            None => Patience::Idle(state.idle_since + idle),
        }
    }

    /// The answers that went out on it, when it belongs to one client.
    pub(crate) fn ledger(&self) -> Option<&Ledger> {
        match self.end_to_end {
            EndToEnd::Yes => Some(&self.ledger),
            EndToEnd::No => None,
        }
    }

    /// Notes that the peer may still be sending when the connection is closed.
    pub(crate) fn linger(&self) {
        self.state().linger = true;
    }

    /// Whether to wait for the peer to stop sending.
    pub(crate) fn lingers(&self) -> bool {
        self.state().linger
    }

    /// The body of an answer is in hyper's buffer, completely.
    pub(crate) fn buffered(&self, sent: Arc<Sent>) {
        self.state().buffered.push(sent);
    }

    /// The body of an answer was given up.
    pub(crate) fn given_up(&self, sent: &Sent) {
        self.count_broken(usize::from(sent.break_off()));
    }

    /// Bytes were read.
    fn saw_bytes(&self) {
        let mut state = self.state();
        match (state.in_flight, state.head_since) {
            (0, None) => {
                state.head_since = Some(Instant::now());
                self.ledger.acknowledge();
            }
            (0, Some(_)) => {}
            (_, _) if state.body_open => {}
            (_, _) => state.pipelined = true,
        }
    }

    /// All that was buffered is in the socket.
    fn flushed(&self) {
        let mut state = self.state();
        state.unflushed = false;
        if state.buffered.is_empty() {
            return;
        }
        let written = std::mem::take(&mut state.buffered);
        for sent in &written {
            sent.write_off();
        }
        state.written.retain(|sent| !sent.is_settled());
        let room = KEPT_MAX.saturating_sub(state.written.len());
        state.written.extend(written.into_iter().take(room));
    }

    /// Reading or writing failed: what is not proved is broken at once.
    pub(crate) fn failed(&self) {
        let mut state = self.state();
        state.errored = true;
        let lost: Vec<Arc<Sent>> = state.written.drain(..).collect();
        drop(state);
        self.count_broken(lost.iter().filter(|sent| sent.break_off()).count());
    }

    /// The connection is gone.
    pub(crate) fn ended(&self) {
        let mut state = self.state();
        let errored = state.errored;
        let unflushed = std::mem::take(&mut state.buffered);
        drop(state);
        self.count_broken(unflushed.iter().filter(|sent| sent.break_off()).count());
        if errored {
            self.failed();
        }
    }

    fn finish(&self) {
        let mut state = self.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        state.idle_since = Instant::now();
        state.unflushed = true;
        state.body_open = false;
        if std::mem::take(&mut state.pipelined) {
            state.head_since = Some(state.idle_since);
        }
    }

    fn count_broken(&self, count: usize) {
        if count > 0 {
            self.metrics
                .broken_answers
                .inc_by(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight {
    /// The request goes on with what it has left to the driver, who takes it up again.
    pub(crate) fn pass_on(mut self) {
        self.0 = None;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            connection.finish();
        }
    }
}

/// Tells the receipts of a device that its request proves.
pub(crate) fn proven(ledger: Option<&Ledger>, owner: &Owner) -> Vec<ReceiptId> {
    ledger.map(|ledger| ledger.prove(owner)).unwrap_or_default()
}
