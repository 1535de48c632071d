//! Rules of time zones as Windows writes them (MS-ASDTYPE 2.7.6), from the zones of the world.

use calcard::common::timezone::Tz;
use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike,
};
use protocol::time_zone::{Season, TimeZone as Rules, Transition};

/// The instant of a local time, in UTC epoch seconds. One that a clock shows twice is the first, one that it skips is an hour on.
pub(super) fn instant(zone: Tz, local: NaiveDateTime, fixed: Option<FixedOffset>) -> Option<i64> {
    let naive = local.and_utc().timestamp();
    if let Some(fixed) = fixed {
        return Some(naive - i64::from(fixed.local_minus_utc()));
    }
    let at = zone.from_local_datetime(&local).earliest();
    at.map(|at| at.timestamp())
        .or_else(|| Some(naive - i64::from(offset(zone, naive)?)))
}

/// The rules of a zone as they are in the year of `at`, in UTC epoch seconds.
pub(super) fn rules(zone: Tz, at: i64) -> Rules {
    seasons(zone, at).unwrap_or_else(|| Rules {
        bias_min: -offset(zone, at).unwrap_or_default() / 60,
        ..Rules::default()
    })
}

/// `None` for a zone without halves in that year, or with more than two.
fn seasons(zone: Tz, at: i64) -> Option<Rules> {
    let year = DateTime::from_timestamp(at, 0)?.year();
    let (this, next) = (changes(zone, year)?, changes(zone, year + 1)?);
    let ([one, other], [later, last]) = (this.as_slice(), next.as_slice()) else {
        return None;
    };
    let (first, second) = (turn(*one, *later)?, turn(*other, *last)?);
    let ((to_day, daylight), (to_standard, standard)) = match one.after > other.after {
        true => ((first, one.after), (second, other.after)),
        false => ((second, other.after), (first, one.after)),
    };
    Some(Rules {
        bias_min: -standard / 60,
        standard: Season {
            start: to_standard,
            ..Season::default()
        },
        daylight: Season {
            start: to_day,
            bias_min: -(daylight - standard) / 60,
            ..Season::default()
        },
    })
}

/// A change of a zone's offset.
#[derive(Clone, Copy)]
struct Change {
    /// By the clock before it.
    local: NaiveDateTime,
    /// The offset from then on, in seconds east.
    after: i32,
}

/// The changes in a year.
fn changes(zone: Tz, year: i32) -> Option<Vec<Change>> {
    let begin = NaiveDate::from_ymd_opt(year, 1, 1)?;
    let mut found = Vec::new();
    for day in begin.iter_days().take_while(|day| day.year() == year) {
        let from = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
        let to = from + super::DAY_S;
        if offset(zone, from) != offset(zone, to) {
            found.push(change(zone, from, to)?);
        }
    }
    Some(found)
}

/// The change between two instants, to the second.
fn change(zone: Tz, mut from: i64, mut to: i64) -> Option<Change> {
    let before = offset(zone, from)?;
    while to - from > 1 {
        let middle = from + (to - from) / 2;
        if offset(zone, middle)? == before {
            from = middle;
        } else {
            to = middle;
        }
    }
    Some(Change {
        local: DateTime::from_timestamp(to + i64::from(before), 0)?.naive_utc(),
        after: offset(zone, to)?,
    })
}

fn offset(zone: Tz, at: i64) -> Option<i32> {
    let at = DateTime::from_timestamp(at, 0)?.naive_utc();
    Some(zone.offset_from_utc_datetime(&at).fix().local_minus_utc())
}

/// The rule of a change, by this year's and the next one's: the last such day of the month, if both are.
fn turn(one: Change, later: Change) -> Option<Transition> {
    let is_last = |day: NaiveDate| (day + chrono::Days::new(7)).month() != day.month();
    let (day, next) = (one.local.date(), later.local.date());
    let week = match is_last(day) && is_last(next) {
        true => 5,
        false => (day.day0() / 7) + 1,
    };
    Some(Transition {
        year: 0,
        month: u16::try_from(day.month()).ok()?,
        day_of_week: u16::try_from(day.weekday().num_days_from_sunday()).ok()?,
        day: u16::try_from(week).ok()?,
        hour: u16::try_from(one.local.hour()).ok()?,
        minute: u16::try_from(one.local.minute()).ok()?,
        second: u16::try_from(one.local.second()).ok()?,
        millisecond: 0,
    })
}
