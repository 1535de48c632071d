//! Names of folders as users write them, and as Maildir++ can hold them.
//!
//! A Maildir++ name is one level of modified UTF-7, in which [`lookalike`] stands for what it cannot hold.

use crate::{lookalike, utf7};

/// One level of a directory's name, as users see it.
pub(crate) fn show(level: &str) -> String {
    lookalike::show(&utf7::decode(level))
}

/// A name as one level of a directory's name; `None` if it cannot be one.
pub(crate) fn spell(name: &str) -> Option<String> {
    let held = lookalike::hold(name, |c| matches!(c, '.' | '/' | '~'))?;
    Some(utf7::encode(&held))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{show, spell};

    #[test]
    fn known_answers() {
        for (name, level) in [
            ("Projects", "Projects"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("R&D", "R&-D"),
            ("v1.2", "v1&ICQ-2"),
            ("in/out", "in&IhU-out"),
            ("~me~", "&Ijw-me~"),
            ("a b", "a b"),
            ("..", "&ICQgJA-"),
        ] {
            assert_eq!(spell(name).as_deref(), Some(level), "{name}");
            assert_eq!(show(level), name, "{level}");
        }
        for name in ["", " ", " a", "a ", "a\nb", "a\0b", "a\u{85}b"] {
            assert_eq!(spell(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn names_come_back(name in "[ -~äß日😀&./~-]{1,30}") {
            if let Some(level) = spell(&name) {
                prop_assert!(!level.is_empty() && !level.contains(['.', '/']) && level.is_ascii());
                prop_assert_eq!(show(&level), name);
            } else {
                prop_assert!(name.trim() != name);
            }
        }
    }
}
