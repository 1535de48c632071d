//! The automatic reply (MS-ASCMD 2.2.3.121).

/// An automatic reply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Oof {
    /// Whether it is on.
    pub state: OofState,
    /// At most three, for different audiences.
    pub messages: Vec<OofMessage>,
}

/// Whether the automatic reply is on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OofState {
    /// Off.
    Off,
    /// On.
    On,
    /// On from one time to another.
    Timed(OofTimes),
}

/// From when to when, each as on the wire (`2000-12-25T08:35:00.000Z`); the classes' dates are read elsewhere.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OofTimes {
    /// The first moment.
    pub start: Option<String>,
    /// The last moment.
    pub end: Option<String>,
}

/// A reply for one audience.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OofMessage {
    /// Who gets it.
    pub audience: OofAudience,
    /// Whether they get it.
    pub enabled: Option<bool>,
    /// The text, in the format of `body_type`.
    pub reply_message: Option<String>,
    /// `Text` or `HTML`.
    pub body_type: Option<String>,
}

/// Who gets a reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OofAudience {
    /// The same organization.
    Internal,
    /// Others who are in the user's contacts.
    ExternalKnown,
    /// All others.
    ExternalUnknown,
}
