//! Marks: what is left of an item when only its flags changed.

use protocol::class::email::{Email, Flag, Flagged, LastVerb};

use super::wish::Marks;

/// The Change that tells a device the marks and categories of a mail that it has.
#[must_use]
pub fn marks_change(marks: Marks, categories: &[String]) -> Email {
    Email {
        read: Some(marks.seen),
        flag: Some(flag(marks)),
        last_verb_executed: last_verb(marks),
        categories: Some(categories.to_vec()),
        ..Email::default()
    }
}

/// The follow-up flag.
pub(super) fn flag(marks: Marks) -> Flag {
    Flag::from_flagged(if marks.flagged {
        Flagged::Yes
    } else {
        Flagged::No
    })
}

/// What was last done; which of the two came last is not stored, and the reply is what people look for.
pub(super) fn last_verb(marks: Marks) -> Option<LastVerb> {
    if marks.answered {
        Some(LastVerb::ReplyToSender)
    } else if marks.forwarded {
        Some(LastVerb::Forward)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, marks_change};
    use protocol::class::email::{ActiveFlag, Email, Flag, LastVerb};
    use protocol::version::Version;

    #[test]
    fn only_marks_are_in_the_change() {
        let marks = Marks {
            seen: true,
            flagged: true,
            forwarded: true,
            ..Marks::default()
        };
        let change = marks_change(marks, &["Red".to_owned()]);
        let active = ActiveFlag {
            flag_type: Some("for Follow Up".to_owned()),
            ..ActiveFlag::default()
        };
        let expected = Email {
            read: Some(true),
            flag: Some(Flag::Active(active)),
            last_verb_executed: Some(LastVerb::Forward),
            categories: Some(vec!["Red".to_owned()]),
            ..Email::default()
        };
        assert_eq!(change, expected);
        assert_eq!(change.to_data(Version::V12_1).elements().count(), 2);
    }

    #[test]
    fn unmarked_is_said_too() {
        let change = marks_change(Marks::default(), &[]);
        assert_eq!(change.read, Some(false));
        assert_eq!(change.flag, Some(Flag::Cleared));
        assert_eq!(change.last_verb_executed, None);
        assert_eq!(change.categories, Some(Vec::new()));
    }
}
