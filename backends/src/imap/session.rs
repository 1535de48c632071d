//! One session: commands in, answers out, and whatever the server says unasked in between.
//!
//! Two levels. [`Session::submit`] and [`Session::event`] are cancel-safe: an event that was not waited for comes the
//! next time. [`Session::run`] and its like wait for the end of what they began; a future of theirs that is dropped
//! leaves the session poisoned, so that no answer is ever taken for another's.

mod body;
mod finish;
mod idle;
mod mailbox;
mod reply;
mod selected;
mod transport;

use std::collections::BTreeSet;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time;
use tracing::debug;

use super::error::Error;
use super::extension::{Extension, Extensions};
use super::server::ImapServer;
use super::wire::{Code, Command, Condition, Dialect, Event, Tag, Untagged};

pub use body::{Body, Opened};
pub use mailbox::{Access, Known};
pub use reply::Reply;
pub use selected::Selected;

use idle::{Idle, Phase};
pub(super) use reply::Gathered;
use reply::passed_over;
use transport::{Silence, Transport};

/// A session over a stream.
pub struct Session<S> {
    transport: Transport<S>,
    responses_max: usize,
    /// How long a command may take that goes on and on.
    longest: Duration,
    /// How many bytes may come until the end of a command of which all is held.
    held_max: u64,
    disabled: Arc<BTreeSet<Extension>>,
    extensions: Option<Extensions>,
    enabled: BTreeSet<Extension>,
    selected: Option<Selected>,
    idle: Option<Idle>,
    bye: Option<Option<Code>>,
    malformed: u64,
    broken: bool,
}

impl<S> fmt::Debug for Session<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Session")
            .field("usable", &self.is_usable())
            .field("idle", &self.idle.is_some())
            .finish_non_exhaustive()
    }
}

impl<S> Session<S> {
    /// What the server can do, as far as it has said so.
    #[must_use]
    pub fn has(&self, extension: Extension) -> bool {
        let known = self.extensions.as_ref();
        known.is_some_and(|known| known.has(extension))
    }

    /// All that the server can do; `None` until it has said so.
    #[must_use]
    pub fn extensions(&self) -> Option<&Extensions> {
        self.extensions.as_ref()
    }

    /// Whether the server has enabled it (RFC 5161).
    #[must_use]
    pub fn is_enabled(&self, extension: Extension) -> bool {
        self.enabled.contains(&extension)
    }

    /// The mailbox that is open.
    #[must_use]
    pub fn selected(&self) -> Option<&Selected> {
        self.selected.as_ref()
    }

