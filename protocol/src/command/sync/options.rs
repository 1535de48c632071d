//! Options of a collection in Sync, also used by GetItemEstimate (MS-ASCMD 2.2.3.125.5).

use crate::airsyncbase::{BodyPartPreference, BodyPreference};
use crate::command::ItemClass;

/// What the phone wants of a collection. Sticky: kept until a new block replaces the whole of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SyncOptions {
    /// How far back; absent is [`FilterType::All`].
    pub filter_type: Option<FilterType>,
    /// The class that these options are for; absent is the folder's.
    pub class: Option<ItemClass>,
    /// Bodies that the phone can take, at most one for each type.
    pub body_preferences: Vec<BodyPreference>,
    /// Conversation parts (14.1 on).
    pub body_part_preference: Option<BodyPartPreference>,
    /// Who wins when both sides changed an item; absent is [`Conflict::ServerWins`].
    pub conflict: Option<Conflict>,
    /// Which messages to send as MIME; absent is [`MimeSupport::Never`].
    pub mime_support: Option<MimeSupport>,
    /// Where to cut MIME: a code of 0 to 8, see [`Self::mime_truncation_bytes`].
    pub mime_truncation: Option<u8>,
    /// The most recipients of the recipient information cache.
    pub max_items: Option<u32>,
    /// Whether the phone understands rights management (14.1 on).
    pub rights_management: Option<bool>,
}

/// How far back a folder is synchronized (MS-ASCMD 2.2.3.68.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FilterType {
    /// Everything.
    All = 0,
    /// One day.
    OneDay = 1,
    /// Three days.
    ThreeDays = 2,
    /// One week.
    OneWeek = 3,
    /// Two weeks.
    TwoWeeks = 4,
    /// One month.
    OneMonth = 5,
    /// Three months.
    ThreeMonths = 6,
    /// Six months.
    SixMonths = 7,
    /// Tasks that are not complete.
    IncompleteTasks = 8,
}

/// Who wins when both sides changed an item (MS-ASCMD 2.2.3.34).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Conflict {
    /// The phone's change is applied.
    ClientWins = 0,
    /// The phone's change is dropped with status 7.
    ServerWins = 1,
}

/// Which messages to send as MIME (MS-ASCMD 2.2.3.110.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MimeSupport {
    /// None.
    Never = 0,
    /// Those with S/MIME only.
    SmimeOnly = 1,
    /// All.
    Always = 2,
}
