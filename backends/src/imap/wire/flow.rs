//! Commands out, events in: which answer belongs to which command, and when a literal may go.

use std::collections::VecDeque;
use std::fmt;

use bytes::{Buf, Bytes};
use zeroize::Zeroizing;

use super::command::{Ends, Stretch};
use super::{
    ArgumentError, Code, Command, Decoder, Dialect, Frame, FrameError, Limits, Malformed, Response,
    Status, Step, Text, Untagged, interpret,
};

/// Names a command of one session.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Tag(u64);

impl fmt::Display for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a{}", self.0)
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Which one.
    pub tag: Tag,
    /// How.
    pub status: Status,
    /// What programs are to know.
    pub code: Option<Code>,
    /// What people are to know.
    pub text: Text,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Data came.
    Untagged(Untagged),
    /// A command has ended.
    Done(Done),
    /// The server waits for what `IDLE` or `AUTHENTICATE` go on with. What it says may be BASE64.
    Continue(Bytes),
    /// The text of a message begins; see [`Flow::stream_texts`].
    Begin {
        /// Its response so far: `* 5 FETCH (UID 7 BODY[] `.
        head: Frame,
        /// Its size in bytes.
        size: u64,
    },
    /// A piece of the text.
    Piece(Bytes),
    /// The text is complete.
    End,
    /// A response came that cannot be read: what it was about is not known.
    Malformed(Malformed),
}

/// One session's commands and answers.
#[derive(Debug)]
pub struct Flow {
    decoder: Decoder,
    dialect: Dialect,
    /// May be written now.
    out: VecDeque<Bytes>,
    /// May be written later.
    queue: VecDeque<(Tag, Stretch)>,
    /// The command that the server must ask for more of, or answer, before anything else may be written.
    blocked: Option<Tag>,
    pending: VecDeque<(Tag, Ends)>,
    last_tag: u64,
}

impl Flow {
    /// Before the greeting.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            decoder: Decoder::new(limits),
            dialect: Dialect::default(),
            out: VecDeque::new(),
            queue: VecDeque::new(),
            blocked: None,
            pending: VecDeque::new(),
            last_tag: 0,
        }
    }

    /// How the server is written to.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How the server is written to from the next command on.
    pub fn speak(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// See [`Decoder::stream_texts`].
    pub fn stream_texts(&mut self, yes: bool) {
        self.decoder.stream_texts(yes);
    }

    /// The decoder, to give it bytes.
    pub fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// Queues a command behind those that were queued before.
    ///
    /// # Errors
    /// [`ArgumentError`]; then nothing is queued.
    pub fn submit(&mut self, command: &Command) -> Result<Tag, ArgumentError> {
        let tag = Tag(self.last_tag + 1);
        let stretches = command.encode(tag, self.dialect)?;
        self.last_tag += 1;
        self.pending.push_back((tag, command.ends));
        let named = stretches.into_iter().map(|stretch| (tag, stretch));
        self.queue.extend(named);
        self.advance();
        Ok(tag)
    }

    /// Goes on with `IDLE` or `AUTHENTICATE`: a line without its end.
    ///
    /// Only after [`Event::Continue`]. A line end in it would begin a command of its own, so it is an error.
    ///
    /// # Errors
    /// [`ArgumentError::Word`].
    pub fn respond(&mut self, line: &str) -> Result<(), ArgumentError> {
        if line.chars().any(char::is_control) {
            return Err(ArgumentError::Word);
        }
        // It may be a secret.
        let line = Zeroizing::new([line, "\r\n"].concat().into_bytes());
        self.out.push_back(Bytes::from_owner(line));
        Ok(())
    }

    /// Whether there is something to write.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        !self.out.is_empty()
    }

    /// What is to be written next.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        self.out.front().map(Bytes::as_ref).unwrap_or_default()
    }

    /// So many bytes of [`Self::output`] were written.
    pub fn written(&mut self, count: usize) {
        let Some(front) = self.out.front_mut() else {
            return;
        };
        front.advance(count.min(front.len()));
        if front.is_empty() {
            self.out.pop_front();
        }
    }

    /// How many commands have not ended.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// The next event, or `None` until there are more bytes.
    ///
    /// # Errors
    /// [`FrameError`], then and ever after.
    pub fn event(&mut self) -> Result<Option<Event>, FrameError> {
        while let Some(step) = self.decoder.step()? {
            let event = match step {
                Step::Response(frame) => self.response(&frame),
                Step::Begin { head, size } => Some(Event::Begin { head, size }),
                Step::Piece(bytes) => Some(Event::Piece(bytes)),
                Step::End => Some(Event::End),
            };
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }

    fn response(&mut self, frame: &Frame) -> Option<Event> {
        match interpret(frame, self.decoder.limits(), self.dialect.utf8) {
            Ok(Response::Untagged(untagged)) => Some(Event::Untagged(untagged)),
            Ok(Response::Continue(text)) => self.go_on(text),
            Ok(Response::Tagged {
                tag,
                status,
                code,
                text,
            }) => Some(match self.end(tag.as_bytes()) {
                Some(tag) => Event::Done(Done {
                    tag,
                    status,
                    code,
                    text,
                }),
                None => Event::Malformed(Malformed("tag")),
            }),
            Err(malformed) => {
                // An end is an end, whatever it says.
                let first = frame.bytes().split(|byte| *byte == b' ').next();
                Some(match self.end(first.unwrap_or_default()) {
                    Some(tag) => Event::Done(Done {
                        tag,
                        status: Status::Bad,
                        code: None,
                        text: Text::default(),
                    }),
                    None => Event::Malformed(malformed),
                })
            }
        }
    }

    fn go_on(&mut self, text: Bytes) -> Option<Event> {
        let Some(blocked) = self.blocked else {
            return Some(Event::Malformed(Malformed("continuation")));
        };
        let more = self.queue.front().is_some_and(|(tag, _)| *tag == blocked);
        if more {
            self.blocked = None;
            self.advance();
            return None;
        }
        Some(Event::Continue(text))
    }

    fn end(&mut self, tag: &[u8]) -> Option<Tag> {
        let named = |(own, _): &(Tag, Ends)| own.to_string().as_bytes() == tag;
        let at = self.pending.iter().position(named)?;
        let (tag, _) = self.pending.remove(at)?;
        // The server did not want the rest of it.
        self.queue.retain(|(own, _)| *own != tag);
        if self.blocked == Some(tag) {
            self.blocked = None;
        }
        self.advance();
        Some(tag)
    }

    fn advance(&mut self) {
        while self.blocked.is_none()
            && let Some((tag, stretch)) = self.queue.pop_front()
        {
            self.out.push_back(stretch.bytes);
            if stretch.waits {
                self.blocked = Some(tag);
            }
        }
    }
}

#[cfg(test)]
mod tests;
