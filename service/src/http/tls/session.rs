//! The server's side of a TLS connection without a socket: ciphertext in and plaintext out, and the other way round.
//!
//! rustls' buffered connection keeps a buffer of 4 KiB from its first byte to its end, twice what all the rest of a waiting
//! phone needs. Its unbuffered one leaves buffers to its caller. Here they are queues that hold what waits and nothing
//! else: the bytes of a record that is not complete, plaintext that came with what the reader had room for, and what the
//! socket has not taken. Of a connection that rests all three are empty.
//!
//! rustls remembers how far it has come in the ciphertext that it was shown, so it is always shown all that was not used.

mod error;

use std::sync::Arc;

use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, UnbufferedStatus};
use rustls::{ProtocolVersion, ServerConfig};
use tokio::io::ReadBuf;

use crate::http::tls::queue::Queue;

use error::Refusal;
pub(super) use error::SessionError;

/// Plaintext that is encrypted at once: two records (RFC 8446 5.1). No more waits for the socket.
pub(super) const PIECE_MAX: usize = 2 * 16 * 1024;
/// Ciphertext that may wait for its rest: as much as the longest handshake message that rustls takes.
const INCOMING_MAX: usize = 0xffff;
/// What encryption adds to a record, at most: header, nonce, type and tag.
const RECORD_EXTRA: usize = 64;

/// What may still come from the peer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Peer {
    /// More.
    Open,
    /// Nothing: it said so (close_notify, RFC 8446 6.1).
    Closed,
    /// Nothing, and it did not say so: what came may not be all that was sent.
    Cut,
}

/// The server's side of a connection.
pub(super) struct Session {
    tls: UnbufferedServerConnection,
    /// Ciphertext that was not used yet.
    incoming: Queue,
    /// Plaintext that nobody has read yet.
    plain: Queue,
    /// Ciphertext that the socket has not taken yet.
    outgoing: Queue,
    peer: Peer,
    /// We have said that nothing more comes.
    closed: bool,
    failed: Option<Box<SessionError>>,
}

/// What is done as soon as rustls allows it.
#[derive(Clone, Copy)]
enum Job<'d> {
    /// Nothing: plaintext is read, until the reader has no more room.
    Read,
    /// These bytes are encrypted.
    Write(&'d [u8]),
    /// Our end is told.
    Close,
}

/// How a job went.
struct Done {
    /// Ciphertext that was used.
    used: usize,
    /// Whether the job was done.
    job: bool,
}

/// What to do after one step.
enum Next {
    /// The next one.
    Step,
    /// More ciphertext is needed, or nothing more will happen.
    Rest,
    /// The job is done.
    Done,
}

impl Session {
    /// A connection to which nothing has come yet.
    ///
    /// # Errors
    /// When the configuration cannot work.
    pub(super) fn new(config: Arc<ServerConfig>) -> Result<Self, rustls::Error> {
        Ok(Self {
            tls: UnbufferedServerConnection::new(config)?,
            incoming: Queue::default(),
            plain: Queue::default(),
            outgoing: Queue::default(),
            peer: Peer::Open,
            closed: false,
            failed: None,
        })
    }

    /// Whether the handshake is not over.
    pub(super) fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// What was agreed on.
    pub(super) fn version(&self) -> Option<ProtocolVersion> {
        self.tls.protocol_version()
    }

    /// What may still come, after all that waits was read.
    pub(super) fn peer(&self) -> Peer {
        self.peer
    }

    /// Why the connection cannot go on. What came before may still be read, and [`Self::to_send`] has the alert.
    pub(super) fn failure(&self) -> Option<SessionError> {
        self.failed.as_deref().cloned()
    }

    /// Takes plaintext that waits, or lies undecrypted in what has come.
    pub(super) fn read(&mut self, into: &mut ReadBuf<'_>) {
        let count = self.plain.len().min(into.remaining());
        into.put_slice(self.plain.waiting().get(..count).unwrap_or_default());
        self.plain.consume(count);
        if into.remaining() > 0 && !self.incoming.is_empty() {
            self.resume(into, Job::Read);
        }
    }

