//! Versions of messages: their marks, in a fixed order, and nothing else.
//!
//! A message that moves from `new` to `cur` without a flag keeps its version, for nothing that
//! anybody could see has changed.

use crate::marks::{Flag, Keyword, Marks};
use crate::name::Version;

/// The version of an item with these marks: the Maildir letters of its flags, then its keywords,
/// sorted, each after a space.
pub(crate) fn of(marks: &Marks) -> Version {
    let mut text: String = marks.flags.iter().map(|flag| letter(*flag)).collect();
    for keyword in &marks.keywords {
        text.push(' ');
        text.push_str(keyword.as_str());
    }
    Version::new(text)
}

/// The marks that a version stands for; `None` if it is none of ours.
pub(crate) fn marks(version: &Version) -> Option<Marks> {
    let mut words = version.as_str().split(' ');
    let flags = words.next()?.chars().map(flag).collect::<Option<_>>()?;
    let keywords = words.map(Keyword::parse).collect::<Option<_>>()?;
    Some(Marks { flags, keywords })
}

/// The Maildir letter of a flag.
pub(crate) fn letter(flag: Flag) -> char {
    match flag {
        Flag::Draft => 'D',
        Flag::Flagged => 'F',
        Flag::Forwarded => 'P',
        Flag::Answered => 'R',
        Flag::Seen => 'S',
        Flag::Trashed => 'T',
    }
}

/// The flag of a Maildir letter.
pub(crate) fn flag(code: char) -> Option<Flag> {
    Flag::ALL.into_iter().find(|flag| letter(*flag) == code)
}

#[cfg(test)]
mod tests {
    use super::{marks, of};
    use crate::marks::{Flag, Keyword, Marks};
    use crate::name::Version;

    #[test]
    fn versions_are_normal_and_lead_back() {
        let mut wanted = Marks::from_iter([Flag::Seen, Flag::Flagged, Flag::Forwarded]);
        wanted.keywords = ["Work", "$Label1"]
            .into_iter()
            .map(|text| Keyword::parse(text).unwrap())
            .collect();
        assert_eq!(of(&wanted).as_str(), "FPS $Label1 Work");
        assert_eq!(marks(&of(&wanted)), Some(wanted));
        assert_eq!(of(&Marks::default()).as_str(), "");
        assert_eq!(marks(&Version::new("")), Some(Marks::default()));
        assert_eq!(marks(&Version::new("etag-1")), None);
    }
}
