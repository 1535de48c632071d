//! Waiting for a mailbox to change.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::BackendError;
use crate::name::FolderRef;

/// What a watch reports. Hints: which folder to ask [`Mailbox::changes`](crate::Mailbox::changes)
/// about. Hints of one folder that nobody took yet are one hint.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum WatchEvent {
    /// Something in that folder changed.
    Changed(FolderRef),
    /// Folders came, went or were renamed.
    HierarchyChanged,
    /// Events were or may have been lost: compare everything. Also said when the mode changes.
    Gap,
}

/// How the backend learns of changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WatchMode {
    /// It is told.
    Push,
    /// It has to look.
    Poll {
        /// How often.
        every: Duration,
    },
}

/// What tells of changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// The kernel, of files.
    Inotify,
    /// The server, which calls.
    Hook,
    /// The server, on connections that wait for folders (RFC 2177).
    Idle,
    /// The server, on a connection that waits for all folders (RFC 5465).
    Notify,
    /// Nobody: it is looked at.
    Poll,
}

impl Source {
    /// Its name for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inotify => "inotify",
            Self::Hook => "hook",
            Self::Idle => "idle",
            Self::Notify => "notify",
            Self::Poll => "poll",
        }
    }
}

/// What stands behind a [`Watch`]; written by backends.
#[async_trait]
pub trait WatchSource: Send {
    /// See [`Watch::next`].
    async fn next(&mut self) -> Result<WatchEvent, BackendError>;

    /// See [`Watch::mode`].
    fn mode(&self) -> WatchMode;

    /// See [`Watch::source`].
    fn source(&self) -> Source {
        match self.mode() {
            WatchMode::Push => Source::Inotify,
            WatchMode::Poll { .. } => Source::Poll,
        }
    }

    /// See [`Watch::hears`].
    fn hears(&self, folder: &FolderRef) -> bool {
        let _ = folder;
        self.mode() == WatchMode::Push
    }

    /// See [`Watch::hears_hierarchy`].
    fn hears_hierarchy(&self) -> bool {
        self.mode() == WatchMode::Push
    }

    /// See [`Watch::focus`].
    fn focus(&mut self, folders: &[FolderRef]) {
        let _ = folders;
    }
}

/// A running watch over all folders of one account. Dropping it ends it.
pub struct Watch {
    source: Box<dyn WatchSource>,
}

impl Watch {
    /// Wraps a backend's source, which is listening already.
    pub fn new(source: impl WatchSource + 'static) -> Self {
        Self {
            source: Box::new(source),
        }
    }

    /// Waits for the next hint.
    ///
    /// Cancel-safe: a hint is handed out or kept, never lost. Proving within a bound that the
    /// connection to the store is alive is the source's duty (rule R10).
    ///
    /// # Errors
    /// The source died: whoever owns the watch drops it and starts over, with a pause if the
    /// error says so. No hint follows an error.
    pub async fn next(&mut self) -> Result<WatchEvent, BackendError> {
        self.source.next().await
    }

    /// How changes are learnt of now; a change of it comes with a [`WatchEvent::Gap`].
    #[must_use]
    pub fn mode(&self) -> WatchMode {
        self.source.mode()
    }

    /// What tells of changes; of an account of several parts, what tells of the first part's.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source.source()
    }

    /// Whether changes of that folder are told of as they happen. Others are looked at now and then. When that changes,
    /// the folder is told of.
    #[must_use]
    pub fn hears(&self, folder: &FolderRef) -> bool {
        self.source.hears(folder)
    }

    /// Whether folders that come, go or change names are told of as that happens.
    #[must_use]
    pub fn hears_hierarchy(&self) -> bool {
        self.source.hears_hierarchy()
    }

    /// Somebody waits for these folders, and for no others: where not all can be listened to, these should be.
    pub fn focus(&mut self, folders: &[FolderRef]) {
        self.source.focus(folders);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Watch")
            .field("mode", &self.mode())
            .finish_non_exhaustive()
    }
}
