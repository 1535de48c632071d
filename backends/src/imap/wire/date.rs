//! Dates as IMAP writes them (RFC 9051, `date` and `date-time`), in the proleptic Gregorian calendar.

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads `17-Jul-1996 02:44:25 -0700` as UTC epoch seconds. The day may have one digit, and a zone may be missing.
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut words = text.split_ascii_whitespace();
    let mut date = words.next()?.split('-');
    let day: i64 = digits(date.next()?)?;
    let month = date.next()?;
    let month = MONTHS
        .iter()
        .position(|name| month.eq_ignore_ascii_case(name))?;
    let year: i64 = digits(date.next()?)?;
    let mut time = words.next()?.split(':');
    let hours = digits(time.next()?)?;
    let minutes = digits(time.next()?)?;
    let seconds = digits(time.next()?)?;
    let in_range = (1..=31).contains(&day) && hours < 24 && minutes < 60 && seconds <= 60;
    let ended = date.next().is_none() && time.next().is_none();
    if !in_range || !ended {
        return None;
    }
    let zone = words.next().map_or(Some(0), offset)?;
    let days = days_from_civil(year, i64::try_from(month).ok()? + 1, day);
    Some(days * 86_400 + hours * 3600 + minutes * 60 + seconds - zone)
}

/// `date-time` of UTC epoch seconds: `17-Jul-1996 09:44:25 +0000`.
pub(super) fn date_time(epoch: i64) -> String {
    let rest = epoch.rem_euclid(86_400);
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    let (year, month, day) = civil(epoch);
    format!("{day:02}-{month}-{year:04} {hours:02}:{minutes:02}:{seconds:02} +0000")
}

/// `date` of UTC epoch seconds: `17-Jul-1996`.
pub(super) fn date(epoch: i64) -> String {
    let (year, month, day) = civil(epoch);
    format!("{day}-{month}-{year:04}")
}

/// Years that four digits can say.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

fn digits(text: &str) -> Option<i64> {
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (None, Some(rest)) => (-1, rest),
        (None, None) => return matches!(zone, "UT" | "UTC" | "GMT" | "Z").then_some(0),
    };
    let both = digits(rest).filter(|_| rest.len() == 4)?;
    Some(sign * (both / 100 * 3600 + both % 100 * 60))
}

/// Days since 1970-01-01, counted from March so that the leap day is a year's last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(epoch: i64) -> (i64, &'static str, i64) {
    let days = epoch.clamp(FIRST, LAST).div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12;
    let name = usize::try_from(month).ok().and_then(|at| MONTHS.get(at));
    let year = year + era * 400 + i64::from(month < 2);
    (year, name.copied().unwrap_or("Jan"), day)
}

#[cfg(test)]
mod tests {
    use super::{date, date_time, parse};

    #[test]
    fn known_answers() {
        for (text, epoch) in [
            ("17-Jul-1996 02:44:25 -0700", 837_596_665),
            (" 1-Jan-1970 00:00:00 +0000", 0),
            ("1-jan-1970 01:00:00 +0100", 0),
            ("29-Feb-2000 23:59:60 +0000", 951_868_800),
            ("31-Dec-1969 23:59:59 +0000", -1),
            ("01-Jan-1970 00:00:00", 0),
        ] {
            assert_eq!(parse(text), Some(epoch), "{text}");
        }
        for text in [
            "",
            "1-Foo-1970 00:00:00 +0000",
            "1-Jan-1970",
            "1-Jan-1970 00:00 +0000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(date_time(837_596_665), "17-Jul-1996 09:44:25 +0000");
        assert_eq!(date(837_596_665), "17-Jul-1996");
        assert_eq!(date(i64::MAX), "31-Dec-9999");
        assert_eq!(date(i64::MIN), "1-Jan-0000");
    }

    #[test]
    fn every_day_reads_back() {
        for day in (-200_000_i64..200_000).step_by(13) {
            let epoch = day * 86_400 + 45_296;
            assert_eq!(parse(&date_time(epoch)), Some(epoch));
        }
    }
}
