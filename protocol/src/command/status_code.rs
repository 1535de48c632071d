//! Statuses as they stand in a body, of whatever command.

/// A status as it stands in a body. What it means depends on the element that it is in; the enums of
/// [`crate::status`] name the meanings and convert into it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StatusCode(u16);

impl StatusCode {
    /// 1: success everywhere but in the answers of MoveItems, where it is 3.
    pub const SUCCESS: Self = Self(1);

    /// A status by number.
    #[must_use]
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }
}
