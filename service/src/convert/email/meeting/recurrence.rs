//! How a meeting recurs (RFC 5545 3.3.10), as far as EAS has a rule for it (MS-ASEMAIL 2.2.2.61).

use calcard::icalendar::{
    ICalendarDay, ICalendarFrequency, ICalendarRecurrenceRule, ICalendarWeekday,
};
use chrono::{DateTime, Datelike};
use protocol::class::email::{Recurrence, RecurrenceEnd, RecurrenceType};

use super::{Moment, zone};

/// All days of the week, which is also how the last day of a month is written.
const ALL_DAYS: u16 = 127;

/// The rule of a series that begins at `start`. `None`: EAS has none that says the same, and the first occurrence is told.
pub(super) fn of(rule: &ICalendarRecurrenceRule, start: &Moment) -> Option<Recurrence> {
    if is_finer(rule) {
        return None;
    }
    let first = DateTime::from_timestamp(start.instant, 0)?
        .with_timezone(&start.zone)
        .date_naive();
    let day = u8::try_from(first.day()).ok()?;
    let weekday = 1 << first.weekday().num_days_from_sunday();
    let mut recurrence = Recurrence {
        kind: RecurrenceType::Daily,
        interval: rule.interval.unwrap_or(1).max(1),
        end: end(rule, start)?,
        week_of_month: None,
        day_of_month: None,
        day_of_week: None,
        month_of_year: None,
        calendar_type: None,
        is_leap_month: None,
        first_day_of_week: None,
    };
    match rule.freq {
        ICalendarFrequency::Daily | ICalendarFrequency::Weekly => {
            weekly(rule, &mut recurrence, weekday)?;
        }
        ICalendarFrequency::Monthly if rule.bymonth.is_empty() => {
            recurrence.kind = RecurrenceType::Monthly;
            within_month(rule, &mut recurrence, day)?;
        }
        ICalendarFrequency::Yearly => {
            recurrence.kind = RecurrenceType::Yearly;
            recurrence.month_of_year = Some(match rule.bymonth.as_slice() {
                [] => u8::try_from(first.month()).ok()?,
                [month] if !month.is_leap() => month.month(),
                _ => return None,
            });
            // A weekday counted through the year, not through a month.
            if rule.bymonth.is_empty() && !rule.byday.is_empty() {
                return None;
            }
            within_month(rule, &mut recurrence, day)?;
        }
        _ => return None,
    }
    Some(recurrence)
}

/// Whether the rule has parts that EAS has nothing for.
fn is_finer(rule: &ICalendarRecurrenceRule) -> bool {
    let time = rule
        .bysecond
        .len()
        .max(rule.byminute.len())
        .max(rule.byhour.len());
    time > 0
        || !rule.byyearday.is_empty()
        || !rule.byweekno.is_empty()
        || rule.rscale.is_some()
        || rule.skip.is_some()
}

fn end(rule: &ICalendarRecurrenceRule, start: &Moment) -> Option<RecurrenceEnd> {
    if let Some(until) = &rule.until {
        let written = until.to_date_time()?;
        let end = zone::instant(start.zone, written.date_time, written.offset)?;
        // A day is over at its end.
        let rest = if until.hour.is_none() && !start.is_date {
            super::DAY_S - 1
        } else {
            0
        };
        return Some(RecurrenceEnd::Until(end + rest));
    }
    Some(
        rule.count
            .map_or(RecurrenceEnd::Never, RecurrenceEnd::After),
    )
}

/// By day, or by week on some days.
fn weekly(rule: &ICalendarRecurrenceRule, recurrence: &mut Recurrence, weekday: u16) -> Option<()> {
    let plain = rule.bymonth.is_empty() && rule.bymonthday.is_empty() && rule.bysetpos.is_empty();
    let ordinal = rule.byday.iter().any(|day| day.ordwk.is_some());
    if !plain || ordinal {
        return None;
    }
    let is_daily = rule.freq == ICalendarFrequency::Daily;
    if is_daily && rule.byday.is_empty() {
        return Some(());
    }
    // Every second day if it is a Monday: there is no such week.
    if is_daily && recurrence.interval > 1 {
        return None;
    }
    recurrence.kind = RecurrenceType::Weekly;
    recurrence.day_of_week = Some(match days(&rule.byday) {
        0 => weekday,
        some => some,
    });
    recurrence.first_day_of_week = rule.wkst.map(number);
    Some(())
}

/// A date or a weekday of a month, whether it comes each month or each year.
fn within_month(
    rule: &ICalendarRecurrenceRule,
    recurrence: &mut Recurrence,
    day: u8,
) -> Option<()> {
    let by_weekday = match recurrence.kind {
        RecurrenceType::Monthly => RecurrenceType::MonthlyByWeekday,
        _ => RecurrenceType::YearlyByWeekday,
    };
    let (week, days) = match (
        rule.bymonthday.as_slice(),
        rule.byday.as_slice(),
        rule.bysetpos.as_slice(),
    ) {
        ([], [], []) => {
            recurrence.day_of_month = Some(day);
            return Some(());
        }
        ([day @ 1..=31], [], []) => {
            recurrence.day_of_month = u8::try_from(*day).ok();
            return Some(());
        }
        ([-1], [], []) => (-1, ALL_DAYS),
        ([], [one], []) => (i32::from(one.ordwk?), days(&[*one])),
        ([], several, [position]) if several.iter().all(|one| one.ordwk.is_none()) => {
            (*position, days(several))
        }
        _ => return None,
    };
    recurrence.kind = by_weekday;
    recurrence.day_of_week = Some(days);
    recurrence.week_of_month = Some(match week {
        -1 => 5,
        1..=4 => u8::try_from(week).ok()?,
        _ => return None,
    });
    Some(())
}

fn days(listed: &[ICalendarDay]) -> u16 {
    listed
        .iter()
        .fold(0, |bits, day| bits | 1 << number(day.weekday))
}

/// From 0 for Sunday.
fn number(day: ICalendarWeekday) -> u8 {
    match day {
        ICalendarWeekday::Sunday => 0,
        ICalendarWeekday::Monday => 1,
        ICalendarWeekday::Tuesday => 2,
        ICalendarWeekday::Wednesday => 3,
        ICalendarWeekday::Thursday => 4,
        ICalendarWeekday::Friday => 5,
        ICalendarWeekday::Saturday => 6,
    }
}
