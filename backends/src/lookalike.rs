//! Names of folders as users write them, and as stores can hold them.
//!
//! What would mean something else in a store's name (`.` or `/` ends a level, `~` first is a home directory to Dovecot)
//! is written as the character that looks like it, and shown as itself again.

/// What a name may not be able to hold, and what stands for it.
const LOOKALIKES: [(char, char); 3] = [('.', '\u{2024}'), ('/', '\u{2215}'), ('~', '\u{223C}')];

/// One level of a store's name, as users see it.
pub(crate) fn show(level: &str) -> String {
    let shown = level.char_indices().map(|(at, shown)| {
        let written = LOOKALIKES.iter().find(|(_, other)| *other == shown);
        match written {
            Some(('~', _)) if at > 0 => shown,
            Some((written, _)) => *written,
            None => shown,
        }
    });
    shown.collect()
}

/// A name as one level of a store's name that cannot hold these characters; `None` if it cannot be one.
pub(crate) fn hold(name: &str, banned: impl Fn(char) -> bool) -> Option<String> {
    let blank = name.trim() != name || name.is_empty();
    if blank || name.chars().any(char::is_control) {
        return None;
    }
    let held = name.char_indices().map(|(at, written)| {
        let other = LOOKALIKES.iter().find(|(known, _)| *known == written);
        match other {
            _ if !banned(written) => Some(written),
            Some(('~', _)) if at > 0 => Some(written),
            other => other.map(|(_, other)| *other),
        }
    });
    held.collect()
}

#[cfg(test)]
mod tests {
    use super::{hold, show};

    #[test]
    fn what_cannot_be_held_is_shown_again() {
        let held = hold("~a.b/c~", |c| "./~".contains(c)).unwrap();
        assert_eq!(held, "\u{223C}a\u{2024}b\u{2215}c~");
        assert_eq!(show(&held), "~a.b/c~");
        let held = hold("~a.b/c", |c| c == '/').unwrap();
        assert_eq!(held, "~a.b\u{2215}c");
        assert_eq!(hold("a\\b", |c| c == '\\'), None);
        for name in ["", " ", " a", "a ", "a\nb", "a\0b", "a\u{85}b"] {
            assert_eq!(hold(name, |_| false), None, "{name:?}");
        }
    }
}
