//! What a parked request is told.

use std::time::Instant;

/// What happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input<F> {
    /// A hint: this folder may have changed.
    Changed(F),
    /// A hint: the hierarchy may have changed.
    HierarchyChanged,
    /// The channel of hints was away, so anything may have changed.
    Lost,
    /// The comparison that [`super::Step::Verify`] asked for.
    Verified {
        /// What it found.
        findings: Findings<F>,
        /// The time.
        now: Instant,
    },
    /// The comparison that [`super::Step::Verify`] asked for could not be made; it is tried again at this time.
    Unverified {
        /// When to try again.
        retry: Instant,
    },
    /// Something may fall due at this time: compare with the store then.
    Later(Instant),
    /// The time. Due at [`super::Parked::next_tick`].
    Tick(Instant),
    /// A newer request of the device took this one's place.
    Superseded,
    /// The account may no longer be served.
    Revoked,
    /// The service is shutting down.
    Draining,
}

/// What a comparison with the store found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Findings<F> {
    /// Whether the hierarchy moved past the device's FolderSync.
    pub hierarchy: Hierarchy,
    /// Folders that have something for the device, each with the time from which it may be announced (now or in the
    /// past: at once). A folder whose cursor is invalid or absent counts as one that has something.
    pub changed: Vec<(F, Instant)>,
    /// Folders whose last answer is in doubt, each with the time at which the grace is over.
    pub doubtful: Vec<(F, Instant)>,
}

/// How the device's FolderSync stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Hierarchy {
    /// It holds every folder as it is.
    #[default]
    Current,
    /// FolderSync would have something to tell, or a folder of the request is unknown to it.
    Moved,
}
