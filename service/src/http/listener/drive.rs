//! Drives one connection: waits for requests, has them served, and answers those that were parked.
//!
//! hyper and a handler are there only while a request is being served (`serving`). Between two requests, and while one is
//! parked, the task holds the stream and what it waits for, and that is all that a phone costs. What comes while a request
//! is parked is read up to a bound and kept for later, so that a peer that goes is seen, and TLS may renew its keys.

use std::future::{Future, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::time::{self, Instant};
use tracing::debug;

use crate::http::connection::{Connection, InFlight, Patience, Socket, Watched, Wire, joined};
use crate::http::listener::serving::Turn;
use crate::http::listener::{Server, plain};
use crate::http::parked::{Finish, Parked};

/// How long, and for how many bytes, a peer that still sends is listened to after a refusal, so that it
/// reads the refusal and not a reset connection.
const LINGER: Duration = Duration::from_secs(30);
const LINGER_BYTES: u64 = 256 * 1024 * 1024;

/// How long a connection may take to send a request after a shut-down began.
pub(super) const LAST_CALL: Duration = Duration::from_secs(2);

/// Bytes that are read at once while nothing is served: a whole request of a phone that waits.
const READ: usize = 4_096;
/// Bytes that are read ahead of a parked request's answer. What is more stays in the socket.
const AHEAD_MAX: usize = 4_096;

/// A connection's stream, and what was read from it and not yet looked at.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stream: Watched<Wire>,
    pub(super) ahead: Bytes,
}

impl Server {
    /// Serves the requests of a connection until it ends.
    pub(super) async fn drive(&self, wire: Wire, socket: Socket, connection: Arc<Connection>) {
        let pause = self.parts.limits.write_pause;
        let mut line = Line {
            stream: Watched::new(wire, Arc::clone(&connection), pause),
            ahead: Bytes::new(),
        };
        // What is soon over has a box of its own, gone with it, and is no part of what this task keeps.
        loop {
            if line.ahead.is_empty() {
                if !Box::pin(self.listen(&mut line, &connection)).await {
                    break;
                }
            } else {
                // It may have come with the end of a body, and then nobody has noted it: a connection that seemed to
                // rest would be served and rest again without end.
                connection.head_was_read_ahead();
            }
            let Ok(turn) = self.turns.acquire().await else {
                break; // never closed
            };
            let serving = Box::pin(self.serve(line, turn, &socket, &connection));
            line = match serving.await {
                Turn::Over => break,
                Turn::Rests(line) => line,
                Turn::Parked(mut line, mut parked, in_flight) => {
                    let Some(finish) = line.wait(&mut parked, &socket).await else {
                        debug!("the client of a parked request is gone");
                        if socket.is_broken() {
                            line.stream.failed();
                        }
                        break;
                    };
                    let answering = Box::pin(self.answer(line, parked, finish, in_flight));
                    match answering.await {
                        Some(line) => line,
                        None => break,
                    }
                }
            };
        }
        if connection.lingers() {
            Box::pin(linger(socket)).await;
        }
    }

    /// Waits until something has come. `false`: nothing did for too long, or nothing more will.
    async fn listen(&self, line: &mut Line, connection: &Connection) -> bool {
        let limits = &self.parts.limits;
        let patience = connection.patience(limits.header_timeout, limits.idle_timeout);
        let (deadline, is_new) = match patience {
            Patience::Head(deadline) => (deadline, true),
            Patience::Idle(deadline) => (deadline, false),
            Patience::Endless => return false, // nothing is served here
        };
        let deadline = Instant::from_std(deadline);
        let stop = self.tasks.token();
        tokio::select! {
            biased;
            came = line.read() => return came,
            () = stop.cancelled() => {}
            () = time::sleep_until(deadline) => return false,
        }
        // Who has connected and said nothing yet sees us as we were before.
        let last_call = deadline.min(Instant::now() + LAST_CALL);
        is_new
            && time::timeout_at(last_call, line.read())
                .await
                .unwrap_or(false)
    }

    /// Writes the answer of a parked request. `None`: the connection is over.
    async fn answer(
        &self,
        mut line: Line,
        parked: Box<Parked>,
        finish: Finish,
        in_flight: InFlight,
    ) -> Option<Line> {
        let mut manners = parked.manners();
        manners.keep_alive &= !self.tasks.token().is_cancelled();
        let bytes = plain::encode(parked.respond(finish).await?, manners).await;
        // What comes from here on is the next request.
        drop(in_flight);
        let written = async {
            line.stream.write_all(&bytes).await?;
            line.stream.flush().await?;
            if !manners.keep_alive {
                line.stream.shutdown().await?;
            }
            io::Result::Ok(())
        };
        match written.await {
            Ok(()) => manners.keep_alive.then_some(line),
            Err(error) => {
                debug!(%error, "an answer was not written");
                None
            }
        }
    }
}

impl Line {
    /// Reads what there is, and waits if there is nothing. `false`: nothing more will come.
    async fn read(&mut self) -> bool {
        match poll_fn(|cx| poll_some(&mut self.stream, cx)).await {
            Ok(bytes) if !bytes.is_empty() => {
                self.ahead = bytes;
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    /// Waits for an answer. `None`: the client is gone.
    async fn wait(&mut self, parked: &mut Parked, socket: &Socket) -> Option<Finish> {
        let mut gone: Option<Pin<Box<dyn Future<Output = ()> + Send>>> = None;
        poll_fn(|cx| {
            if let Poll::Ready(finish) = parked.poll_end(cx) {
                return Poll::Ready(Some(finish));
            }
            while self.ahead.len() < AHEAD_MAX {
                match ready!(poll_some(&mut self.stream, cx)) {
                    Ok(bytes) if !bytes.is_empty() => self.ahead = joined(&self.ahead, &bytes),
                    Ok(_) | Err(_) => return Poll::Ready(None),
                }
            }
            // No more is read: a peer that goes is seen by the socket alone.
            let gone = gone.get_or_insert_with(|| Box::pin(gone_from(socket.clone())));
            gone.as_mut().poll(cx).map(|()| None)
        })
        .await
    }
}

async fn gone_from(socket: Socket) {
    socket.peer_gone().await;
}

/// Reads once. Empty: the peer has closed its side.
fn poll_some(stream: &mut Watched<Wire>, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    let mut room = [MaybeUninit::uninit(); READ];
    let mut buffer = ReadBuf::uninit(&mut room);
    ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
    Poll::Ready(Ok(Bytes::copy_from_slice(buffer.filled())))
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
