//! The meeting that a mail is about (MS-ASEMAIL 2.2.2.48).

mod global_id;
mod recurrence;

pub use global_id::{global_object_id, uid_of};
pub use recurrence::{Recurrence, RecurrenceEnd, RecurrenceType};

use crate::airsyncbase::fields::{self, Writer};
use crate::airsyncbase::{DataError, Location};
use crate::codepages::{airsyncbase, calendar, email as tags, email2, meeting_response};
use crate::datetime;
use crate::element::Element;
use crate::time_zone::TimeZone;
use crate::version::Version;

/// An invitation, a cancellation or an answer. Dates are UTC epoch seconds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MeetingRequest {
    /// Whether it takes whole days.
    pub all_day: Option<bool>,
    /// When it begins.
    pub start: Option<i64>,
    /// When the request was made.
    pub stamp: i64,
    /// When it ends.
    pub end: Option<i64>,
    /// Its place in a series.
    pub instance_type: Option<InstanceType>,
    /// Where; before 16.0 only what it is called.
    pub location: Option<Location>,
    /// Who invites, as an address.
    pub organizer: Option<String>,
    /// The original start of the occurrence that this is about.
    pub recurrence_id: Option<i64>,
    /// Seconds before the start to remind at.
    pub reminder_s: Option<u32>,
    /// Whether the organizer wants an answer.
    pub response_requested: Option<bool>,
    /// How it recurs.
    pub recurrence: Option<Recurrence>,
    /// Who may see what.
    pub sensitivity: Option<Sensitivity>,
    /// How the time shows to others.
    pub busy_status: Option<BusyStatus>,
    /// The zone that it recurs in.
    pub time_zone: TimeZone,
    /// The event's name before 16.0, in base64: see [`super::global_object_id`].
    pub global_object_id: Option<String>,
    /// Whether other times may not be proposed (14.0 and later).
    pub disallow_new_time_proposal: Option<bool>,
    /// What kind of request this is (14.1 and later).
    pub message_type: Option<MeetingMessageType>,
    /// The event's name from 16.0 on.
    pub uid: Option<String>,
    /// A start that someone proposes (16.1).
    pub proposed_start: Option<i64>,
    /// An end that someone proposes (16.1).
    pub proposed_end: Option<i64>,
}

/// A list of named numbers.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $code,)+
        }

        impl $name {
            /// All of them, by code.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                self as u8
            }

            /// From the number on the wire.
            #[must_use]
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}
use codes;

codes! {
    /// The place of a meeting in a series (MS-ASEMAIL 2.2.2.38).
    InstanceType {
        /// It does not recur.
        Single = 0,
        /// The series.
        Master = 1,
        /// One occurrence.
        Instance = 2,
        /// One occurrence that differs.
        Exception = 3,
        /// One occurrence of a series that the user does not have.
        Orphan = 4,
    }
}

codes! {
    /// Who may see what (MS-ASEMAIL 2.2.2.70).
    Sensitivity {
        /// As usual.
        Normal = 0,
        /// Personal.
        Personal = 1,
        /// Private.
        Private = 2,
        /// Confidential.
        Confidential = 3,
    }
}

codes! {
    /// How a time shows to others (MS-ASEMAIL 2.2.2.10).
    BusyStatus {
        /// Free.
        Free = 0,
        /// Tentative.
        Tentative = 1,
        /// Busy.
        Busy = 2,
        /// Out of office.
        OutOfOffice = 3,
        /// Working elsewhere.
        WorkingElsewhere = 4,
    }
}

codes! {
    /// What kind of request this is (MS-ASEMAIL 2.2.2.47).
    MeetingMessageType {
        /// Nothing to be done, or not known.
        Silent = 0,
        /// The first request.
        Initial = 1,
        /// A change that asks for a new answer.
        FullUpdate = 2,
        /// A change that does not.
        Informational = 3,
        /// A newer one exists.
        Outdated = 4,
        /// The copy of someone who is represented by another.
        DelegatorCopy = 5,
        /// The representative's.
        Delegated = 6,
    }
}

impl InstanceType {
    /// Before 16.0 there are no orphans.
    fn in_version(self, version: Version) -> Self {
        match self {
            Self::Orphan if version < Version::V16_0 => Self::Exception,
            Self::Single | Self::Master | Self::Instance | Self::Exception | Self::Orphan => self,
        }
    }
}

