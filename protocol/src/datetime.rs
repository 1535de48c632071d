//! Dates as text and as UTC epoch seconds (MS-ASDTYPE 2.3 and 2.7.2): the dashed form of mail, tasks and contacts,
//! and the compact form of calendars and notes. Fractions of a second are read and dropped.
//!
//! No calendar library: the proleptic Gregorian calendar in whole days, after the well-known civil-date algorithm.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// 0000-01-01T00:00:00Z, the earliest instant that has a text.
pub const EARLIEST: i64 = -62_167_219_200;

/// 9999-12-31T23:59:59Z, the latest instant that has a text.
pub const LATEST: i64 = 253_402_300_799;

/// `2000-12-25T08:35:00.000Z`, from UTC epoch seconds; clamped to the years 0 to 9999.
#[must_use]
pub fn to_dashed(epoch: i64) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::from_epoch(epoch);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

/// `20001225T083500Z`, from UTC epoch seconds; clamped to the years 0 to 9999.
#[must_use]
pub fn to_compact(epoch: i64) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::from_epoch(epoch);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// UTC epoch seconds of either form; a date without a time is midnight, a missing `Z` is taken as UTC.
///
/// `None` for anything else, impossible days included.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let (year, month, day) = numbers(date, '-', [4, 2, 2])?;
    let (hour, minute, second) = match whole_seconds(time)? {
        "" => (0, 0, 0),
        time => numbers(time, ':', [2, 2, 2])?,
    };
    let valid = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        // A leap second is the first second of the next minute: clients write it, days have none.
        && second < 61;
    valid.then(|| days_from_civil(year, month, day) * DAY + hour * 3_600 + minute * 60 + second)
}

/// Cuts a fraction of a second off; `None` if what follows the dot is not digits.
fn whole_seconds(time: &str) -> Option<&str> {
    match time.split_once('.') {
        None => Some(time),
        Some((whole, fraction)) => fraction
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(whole),
    }
}

/// Three numbers of fixed widths, all separated by `separator` or none.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<(i64, i64, i64)> {
    let dashed = text.contains(separator);
    let mut rest = text;
    let mut values = [0_i64; 3];
    for (index, (value, width)) in values.iter_mut().zip(widths).enumerate() {
        if dashed && index > 0 {
            rest = rest.strip_prefix(separator)?;
        }
        let (head, tail) = rest.split_at_checked(width)?;
        if !head.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *value = head.parse().ok()?;
        rest = tail;
    }
    let [first, second, third] = values;
    rest.is_empty().then_some((first, second, third))
}

/// An instant by the calendar.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    fn from_epoch(epoch: i64) -> Self {
        let epoch = epoch.clamp(EARLIEST, LATEST);
        let (year, month, day) = civil_from_days(epoch.div_euclid(DAY));
        let of_day = epoch.rem_euclid(DAY);
        Self {
            year,
            month,
            day,
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01; years begin in March, so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{EARLIEST, LATEST, parse, to_compact, to_dashed};

    #[test]
    fn known_instants() {
        for (epoch, dashed, compact) in [
            (0, "1970-01-01T00:00:00.000Z", "19700101T000000Z"),
            (977_733_300, "2000-12-25T08:35:00.000Z", "20001225T083500Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z", "20000229T000000Z"),
            (-1, "1969-12-31T23:59:59.000Z", "19691231T235959Z"),
            (EARLIEST, "0000-01-01T00:00:00.000Z", "00000101T000000Z"),
            (LATEST, "9999-12-31T23:59:59.000Z", "99991231T235959Z"),
            (
                1_740_823_872,
                "2025-03-01T10:11:12.000Z",
                "20250301T101112Z",
            ),
        ] {
            assert_eq!(to_dashed(epoch), dashed);
            assert_eq!(to_compact(epoch), compact);
            assert_eq!(parse(dashed), Some(epoch), "{dashed}");
            assert_eq!(parse(compact), Some(epoch), "{compact}");
        }
    }

    #[test]
    fn shapes_that_clients_send() {
        for (text, epoch) in [
            ("2000-12-25T08:35:00Z", Some(977_733_300)),
            ("2000-12-25T08:35:00.999Z", Some(977_733_300)),
            (" 2000-12-25T08:35:00 ", Some(977_733_300)),
            ("2000-12-25", Some(977_702_400)),
            ("20001225", Some(977_702_400)),
            ("", None),
            ("2001-02-29T00:00:00Z", None),
            ("1900-02-29", None),
            ("2000-13-01", None),
            ("2000-12-25T24:00:00Z", None),
            ("2000-12-2508:35:00", None),
            ("2000-1225", None),
            ("+000-12-25", None),
            ("２０００-12-25", None),
            ("2000-12-25T08:35:00.1x", None),
        ] {
            assert_eq!(parse(text), epoch, "{text}");
        }
    }

    #[test]
    fn beyond_the_calendar_is_clamped() {
        assert_eq!(to_dashed(i64::MAX), "9999-12-31T23:59:59.000Z");
        assert_eq!(to_compact(i64::MIN), "00000101T000000Z");
    }

    proptest! {
        #[test]
        fn text_and_back(epoch in EARLIEST..=LATEST) {
            prop_assert_eq!(parse(&to_dashed(epoch)), Some(epoch));
            prop_assert_eq!(parse(&to_compact(epoch)), Some(epoch));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
