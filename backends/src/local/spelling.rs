//! Names of folders as users write them, and as Maildir++ can hold them.
//!
//! A Maildir++ name is one level of modified UTF-7. What would mean something else in it (`.` ends a level, `/` is the
//! separator that servers show, `~` first is a home directory to Dovecot) is written as the character that looks
//! like it, and shown as itself again.

use crate::utf7;

/// What a name cannot hold, and what stands for it.
const LOOKALIKES: [(char, char); 3] = [('.', '\u{2024}'), ('/', '\u{2215}'), ('~', '\u{223C}')];

/// One level of a directory's name, as users see it.
pub(crate) fn show(level: &str) -> String {
    let decoded = utf7::decode(level);
    let shown = decoded.char_indices().map(|(at, shown)| {
        let written = LOOKALIKES.iter().find(|(_, other)| *other == shown);
        match written {
            Some(('~', _)) if at > 0 => shown,
            Some((written, _)) => *written,
            None => shown,
        }
    });
    shown.collect()
}

/// A name as one level of a directory's name; `None` if it cannot be one.
pub(crate) fn spell(name: &str) -> Option<String> {
    let blank = name.trim() != name || name.is_empty();
    if blank || name.chars().any(char::is_control) {
        return None;
    }
    let held = name.char_indices().map(|(at, written)| {
        let other = LOOKALIKES.iter().find(|(known, _)| *known == written);
        match other {
            Some(('~', _)) if at > 0 => written,
            Some((_, other)) => *other,
            None => written,
        }
    });
    Some(utf7::encode(&held.collect::<String>()))
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
