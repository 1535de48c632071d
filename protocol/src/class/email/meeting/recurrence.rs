//! How the meeting of a mail recurs (MS-ASEMAIL 2.2.2.61).

use super::codes;
use crate::airsyncbase::DataError;
use crate::airsyncbase::fields::{self, Writer};
use crate::codepages::{email as tags, email2};
use crate::datetime;
use crate::element::Element;
use crate::version::Version;

/// A rule of recurrence. Which numbers it has depends on its type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Recurrence {
    /// What recurs.
    pub kind: RecurrenceType,
    /// Every so many days, weeks, months or years.
    pub interval: u16,
    /// When it ends.
    pub end: RecurrenceEnd,
    /// Which such day of the month, from 1 to 5, 5 being the last.
    pub week_of_month: Option<u8>,
    /// Day of the month.
    pub day_of_month: Option<u8>,
    /// Days of the week as bits, 1 for Sunday to 64 for Saturday; 127 with a type by weekday is the last day of the
    /// month.
    pub day_of_week: Option<u16>,
    /// Month.
    pub month_of_year: Option<u8>,
    /// The calendar that it counts in (14.0 and later).
    pub calendar_type: Option<u8>,
    /// Whether it falls into the leap month (14.0 and later).
    pub is_leap_month: Option<bool>,
    /// The first day of the week, 0 for Sunday (14.1 and later).
    pub first_day_of_week: Option<u8>,
}

/// When a series ends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RecurrenceEnd {
    /// Never.
    #[default]
    Never,
    /// With the last occurrence that begins at this instant or before, in UTC epoch seconds.
    Until(i64),
    /// After so many occurrences.
    After(u32),
}

codes! {
    /// What recurs (MS-ASEMAIL 2.2.2.77).
    RecurrenceType {
        /// By day.
        Daily = 0,
        /// By week.
        Weekly = 1,
        /// By month, on a date.
        Monthly = 2,
        /// By month, on a weekday.
        MonthlyByWeekday = 3,
        /// By year, on a date.
        Yearly = 5,
        /// By year, on a weekday.
        YearlyByWeekday = 6,
    }
}

impl Recurrence {
    pub(super) fn from_element(element: &Element) -> Result<Self, DataError> {
        let kind = fields::code(element, tags::TYPE, RecurrenceType::from_code)?;
        Ok(Self {
            kind: fields::required(kind, tags::TYPE)?,
            // Some servers leave the one out.
            interval: fields::number(element, tags::INTERVAL)?.unwrap_or(1),
            end: RecurrenceEnd::from_parent(element)?,
            week_of_month: fields::number(element, tags::WEEK_OF_MONTH)?,
            day_of_month: fields::number(element, tags::DAY_OF_MONTH)?,
            day_of_week: fields::number(element, tags::DAY_OF_WEEK)?,
            month_of_year: fields::number(element, tags::MONTH_OF_YEAR)?,
            calendar_type: fields::number(element, email2::CALENDAR_TYPE)?,
            is_leap_month: fields::boolean(element, email2::IS_LEAP_MONTH)?,
            first_day_of_week: fields::number(element, email2::FIRST_DAY_OF_WEEK)?,
        })
    }

    pub(super) fn to_element(self, version: Version) -> Element {
        let mut writer = Writer::new(tags::RECURRENCE, version);
        let (until, occurrences) = match self.end {
            RecurrenceEnd::Never => (None, None),
            RecurrenceEnd::Until(instant) => (Some(datetime::to_compact(instant)), None),
            RecurrenceEnd::After(count) => (None, Some(count)),
        };
        writer
            .number(tags::TYPE, Some(self.kind.code()))
            .number(tags::INTERVAL, Some(self.interval))
            .text(tags::UNTIL, until.as_deref())
            .number(tags::OCCURRENCES, occurrences)
            .number(tags::WEEK_OF_MONTH, self.week_of_month)
            .number(tags::DAY_OF_MONTH, self.day_of_month)
            .number(tags::DAY_OF_WEEK, self.day_of_week)
            .number(tags::MONTH_OF_YEAR, self.month_of_year)
            .number(email2::CALENDAR_TYPE, self.calendar_type)
            .boolean(email2::IS_LEAP_MONTH, self.is_leap_month)
            .number(email2::FIRST_DAY_OF_WEEK, self.first_day_of_week);
        writer.finish()
    }
}

impl RecurrenceEnd {
    /// Both at once are against the schema; the date is taken, as it says when nothing comes any more.
    fn from_parent(element: &Element) -> Result<Self, DataError> {
        if let Some(until) = fields::date(element, tags::UNTIL)? {
            return Ok(Self::Until(until));
        }
        let count = fields::number(element, tags::OCCURRENCES)?;
        Ok(count.map_or(Self::Never, Self::After))
    }
}
