//! A TLS session over a socket.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::{ProtocolVersion, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http::tls::session::{PIECE_MAX, Peer, Session};

/// Ciphertext that is read at once, on the stack: the longest record that others send, and its header.
const READ: usize = 16 * 1024 + 256;

/// Makes TLS connections of those that were accepted.
#[derive(Clone)]
pub struct Acceptor(Arc<ServerConfig>);

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").finish_non_exhaustive()
    }
}

impl Acceptor {
    /// One that follows `config`. Early data is refused, whatever that says.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self(config)
    }

    /// Does a handshake. It takes as long as the peer likes: set a limit.
    ///
    /// # Errors
    /// [`InvalidData`](io::ErrorKind::InvalidData) for what is not TLS or cannot be agreed on, after the peer was told
    /// why; [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) for a peer that goes; those of the stream.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        let session = Session::new(Arc::clone(&self.0)).map_err(io::Error::other)?;
        let mut tls = TlsStream {
            stream,
            session,
            blocked: false,
        };
        poll_fn(|cx| tls.poll_handshake(cx)).await?;
        Ok(tls)
    }
}

/// The server's end of a TLS connection.
///
/// While it rests it holds what TLS must remember and no buffers. Reading gives the end of the stream after the peer's
/// close_notify, and [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when it ends without; shutting down says close_notify.
///
/// A peer's request for new keys is answered with the next thing that is written (RFC 8446 4.6.3).
pub struct TlsStream<S> {
    stream: S,
    session: Session,
    /// The stream did not take all that was to be sent, and its writer waits.
    blocked: bool,
}

impl<S> fmt::Debug for TlsStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream").finish_non_exhaustive()
    }
}

impl<S> TlsStream<S> {
    /// The version that was agreed on.
    pub fn version(&self) -> Option<ProtocolVersion> {
        self.session.version()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream<S> {
    fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if let Some(error) = self.session.failure() {
                let _last_words = self.poll_send(cx);
                return Poll::Ready(Err(error.into()));
            }
            ready!(self.poll_send(cx))?;
            if !self.session.is_handshaking() {
                return Pin::new(&mut self.stream).poll_flush(cx);
            }
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            ready!(self.poll_receive(cx, &mut ReadBuf::new(&mut [])))?;
            if self.session.peer() != Peer::Open {
                let why = "the peer left during the handshake";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, why)));
            }
        }
    }

    /// Reads once from the stream.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut room = [MaybeUninit::uninit(); READ];
        let mut received = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut received))?;
        match received.filled_mut() {
            [] => self.session.receive_end(),
            ciphertext => self.session.receive(ciphertext, into),
        }
        Poll::Ready(Ok(()))
    }

    /// Gives the stream all that is to be sent.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.session.to_send().is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(cx, self.session.to_send());
            self.blocked = written.is_pending();
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.session.sent(count),
            }
        }
        self.blocked = false;
        Poll::Ready(Ok(()))
    }

    /// Lets out what reading has made, such as an alert. A writer that waits does it instead, since its wake-up would be
    /// lost to the reader; an error is told to who writes next.
    fn offer(&mut self, cx: &mut Context<'_>) {
        if !self.blocked && !self.session.to_send().is_empty() {
            let _taken = self.poll_send(cx);
            // The reader waits for it, no writer.
            self.blocked = false;
        }
    }

    /// Encrypts bytes, and gives the stream what it takes of them.
    fn poll_encrypted(
        &mut self,
        cx: &mut Context<'_>,
        plaintext: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.session.write(plaintext) {
            Ok(count) => match self.poll_send(cx) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(count)),
            },
            Err(error) => {
                let _last_words = self.poll_send(cx);
                Poll::Ready(Err(error.into()))
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        // What has come already is not told by the stream.
        this.session.read(buf);
        loop {
            this.offer(cx);
            if buf.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
            if let Some(error) = this.session.failure() {
                return Poll::Ready(Err(error.into()));
            }
            match this.session.peer() {
                Peer::Open => ready!(this.poll_receive(cx, buf))?,
                Peer::Closed => return Poll::Ready(Ok(())),
                Peer::Cut => {
                    let why = "the peer closed without close_notify";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, why)));
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        this.poll_encrypted(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        let mut full = bufs.iter().filter(|buf| !buf.is_empty());
        let (first, second) = (full.next(), full.next());
        match (first, second) {
            (None, _) => Poll::Ready(Ok(0)),
            (Some(one), None) => this.poll_encrypted(cx, one),
            // Together: a record each would cost more than the copy.
            (Some(_), Some(_)) => {
                let all: usize = bufs.iter().map(|buf| buf.len()).sum();
                let mut together = Vec::with_capacity(all.min(PIECE_MAX));
                for buf in bufs {
                    let room = PIECE_MAX.saturating_sub(together.len());
                    together.extend_from_slice(buf.get(..room).unwrap_or(buf));
                }
                this.poll_encrypted(cx, &together)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.session.close();
        ready!(this.poll_send(cx))?;
        ready!(Pin::new(&mut this.stream).poll_flush(cx))?;
        match ready!(Pin::new(&mut this.stream).poll_shutdown(cx)) {
            // It is shut already.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            result => Poll::Ready(result),
        }
    }
}

#[cfg(test)]
mod tests;
