//! The accept loop: sockets, PROXY headers, TLS, and how many of each.
//!
//! It is our own since parked requests need what common servers hide: the socket under hyper, limits before
//! the first byte, and a drain that is more than closing. Each connection is a task of the server's group.

mod drive;
mod plain;
mod serving;
mod tracked;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use socket2::{Domain, SockRef, Socket as RawSocket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::config::{ClientFrom, Limits, Proxy};
use crate::http::connection::{Connection, Parking, Socket, Wire};
use crate::http::proxy::{self, Origin};
use crate::http::request::{ConnectionId, Transport};
use crate::http::tls;
use crate::metrics::{AcceptProblem, ConnectionMetrics};
use crate::tasks::Tasks;

/// Connections that the system keeps until we accept them: a whole fleet after a network fault.
const BACKLOG: i32 = 4_096;
/// When a silent peer is asked for a sign of life, how often, and how many times.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);
/// How long sent bytes may be unacknowledged.
const USER_TIMEOUT: Duration = Duration::from_secs(120);
/// The pause after an accept that failed for want of resources.
const PAUSE: Duration = Duration::from_millis(100);

/// What a server is made of.
pub(crate) struct Parts {
    /// Serves the requests.
    pub(crate) router: Router,
    /// TLS, if it is spoken.
    pub(crate) tls: Option<tls::Acceptor>,
    /// Proxies in front.
    pub(crate) proxy: Proxy,
    /// What a client may take.
    pub(crate) limits: Limits,
    /// What is kept while a request is parked.
    pub(crate) parking: Parking,
    /// What is counted.
    pub(crate) metrics: ConnectionMetrics,
}

/// How many requests may begin at the same time; more than keep every core and reader of the store busy.
const TURNS: usize = 64;

/// Accepts connections on one address and serves their requests.
pub(crate) struct Server {
    parts: Parts,
    handshakes: Semaphore,
    /// Requests that begin at the same time: what each needs for some milliseconds is a hundred times what it needs while
    /// it waits, so that after all have been woken at once their number decides how much memory is used, and stays used.
    turns: Semaphore,
    next_id: AtomicU64,
    tasks: Tasks,
    /// Ends connections that did not finish within the grace period.
    kill: CancellationToken,
}

/// Listens on an address.
///
/// # Errors
/// What the system says.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = RawSocket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

impl Server {
    /// A server whose connections are tasks of `tasks`: asked to finish, the group stops accepting, closes
    /// idle connections, and the others after their present answer.
    pub(crate) fn new(parts: Parts, tasks: Tasks) -> Arc<Self> {
        Arc::new(Self {
            handshakes: Semaphore::new(parts.limits.handshakes_max),
            turns: Semaphore::new(TURNS),
            parts,
            next_id: AtomicU64::new(1),
            tasks,
            kill: CancellationToken::new(),
        })
    }

    /// Accepts until asked to finish.
    pub(crate) fn start(self: &Arc<Self>, listener: TcpListener) {
        let server = Arc::clone(self);
        self.tasks
            .spawn(async move { server.accept(listener).await });
    }

    /// Stops accepting, lets connections finish, and after `grace` ends them.
    pub(crate) async fn drain(&self, grace: Duration) {
        if self.tasks.drain(grace).await > 0 {
            self.kill.cancel();
            self.tasks.drain(Duration::from_secs(1)).await;
        }
    }

