//! Where a phone stands with the server's policy (MS-ASPROV 3.1.5).

use crate::command::provision::Wipe;

/// The policy key, and what is to be done next about it.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy {
    /// 0 before the first policy.
    pub(super) key: u32,
    pub(super) stage: Stage,
    /// Rounds begun since a command last got through.
    rounds: u8,
}

/// What is to be done next about the policy.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Stage {
    /// Nothing.
    #[default]
    Settled,
    /// Ask for it.
    Ask,
    /// Acknowledge it under this key.
    Acknowledge(u32),
    /// Report that the phone was wiped.
    ReportWipe(Wipe),
    /// Nothing more, ever.
    Wiped,
}

impl Policy {
    /// The server demands a policy. `false` after several rounds that led to nothing.
    #[must_use]
    pub(super) fn demanded(&mut self) -> bool {
        self.rounds = self.rounds.saturating_add(1);
        self.stage = Stage::Ask;
        self.key = 0;
        self.rounds <= ROUNDS_MAX
    }

    /// A command got through.
    pub(super) fn satisfied(&mut self) {
        self.rounds = 0;
    }
}

/// Rounds at once, before the phone pauses.
const ROUNDS_MAX: u8 = 3;
