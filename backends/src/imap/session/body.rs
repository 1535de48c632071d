//! The text of a message, read piece by piece.

use std::fmt;
use std::io;
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Access, Gathered, Reply, Selected, Session, passed_over};
use crate::imap::error::Error;
use crate::imap::wire::{Command, Content, Event, Fetch, MailboxName, Status, Untagged};

/// What a command that asks for one text gives.
#[derive(Debug)]
pub enum Opened<G> {
    /// The text.
    Text(Body<G>),
    /// There is none: no such message, or no such part of it. The session can be used on.
    Nothing(G, Reply),
}

/// The text of a message. `G` is the session, or whatever holds it: it is let go of when all was read, and a session
/// whose text was not read to its end is not usable any more.
///
/// Reads no more from the server than it is asked for.
pub struct Body<G> {
    session: Option<G>,
    size: u64,
    piece: Bytes,
    /// The server has sent all of it.
    complete: bool,
    /// How many bytes may be handed out yet.
    left: u64,
    gathered: Gathered,
}

impl<G> fmt::Debug for Body<G> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Body")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl<G> Body<G> {
    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Data that came until now and is not the text; also what the server said unasked.
    pub fn take_untagged(&mut self) -> Vec<Untagged> {
        std::mem::take(&mut self.gathered.untagged)
    }

    /// Asks for one text, of one message: `UID FETCH 7 (BODY.PEEK[])`.
    ///
    /// # Errors
    /// As [`Session::run`]; [`Error::Refused`].
    pub async fn open<S>(mut session: G, command: Command) -> Result<Opened<G>, Error>
    where
        G: DerefMut<Target = Session<S>>,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        session.begin()?;
        session.submit(&command)?;
        Self::begun(session, &command).await
    }

    /// Opens a mailbox for reading, runs a command in it, and asks for one text, all at once. Gives the mailbox as it
    /// was when it had been opened. What the server says of the command is among what came besides the text; servers
    /// may end it together with the text.
    ///
    /// # Errors
    /// As [`Self::open`]; [`Error::Refused`] also when the mailbox cannot be opened, and then none is open.
    pub async fn open_in<S>(
        mut session: G,
        name: &MailboxName,
        before: Command,
        text: Command,
    ) -> Result<(Selected, Opened<G>), Error>
    where
        G: DerefMut<Target = Session<S>>,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let own = &mut *session;
        own.begin()?;
        let opening = own.opening(name, Access::Read, None);
        for command in [&opening, &before, &text] {
            own.submit(command)?;
        }
        own.selected = Some(Selected::new(name.clone()));
        let reply = own.finish(&opening).await.and_then(Reply::ok);
        own.opened(Access::Read, &reply);
        if let Err(Error::Refused(_)) = &reply {
            // What was asked behind it is refused too, and has to be heard.
            while own.transport.flow.pending() > 0 {
                let _event = own.event().await?;
            }
        }
        let _reply = reply?;
        let selected = own.selected.clone().ok_or(Error::Incomplete)?;
        Ok((selected, Self::begun(session, &text).await?))
    }

    /// Waits for the text that a command asks for, which was submitted as the last one.
    async fn begun<S>(mut session: G, command: &Command) -> Result<Opened<G>, Error>
    where
        G: DerefMut<Target = Session<S>>,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let own = &mut *session;
        let mut gathered = own.gather(command);
        own.transport.flow.stream_texts(true);
        let mut refused = None;
        let done = loop {
            match own.event().await? {
                Event::Begin { size, .. } => {
                    return Ok(Opened::Text(Self {
                        session: Some(session),
                        size,
                        piece: Bytes::new(),
                        complete: false,
                        left: u64::MAX,
                        gathered,
                    }));
                }
                Event::Untagged(data) => gathered.hold(data)?,
                Event::Done(done) if own.transport.flow.pending() > 0 => {
                    refused = refused.or((done.status != Status::Ok).then_some(done));
                }
                Event::Done(done) => break done,
                other => passed_over(&other),
            }
        };
        own.transport.flow.stream_texts(false);
        let done = refused.unwrap_or(done);
        let reply = gathered.end(own.malformed, done).ok()?;
        let mut gathered = own.gather(command);
        // Short texts may come in quotes.
        let Some(piece) = reply.untagged.iter().find_map(held) else {
            return Ok(Opened::Nothing(session, reply));
        };
        gathered.untagged = reply.untagged;
        Ok(Opened::Text(Self {
            session: None,
            size: u64::try_from(piece.len()).unwrap_or(u64::MAX),
            piece,
            complete: true,
            left: u64::MAX,
            gathered,
        }))
    }

    /// The next piece; `None` at the end, when the session has been let go of.
    ///
    /// Cancel-safe.
    ///
    /// # Errors
    /// The session is of no use any more, or the server took back what it had sent.
    pub async fn piece<S>(&mut self) -> Result<Option<Bytes>, Error>
    where
        G: DerefMut<Target = Session<S>>,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        std::future::poll_fn(|context| self.poll_piece(context)).await
    }

    /// The beginning of what was not taken yet: so many bytes, unless the text ends before.
    ///
    /// # Errors
    /// As [`Self::piece`].
    pub(in crate::imap) async fn peek<S>(&mut self, least: usize) -> Result<&[u8], Error>
    where
        G: DerefMut<Target = Session<S>>,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut begun = BytesMut::new();
        while begun.len() < least
            && let Some(piece) = self.piece().await?
        {
            if begun.is_empty() && piece.len() >= least {
                self.give_back(piece);
                return Ok(&self.piece);
            }
            begun.extend_from_slice(&piece);
        }
        self.give_back(begun.freeze());
        Ok(&self.piece)
    }

    /// Takes back what was handed out and is not wanted yet.
    fn give_back(&mut self, piece: Bytes) {
        let count = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_add(count);
        self.piece = piece;
    }

    /// Leaves out the beginning, which was peeked at.
    pub(in crate::imap) fn skip(&mut self, count: usize) {
        let count = count.min(self.piece.len());
        self.piece.advance(count);
        self.size = self
            .size
            .saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Hands out so many bytes more at most. What comes behind them is read and passed over.
    pub(in crate::imap) fn limit(&mut self, most: u64) {
        self.size = self.size.min(most);
        self.left = most;
        self.cut();
    }

    /// Keeps of the piece what may be handed out.
    fn cut(&mut self) {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        self.piece.truncate(most);
    }

    fn poll_piece<S>(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>>
    where
        G: DerefMut<Target = Session<S>>,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            self.cut();
            if !self.piece.is_empty() {
                let piece = std::mem::take(&mut self.piece);
                let count = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                self.left = self.left.saturating_sub(count);
                return Poll::Ready(Ok(Some(piece)));
            }
            let Some(session) = self.session.as_deref_mut() else {
                return Poll::Ready(Ok(None));
            };
            match ready!(session.poll_event(context))? {
                Event::Piece(_) if self.complete => {}
                Event::Piece(bytes) => self.piece = bytes,
                Event::End => self.complete = true,
                Event::Untagged(data) => self.gathered.hold(data)?,
                Event::Done(done) => {
                    if session.transport.flow.pending() == 0 || done.status != Status::Ok {
                        session.transport.flow.stream_texts(false);
                        self.session = None;
                    }
                    if done.status != Status::Ok {
                        let refusal = Reply::empty(self.gathered.command, done).refusal();
                        return Poll::Ready(Err(Error::Refused(refusal)));
                    }
                }
                other => passed_over(&other),
            }
        }
    }
}

impl<G, S> AsyncRead for Body<G>
where
    G: DerefMut<Target = Session<S>> + Unpin,
    S: AsyncRead + AsyncWrite + Unpin,
{
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let piece = ready!(self.poll_piece(context)).map_err(io::Error::other)?;
        if let Some(mut piece) = piece {
            let count = piece.len().min(buffer.remaining());
            buffer.put_slice(&piece.split_to(count));
            self.give_back(piece);
        }
        Poll::Ready(Ok(()))
    }
}

/// The text, if it is in this response.
fn held(data: &Untagged) -> Option<Bytes> {
    let Untagged::Fetch(fetch) = data else {
        return None;
    };
    let Fetch { sections, .. } = &**fetch;
    sections.iter().find_map(|section| match &section.content {
        Content::Held(bytes) => Some(bytes.clone()),
        Content::Nil | Content::Streamed(_) => None,
    })
}