    /// Stops accepting and lets connections finish, without waiting.
    pub(crate) fn stop(&self) {
        self.tasks.stop();
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(self.parts.limits.connections_max));
        let stop = self.tasks.token();
        let accepting = async {
            loop {
                let Some(place) = self.place(&places).await else {
                    break;
                };
                match listener.accept().await {
                    Ok((stream, peer)) => self.open(stream, peer, place),
                    Err(error) => self.survive(&error).await,
                }
            }
        };
        stop.run_until_cancelled(accepting).await;
        // Who is in the backlog already has connected, from where it sees things: serve it, then close.
        while let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let Some(Ok((stream, peer))) = listener.accept().now_or_never() else {
                break;
            };
            self.open(stream, peer, place);
        }
    }

    /// A place for one more connection; waits in front of a full house.
    async fn place(&self, places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return Some(place);
        }
        warn!(
            limit = self.parts.limits.connections_max,
            "limits.connections_max is reached"
        );
        self.count(AcceptProblem::Full);
        Arc::clone(places).acquire_owned().await.ok()
    }

    /// Goes on after an error of the system: one connection is lost, not the listener.
    async fn survive(&self, error: &io::Error) {
        const EMFILE: i32 = 24;
        const ENFILE: i32 = 23;
        match error.raw_os_error() {
            Some(EMFILE | ENFILE) => {
                self.count(AcceptProblem::NoFiles);
                warn!(%error, "no file is left for another connection; raise the open file limit");
                time::sleep(PAUSE).await;
            }
            _ => {
                self.count(AcceptProblem::System);
                debug!(%error, "a connection was not accepted");
                // Errors of the one connection (it is gone already) need no pause, others do.
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn open(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        self.parts.metrics.accepted.inc();
        let server = Arc::clone(self);
        self.tasks.spawn(async move {
            let _open = Gauge::up(&server.parts.metrics.open);
            // Made here rather than handed over, which would keep room for it twice: this is most of what an open
            // connection costs.
            let mut talk = pin!(server.talk(stream, peer));
            tokio::select! {
                biased;
                () = server.kill.cancelled() => {}
                () = &mut talk => {}
            }
            drop(place);
        });
    }

    /// From a new socket to its end.
    async fn talk(&self, stream: TcpStream, peer: SocketAddr) {
        // In a box of its own: a handshake is large, and soon over.
        let greeting = Box::pin(self.greet(stream, peer));
        if let Some((wire, socket, connection)) = greeting.await {
            self.drive(wire, socket, connection).await;
        }
    }

    /// From a new socket to one that requests may come on.
    async fn greet(
        &self,
        mut stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<(Wire, Socket, Arc<Connection>)> {
        if let Err(error) = options(&stream) {
            debug!(%error, "options of a socket were not set");
        }
        let id = ConnectionId(self.next_id.fetch_add(1, Ordering::Relaxed));
        let origin = self.origin(&mut stream, peer).await?;
        let socket = Socket::new(stream);
        let Some(acceptor) = &self.parts.tls else {
            let connection = self.connection(id, origin, Transport::Plain);
            return Some((Wire::Plain(socket.clone()), socket, connection));
        };
        let place = self.handshakes.acquire().await.ok()?;
        let handshake = acceptor.accept(socket.clone());
        let stream = self.in_time(handshake, AcceptProblem::Handshake).await?;
        drop(place);
        let connection = self.connection(id, origin, tls::transport(&stream));
        Some((Wire::Tls(Box::new(stream)), socket, connection))
    }

    /// Who connects. `None`: a proxy that did not say it.
    async fn origin(&self, stream: &mut TcpStream, peer: SocketAddr) -> Option<Origin> {
        let proxy = &self.parts.proxy;
        let tells = proxy.client == ClientFrom::ProxyProtocol
            && proxy::is_trusted(proxy, peer.ip().to_canonical());
        if !tells {
            return Some(Origin::of_socket(peer, proxy));
        }
        let header = proxy::read_header(stream);
        let header = self.in_time(header, AcceptProblem::ProxyHeader).await?;
        Some(Origin::of_header(peer, header))
    }

    /// A step before the first request: bounded in time, and counted when it fails.
    async fn in_time<T>(
        &self,
        step: impl Future<Output = io::Result<T>>,
        problem: AcceptProblem,
    ) -> Option<T> {
        match time::timeout(self.parts.limits.handshake_timeout, step).await {
            Ok(Ok(done)) => Some(done),
            Ok(Err(error)) => {
                self.count(problem);
                debug!(%error, ?problem, "a connection was given up");
                None
            }
            Err(_elapsed) => {
                self.count(AcceptProblem::HandshakeTimeout);
                None
            }
        }
    }

    fn connection(
        &self,
        id: ConnectionId,
        origin: Origin,
        transport: Transport,
    ) -> Arc<Connection> {
        Arc::new(Connection::new(
            id,
            origin,
            transport,
            self.parts.parking,
            self.parts.metrics.clone(),
        ))
    }

    fn count(&self, problem: AcceptProblem) {
        self.parts.metrics.problems.of(problem).inc();
    }
}

/// Raises a gauge while it lives.
struct Gauge<'g>(&'g prometheus::IntGauge);

impl<'g> Gauge<'g> {
    fn up(gauge: &'g prometheus::IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Gauge<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Options that find dead phones: a parked connection sends nothing for an hour.
fn options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&KEEPALIVE)?;
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))
}
