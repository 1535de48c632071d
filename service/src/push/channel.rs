//! How hints travel from whoever changed the index to whoever has a request parked.
//!
//! A hint may be lost, doubled or late; numbers in the index are the truth. What a channel must get right is
//! its [`Epoch`]: a park table that reads the truth between two equal epochs has missed nothing in between
//! (R2), and one that is told of a new epoch reads again for everything that is parked (R3).

use std::sync::Weak;

use async_trait::async_trait;
use thiserror::Error;

use crate::clock::Clock;
use crate::ids::{AccountId, FolderNo, Seq};

/// Says that something of an account may have changed. Carries ids and numbers only.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hint {
    /// Whose.
    pub account: AccountId,
    /// What.
    pub topic: Topic,
    /// When the change was seen; [`Seen::UNKNOWN`] when nothing new was found.
    pub seen: Seen,
}

/// What a [`Hint`] is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Topic {
    /// The folder's sequence number in the index is at least this.
    Folder(FolderNo, Seq),
    /// The folder hierarchy may have changed.
    Hierarchy,
    /// Anything of the account may have changed.
    Everything,
    /// The account may no longer be served: its password changed or it was removed.
    Revoked,
}

/// When a change was first seen, in microseconds of UTC, so that it means the same on every node.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Seen(i64);

impl Seen {
    /// No change was seen: the hint repeats what is known.
    pub const UNKNOWN: Self = Self(0);

    /// Just now, by this node's clock.
    #[must_use]
    pub fn now(clock: &Clock) -> Self {
        Self(clock.micros())
    }

    /// From microseconds of UTC, as another node wrote them.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds of UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Time from then until `later`; `None` when unknown. Clocks that disagree give zero.
    #[must_use]
    pub fn age(self, later: Self) -> Option<std::time::Duration> {
        if self == Self::UNKNOWN {
            return None;
        }
        let micros = u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0);
        Some(std::time::Duration::from_micros(micros))
    }

    /// The earlier of two, where unknown counts as none.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        match (self, other) {
            (Self::UNKNOWN, known) | (known, Self::UNKNOWN) => known,
            (one, two) => one.min(two),
        }
    }
}

/// One unbroken stretch of a channel: as long as it is the same, every hint published arrives.
///
/// "Down" is an epoch too, so requests may be parked while the channel is away.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Epoch {
    /// Connected, for the n-th time.
    Live(u64),
    /// Not connected, after n connections.
    Down(u64),
}

/// Why a hint could not be published.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// The channel is not connected at present.
    #[error("the channel is down")]
    Down,
    /// The channel refused or lost the message.
    #[error("the channel did not take the hint")]
    Refused,
}

/// Delivers hints to every node, this one included.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// Publishes a hint. The store was written before (R4).
    ///
    /// # Errors
    /// When the hint may not arrive everywhere; the caller repeats it or starts over (R9).
    async fn publish(&self, hint: Hint) -> Result<(), ChannelError>;

    /// The present epoch. Changes before any hint of the new epoch is delivered.
    fn epoch(&self) -> Epoch;

    /// Hands over where hints go. Called once, before anything is published.
    fn attach(&self, sink: Weak<dyn HintSink>);
}

/// Takes delivered hints: the park table.
pub trait HintSink: Send + Sync {
    /// A hint arrived. Does not block.
    fn hint(&self, hint: &Hint);

    /// The channel has a new epoch; called after [`Channel::epoch`] shows it.
    fn epoch_changed(&self, epoch: Epoch);
}
