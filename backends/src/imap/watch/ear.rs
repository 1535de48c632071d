//! Listening to one folder by `IDLE`, on a connection of its own.
//!
//! While nothing happens nothing is sent, so that the server may put its side to sleep (Dovecot's hibernation). Before
//! the proof is due, and when asked to, the waiting is ended and begun anew: a connection that does not stand is found
//! by that (rule R10).
//!
//! With its event it offers its session for the look that follows (`store::loan`): it is signed in and has the folder
//! open, and another one would have to sign in first, which takes longer than the look. Only where the server keeps
//! modification sequences, since what is told during the look could not be told from the look's answers.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use crate::imap::error::Error;
use crate::imap::session::Access;
use crate::imap::store::{Account, OfferId, Open, Returned};
use crate::imap::wire::{Event, MailboxName, Status, Untagged};
use crate::name::FolderRef;

/// A server that ends the waiting by itself is asked again after this.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a session is offered.
const OFFERED: Duration = Duration::from_millis(500);

/// See the module.
pub(super) struct Ear {
    account: Arc<Account>,
    folder: FolderRef,
    side: Side,
    proof_every: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The waiting is to be begun then.
    Paused(Instant),
    /// The server speaks when it likes; a proof is due then.
    Waiting { since: Instant, proof: Instant },
    /// The server owes us the end of the waiting.
    Proving,
    /// The session is offered until then, or lent.
    Lent {
        offer: OfferId,
        until: Option<Instant>,
        /// What was before.
        since: Instant,
        proof: Instant,
    },
}

/// Where the session is.
enum Side {
    Here(Open),
    Lent(oneshot::Receiver<Returned>),
}

/// What comes of the session.
enum Spoken {
    Event(Event),
    Returned(Returned),
}

impl Side {
    /// Cancel-safe.
    async fn next(&mut self) -> Result<Spoken, Error> {
        match self {
            Self::Here(open) => open.session.event().await.map(Spoken::Event),
            // Who had it has met the end of it.
            Self::Lent(back) => back
                .await
                .map(Spoken::Returned)
                .map_err(|_lost| Error::Closed),
        }
    }

    fn open(&mut self) -> Result<&mut Open, Error> {
        match self {
            Self::Here(open) => Ok(open),
            Self::Lent(_) => Err(Error::Poisoned),
        }
    }
}

impl Ear {
    /// Opens a connection and listens to a folder: what changes after this has returned is heard.
    pub(super) async fn open(
        account: &Arc<Account>,
        folder: FolderRef,
        proof_every: Duration,
    ) -> Result<Self, Error> {
        Self::listen(account, account.dial().await?, folder, proof_every).await
    }

