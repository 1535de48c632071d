//! The part of a message that is new in its conversation (MS-ASAIRS 2.2.2.10).
//!
//! What was written before is told by how mail programs quote: at the end, behind `>` or below a line that says so.
//! A message that is quoted line by line is new as a whole, and so is one in which nothing was found.

use protocol::airsyncbase::{BodyPart, BodyPreference, BodyType};
use protocol::version::Version;

use super::body::{Content, Source};
use super::wish::BodyWish;
use super::{markup, text};

/// How Outlook rules off what it quotes, at least so many of them.
const RULE_MIN: usize = 20;

impl Source<'_, '_> {
    /// The new part, if the device wants it.
    pub(super) fn body_part(&self, wish: &BodyWish) -> Option<BodyPart> {
        let asked = wish.part.filter(|_| wish.version >= Version::V14_1)?.0;
        // Only HTML and plain text have parts; the specification knows HTML only.
        let kind = match asked.kind {
            BodyType::Plain => BodyType::Plain,
            BodyType::Html | BodyType::Rtf | BodyType::Mime => BodyType::Html,
        };
        let plain = self.content(BodyType::Plain);
        let content = match new_text(&plain.text) {
            Some(new) => Content {
                text: match kind {
                    BodyType::Plain => new.to_owned(),
                    _ => text::wire(&markup::from_text(new)).into_owned(),
                },
                cut: plain.cut,
            },
            None => self.content(kind),
        };
        if content.cut {
            return Some(BodyPart::TooLong(kind));
        }
        let most = asked
            .truncation_size
            .and_then(|most| usize::try_from(most).ok());
        let too_long = most.is_some_and(|most| content.text.len() > most);
        let preference = BodyPreference {
            kind,
            truncation_size: match asked.all_or_none && too_long {
                true => Some(0),
                false => asked.truncation_size,
            },
            ..asked
        };
        Some(BodyPart::Found(
            self.finish(&content, &preference, wish.version).body,
        ))
    }
}

/// What stands before what is quoted; `None` if nothing is, or everything.
fn new_text(text: &str) -> Option<&str> {
    let mut ends = Vec::new();
    let mut offset = 0;
    // Where the last block of quoted lines begins.
    let mut quoted = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if is_divider(bare) {
            return nonempty(text.get(..offset)?);
        }
        if bare.starts_with('>') {
            quoted.get_or_insert(ends.len());
        } else if !bare.is_empty() {
            quoted = None;
        }
        ends.push((offset, bare));
        offset += line.len();
    }
    let mut first = quoted?;
    // "On Monday Ann wrote:" goes with it.
    let before = ends
        .iter()
        .take(first)
        .rposition(|(_, line)| !line.is_empty());
    if let Some(before) = before
        && ends
            .get(before)
            .is_some_and(|(_, line)| line.ends_with(':'))
    {
        first = before;
    }
    nonempty(text.get(..ends.get(first)?.0)?)
}

/// `-----Original Message-----` in any language, and Outlook's rule.
fn is_divider(line: &str) -> bool {
    let inner = line.trim_matches('-');
    let worded = line.starts_with("-----") && line.ends_with("-----");
    let worded = worded && inner.chars().any(char::is_alphabetic);
    worded || line.len() >= RULE_MIN && line.chars().all(|char| char == '_')
}

fn nonempty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::new_text;

    #[test]
    fn what_is_quoted_at_the_end_is_old() {
        for (text, new) in [
            (
                "Yes.\r\n\r\nOn Monday Ann wrote:\r\n> Come?\r\n> Ann\r\n",
                Some("Yes.\r\n\r\n"),
            ),
            ("Yes.\r\n> Come?\r\n\r\n", Some("Yes.\r\n")),
            (
                "Yes.\r\n-----Ursprüngliche Nachricht-----\r\nVon: Ann\r\n",
                Some("Yes.\r\n"),
            ),
            (
                "Yes.\r\n________________________________\r\nFrom: Ann\r\n",
                Some("Yes.\r\n"),
            ),
            ("> Come?\r\nYes.\r\n> When?\r\nAt ten.\r\n", None),
            ("Come?\r\n-- \r\nAnn\r\n-----\r\n", None),
            ("Ann wrote:\r\n> Come?\r\n", None),
            ("", None),
        ] {
            assert_eq!(new_text(text), new, "{text}");
        }
    }
}
