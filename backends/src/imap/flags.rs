//! Flags and keywords: as servers write them, as marks, and as versions.

use std::collections::BTreeSet;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::marks::{Flag, Keyword, Marks, MarksPatch};
use crate::name::Version;

/// The marks that these flags are. `\Recent` and other flags that say nothing to people are passed over.
pub(super) fn marks(words: &[Box<str>]) -> Marks {
    let mut marks = Marks::default();
    for word in words {
        if let Some(flag) = flag(word) {
            marks.flags.insert(flag);
        } else if let Some(keyword) = Keyword::parse(word) {
            marks.keywords.insert(keyword);
        }
    }
    marks
}

/// How a server writes a flag.
pub(super) fn word(flag: Flag) -> &'static str {
    match flag {
        Flag::Draft => "\\Draft",
        Flag::Flagged => "\\Flagged",
        Flag::Forwarded => Keyword::FORWARDED,
        Flag::Answered => "\\Answered",
        Flag::Seen => "\\Seen",
        Flag::Trashed => "\\Deleted",
    }
}

fn flag(text: &str) -> Option<Flag> {
    let mut flags = Flag::ALL.into_iter();
    flags.find(|flag| text.eq_ignore_ascii_case(word(*flag)))
}

fn letter(flag: Flag) -> char {
    match flag {
        Flag::Draft => 'D',
        Flag::Flagged => 'F',
        Flag::Forwarded => 'P',
        Flag::Answered => 'R',
        Flag::Seen => 'S',
        Flag::Trashed => 'T',
    }
}

/// Longest list of keywords that a version holds as it is, in bytes.
const KEYWORDS_MAX: usize = 200;

/// Stands before a hash; no keyword begins with it.
const HASHED: &str = "(";

/// The version of an item with these marks: a letter for each flag, then its keywords in lower case (servers do not
/// tell them apart by case, and do not keep to one), sorted, each after a space; if those are long, their hash.
pub(super) fn version(marks: &Marks) -> Version {
    let keywords = marks.keywords.iter();
    let keywords = keywords.map(|keyword| keyword.as_str().to_ascii_lowercase());
    written(&marks.flags, &keywords.collect())
}

/// The version that follows from `current` by `patch`; `None` if that cannot be told.
pub(super) fn version_after(current: &Version, patch: &MarksPatch) -> Option<Version> {
    let (on, off) = patch.sides();
    let (letters, words) = match current.as_str().split_once(' ') {
        Some((letters, words)) => (letters, Some(words)),
        None => (current.as_str(), None),
    };
    let named = |code| Flag::ALL.into_iter().find(|flag| letter(*flag) == code);
    let mut flags: BTreeSet<Flag> = letters.chars().map(named).collect::<Option<_>>()?;
    flags.extend(&on.flags);
    flags.retain(|flag| !off.flags.contains(flag));
    if let Some(hash) = words.filter(|words| words.starts_with(HASHED)) {
        let untouched = on.keywords.is_empty() && off.keywords.is_empty();
        return untouched.then(|| Version::new(format!("{} {hash}", letters_of(&flags))));
    }
    let lower = |keyword: &Keyword| keyword.as_str().to_ascii_lowercase();
    let words = words.into_iter().flat_map(|words| words.split(' '));
    let mut keywords: BTreeSet<String> = words.map(str::to_owned).collect();
    keywords.extend(on.keywords.iter().map(lower));
    for keyword in &off.keywords {
        keywords.remove(&lower(keyword));
    }
    Some(written(&flags, &keywords))
}

fn letters_of(flags: &BTreeSet<Flag>) -> String {
    flags.iter().map(|flag| letter(*flag)).collect()
}

fn written(flags: &BTreeSet<Flag>, keywords: &BTreeSet<String>) -> Version {
    let mut text = letters_of(flags);
    let length: usize = keywords.iter().map(|keyword| keyword.len() + 1).sum();
    if length <= KEYWORDS_MAX {
        for keyword in keywords {
            text.push(' ');
            text.push_str(keyword);
        }
        return Version::new(text);
    }
    let mut hash = Sha256::new();
    for keyword in keywords {
        hash.update(keyword);
        hash.update(b" ");
    }
    text.push(' ');
    text.push_str(HASHED);
    for byte in hash.finalize().iter().take(16) {
        let _written = write!(text, "{byte:02x}");
    }
    Version::new(text)
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
    use proptest::sample::select;

    use super::{marks, version, version_after, word};
    use crate::marks::{Flag, Keyword, Marks, MarksPatch, Setting};
    use crate::name::Version;

    fn words(text: &str) -> Vec<Box<str>> {
        text.split_whitespace().map(Into::into).collect()
    }

    #[test]
    fn known_answers() {
        for (text, expected) in [
            ("", ""),
            ("\\Seen \\Recent", "S"),
            ("\\seen \\FLAGGED $forwarded", "FPS"),
            ("$Label1 \\Deleted Work NonJunk", "T $label1 nonjunk work"),
            ("\\Draft \\Answered \\XYZ Grün", "DR"),
        ] {
            assert_eq!(version(&marks(&words(text))).as_str(), expected, "{text}");
        }
        let nothing = MarksPatch::new();
        assert_eq!(version_after(&Version::new("v1.2"), &nothing), None);
    }

    #[test]
    fn many_keywords_make_a_hash_that_flags_do_not_disturb() {
        let many: Vec<_> = (0..40).map(|number| format!("keyword-{number}")).collect();
        let all = marks(&words(&many.join(" ")));
        let hashed = version(&all);
        assert!(hashed.as_str().len() < 40, "{hashed}");
        let seen = MarksPatch::new().flag(Flag::Seen, Setting::On);
        let after = version_after(&hashed, &seen).unwrap();
        assert_eq!(after, version(&all.clone().patched(&seen)));
        let word = Keyword::parse("keyword-7").unwrap();
        let fewer = MarksPatch::new().keyword(word, Setting::Off);
        assert_eq!(version_after(&hashed, &fewer), None);
        assert_ne!(version(&all.patched(&fewer)), hashed);
    }

    fn keyword() -> impl Strategy<Value = Keyword> {
        select(vec!["work", "$label1", "later", "z"]).prop_filter_map("no keyword", Keyword::parse)
    }

    fn any_marks() -> impl Strategy<Value = Marks> {
        let flags = btree_set(select(Flag::ALL.to_vec()), 0..6);
        (flags, btree_set(keyword(), 0..4)).prop_map(|(flags, keywords)| Marks { flags, keywords })
    }

    proptest! {
        #[test]
        fn what_is_foretold_comes(
            before in any_marks(),
            flags in vec((select(Flag::ALL.to_vec()), any::<bool>()), 0..6),
            keywords in vec((keyword(), any::<bool>()), 0..4),
        ) {
            let setting = |on| if on { Setting::On } else { Setting::Off };
            let mut patch = MarksPatch::new();
            for (flag, on) in flags {
                patch = patch.flag(flag, setting(on));
            }
            for (keyword, on) in keywords {
                patch = patch.keyword(keyword, setting(on));
            }
            let foretold = version_after(&version(&before), &patch);
            prop_assert_eq!(foretold, Some(version(&before.clone().patched(&patch))));
            let mut wire: Vec<Box<str>> = before.flags.iter().map(|flag| word(*flag).into()).collect();
            wire.extend(before.keywords.iter().map(|keyword| Box::from(keyword.as_str())));
            prop_assert_eq!(marks(&wire), before);
        }
    }
}
