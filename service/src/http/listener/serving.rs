//! Serves what comes on a connection by hyper, until nothing is going on or a request has parked.
//!
//! hyper reads while a request is served, and drops the handler's future when the peer closes; but not once
//! bytes of a further request lie in its buffer. So the socket itself is watched as well, and a connection
//! whose peer is gone is dropped while it serves. hyper also knows one time-out for "the next head", where a
//! phone may be idle for long but not slow; so that is kept here.

use std::future::{self, Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::SemaphorePermit;
use tokio::time::{self, Instant, Sleep};
use tower::Service;
use tracing::debug;

use crate::http::connection::{Connection, InFlight, Patience, Rewound, Socket};
use crate::http::listener::Server;
use crate::http::listener::drive::{LAST_CALL, Line};
use crate::http::listener::tracked::{Arriving, Tracked};
use crate::http::parked::Parked;

/// Fields that the head of a request may have.
const HEADERS_MAX: usize = 64;

/// How long a request keeps its turn. What takes longer waits for something, and must not keep others from beginning.
const TURN: Duration = Duration::from_millis(25);

/// How serving went.
pub(super) enum Turn {
    /// The connection has come to its end.
    Over,
    /// Nothing is going on.
    Rests(Line),
    /// The present request is parked.
    Parked(Line, Box<Parked>, InFlight),
}

/// Why serving came to its end.
#[derive(Debug)]
enum End {
    /// hyper is done: `Err` when a request was broken off or unreadable.
    Finished(#[expect(dead_code, reason = "for the log")] hyper::Result<()>),
    /// The peer went away while being served.
    Gone,
    /// Nothing came for too long.
    TimedOut,
    /// The present request is parked.
    Parked,
    /// Nothing is going on.
    Rests,
}

impl Server {
    /// Serves requests while there are any. It was this one's turn to begin.
    pub(super) async fn serve(
        &self,
        line: Line,
        turn: SemaphorePermit<'_>,
        socket: &Socket,
        connection: &Arc<Connection>,
    ) -> Turn {
        let limits = &self.parts.limits;
        let router = self.parts.router.clone();
        let serving = Arc::clone(connection);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (request, in_flight) = Arriving::begin(request, &serving);
            let answering = router.clone().call(request);
            let connection = Arc::clone(&serving);
            async move {
                let response = answering.await;
                if connection.is_parked() {
                    in_flight.pass_on();
                    // hyper is about to be dropped, and this with it.
                    return future::pending().await;
                }
                response.map(|response| Tracked::wrap(response, connection, in_flight))
            }
        });
        let mut http = http1::Builder::new()
            .half_close(false)
            .header_read_timeout(None)
            .max_headers(HEADERS_MAX)
            .max_buf_size(limits.header_bytes_max)
            .serve_connection(TokioIo::new(Rewound::new(line.ahead, line.stream)), service);
        let end = self.until_end(&mut http, turn, socket, connection).await;
        debug!(connection = connection.id.0, ?end, "serving ends");
        match end {
            End::Parked | End::Rests => {
                let parts = http.into_parts();
                let (stream, ahead) = parts.io.into_inner().into_parts(parts.read_buf);
                let line = Line { stream, ahead };
                match connection.take_parked() {
                    Some((parked, in_flight)) => Turn::Parked(line, parked, in_flight),
                    None => Turn::Rests(line),
                }
            }
            End::Gone if socket.is_broken() => {
                connection.failed();
                Turn::Over
            }
            End::Finished(_) | End::Gone | End::TimedOut => Turn::Over,
        }
    }

    async fn until_end<H: Http>(
        &self,
        http: &mut H,
        turn: SemaphorePermit<'_>,
        socket: &Socket,
        connection: &Connection,
    ) -> End {
        let limits = &self.parts.limits;
        let stop = self.tasks.token();
        let mut gone = pin!(socket.peer_gone());
        let mut stopped = pin!(stop.cancelled());
        let mut alarm = pin!(time::sleep(limits.header_timeout));
        let mut turn = Some(turn);
        let mut turn_ends = pin!(time::sleep(TURN));
        let (mut is_gone, mut stopped_at) = (false, None);
        poll_fn(|cx| {
            if stopped_at.is_none() && stopped.as_mut().poll(cx).is_ready() {
                stopped_at = Some(std::time::Instant::now());
                http.finish();
            }
            if let Poll::Ready(result) = Pin::new(&mut *http).poll(cx) {
                return Poll::Ready(End::Finished(result));
            }
            if turn.is_some() && turn_ends.as_mut().poll(cx).is_ready() {
                turn = None;
            }
            if connection.is_parked() {
                return Poll::Ready(End::Parked);
            }
            is_gone = is_gone || gone.as_mut().poll(cx).is_ready();
            if is_gone && connection.is_busy() {
                return Poll::Ready(End::Gone);
            }
            if stopped_at.is_none() && connection.is_idle() {
                return Poll::Ready(End::Rests);
            }
            let patience = connection.patience(limits.header_timeout, limits.idle_timeout);
            let patience = patience.at_most(stopped_at.map(|at| at + LAST_CALL));
            match ring(alarm.as_mut(), patience, cx) {
                Poll::Ready(()) => Poll::Ready(End::TimedOut),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

/// hyper's connection, without its many parameters.
trait Http: Future<Output = hyper::Result<()>> + Unpin {
    /// Asks for the end after the present answer.
    fn finish(&mut self);
}

impl<I, B, S> Http for http1::Connection<I, S>
where
    S: hyper::service::HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    Self: Unpin,
{
    fn finish(&mut self) {
        Pin::new(self).graceful_shutdown();
    }
}

/// Whether patience has come to its end.
fn ring(mut alarm: Pin<&mut Sleep>, patience: Patience, cx: &mut Context<'_>) -> Poll<()> {
    let (Patience::Head(deadline) | Patience::Idle(deadline)) = patience else {
        return Poll::Pending;
    };
    let deadline = Instant::from_std(deadline);
    if alarm.deadline() != deadline {
        alarm.as_mut().reset(deadline);
    }
    alarm.poll(cx)
}
