//! The messages of the demo: those that are there at first, and those that arrive.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// A message that is in a folder when the demo begins.
pub(super) struct Old {
    /// The folder's directory; empty is the INBOX.
    pub(super) folder: &'static str,
    /// How long ago it came.
    pub(super) age: Duration,
    /// Flags of its file name: seen, answered, flagged, draft, deleted.
    pub(super) flags: &'static str,
    text: Text,
}

/// Where its text is from.
enum Text {
    /// A file of `mails`.
    File(&'static str),
    /// Plain text: sender, recipient, subject, body.
    Plain(&'static str, &'static str, &'static str, &'static str),
}

/// A message that arrives while the demo runs.
#[derive(Clone, Debug)]
pub(super) struct New {
    /// Unlike the subject of any other message.
    pub(super) subject: String,
    /// The message.
    pub(super) raw: Vec<u8>,
}

impl Old {
    /// The message as it came at that time.
    pub(super) fn raw(&self, number: usize, came: SystemTime) -> Vec<u8> {
        let date = date(came);
        match self.text {
            Text::File(text) => text
                .replace("{date}", &date)
                .replace("{id}", &number.to_string())
                .into_bytes(),
            Text::Plain(from, to, subject, body) => {
                plain([from, to, subject, body], &date, &format!("old.{number}"))
            }
        }
    }
}

/// The message with this number.
pub(super) fn arrival(number: u64, now: SystemTime) -> New {
    let turn = usize::try_from(number).unwrap_or_default() % ARRIVALS.len();
    let (from, subject, body) = ARRIVALS.get(turn).copied().unwrap_or_default();
    let subject = format!("{subject} [{number}]");
    let id = format!("new.{number}");
    let raw = plain([from, DEMO, &subject, body], &date(now), &id);
    New { subject, raw }
}

fn plain([from, to, subject, body]: [&str; 4], date: &str, id: &str) -> Vec<u8> {
    let subject = header_text(subject);
    format!(
        "From: {from}\nTo: {to}\nSubject: {subject}\nDate: {date}\nMessage-ID: <{id}@example.org>\n\
         MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
    )
    .into_bytes()
}

/// As it stands in a header field: encoded words of at most 75 characters when it is more than ASCII (RFC 2047).
fn header_text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if word.len() + letter.len_utf8() > WORD_BYTES_MAX {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    words.push(word);
    let encoded = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join("\n ")
}

fn date(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    rfc2822::to_string(&time.to_zoned(TimeZone::UTC)).unwrap_or_default()
}

/// Bytes that fit into one encoded word.
const WORD_BYTES_MAX: usize = 45;

const DEMO: &str = "Demo <demo@example.org>";
const ANN: &str = "Ann Lee <ann.lee@example.com>";
const BEN: &str = "Ben Okafor <ben@example.net>";

/// Sender, subject and text of what arrives, in turns.
const ARRIVALS: [(&str, &str, &str); 8] = [
    (
        ANN,
        "Lunch on Thursday?",
        "The new place by the river has a table at half past twelve.",
    ),
    (
        "Parcel service <noreply@example.com>",
        "Your parcel is on its way",
        "It will be with you tomorrow between 10 and 12.",
    ),
    (
        "Zoë Müller <zoe@example.org>",
        "Grüße aus Zürich",
        "Die Sonne scheint, der See ist noch zu kalt.",
    ),
    (
        BEN,
        "Re: Draft of the talk",
        "Much better. Drop the third slide and keep the joke.",
    ),
    (
        "Build farm <build@example.org>",
        "Build passed",
        "All 1402 checks are green.",
    ),
    (
        "Γιώργος <giorgos@example.com>",
        "Το πρόγραμμα του Σαββάτου",
        "Ξεκινάμε στις εννέα από το λιμάνι.",
    ),
    (
        "Library <desk@example.net>",
        "A book is waiting for you",
        "It is kept at the desk for one week.",
    ),
    (
        "陳大文 <chan@example.com>",
        "明天見",
        "我們在車站門口等你。",
    ),
];

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

const fn old(folder: &'static str, age_s: u64, flags: &'static str, text: Text) -> Old {
    Old {
        folder,
        age: Duration::from_secs(age_s),
        flags,
        text,
    }
}

/// What is there at first.
pub(super) const OLD: [Old; 14] = [
    old("", 60, "", Text::File(include_str!("mails/welcome.eml"))),
    old(
        "",
        2 * HOUR,
        "",
        Text::File(include_str!("mails/meeting.eml")),
    ),
    old(
        "",
        5 * HOUR,
        "S",
        Text::File(include_str!("mails/photos.eml")),
    ),
    old("", DAY, "FS", Text::File(include_str!("mails/invoice.eml"))),
    old(
        "",
        2 * DAY,
        "",
        Text::File(include_str!("mails/newsletter.eml")),
    ),
    old(
        "",
        3 * DAY,
        "RS",
        Text::Plain(
            BEN,
            DEMO,
            "Draft of the talk",
            "Here is what I have so far.\nToo long?",
        ),
    ),
    old(
        ".Sent",
        3 * DAY - HOUR,
        "S",
        Text::Plain(
            DEMO,
            BEN,
            "Re: Draft of the talk",
            "Shorter, and begin with the end.",
        ),
    ),
    old(
        ".Sent",
        6 * DAY,
        "S",
        Text::Plain(DEMO, ANN, "Thank you!", "That was a lovely evening."),
    ),
    old(
        ".Drafts",
        4 * HOUR,
        "DS",
        Text::Plain(DEMO, ANN, "Summer", "Dear Ann,\nabout the summer:"),
    ),
    old(
        ".Trash",
        9 * DAY,
        "S",
        Text::Plain(ANN, DEMO, "Never mind", "Found it, it was in my bag."),
    ),
    old(
        ".Junk",
        8 * HOUR,
        "",
        Text::Plain(
            "Prize office <win@example.com>",
            DEMO,
            "You have won",
            "Only today.",
        ),
    ),
    old(
        ".Archive",
        40 * DAY,
        "S",
        Text::Plain(
            "Library <desk@example.net>",
            DEMO,
            "Your library card",
            "It is valid for another year.",
        ),
    ),
    old(
        ".Projects.Garden",
        12 * DAY,
        "S",
        Text::Plain(
            ANN,
            DEMO,
            "Seeds",
            "Beans, peas and the blue flowers. Anything else?",
        ),
    ),
    old(
        ".&BCEERwQ1BEIEMA-",
        30 * DAY,
        "S",
        Text::Plain(
            "Энергосбыт <bill@example.net>",
            DEMO,
            "Счёт за август",
            "К оплате: 1240 рублей.",
        ),
    ),
];

/// Folders besides the INBOX: the usual ones, one below another, and one with a name that is not ASCII.
pub(super) const FOLDERS: [&str; 8] = [
    ".Sent",
    ".Drafts",
    ".Trash",
    ".Junk",
    ".Archive",
    ".Projects",
    ".Projects.Garden",
    ".&BCEERwQ1BEIEMA-",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_date_and_a_folder_that_is_made() {
        let came = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (number, old) in OLD.iter().enumerate() {
            let raw = String::from_utf8(old.raw(number, came)).unwrap();
            assert!(
                raw.contains("\nDate: Tue, 14 Nov 2023 22:13:20 +0000\n"),
                "{raw}"
            );
            assert!(!raw.contains("{date}") && !raw.contains("{id}"), "{raw}");
            assert!(old.folder.is_empty() || FOLDERS.contains(&old.folder));
        }
    }

    #[test]
    fn arrivals_have_subjects_of_their_own_that_fit_a_header() {
        let now = SystemTime::UNIX_EPOCH;
        let mut subjects: Vec<_> = (1..=50)
            .map(|number| arrival(number, now).subject)
            .collect();
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), 50);
        assert_eq!(header_text("Build passed [4]"), "Build passed [4]");
        let long = header_text(&"ü".repeat(40));
        assert!(long.lines().all(|line| line.len() <= 76), "{long}");
        assert_eq!(long.lines().count(), 2);
    }
}
