//! Birthdays and anniversaries: days, whatever the clock says.

use protocol::datetime;

use super::line::{Edition, Entry};
use super::value;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The year that stands for none, as Apple's programs write it; it is a leap year.
const NO_YEAR: &str = "1604";

/// The day of an entry, as midnight in UTC epoch seconds; `None` if it is no whole day (as `1985-04`, or `circa 1800`).
pub(super) fn of(entry: &Entry<'_>) -> Option<i64> {
    if entry.says("VALUE", "TEXT") {
        return None;
    }
    let text = value::decoded(entry);
    parse(text.trim())
}

fn parse(text: &str) -> Option<i64> {
    let day = text.split(['T', 't', ' ']).next().unwrap_or_default();
    match day.strip_prefix("--") {
        // ---12 is a day without a month.
        Some(rest) if !rest.starts_with('-') => {
            let (month, day) = rest.split_at_checked(2)?;
            let day = day.strip_prefix('-').unwrap_or(day);
            let digits = |text: &str| text.len() == 2;
            (digits(month) && digits(day))
                .then(|| datetime::parse(&format!("{NO_YEAR}-{month}-{day}")))?
        }
        Some(_) => None,
        None => datetime::parse(day),
    }
}

/// The day that a device means: the one whose midnight is nearest, since devices send midnight of their zone (iOS), eight
/// (AOSP), eleven (BlackBerry) or noon (Gmail) in UTC. Noon itself belongs to its own day.
pub(super) fn nearest(sent: i64) -> i64 {
    sent.saturating_add(DAY / 2 - 1).div_euclid(DAY) * DAY
}

/// Whether a device that was shown `shown` and sends `sent` means the same day. So noon of the day before does: that is
/// midnight twelve hours east of Greenwich.
pub(super) fn same(shown: i64, sent: i64) -> bool {
    nearest(shown).abs_diff(sent) <= DAY.unsigned_abs() / 2
}

/// A day to be written: parameters to be added, and the value. `old` is what stood there.
pub(super) fn written(sent: i64, edition: Edition, old: Option<&str>) -> (&'static str, String) {
    let text = datetime::to_dashed(nearest(sent));
    let dashed = text.get(..10).unwrap_or(&text);
    let basic = match old.map(str::trim) {
        Some(old) => old.len() >= 4 && !old.trim_start_matches('-').contains('-'),
        None => edition == Edition::V40,
    };
    let whole = if basic {
        dashed.replace('-', "")
    } else {
        dashed.to_owned()
    };
    match whole.strip_prefix(NO_YEAR) {
        Some(rest) if edition == Edition::V40 => ("", format!("--{}", rest.replace('-', ""))),
        Some(_) => (";X-APPLE-OMIT-YEAR=1604", whole),
        None => ("", whole),
    }
}

/// Parameters that a new day makes wrong.
pub(super) const OUTDATED: [&str; 2] = ["VALUE", "X-APPLE-OMIT-YEAR"];

#[cfg(test)]
mod tests {
    use protocol::datetime;

    use super::{DAY, Edition, nearest, parse, same, written};

    #[test]
    fn forms_of_days() {
        for (text, day) in [
            ("1985-04-12", "1985-04-12"),
            ("19850412", "1985-04-12"),
            ("1985-04-12T23:20:50Z", "1985-04-12"),
            ("19850412T232050-0400", "1985-04-12"),
            ("1985-04-12 00:00:00", "1985-04-12"),
            ("--0412", "1604-04-12"),
            ("--04-12", "1604-04-12"),
            ("--0229", "1604-02-29"),
            ("1604-04-12", "1604-04-12"),
        ] {
            assert_eq!(parse(text), datetime::parse(day), "{text}");
        }
        for text in [
            "", "1985-04", "1985", "---12", "--04", "--041", "T10", "soon",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn devices_mean_days() {
        let day = datetime::parse("1985-04-12").unwrap();
        for (sent, meant) in [
            ("1985-04-12T00:00:00.000Z", 0),
            ("1985-04-11T22:00:00.000Z", 0),
            ("1985-04-12T07:00:00.000Z", 0),
            ("1985-04-12T08:00:00.000Z", 0),
            ("1985-04-12T11:00:00.000Z", 0),
            ("1985-04-12T12:00:00.000Z", 0),
            ("1985-04-12T12:00:01.000Z", 1),
            ("1985-04-12", 0),
        ] {
            let sent = datetime::parse(sent).unwrap();
            assert_eq!(nearest(sent), day + meant * DAY, "{sent}");
        }
        assert!(same(day, day - DAY / 2) && same(day, day + DAY / 2));
        assert!(!same(day, day - DAY / 2 - 1) && !same(day, day + DAY));
        assert_eq!(nearest(i64::MAX) % DAY, 0);
    }

    #[test]
    fn days_are_written_as_they_were() {
        let day = datetime::parse("1985-04-12").unwrap();
        let none = datetime::parse("1604-04-12").unwrap();
        for (sent, edition, old, expected) in [
            (day, Edition::V30, None, ("", "1985-04-12")),
            (day, Edition::V40, None, ("", "19850412")),
            (day, Edition::V40, Some("1999-01-01"), ("", "1985-04-12")),
            (day, Edition::V30, Some("19990101"), ("", "19850412")),
            (none, Edition::V40, Some("--0101"), ("", "--0412")),
            (
                none,
                Edition::V30,
                None,
                (";X-APPLE-OMIT-YEAR=1604", "1604-04-12"),
            ),
        ] {
            let (parameters, text) = written(sent, edition, old);
            assert_eq!((parameters, text.as_str()), expected);
        }
    }
}
