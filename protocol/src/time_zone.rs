//! Time zones as Windows writes them: 172 bytes in base64 (MS-ASDTYPE 2.7.6), in meeting requests and events.
//!
//! Only the layout; which zone of the world has these rules is decided elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The rules of a time zone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TimeZone {
    /// Minutes from local time to UTC: UTC = local + bias, so -60 in Berlin.
    pub bias_min: i32,
    /// When winter time begins, and what it is.
    pub standard: Season,
    /// When summer time begins, and what it is.
    pub daylight: Season,
}

/// One half of the year.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Season {
    /// A name for people, often empty. At most [`Self::NAME_MAX`] units of UTF-16 are written, and no NUL.
    pub name: String,
    /// When it begins; month 0 says that there are no halves.
    pub start: Transition,
    /// Minutes added to the zone's bias.
    pub bias_min: i32,
}

/// A moment in local time: in each year if `year` is 0, else in that year alone.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Transition {
    /// The year, or 0.
    pub year: u16,
    /// The month, from 1; 0 for no moment at all.
    pub month: u16,
    /// The day of the week, 0 for Sunday. Means nothing with a year.
    pub day_of_week: u16,
    /// Which such day of the month, from 1 to 5, 5 being the last. With a year, the day of the month.
    pub day: u16,
    /// Hour.
    pub hour: u16,
    /// Minute.
    pub minute: u16,
    /// Second.
    pub second: u16,
    /// Millisecond.
    pub millisecond: u16,
}

impl TimeZone {
    /// Size in bytes.
    const LEN: usize = 172;

    /// UTC: all zero.
    #[must_use]
    pub fn utc() -> Self {
        Self::default()
    }

    /// Reads base64; spaces around it are ignored. `None` if it is none, or not 172 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        if bytes.len() != Self::LEN {
            return None;
        }
        let mut rest = bytes.as_slice();
        Some(Self {
            bias_min: number(&mut rest)?,
            standard: Season::read(&mut rest)?,
            daylight: Season::read(&mut rest)?,
        })
    }

    /// Writes base64.
    #[must_use]
    pub fn to_base64(&self) -> String {
        let mut bytes = Vec::with_capacity(Self::LEN);
        bytes.extend(self.bias_min.to_le_bytes());
        self.standard.write(&mut bytes);
        self.daylight.write(&mut bytes);
        STANDARD.encode(bytes)
    }
}

impl Season {
    /// The longest name, in units of UTF-16.
    pub const NAME_MAX: usize = 32;

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let mut units = Vec::with_capacity(Self::NAME_MAX);
        for _ in 0..Self::NAME_MAX {
            units.push(unit(rest)?);
        }
        let name = units.split(|unit| *unit == 0).next().unwrap_or_default();
        Some(Self {
            name: String::from_utf16_lossy(name),
            start: Transition::read(rest)?,
            bias_min: number(rest)?,
        })
    }

    /// A name that is too long is cut between characters.
    fn write(&self, bytes: &mut Vec<u8>) {
        let mut room = Self::NAME_MAX;
        for c in self.name.chars().take_while(|c| *c != '\0') {
            let Some(left) = room.checked_sub(c.len_utf16()) else {
                break;
            };
            room = left;
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units);
            bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        }
        bytes.extend(std::iter::repeat_n([0; 2], room).flatten());
        self.start.write(bytes);
        bytes.extend(self.bias_min.to_le_bytes());
    }
}

impl Transition {
    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (year, month, day_of_week, day) = (unit(rest)?, unit(rest)?, unit(rest)?, unit(rest)?);
        Some(Self {
            year,
            month,
            day_of_week,
            day,
            hour: unit(rest)?,
            minute: unit(rest)?,
            second: unit(rest)?,
            millisecond: unit(rest)?,
        })
    }

    fn write(self, bytes: &mut Vec<u8>) {
        let units = [
            self.year,
            self.month,
            self.day_of_week,
            self.day,
            self.hour,
            self.minute,
            self.second,
            self.millisecond,
        ];
        bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    }
}

fn number(rest: &mut &[u8]) -> Option<i32> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(i32::from_le_bytes(*head))
}

fn unit(rest: &mut &[u8]) -> Option<u16> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(u16::from_le_bytes(*head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        let last_sunday = |month, hour| Transition {
            month,
            day: 5,
            hour,
            ..Transition::default()
        };
        TimeZone {
            bias_min: -60,
            standard: Season {
                name: "Mitteleuropäische Zeit".to_owned(),
                start: last_sunday(10, 3),
                bias_min: 0,
            },
            daylight: Season {
                name: String::new(),
                start: last_sunday(3, 2),
                bias_min: -60,
            },
        }
    }

    #[test]
    fn the_layout_is_that_of_the_specification() {
        let text = berlin().to_base64();
        let bytes = STANDARD.decode(&text).unwrap();
        assert_eq!(bytes.len(), 172);
        assert_eq!(bytes[..4], (-60_i32).to_le_bytes());
        assert_eq!(bytes[4..8], [b'M', 0, b'i', 0]);
        // Month, day of week, day, hour of the first transition.
        assert_eq!(bytes[70..78], [10, 0, 0, 0, 5, 0, 3, 0]);
        assert_eq!(bytes[154..162], [3, 0, 0, 0, 5, 0, 2, 0]);
        assert_eq!(bytes[168..], (-60_i32).to_le_bytes());
        assert_eq!(TimeZone::parse(&format!(" {text}\n")), Some(berlin()));
    }

    #[test]
    fn names_are_cut_between_characters() {
        let mut zone = TimeZone::utc();
        zone.standard.name = format!("{}😀x", "a".repeat(31));
        let read = TimeZone::parse(&zone.to_base64()).unwrap();
        assert_eq!(read.standard.name, "a".repeat(31));
        zone.standard.name = "a\0b".to_owned();
        let read = TimeZone::parse(&zone.to_base64()).unwrap();
        assert_eq!(read.standard.name, "a");
    }

    #[test]
    fn what_is_no_zone_is_none() {
        for length in [0, 171, 173] {
            assert_eq!(TimeZone::parse(&STANDARD.encode(vec![0; length])), None);
        }
        assert_eq!(TimeZone::parse("?"), None);
        let zeros = STANDARD.encode([0; 172]);
        assert_eq!(TimeZone::parse(&zeros), Some(TimeZone::utc()));
    }
}