impl MeetingRequest {
    /// Reads a `MeetingRequest` element.
    ///
    /// # Errors
    /// `DtStamp` or `TimeZone` is absent, or a value does not fit its element.
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        let recurrence = element
            .child(tags::RECURRENCES)
            .and_then(|all| all.child(tags::RECURRENCE));
        let zone = fields::required(element.child(tags::TIME_ZONE), tags::TIME_ZONE)?;
        let zone = TimeZone::parse(&zone.value());
        Ok(Self {
            all_day: fields::boolean(element, tags::ALL_DAY_EVENT)?,
            start: fields::date(element, tags::START_TIME)?,
            stamp: fields::required(fields::date(element, tags::DT_STAMP)?, tags::DT_STAMP)?,
            end: fields::date(element, tags::END_TIME)?,
            instance_type: fields::code(element, tags::INSTANCE_TYPE, InstanceType::from_code)?,
            location: location(element),
            organizer: fields::text(element, tags::ORGANIZER),
            recurrence_id: fields::date(element, tags::RECURRENCE_ID)?,
            reminder_s: fields::number(element, tags::REMINDER)?,
            response_requested: fields::boolean(element, tags::RESPONSE_REQUESTED)?,
            recurrence: recurrence.map(Recurrence::from_element).transpose()?,
            sensitivity: fields::code(element, tags::SENSITIVITY, Sensitivity::from_code)?,
            busy_status: fields::code(element, tags::BUSY_STATUS, BusyStatus::from_code)?,
            time_zone: zone.ok_or(DataError::Malformed(tags::TIME_ZONE))?,
            global_object_id: fields::text(element, tags::GLOBAL_OBJ_ID),
            disallow_new_time_proposal: fields::boolean(element, tags::DISALLOW_NEW_TIME_PROPOSAL)?,
            message_type: fields::code(
                element,
                email2::MEETING_MESSAGE_TYPE,
                MeetingMessageType::from_code,
            )?,
            uid: fields::text(element, calendar::UID),
            proposed_start: fields::date(element, meeting_response::PROPOSED_START_TIME)?,
            proposed_end: fields::date(element, meeting_response::PROPOSED_END_TIME)?,
        })
    }

    /// Writes a `MeetingRequest` element, in the order of the schema.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::MEETING_REQUEST, version);
        self.write_when(&mut writer, version);
        self.write_how(&mut writer, version);
        self.write_names(&mut writer, version);
        writer.finish()
    }

    fn write_when(&self, writer: &mut Writer, version: Version) {
        let place = self.location.as_ref();
        let instance_type = self.instance_type.map(|one| one.in_version(version));
        writer
            .boolean(tags::ALL_DAY_EVENT, self.all_day)
            .date(tags::START_TIME, self.start)
            .date(tags::DT_STAMP, Some(self.stamp))
            .date(tags::END_TIME, self.end)
            .number(tags::INSTANCE_TYPE, instance_type.map(InstanceType::code))
            .text(
                tags::LOCATION,
                place.and_then(|place| place.display_name.as_deref()),
            )
            .element(place.map(|place| place.to_element(version)))
            .text(tags::ORGANIZER, self.organizer.as_deref())
            .date(tags::RECURRENCE_ID, self.recurrence_id);
    }

    fn write_how(&self, writer: &mut Writer, version: Version) {
        let recurrence = self.recurrence.as_ref();
        let recurrences =
            recurrence.map(|one| Element::new(tags::RECURRENCES).with(one.to_element(version)));
        let zone = self.time_zone.to_base64();
        writer
            .number(tags::REMINDER, self.reminder_s)
            .boolean(tags::RESPONSE_REQUESTED, self.response_requested)
            .element(recurrences)
            .number(tags::SENSITIVITY, self.sensitivity.map(Sensitivity::code))
            .number(tags::BUSY_STATUS, self.busy_status.map(BusyStatus::code))
            .text(tags::TIME_ZONE, Some(&zone));
    }

    /// The two names exclude each other (MS-ASEMAIL 2.2.2.37), and `UID` exists in old versions too, but not here.
    fn write_names(&self, writer: &mut Writer, version: Version) {
        let uid = self.uid.as_deref().filter(|_| version >= Version::V16_0);
        let compact = |date: Option<i64>| date.map(datetime::to_compact);
        let (start, end) = (compact(self.proposed_start), compact(self.proposed_end));
        writer
            .text(tags::GLOBAL_OBJ_ID, self.global_object_id.as_deref())
            .boolean(
                tags::DISALLOW_NEW_TIME_PROPOSAL,
                self.disallow_new_time_proposal,
            )
            .number(
                email2::MEETING_MESSAGE_TYPE,
                self.message_type.map(MeetingMessageType::code),
            )
            .text(calendar::UID, uid)
            .text(meeting_response::PROPOSED_START_TIME, start.as_deref())
            .text(meeting_response::PROPOSED_END_TIME, end.as_deref());
    }
}

/// The place in whichever form the version has.
fn location(element: &Element) -> Option<Location> {
    let place = element.child(airsyncbase::LOCATION);
    place
        .map(Location::from_element)
        .or_else(|| fields::text(element, tags::LOCATION).map(Location::named))
}
