//! A stream with bytes that were read before.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Reads what was read ahead, then the stream.
#[derive(Debug)]
pub(crate) struct Rewound<S> {
    ahead: Bytes,
    stream: S,
}

impl<S> Rewound<S> {
    /// Puts `ahead` in front of what the stream will give.
    pub(crate) fn new(ahead: Bytes, stream: S) -> Self {
        Self { ahead, stream }
    }

    /// The stream, and what is to be read before it: what a reader took and gives back, then what it did not take.
    pub(crate) fn into_parts(self, given_back: Bytes) -> (S, Bytes) {
        let ahead = match (given_back.is_empty(), self.ahead.is_empty()) {
            (true, _) => self.ahead,
            (false, true) => given_back,
            (false, false) => joined(&given_back, &self.ahead),
        };
        // Not a slice of a large buffer, which would live as long as the few bytes.
        (self.stream, Bytes::copy_from_slice(&ahead))
    }
}

/// Both, one after the other.
pub(crate) fn joined(first: &[u8], then: &[u8]) -> Bytes {
    let mut both = BytesMut::with_capacity(first.len() + then.len());
    both.extend_from_slice(first);
    both.extend_from_slice(then);
    both.freeze()
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let taken = self.ahead.len().min(buf.remaining());
        buf.put_slice(&self.ahead.split_to(taken));
        if !self.ahead.has_remaining() {
            self.ahead = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_was_read_ahead_comes_first_and_once() {
        let mut stream = Rewound::new(Bytes::from_static(b"first "), &b"then"[..]);
        let mut three = [0; 3];
        stream.read_exact(&mut three).await.unwrap();
        assert_eq!(&three, b"fir");
        let (stream, ahead) = stream.into_parts(Bytes::from_static(b"r"));
        assert_eq!(ahead, "rst ");
        let mut rest = String::new();
        let mut stream = Rewound::new(ahead, stream);
        stream.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "rst then");
    }
}
