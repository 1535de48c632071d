//! The follow-up flag of a mail (MS-ASEMAIL 2.2.2.34).

use crate::airsyncbase::DataError;
use crate::airsyncbase::fields::{self, Writer};
use crate::codepages::{email as tags, tasks};
use crate::element::Element;
use crate::version::Version;

/// A follow-up flag. Dates are UTC epoch seconds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Flag {
    /// No flag: an empty element, or status 0.
    Cleared,
    /// Something is to be done: status 2.
    Active(ActiveFlag),
    /// It is done: status 1.
    Complete(CompleteFlag),
}

/// A flag that is set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ActiveFlag {
    /// Subject of the task.
    pub subject: Option<String>,
    /// Free text, as "for Follow Up".
    pub flag_type: Option<String>,
    /// When it is to be done.
    pub dates: Option<FlagDates>,
    /// When to remind. `None` says that no reminder is set.
    pub reminder: Option<i64>,
    /// Order among tasks; a date by the schema.
    pub ordinal_date: Option<i64>,
    /// Order among tasks of the same date.
    pub sub_ordinal_date: Option<String>,
}

/// From when to when; the four come together or not at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FlagDates {
    /// Start in the user's time zone, written as if it were UTC.
    pub start: i64,
    /// Due, likewise.
    pub due: i64,
    /// Start.
    pub utc_start: i64,
    /// Due.
    pub utc_due: i64,
}

/// A flag that was ticked off.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CompleteFlag {
    /// Subject of the task.
    pub subject: Option<String>,
    /// Free text, as "for Follow Up".
    pub flag_type: Option<String>,
    /// When it was ticked off.
    pub complete_time: Option<i64>,
    /// The day in the user's time zone, written as if it were UTC.
    pub date_completed: Option<i64>,
}

impl Flag {
    /// Status of a flag that is not set.
    const CLEARED: u8 = 0;
    /// Status of one that was ticked off.
    const COMPLETE: u8 = 1;
    /// Status of one that is set.
    const ACTIVE: u8 = 2;

    /// A flag as a store without details of its own knows it.
    #[must_use]
    pub fn from_flagged(flagged: Flagged) -> Self {
        match flagged {
            Flagged::No => Self::Cleared,
            Flagged::Yes => Self::Active(ActiveFlag {
                flag_type: Some("for Follow Up".to_owned()),
                ..ActiveFlag::default()
            }),
        }
    }

    /// Whether a store without details of its own should keep it as flagged.
    #[must_use]
    pub fn flagged(&self) -> Flagged {
        match self {
            Self::Active(_) => Flagged::Yes,
            Self::Cleared | Self::Complete(_) => Flagged::No,
        }
    }

    /// Reads a `Flag` element leniently: dates that lack their companions are left out.
    ///
    /// # Errors
    /// Status is unknown, or a value does not fit its element.
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        match fields::number(element, tags::STATUS)?.unwrap_or(Self::CLEARED) {
            Self::CLEARED => Ok(Self::Cleared),
            Self::COMPLETE => Ok(Self::Complete(CompleteFlag {
                subject: fields::text(element, tasks::SUBJECT),
                flag_type: fields::text(element, tags::FLAG_TYPE),
                complete_time: fields::date(element, tags::COMPLETE_TIME)?,
                date_completed: fields::date(element, tasks::DATE_COMPLETED)?,
            })),
            Self::ACTIVE => Ok(Self::Active(ActiveFlag {
                subject: fields::text(element, tasks::SUBJECT),
                flag_type: fields::text(element, tags::FLAG_TYPE),
                dates: FlagDates::from_element(element)?,
                reminder: match fields::boolean(element, tasks::REMINDER_SET)? {
                    Some(true) => fields::date(element, tasks::REMINDER_TIME)?,
                    Some(false) | None => None,
                },
                ordinal_date: fields::date(element, tasks::ORDINAL_DATE)?,
                sub_ordinal_date: fields::text(element, tasks::SUB_ORDINAL_DATE),
            })),
            _ => Err(DataError::Malformed(tags::STATUS)),
        }
    }

    /// Writes a `Flag` element; empty if cleared.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::FLAG, version);
        match self {
            Self::Cleared => {}
            Self::Active(flag) => flag.write(&mut writer),
            Self::Complete(flag) => flag.write(&mut writer),
        }
        writer.finish()
    }
}

/// What a store knows that keeps one bit only.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Flagged {
    /// Flagged.
    Yes,
    /// Not flagged.
    No,
}

impl ActiveFlag {
    fn write(&self, writer: &mut Writer) {
        writer
            .text(tasks::SUBJECT, self.subject.as_deref())
            .number(tags::STATUS, Some(Flag::ACTIVE))
            .text(tags::FLAG_TYPE, self.flag_type.as_deref());
        if let Some(dates) = self.dates {
            writer
                .date(tasks::START_DATE, Some(dates.start))
                .date(tasks::DUE_DATE, Some(dates.due))
                .date(tasks::UTC_START_DATE, Some(dates.utc_start))
                .date(tasks::UTC_DUE_DATE, Some(dates.utc_due));
        }
        writer
            .boolean(tasks::REMINDER_SET, self.reminder.map(|_| true))
            .date(tasks::REMINDER_TIME, self.reminder)
            .date(tasks::ORDINAL_DATE, self.ordinal_date)
            .text(tasks::SUB_ORDINAL_DATE, self.sub_ordinal_date.as_deref());
    }
}

impl CompleteFlag {
    fn write(&self, writer: &mut Writer) {
        writer
            .text(tasks::SUBJECT, self.subject.as_deref())
            .number(tags::STATUS, Some(Flag::COMPLETE))
            .text(tags::FLAG_TYPE, self.flag_type.as_deref())
            .date(tasks::DATE_COMPLETED, self.date_completed)
            .date(tags::COMPLETE_TIME, self.complete_time);
    }
}

impl FlagDates {
    fn from_element(element: &Element) -> Result<Option<Self>, DataError> {
        let start = fields::date(element, tasks::START_DATE)?;
        let due = fields::date(element, tasks::DUE_DATE)?;
        let utc_start = fields::date(element, tasks::UTC_START_DATE)?;
        let utc_due = fields::date(element, tasks::UTC_DUE_DATE)?;
        Ok(match (start, due, utc_start, utc_due) {
            (Some(start), Some(due), Some(utc_start), Some(utc_due)) => Some(Self {
                start,
                due,
                utc_start,
                utc_due,
            }),
            _ => None,
        })
    }
}
