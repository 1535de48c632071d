//! Drives one connection: hyper, and what hyper does not see.
//!
//! hyper reads while a request is served, and drops the handler's future when the peer closes; but not once
//! bytes of a further request lie in its buffer. So the socket itself is watched as well, and a connection
//! whose peer is gone is dropped while it serves. hyper also knows one time-out for "the next head", where a
//! phone may be idle for long but not slow; so that is kept here.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::{self, Instant, Sleep};
use tower::Service;
use tracing::debug;

use crate::http::connection::{Connection, Patience, Socket, Watched};
use crate::http::listener::Server;
use crate::http::listener::tracked::{Arriving, Tracked};

/// Fields that the head of a request may have.
const HEADERS_MAX: usize = 64;
/// How long, and for how many bytes, a peer that still sends is listened to after a refusal, so that it
/// reads the refusal and not a reset connection.
const LINGER: Duration = Duration::from_secs(30);
const LINGER_BYTES: u64 = 256 * 1024 * 1024;

/// How long a connection may take to send a request after a shut-down began.
const LAST_CALL: Duration = Duration::from_secs(2);

/// Why a connection came to its end.
#[derive(Debug)]
enum End {
    /// hyper is done: `Err` when a request was broken off or unreadable.
    Finished(#[expect(dead_code, reason = "for the log")] hyper::Result<()>),
    /// The peer went away while being served.
    Gone,
    /// Nothing came for too long.
    TimedOut,
}

impl Server {
    /// Serves the requests of a connection until it ends.
    pub(super) async fn drive<S>(&self, stream: S, socket: Socket, connection: Arc<Connection>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let limits = &self.parts.limits;
        let watched = Watched::new(stream, Arc::clone(&connection), limits.write_pause);
        let router = self.parts.router.clone();
        let serving = Arc::clone(&connection);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (request, in_flight) = Arriving::begin(request, &serving);
            let answering = router.clone().call(request);
            async move {
                let response = answering.await;
                response.map(|response| Tracked::wrap(response, in_flight))
            }
        });
        let http = http1::Builder::new()
            .half_close(false)
            .header_read_timeout(None)
            .max_headers(HEADERS_MAX)
            .max_buf_size(limits.header_bytes_max)
            .serve_connection(TokioIo::new(watched), service);
        let end = self.until_end(http, &socket, &connection).await;
        debug!(connection = connection.id.0, ?end, "connection ends");
        if matches!(end, End::Gone) && socket.is_broken() {
            connection.failed();
        }
        if connection.lingers() {
            linger(socket).await;
        }
    }

    async fn until_end<H: Http>(&self, http: H, socket: &Socket, connection: &Connection) -> End {
        let limits = &self.parts.limits;
        let stop = self.tasks.token();
        let mut http = pin!(http);
        let mut gone = pin!(socket.peer_gone());
        let mut stopped = pin!(stop.cancelled());
        let mut alarm = pin!(time::sleep(limits.header_timeout));
        let (mut is_gone, mut stopped_at) = (false, None);
        poll_fn(|cx| {
            if stopped_at.is_none() && stopped.as_mut().poll(cx).is_ready() {
                stopped_at = Some(std::time::Instant::now());
                http.as_mut().finish();
            }
            if let Poll::Ready(result) = http.as_mut().poll(cx) {
                return Poll::Ready(End::Finished(result));
            }
            is_gone = is_gone || gone.as_mut().poll(cx).is_ready();
            if is_gone && connection.is_busy() {
                return Poll::Ready(End::Gone);
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
trait Http: Future<Output = hyper::Result<()>> {
    /// Asks for the end after the present answer.
    fn finish(self: Pin<&mut Self>);
}

impl<I, B, S> Http for http1::Connection<I, S>
where
    S: hyper::service::HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
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

/// Reads on for a while and forgets what comes.
async fn linger(mut socket: Socket) {
    let listening = async {
        let mut buffer = vec![0; 64 * 1024];
        let mut left = LINGER_BYTES;
        while let Ok(read @ 1..) = socket.read(&mut buffer).await {
            left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
            if left == 0 {
                break;
            }
        }
    };
    if time::timeout(LINGER, listening).await.is_err() {
        debug!("a refused peer went on sending");
    }
}
