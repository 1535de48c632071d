//! Bytes over a stream: written when they can be, read when somebody asks, and not waited for for ever.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{self, Sleep};
use tokio_util::io::poll_read_buf;

use crate::imap::error::Error;
use crate::imap::wire::{Event, Flow, Limits};

/// Bytes that are read at once while little comes: there are many sessions, and most wait.
const READ_LITTLE: usize = 1 << 10;

/// Bytes that are read at once while much comes.
const READ_MUCH: usize = 16 << 10;

/// Whether the server owes us something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Silence {
    /// It may say nothing for as long as it likes.
    Allowed,
    /// It has to go on.
    Limited,
}

/// A stream, and the flow over it.
pub(super) struct Transport<S> {
    pub(super) stream: S,
    pub(super) flow: Flow,
    /// Bytes that came in all.
    pub(super) received: u64,
    flushed: bool,
    read_size: usize,
    patience: Duration,
    /// Why nothing can be written any more. What the server said last is read all the same.
    deaf: Option<io::Error>,
    /// Set while the server has to go on and nothing moves.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> fmt::Debug for Transport<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Transport").finish_non_exhaustive()
    }
}

impl<S> Transport<S> {
    /// With a server that may be silent for so long in the middle of something.
    pub(super) fn new(stream: S, limits: Limits, patience: Duration) -> Self {
        Self {
            stream,
            flow: Flow::new(limits),
            received: 0,
            flushed: true,
            read_size: READ_LITTLE,
            patience,
            deaf: None,
            alarm: None,
        }
    }

    /// Gives back memory that is not needed while nothing comes.
    fn shrink(&mut self) {
        self.read_size = READ_LITTLE;
        self.flow.decoder().shrink();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    /// The next event. What is to be written is written meanwhile.
    pub(super) fn poll_event(
        &mut self,
        context: &mut Context<'_>,
        silence: Silence,
    ) -> Poll<Result<Event, Error>> {
        loop {
            if let Some(event) = self.flow.event()? {
                // Nobody waits for the server while its event is looked at.
                self.alarm = None;
                return Poll::Ready(Ok(event));
            }
            if self.deaf.is_none() {
                match self.poll_write(context) {
                    Ok(true) => self.alarm = None,
                    Ok(false) => {}
                    Err(error) => self.deaf = Some(error),
                }
            }
            let buffer = self.flow.decoder().buffer();
            buffer.reserve(self.read_size);
            let room = buffer.capacity() - buffer.len();
            match poll_read_buf(Pin::new(&mut self.stream), context, buffer) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(self.ended(None))),
                Poll::Ready(Ok(count)) => {
                    self.alarm = None;
                    self.received += u64::try_from(count).unwrap_or(0);
                    self.read_size = if count == room {
                        READ_MUCH
                    } else {
                        READ_LITTLE
                    };
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(self.ended(Some(error)))),
                Poll::Pending => return self.poll_alarm(context, silence),
            }
        }
    }

    /// Why there is nothing more to read.
    fn ended(&mut self, error: Option<io::Error>) -> Error {
        match self.deaf.take().or(error) {
            // TLS calls an end without its own farewell so.
            Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => Error::Closed,
            Some(error) => Error::Io(error),
            None => Error::Closed,
        }
    }

    /// Whether something was written.
    fn poll_write(&mut self, context: &mut Context<'_>) -> io::Result<bool> {
        let mut moved = false;
        while self.flow.wants_write() {
            match Pin::new(&mut self.stream).poll_write(context, self.flow.output()) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => {
                    self.flow.written(count);
                    self.flushed = false;
                    moved = true;
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(moved),
            }
        }
        if !self.flushed {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Ready(Ok(())) => self.flushed = true,
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => {}
            }
        }
        Ok(moved)
    }

    /// Waits, but not longer than the server may be silent. That it takes what we write is not left to it.
    fn poll_alarm(
        &mut self,
        context: &mut Context<'_>,
        silence: Silence,
    ) -> Poll<Result<Event, Error>> {
        let owes_nothing = self.deaf.is_none() && self.flushed && !self.flow.wants_write();
        if silence == Silence::Allowed && owes_nothing {
            self.alarm = None;
            self.shrink();
            return Poll::Pending;
        }
        let patience = self.patience;
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(time::sleep(patience)));
        ready!(alarm.as_mut().poll(context));
        Poll::Ready(Err(match self.deaf.take() {
            Some(error) => Error::Io(error),
            None => Error::Silent,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncWriteExt, duplex};

    use super::{Silence, Transport};
    use crate::imap::wire::Limits;

    #[tokio::test]
    async fn who_waits_holds_no_memory() {
        let (ours, mut theirs) = duplex(100_000);
        let patience = Duration::from_secs(60);
        let mut transport = Transport::new(ours, Limits::default(), patience);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..3 {
            theirs
                .write_all("* 1 EXISTS\r\n".repeat(1000).as_bytes())
                .await
                .unwrap();
            let mut events = 0;
            while transport
                .poll_event(&mut context, Silence::Allowed)
                .is_ready()
            {
                events += 1;
            }
            assert_eq!(events, 1000);
            assert_eq!(transport.flow.decoder().buffer().capacity(), 0);
        }
    }
}