    /// Whether a command can be run: all that were begun have ended, and the connection stands.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.broken && self.bye.is_none() && self.transport.flow.pending() == 0
    }

    /// How many responses could not be read since the session began.
    #[must_use]
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// The stream, without what was read from it and not used.
    pub(super) fn into_stream(self) -> S {
        self.transport.stream
    }

    /// What the server can do has to be asked again: it may be more, or an attacker had said it.
    pub(super) fn forget_extensions(&mut self) {
        self.extensions = None;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(stream: S, server: &ImapServer) -> Self {
        Self {
            transport: Transport::new(stream, server.limits, server.timeouts.command),
            responses_max: server.responses,
            longest: server.timeouts.command * finish::LONGEST,
            held_max: u64::try_from(server.limits.response)
                .unwrap_or(u64::MAX)
                .saturating_mul(2),
            disabled: Arc::new(server.disabled.clone()),
            extensions: None,
            enabled: BTreeSet::new(),
            selected: None,
            idle: None,
            bye: None,
            malformed: 0,
            broken: false,
        }
    }

    /// A session that goes on after STARTTLS: nobody greets again, and nothing is known of the server.
    pub(super) fn resumed(stream: S, server: &ImapServer) -> Self {
        Self::new(stream, server)
    }

    /// Waits for the greeting on a stream that just began.
    ///
    /// # Errors
    /// [`Error::TurnedAway`]; [`Error::Preauthenticated`], since it would not be known as whom; [`Error::Silent`].
    pub async fn greeted(stream: S, server: &ImapServer) -> Result<Self, Error> {
        let mut session = Self::new(stream, server);
        let greeting = time::timeout(server.timeouts.greeting, session.event());
        let event = greeting.await.map_err(|_elapsed| Error::Silent)??;
        match event {
            Event::Untagged(Untagged::Condition {
                condition,
                code,
                text,
            }) => match condition {
                Condition::Ok => Ok(session),
                Condition::Preauth => Err(Error::Preauthenticated),
                Condition::Bye => Err(Error::TurnedAway { code, text }),
                Condition::No | Condition::Bad => Err(Error::Greeting),
            },
            _ => Err(Error::Greeting),
        }
    }

    /// Begins a command. Its end comes as an event of that tag, after those of commands that were begun before.
    ///
    /// # Errors
    /// When it cannot be written; nothing has begun then.
    pub fn submit(&mut self, command: &Command) -> Result<Tag, Error> {
        if self.broken {
            return Err(Error::Poisoned);
        }
        Ok(self.transport.flow.submit(command)?)
    }

    /// Waits for the next event; writes what is to be written meanwhile.
    ///
    /// Cancel-safe. With commands running, it does not wait longer than the server may be silent.
    ///
    /// # Errors
    /// The session is of no use any more.
    pub async fn event(&mut self) -> Result<Event, Error> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// Runs a command and holds what comes meanwhile.
    ///
    /// # Errors
    /// The session is of no use any more, or the command could not be written. A command that the server refused is
    /// no error; see [`Reply::ok`].
    pub async fn run(&mut self, command: Command) -> Result<Reply, Error> {
        self.begin()?;
        self.submit(&command)?;
        self.finish(&command).await
    }

    /// Runs a command and hands out what comes meanwhile, one by one; [`Reply::untagged`] is empty.
    ///
    /// # Errors
    /// As [`Self::run`]. An error of `each` ends it, and the session is of no use then.
    pub async fn run_each(
        &mut self,
        command: Command,
        each: impl FnMut(Untagged) -> Result<(), Error>,
    ) -> Result<Reply, Error> {
        self.begin()?;
        self.submit(&command)?;
        self.finish_each(&command, each).await
    }

    /// Runs commands at once, one after the other, without waiting for the answers in between. Data goes to the first
    /// command that has not ended.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_all(&mut self, commands: &[Command]) -> Result<Vec<Reply>, Error> {
        self.begin()?;
        for command in commands {
            self.submit(command)?;
        }
        let mut replies = Vec::with_capacity(commands.len());
        for command in commands {
            replies.push(self.finish(command).await?);
        }
        Ok(replies)
    }

    /// Looks whether the server has something to say.
    ///
    /// # Errors
    /// As [`Self::run`]; [`Error::Refused`].
    pub async fn noop(&mut self) -> Result<Reply, Error> {
        self.run(Command::new("NOOP")).await?.ok()
    }

    /// Ends the session in good order.
    ///
    /// # Errors
    /// When the server hung up before it had agreed.
    pub async fn logout(mut self) -> Result<Reply, Error> {
        self.run(Command::new("LOGOUT")).await
    }

    /// Goes on with what the server asked for.
    pub(super) fn respond(&mut self, line: &str) -> Result<(), Error> {
        Ok(self.transport.flow.respond(line)?)
    }

    /// Writes as the server can read from now on.
    pub(super) fn adapt(&mut self) {
        let literals = self.extensions.as_ref().map(Extensions::literals);
        let only_rev2 = self.has(Extension::Rev2) && !self.has(Extension::Rev1);
        self.transport.flow.speak(Dialect {
            literals: literals.unwrap_or_default(),
            utf8: only_rev2 || self.is_enabled(Extension::Utf8Accept),
        });
    }

    /// Nothing may be running that would end under somebody else's hands.
    pub(super) fn begin(&self) -> Result<(), Error> {
        if self.broken || self.transport.flow.pending() > 0 {
            return Err(Error::Poisoned);
        }
        Ok(())
    }

    /// For what comes until the end of a command.
    pub(super) fn gather(&self, command: &Command) -> Gathered {
        Gathered::new(command.name(), self.responses_max, self.malformed)
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Result<Event, Error>> {
        if self.broken {
            return Poll::Ready(Err(Error::Poisoned));
        }
        let waiting = usize::from(self.idle.is_some_and(|idle| idle.phase == Phase::Waiting));
        let silence = if self.transport.flow.pending() == waiting {
            Silence::Allowed
        } else {
            Silence::Limited
        };
        let event = ready!(self.transport.poll_event(context, silence));
        Poll::Ready(match event {
            Ok(event) => {
                self.note(&event);
                Ok(event)
            }
            Err(error) => {
                self.broken = true;
                Err(match (self.bye.take(), error) {
                    (Some(code), Error::Closed | Error::Silent | Error::Io(_)) => {
                        Error::Bye { code }
                    }
                    (_, error) => error,
                })
            }
        })
    }

    /// Remembers what the session is to know.
    fn note(&mut self, event: &Event) {
        match event {
            Event::Untagged(data) => self.note_data(data),
            Event::Done(done) => {
                if let Some(code) = &done.code {
                    self.note_code(code);
                }
                if self.idle.is_some_and(|idle| idle.tag == done.tag) {
                    self.idle = None;
                }
            }
            Event::Malformed(malformed) => {
                self.malformed += 1;
                debug!(%malformed, "response passed over");
            }
            Event::Continue(_) => self.idle_agreed(),
            Event::Begin { .. } | Event::Piece(_) | Event::End => {}
        }
    }

    fn note_data(&mut self, data: &Untagged) {
        match data {
            Untagged::Capability(names) => {
                self.extensions = Some(Extensions::new(names, &self.disabled));
            }
            Untagged::Enabled(names) => {
                let known = names.iter().filter_map(|name| Extension::parse(name));
                self.enabled.extend(known);
            }
            Untagged::Condition {
                condition, code, ..
            } => {
                if *condition == Condition::Bye {
                    self.bye = Some(code.clone());
                }
                if let Some(Code::Capability(names)) = code {
                    self.extensions = Some(Extensions::new(names, &self.disabled));
                }
            }
            _ => {}
        }
        if let Some(selected) = &mut self.selected {
            selected.note(data);
        }
    }

    fn note_code(&mut self, code: &Code) {
        if let Code::Capability(names) = code {
            self.extensions = Some(Extensions::new(names, &self.disabled));
        }
        if let Some(selected) = &mut self.selected {
            selected.note_code(code);
        }
    }
}
