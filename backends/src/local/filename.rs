//! Names of message files: `UNIQUE` or `UNIQUE:2,LETTERS` (<https://cr.yp.to/proto/maildir.html>).

use std::collections::BTreeSet;

/// A message's file name, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct FileName<'a> {
    /// Everything before the colon, sizes included: what stays the same as long as the message
    /// stays in its folder.
    pub(crate) unique: &'a str,
    /// The letters as written; also those that mean nothing to us.
    pub(crate) letters: &'a str,
}

impl<'a> FileName<'a> {
    /// Takes a name apart; `None` for what is no message: dot files, and names that could not be
    /// told apart once stored.
    pub(crate) fn parse(name: &'a str) -> Option<Self> {
        let (unique, info) = name.split_once(':').unwrap_or((name, ""));
        let letters = info.strip_prefix("2,").unwrap_or("");
        // Further fields may follow the letters; nobody we know writes any.
        let letters = letters.split(',').next().unwrap_or("");
        let hidden = unique.is_empty() || unique.starts_with('.');
        let plain = !unique.contains(['/', '\0']);
        (!hidden && plain).then_some(Self { unique, letters })
    }

    /// Whether `unique` came from a file name and leads back to one inside its directory.
    pub(crate) fn is_unique(unique: &str) -> bool {
        FileName::parse(unique).is_some_and(|name| name.unique == unique)
    }

    /// The size that the delivery agent wrote into the name (`,S=`), in bytes.
    pub(crate) fn size(self) -> Option<u64> {
        let mut parts = self.unique.split(',').skip(1);
        parts.find_map(|part| part.strip_prefix("S=")?.parse().ok())
    }

    /// The delivery time in the name, in UTC epoch seconds.
    pub(crate) fn time(self) -> Option<i64> {
        self.unique.split('.').next()?.parse().ok()
    }
}

/// The letters of a file name, as a set.
pub(crate) type Letters = BTreeSet<char>;

/// The name in `cur` of a message with these letters: in the order of their codes, as the
/// specification asks for.
pub(crate) fn name_in_cur(unique: &str, letters: &Letters) -> String {
    let mut name = String::with_capacity(unique.len() + 3 + letters.len());
    name.push_str(unique);
    name.push_str(":2,");
    name.extend(letters);
    name
}

#[cfg(test)]
mod tests {
    use super::{FileName, name_in_cur};

    #[test]
    fn names_are_taken_apart() {
        for (name, parts) in [
            ("1700000000.M1P2.host", Some(("1700000000.M1P2.host", ""))),
            ("u:2,", Some(("u", ""))),
            ("u:2,FS", Some(("u", "FS"))),
            ("u,S=12,W=13:2,Sab", Some(("u,S=12,W=13", "Sab"))),
            ("u:1,experimental", Some(("u", ""))),
            ("u:2,S,x=1", Some(("u", "S"))),
            (".hidden", None),
            (":2,S", None),
            ("", None),
        ] {
            let found = FileName::parse(name).map(|name| (name.unique, name.letters));
            assert_eq!(found, parts, "{name}");
        }
        assert!(FileName::is_unique("u,S=1") && !FileName::is_unique("u:2,"));
        assert!(!FileName::is_unique("../x") && !FileName::is_unique("a/b"));
    }

    #[test]
    fn size_and_time_are_read_from_the_name() {
        let name = FileName::parse("1700000000.M1P2.host,S=4321,W=4400:2,S").unwrap();
        assert_eq!(
            (name.size(), name.time()),
            (Some(4321), Some(1_700_000_000))
        );
        let name = FileName::parse("x,W=1,S=no").unwrap();
        assert_eq!((name.size(), name.time()), (None, None));
    }

    #[test]
    fn letters_are_written_in_order() {
        let letters = "aTSDS".chars().collect();
        assert_eq!(name_in_cur("u", &letters), "u:2,DSTa");
    }
}
