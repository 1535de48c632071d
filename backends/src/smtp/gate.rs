//! A stream whose writes can be held up: the hook between the last line of a message and the dot after it.
//!
//! lettre writes message and dot in one call. Its stream is ours, below TLS if there is TLS, so shutting the gate
//! when the last piece of the message has been taken keeps the dot from the wire until the gate is opened, and for
//! good if it never is.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_rustls::client::TlsStream;

/// Holds up the writes of one stream.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    knocked: Notify,
}

#[derive(Debug, Default)]
struct State {
    mode: Mode,
    waiting: Option<Waker>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Mode {
    #[default]
    Open,
    Shut,
    Walled,
}

impl Gate {
    /// Writes wait from now on.
    pub(super) fn shut(&self) {
        self.state().mode = Mode::Shut;
    }

    /// Writes go on.
    pub(super) fn open(&self) {
        self.set(Mode::Open);
    }

    /// Writes fail from now on: nothing of what is waiting, here or in TLS, ever goes out.
    pub(super) fn wall_up(&self) {
        self.set(Mode::Walled);
    }

    /// Until something waits to be written.
    pub(super) async fn knocked(&self) {
        self.knocked.notified().await;
    }

    fn set(&self, mode: Mode) {
        let mut state = self.state();
        state.mode = mode;
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    /// Ready when a write may go on.
    fn poll(&self, context: &Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state();
        match state.mode {
            Mode::Open => Poll::Ready(Ok(())),
            Mode::Walled => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
            Mode::Shut => {
                state.waiting = Some(context.waker().clone());
                drop(state);
                self.knocked.notify_one();
                Poll::Pending
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A TCP connection behind a gate.
#[derive(Debug)]
pub(super) struct Gated {
    stream: TcpStream,
    gate: Arc<Gate>,
}

impl Gated {
    /// An open gate.
    pub(super) fn new(stream: TcpStream) -> (Self, Arc<Gate>) {
        let gate = Arc::new(Gate::default());
        let gated = Self {
            stream,
            gate: Arc::clone(&gate),
        };
        (gated, gate)
    }
}

impl AsyncTokioStream for Gated {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Gated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.gate.poll(context) {
            Poll::Ready(Ok(())) => Pin::new(&mut self.stream).poll_write(context, bytes),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// TLS from the first byte, over a gate.
pub(super) struct Secured(pub(super) TlsStream<Gated>);

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secured(..)")
    }
}

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
