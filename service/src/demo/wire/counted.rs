//! A connection that counts the bytes on it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that went over a connection.
#[derive(Debug, Default)]
pub(super) struct Count {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Count {
    /// Sent and received so far.
    pub(super) fn now(&self) -> (u64, u64) {
        let (sent, received) = (&self.sent, &self.received);
        (
            sent.load(Ordering::Relaxed),
            received.load(Ordering::Relaxed),
        )
    }
}

/// A connection and its count.
#[derive(Debug)]
pub(super) struct Counted {
    stream: TcpStream,
    count: Arc<Count>,
}

impl Counted {
    pub(super) fn new(stream: TcpStream, count: Arc<Count>) -> Self {
        Self { stream, count }
    }

    fn sent(&self, written: usize) -> usize {
        let bytes = u64::try_from(written).unwrap_or(u64::MAX);
        self.count.sent.fetch_add(bytes, Ordering::Relaxed);
        written
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().len().saturating_sub(before);
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        self.count.received.fetch_add(bytes, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        Poll::Ready(Ok(self.sent(written)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, buffers))?;
        Poll::Ready(Ok(self.sent(written)))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
