//! Options of a collection in Sync, also used by GetItemEstimate (MS-ASCMD 2.2.3.125.5).

use crate::airsyncbase::{BodyPartPreference, BodyPreference};
use crate::codepages::{airsync, airsyncbase, rights_management};
use crate::command::{BodyError, ItemClass, parts};
use crate::element::Element;
use crate::version::Version;

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
    /// Where to cut MIME: a code of 0 to 8, see [`Self::mime_truncation_chars`].
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

impl SyncOptions {
    /// Reads an `Options` element.
    ///
    /// # Errors
    /// A value that is not what it must be. What only 2.5 has is skipped.
    pub fn from_element(element: &Element) -> Result<Self, BodyError> {
        let body_preferences = element
            .all(airsyncbase::BODY_PREFERENCE)
            .map(BodyPreference::from_element)
            .collect::<Result<_, _>>()?;
        let body_part_preference = element
            .child(airsyncbase::BODY_PART_PREFERENCE)
            .map(BodyPartPreference::from_element)
            .transpose()?;
        Ok(Self {
            filter_type: parts::code(element, airsync::FILTER_TYPE, FilterType::from_code)?,
            class: parts::class(element, airsync::CLASS)?,
            body_preferences,
            body_part_preference,
            conflict: parts::code(element, airsync::CONFLICT, Conflict::from_code)?,
            mime_support: parts::code(element, airsync::MIME_SUPPORT, MimeSupport::from_code)?,
            mime_truncation: parts::code(element, airsync::MIME_TRUNCATION, Some)?,
            max_items: parts::number(element, airsync::MAX_ITEMS)?,
            rights_management: parts::flag(element, rights_management::RIGHTS_MANAGEMENT_SUPPORT)?,
        })
    }

    /// Writes an `Options` element.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let code = |tag, code: Option<u8>| code.map(|code| Element::number(tag, code));
        Element::new(airsync::OPTIONS)
            .with_some(code(
                airsync::FILTER_TYPE,
                self.filter_type.map(FilterType::code),
            ))
            .with_some(
                self.class
                    .map(|class| parts::write_class(airsync::CLASS, class)),
            )
            .with_all(
                self.body_preferences
                    .iter()
                    .map(|one| one.to_element(version)),
            )
            .with_some(self.body_part_preference.map(|one| one.to_element(version)))
            .with_some(code(airsync::CONFLICT, self.conflict.map(Conflict::code)))
            .with_some(code(
                airsync::MIME_SUPPORT,
                self.mime_support.map(MimeSupport::code),
            ))
            .with_some(code(airsync::MIME_TRUNCATION, self.mime_truncation))
            .with_some(parts::write_number(airsync::MAX_ITEMS, self.max_items))
            .with_some(
                self.rights_management.map(|flag| {
                    parts::write_flag(rights_management::RIGHTS_MANAGEMENT_SUPPORT, flag)
                }),
            )
    }

    /// Where to cut MIME, in characters; `None` if nowhere (MS-ASCMD 2.2.3.111).
    #[must_use]
    pub fn mime_truncation_chars(&self) -> Option<u32> {
        match self.mime_truncation? {
            0 => Some(0),
            1 => Some(4096),
            2 => Some(5120),
            3 => Some(7168),
            4 => Some(10240),
            5 => Some(20480),
            6 => Some(51200),
            7 => Some(102_400),
            8.. => None,
        }
    }
}

impl FilterType {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::All,
        Self::OneDay,
        Self::ThreeDays,
        Self::OneWeek,
        Self::TwoWeeks,
        Self::OneMonth,
        Self::ThreeMonths,
        Self::SixMonths,
        Self::IncompleteTasks,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// How many days back, for the filters that are about time. Months are counted as 31 days, so that nothing is
    /// hidden that should show.
    #[must_use]
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::All | Self::IncompleteTasks => None,
            Self::OneDay => Some(1),
            Self::ThreeDays => Some(3),
            Self::OneWeek => Some(7),
            Self::TwoWeeks => Some(14),
            Self::OneMonth => Some(31),
            Self::ThreeMonths => Some(93),
            Self::SixMonths => Some(186),
        }
    }
}

impl Conflict {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::ClientWins),
            1 => Some(Self::ServerWins),
            _ => None,
        }
    }
}

impl MimeSupport {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Never),
            1 => Some(Self::SmimeOnly),
            2 => Some(Self::Always),
            _ => None,
        }
    }
}