    /// Listens on a connection that is open.
    pub(super) async fn listen(
        account: &Arc<Account>,
        mut open: Open,
        folder: FolderRef,
        proof_every: Duration,
    ) -> Result<Self, Error> {
        let name = MailboxName::from_reference(folder.as_str());
        let _opened = open.session.select(&name, Access::Read, None).await?;
        // The server tells of all that happens from here on, at the latest when the waiting begins.
        Ok(Self {
            account: Arc::clone(account),
            folder,
            side: Side::Here(open),
            proof_every,
            state: State::Paused(Instant::now()),
        })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &FolderRef {
        &self.folder
    }

    /// Has the connection proved at once.
    pub(super) fn prove(&mut self) {
        if let State::Waiting { proof, .. } = &mut self.state {
            *proof = Instant::now();
        }
    }

    /// Waits until something changes. Cancel-safe.
    ///
    /// # Errors
    /// Nothing is heard any more.
    pub(super) async fn hear(&mut self) -> Result<(), Error> {
        loop {
            let alarm = match self.state {
                State::Paused(until) => Some(until),
                State::Waiting { proof, .. } => Some(proof),
                State::Proving => None,
                State::Lent { until, .. } => until,
            };
            tokio::select! {
                biased;
                spoken = self.side.next() => match spoken? {
                    Spoken::Event(event) => {
                        if self.heard(&event)? {
                            self.lend();
                            return Ok(());
                        }
                    }
                    Spoken::Returned(Returned { open, more }) => {
                        self.side = Side::Here(open);
                        self.state = State::Paused(Instant::now());
                        // What came after the look is looked at by another session while this one listens again.
                        if more {
                            return Ok(());
                        }
                    }
                },
                () = until(alarm) => self.ring()?,
            }
        }
    }

    /// Offers the session while the server lets it wait.
    fn lend(&mut self) {
        let State::Waiting { since, proof } = self.state else {
            return;
        };
        let Side::Here(open) = &self.side else {
            return;
        };
        let selected = open.session.selected();
        if selected
            .and_then(|selected| selected.highest_mod_seq)
            .is_none()
        {
            return;
        }
        let (lent, back) = oneshot::channel();
        let Side::Here(open) = std::mem::replace(&mut self.side, Side::Lent(back)) else {
            return;
        };
        self.state = State::Lent {
            offer: self.account.loans.offer(self.folder.clone(), open, lent),
            until: Some(Instant::now() + OFFERED),
            since,
            proof,
        };
    }

    /// Nobody took the session: the waiting goes on. It may be in somebody's hands.
    fn withdraw(&mut self, offer: OfferId, since: Instant, proof: Instant) {
        self.state = match self.account.loans.withdraw(offer) {
            Some(loan) => {
                self.side = Side::Here(loan.open);
                State::Waiting { since, proof }
            }
            None => State::Lent {
                offer,
                until: None,
                since,
                proof,
            },
        };
    }

    fn ring(&mut self) -> Result<(), Error> {
        self.state = match self.state {
            State::Paused(_) => {
                self.side.open()?.session.idle()?;
                let since = Instant::now();
                State::Waiting {
                    since,
                    proof: since + self.proof_every.mul_f64(spread()),
                }
            }
            State::Waiting { .. } => {
                self.side.open()?.session.idle_end()?;
                State::Proving
            }
            State::Proving => State::Proving,
            State::Lent {
                offer,
                since,
                proof,
                ..
            } => {
                self.withdraw(offer, since, proof);
                self.state
            }
        };
        Ok(())
    }

    /// Whether it says that something changed.
    fn heard(&mut self, event: &Event) -> Result<bool, Error> {
        match event {
            Event::Untagged(data) => Ok(is_change(data)),
            // It may have been a change.
            Event::Malformed(malformed) => Ok(!malformed.is_unknown()),
            Event::Done(done) if done.status == Status::Ok => {
                self.state = State::Paused(match self.state {
                    // The server ended it, which it may, but not without end.
                    State::Waiting { since, .. } => since + PAUSE,
                    State::Paused(_) | State::Proving | State::Lent { .. } => Instant::now(),
                });
                Ok(false)
            }
            Event::Done(done) => Err(Error::ended("IDLE", done)),
            Event::Continue(_) | Event::Begin { .. } | Event::Piece(_) | Event::End => Ok(false),
        }
    }
}

/// Whether data says that something in the open folder changed.
fn is_change(data: &Untagged) -> bool {
    matches!(
        data,
        Untagged::Exists(_)
            | Untagged::Expunge(_)
            | Untagged::Vanished { .. }
            | Untagged::Fetch(_)
            | Untagged::Recent(_)
    )
}

/// Waits for a time, or for ever.
pub(super) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Between three quarters and one, so that many connections are not proved together.
fn spread() -> f64 {
    let part = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(0);
    1.0 - f64::from(part) / f64::from(u32::MAX) / 4.0
}

impl Drop for Ear {
    fn drop(&mut self) {
        if let State::Lent { offer, .. } = self.state {
            drop(self.account.loans.withdraw(offer));
        }
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ear")
            .field("folder", &self.folder)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
