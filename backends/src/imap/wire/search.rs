//! `SEARCH` and `ESEARCH`: which messages were found.

use super::{Malformed, UidSet, Value};

/// Messages that were found, in the server's order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Search {
    /// Their numbers, or unique identifiers if those were asked for.
    pub numbers: Vec<u32>,
    /// The highest modification sequence among them, if that was searched for.
    pub mod_seq: Option<u64>,
}

/// Messages that were found (RFC 4731).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Esearch {
    /// The command that it answers.
    pub tag: Option<Box<str>>,
    /// Whether the numbers are unique identifiers.
    pub uid: bool,
    /// The lowest.
    pub min: Option<u32>,
    /// The highest.
    pub max: Option<u32>,
    /// How many.
    pub count: Option<u32>,
    /// All of them; `None` also when none was found.
    pub all: Option<UidSet>,
    /// The highest modification sequence among them, if that was searched for.
    pub mod_seq: Option<u64>,
}

pub(super) fn search(values: &[Value]) -> Result<Search, Malformed> {
    let mut search = Search::default();
    for value in values {
        if let Some([name, number]) = value.list() {
            if name.is_word("MODSEQ") {
                search.mod_seq = number.number();
            }
            continue;
        }
        let number = value.number().ok_or(Malformed("SEARCH"))?;
        search.numbers.push(number);
    }
    Ok(search)
}

pub(super) fn esearch(values: &[Value]) -> Result<Esearch, Malformed> {
    let mut found = Esearch::default();
    let mut values = values.iter();
    while let Some(value) = values.next() {
        if let Value::List(correlator) = value {
            if let [name, tag] = correlator.as_slice()
                && name.is_word("TAG")
            {
                found.tag = tag.text().map(Into::into);
            }
            continue;
        }
        if value.is_word("UID") {
            found.uid = true;
            continue;
        }
        let name = value.text().unwrap_or_default().to_ascii_uppercase();
        let value = values.next().ok_or(Malformed("ESEARCH"))?;
        let read = match name.as_str() {
            "MIN" => value.number().map(|number| found.min = Some(number)),
            "MAX" => value.number().map(|number| found.max = Some(number)),
            "COUNT" => value.number().map(|number| found.count = Some(number)),
            "MODSEQ" => value.number().map(|number| found.mod_seq = Some(number)),
            "ALL" => {
                let set = value.bytes().and_then(|text| UidSet::parse(text));
                set.map(|set| found.all = Some(set))
            }
            _ => Some(()),
        };
        read.ok_or(Malformed("ESEARCH"))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Esearch, Search};
    use crate::imap::wire::response::tests::untagged;
    use crate::imap::wire::{UidSet, Untagged};

    fn set(text: &str) -> UidSet {
        UidSet::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_was_found() {
        for (text, numbers, mod_seq) in [
            ("* SEARCH", &[][..], None),
            ("* SEARCH ", &[], None),
            ("* SEARCH 2 84 882", &[2, 84, 882], None),
            (
                "* SEARCH 2 5 (MODSEQ 917162500)",
                &[2, 5],
                Some(917_162_500),
            ),
        ] {
            let search = Search {
                numbers: numbers.to_vec(),
                mod_seq,
            };
            assert_eq!(untagged(text), Untagged::Search(search), "{text}");
        }
        let blank = Esearch::default;
        for (text, found) in [
            (
                "* ESEARCH (TAG \"a282\") MIN 2 COUNT 3",
                Esearch {
                    tag: Some("a282".into()),
                    min: Some(2),
                    count: Some(3),
                    ..blank()
                },
            ),
            (
                "* ESEARCH (TAG a1) UID ALL 4:18,21,28 MODSEQ 5",
                Esearch {
                    tag: Some("a1".into()),
                    uid: true,
                    all: Some(set("4:18,21,28")),
                    mod_seq: Some(5),
                    ..blank()
                },
            ),
            (
                "* ESEARCH UID X-NEW (a b) MAX 7",
                Esearch {
                    uid: true,
                    max: Some(7),
                    ..blank()
                },
            ),
            ("* ESEARCH", blank()),
        ] {
            assert_eq!(untagged(text), Untagged::Esearch(Box::new(found)), "{text}");
        }
    }
}