    /// Takes ciphertext from the peer, and gives the plaintext in it; what there is no room for waits.
    pub(super) fn receive(&mut self, ciphertext: &mut [u8], into: &mut ReadBuf<'_>) {
        if self.incoming.is_empty() {
            let done = self.run(ciphertext, into, Job::Read);
            let rest = ciphertext.get(done.used..).unwrap_or_default();
            self.incoming.push(rest);
        } else {
            self.incoming.push(ciphertext);
            self.resume(into, Job::Read);
        }
        // What waits then is a record that is not complete, or pieces of a message.
        let is_rest = self.is_handshaking() || into.remaining() > 0;
        if is_rest && self.incoming.len() > INCOMING_MAX {
            self.fail(SessionError::TooLong);
        }
    }

    /// The peer's side of the stream has ended.
    pub(super) fn receive_end(&mut self) {
        if self.peer == Peer::Open {
            self.peer = Peer::Cut;
        }
    }

    /// Encrypts bytes, [`PIECE_MAX`] at most: as many as it says. [`Self::to_send`] has them then.
    ///
    /// # Errors
    /// After a failure, and after [`Self::close`].
    pub(super) fn write(&mut self, plaintext: &[u8]) -> Result<usize, SessionError> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        if self.closed {
            return Err(SessionError::Closed);
        }
        let piece = plaintext.get(..PIECE_MAX).unwrap_or(plaintext);
        if piece.is_empty() {
            return Ok(0);
        }
        let done = self.resume(&mut ReadBuf::new(&mut []), Job::Write(piece));
        match (done, self.failure()) {
            (true, _) => Ok(piece.len()),
            (false, Some(error)) => Err(error),
            (false, None) => Err(SessionError::Unexpected),
        }
    }

    /// Says that nothing more will come from here (close_notify), once.
    pub(super) fn close(&mut self) {
        if self.closed || self.failed.is_some() || self.is_handshaking() {
            return;
        }
        self.closed = true;
        self.resume(&mut ReadBuf::new(&mut []), Job::Close);
    }

    /// Ciphertext for the socket.
    pub(super) fn to_send(&self) -> &[u8] {
        self.outgoing.waiting()
    }

    /// The socket took that many bytes.
    pub(super) fn sent(&mut self, count: usize) {
        self.outgoing.consume(count);
    }

    /// Goes on with what has come. Whether the job was done.
    fn resume(&mut self, into: &mut ReadBuf<'_>, job: Job<'_>) -> bool {
        let mut incoming = std::mem::take(&mut self.incoming);
        let done = self.run(incoming.waiting_mut(), into, job);
        incoming.consume(done.used);
        incoming.settle();
        self.incoming = incoming;
        done.job
    }

    /// Goes on with `buffer`, which is all the ciphertext that was not used.
    fn run(&mut self, buffer: &mut [u8], into: &mut ReadBuf<'_>, job: Job<'_>) -> Done {
        let all = buffer.len();
        let (mut used, mut done) = (0, false);
        while self.failed.is_none() {
            if matches!(job, Job::Read) && self.has_enough(into) {
                return Done { used, job: false };
            }
            let rest = buffer.get_mut(used..).unwrap_or_default();
            let (discard, next) = self.step(rest, into, job);
            used = used.saturating_add(discard);
            match next {
                Ok(Next::Step) => {}
                Ok(Next::Rest) => break,
                Ok(Next::Done) => {
                    done = true;
                    break;
                }
                Err(error) => self.fail(error),
            }
        }
        // What comes after the end is not looked at.
        let over = self.failed.is_some() || self.peer == Peer::Closed;
        Done {
            used: if over { all } else { used },
            job: done,
        }
    }

    /// Whether the reader can take nothing more, and nothing else is to be done.
    fn has_enough(&self, into: &ReadBuf<'_>) -> bool {
        let is_full = into.remaining() == 0 || !self.plain.is_empty();
        is_full && !self.is_handshaking() && !self.tls.wants_write()
    }

    /// Has rustls do one thing. How much of `rest` is not needed any more, and how to go on.
    fn step(
        &mut self,
        rest: &mut [u8],
        into: &mut ReadBuf<'_>,
        job: Job<'_>,
    ) -> (usize, Result<Next, SessionError>) {
        let UnbufferedStatus { mut discard, state } = self.tls.process_tls_records(rest);
        let next = match state {
            Ok(ConnectionState::ReadTraffic(mut traffic)) => loop {
                match traffic.next_record() {
                    Some(Ok(record)) => {
                        discard = discard.saturating_add(record.discard);
                        give(record.payload, &mut self.plain, into);
                    }
                    Some(Err(error)) => break Err(error.into()),
                    None => break Ok(Next::Step),
                }
            },
            Ok(ConnectionState::EncodeTlsData(mut record)) => {
                let encoded = push(&mut self.outgoing, 0, |room| Ok(record.encode(room)?));
                encoded.map(|()| Next::Step)
            }
            Ok(ConnectionState::TransmitTlsData(sent)) => {
                sent.done(); // it is in the queue, which nothing overtakes
                Ok(Next::Step)
            }
            Ok(ConnectionState::PeerClosed) => {
                self.peer = Peer::Closed;
                Ok(Next::Step)
            }
            Ok(ConnectionState::WriteTraffic(mut traffic)) => match job {
                Job::Read => Ok(Next::Rest),
                Job::Write(plaintext) => {
                    let room = plaintext.len().saturating_add(4 * RECORD_EXTRA);
                    push(&mut self.outgoing, room, |room| {
                        Ok(traffic.encrypt(plaintext, room)?)
                    })
                    .map(|()| Next::Done)
                }
                Job::Close => push(&mut self.outgoing, RECORD_EXTRA, |room| {
                    Ok(traffic.queue_close_notify(room)?)
                })
                .map(|()| Next::Done),
            },
            Ok(ConnectionState::BlockedHandshake | ConnectionState::Closed) => Ok(Next::Rest),
            // Early data: nobody was given a ticket that allows it.
            Ok(_) => Err(SessionError::Unexpected),
            Err(error) => Err(error.into()),
        };
        (discard, next)
    }

    /// Ends the connection, and lets out the alert that rustls may have for the peer.
    fn fail(&mut self, error: SessionError) {
        self.failed.get_or_insert_with(|| Box::new(error));
        self.incoming.clear();
        // Only as long as there is something to be sent: beyond that rustls would look at input again.
        while self.tls.wants_write() {
            let UnbufferedStatus { state, .. } = self.tls.process_tls_records(&mut []);
            let encoded = match state {
                Ok(ConnectionState::EncodeTlsData(mut record)) => {
                    push(&mut self.outgoing, 0, |room| Ok(record.encode(room)?))
                }
                _ => break,
            };
            if encoded.is_err() {
                break;
            }
        }
    }
}

/// Gives plaintext to the reader, and keeps what there is no room for.
fn give(payload: &[u8], plain: &mut Queue, into: &mut ReadBuf<'_>) {
    let room = match plain.is_empty() {
        true => into.remaining().min(payload.len()),
        false => 0, // in order
    };
    let (now, later) = payload.split_at_checked(room).unwrap_or((&[], payload));
    into.put_slice(now);
    plain.push(later);
}

/// Adds to a queue what `write` writes, who may ask once for more room.
fn push(
    queue: &mut Queue,
    room: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, Refusal>,
) -> Result<(), SessionError> {
    let refusal = match queue.push_with(room, &mut write) {
        Ok(()) => return Ok(()),
        Err(refusal) => refusal,
    };
    let second = match refusal {
        Refusal::TooSmall(needed) => queue.push_with(needed, write),
        Refusal::Never(_) => Err(refusal),
    };
    second.map_err(|refusal| match refusal {
        Refusal::TooSmall(_) => SessionError::Unexpected,
        Refusal::Never(error) => error,
    })
}

#[cfg(test)]
mod tests;
