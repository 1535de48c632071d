//! What the demo prints: a timeline for people, or one JSON object a line for programs.

mod json;
mod people;

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::ledger::Balance;
use crate::config;

/// One thing that is told.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// The service runs: always the first.
    Listening(Place),
    /// A request is over.
    Request {
        /// The command, or OPTIONS.
        name: String,
        /// HTTP status; 0 when no answer came.
        status: u16,
        /// What it was about.
        text: String,
        wire: Wire,
    },
    /// The account is on the phone.
    SetUp { requests: usize, wire: Wire },
    /// The phone waits for changes.
    Parked { heartbeat_s: u32, folders: usize },
    /// A message was put into the Maildir.
    Delivered { subject: String },
    /// A Ping was answered because of changes.
    Announced {
        folders: Vec<String>,
        /// Since the rename of our message, if there was one.
        push: Option<Duration>,
        wire: Wire,
    },
    /// A message of ours is on the phone.
    Synced {
        subject: String,
        folder: String,
        /// Since its rename.
        sync: Duration,
        wire: Wire,
    },
    /// Something that should not be, or that explains what follows.
    Note { text: String, weight: Weight },
    /// How it ended, in a word and in figures: always the last.
    Summary {
        ended: &'static str,
        balance: Balance,
    },
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Weight {
    Plain,
    Trouble,
}

/// How to get at the running demo.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) url: String,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) maildir: String,
    pub(super) admin: String,
}

/// What a request took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wire {
    pub(super) took: Duration,
    /// Bytes.
    pub(super) sent: u64,
    /// Bytes.
    pub(super) received: u64,
}

/// Prints entries as they come.
#[derive(Debug)]
pub(super) struct Printer {
    began: Instant,
    style: Style,
}

/// For whom.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Style {
    /// One object a line.
    Json,
    /// A timeline; how long it will be.
    People { paint: Paint, extent: Extent },
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Paint {
    Colours,
    Plain,
}

/// How long the timeline will be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    /// It ends by itself.
    Bounded,
    /// It ends when the user says so.
    Endless,
}

impl Style {
    /// A timeline, with colours if they are seen and wanted.
    pub(super) fn people(extent: Extent) -> Self {
        let colours = io::stdout().is_terminal() && !config::no_color();
        Self::People {
            paint: if colours {
                Paint::Colours
            } else {
                Paint::Plain
            },
            extent,
        }
    }
}

impl Printer {
    pub(super) fn new(style: Style) -> Self {
        Self {
            began: Instant::now(),
            style,
        }
    }

    /// Prints an entry about something that happened at that time.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub(super) fn say(&self, entry: &Entry, at: Instant) -> io::Result<()> {
        let at = at.saturating_duration_since(self.began);
        let text = match self.style {
            Style::Json => format!("{}\n", json::object(entry, at)),
            Style::People { paint, extent } => people::lines(entry, at, paint, extent),
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
