//! The text of a search, as people type it: words, phrases, and some of the keyword query language (MS-KQL).
//!
//! Everything that is asked for must be there. What cannot be asked of a store is read so that the search finds too much
//! rather than nothing: of alternatives and of what must not be there nothing is asked.

use backends::{Field, Term};
use protocol::datetime;

/// The most texts of one search.
const TERMS_MAX: usize = 32;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What a text asks for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::commands) struct Asked {
    /// Texts that must be there.
    pub(in crate::commands) terms: Vec<Term>,
    /// Received after this instant, in UTC epoch seconds.
    pub(in crate::commands) after: Option<i64>,
    /// Received before this instant, in UTC epoch seconds.
    pub(in crate::commands) before: Option<i64>,
}

impl Asked {
    /// Adds what a text asks for.
    pub(in crate::commands) fn add(&mut self, text: &str) {
        let mut pieces = pieces(text).into_iter().peekable();
        let mut alternative = false;
        while let Some(piece) = pieces.next() {
            let operator = piece.operator();
            let before = std::mem::replace(&mut alternative, operator == Some(Operator::Or));
            match operator {
                Some(Operator::Not) => {
                    pieces.next();
                }
                Some(Operator::And | Operator::Or) => {}
                // One of several: neither is a must.
                None if before => {}
                None if pieces.peek().and_then(Piece::operator) == Some(Operator::Or) => {}
                None if piece.is_negated() => {}
                None => self.must(&piece),
            }
        }
    }

    /// Only what arrived between these two instants.
    pub(in crate::commands) fn between(&mut self, after: Option<i64>, before: Option<i64>) {
        self.after = self.after.into_iter().chain(after).max();
        self.before = self.before.into_iter().chain(before).min();
    }

    fn must(&mut self, piece: &Piece) {
        let Some((name, sign, value)) = piece.property() else {
            return self.term(Field::Any, &piece.text);
        };
        let field = match &*name.to_ascii_lowercase() {
            "subject" | "title" => Field::Subject,
            "from" | "author" | "sender" => Field::From,
            "to" | "cc" | "bcc" | "recipients" => Field::To,
            "body" => Field::Body,
            "participants" => Field::Any,
            "received" | "sent" | "date" => match range(sign, value) {
                Some((after, before)) => return self.between(after, before),
                None => return self.term(Field::Any, &piece.text),
            },
            _ => return self.term(Field::Any, &piece.text),
        };
        self.term(field, value);
    }

    fn term(&mut self, field: Field, text: &str) {
        let text = text.trim_matches(|char: char| char.is_whitespace() || char == '*');
        if !text.is_empty() && self.terms.len() < TERMS_MAX {
            let text = text.to_owned();
            self.terms.push(Term { field, text });
        }
    }
}

/// What stands between two blanks, with quotes taken away.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Piece {
    text: String,
    /// Where the first quote was, in bytes.
    quoted: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Operator {
    And,
    Or,
    Not,
}

impl Piece {
    fn operator(&self) -> Option<Operator> {
        match (&*self.text, self.quoted) {
            ("AND" | "+" | "&", None) => Some(Operator::And),
            ("OR", None) => Some(Operator::Or),
            ("NOT", None) => Some(Operator::Not),
            _ => None,
        }
    }

    fn is_negated(&self) -> bool {
        self.text.len() > 1 && self.text.starts_with('-') && self.quoted != Some(0)
    }

    /// Name, sign and value of what looks like `name:value` outside of quotes.
    fn property(&self) -> Option<(&str, &str, &str)> {
        let at = self.text.find([':', '=', '<', '>'])?;
        if self.quoted.is_some_and(|quoted| quoted < at) {
            return None;
        }
        let (name, rest) = self.text.split_at(at);
        let value = rest.trim_start_matches([':', '=', '<', '>']);
        let sign = rest.get(..rest.len() - value.len())?;
        (!name.is_empty() && !value.is_empty()).then_some((name, sign, value))
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut piece = Piece {
        text: String::new(),
        quoted: None,
    };
    let mut open = false;
    for char in text.chars() {
        match char {
            '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' => {
                open = !open;
                piece.quoted.get_or_insert(piece.text.len());
            }
            '(' | ')' if !open => {}
            char if char.is_whitespace() && !open => {
                let fresh = Piece {
                    text: String::new(),
                    quoted: None,
                };
                pieces.push(std::mem::replace(&mut piece, fresh));
            }
            char => piece.text.push(char),
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// What a comparison with a day, or with days from one to another, means: after and before which instants.
fn range(sign: &str, value: &str) -> Option<(Option<i64>, Option<i64>)> {
    if let Some((first, last)) = value.split_once("..") {
        return Some((Some(day(first)? - 1), Some(day(last)? + DAY)));
    }
    let day = day(value)?;
    Some(match sign {
        ":" | "=" => (Some(day - 1), Some(day + DAY)),
        ">" => (Some(day + DAY - 1), None),
        ">=" => (Some(day - 1), None),
        "<" => (None, Some(day)),
        "<=" => (None, Some(day + DAY)),
        _ => return None,
    })
}

/// The beginning of a day, `2026-01-31`, in UTC epoch seconds.
fn day(text: &str) -> Option<i64> {
    let text = text.get(..10).filter(|_| text.len() == 10)?;
    datetime::parse(&format!("{text}T00:00:00.000Z"))
}

#[cfg(test)]
mod tests {
    use backends::Field;

    use super::Asked;

    fn asked(text: &str) -> Asked {
        let mut asked = Asked::default();
        asked.add(text);
        asked
    }

    #[test]
    fn words_phrases_and_fields() {
        use Field::{Any, Body, From, Subject, To};
        for (text, terms) in [
            ("", &[][..]),
            ("  two  words ", &[(Any, "two"), (Any, "words")]),
            ("\"one phrase\" more", &[(Any, "one phrase"), (Any, "more")]),
            ("\u{201e}one phrase\u{201c}", &[(Any, "one phrase")]),
            (
                "subject:report from:\"Ann Archer\"",
                &[(Subject, "report"), (From, "Ann Archer")],
            ),
            (
                "To:bob CC:carol body:x",
                &[(To, "bob"), (To, "carol"), (Body, "x")],
            ),
            ("subject: report", &[(Any, "subject:"), (Any, "report")]),
            ("http://a.example/?b=c", &[(Any, "http://a.example/?b=c")]),
            ("\"from:ann\"", &[(Any, "from:ann")]),
            ("10:30 a=b", &[(Any, "10:30"), (Any, "a=b")]),
            (
                "repor* (both AND this)",
                &[(Any, "repor"), (Any, "both"), (Any, "this")],
            ),
            ("all one OR other rest", &[(Any, "all"), (Any, "rest")]),
            ("a NOT b -c - d", &[(Any, "a"), (Any, "-"), (Any, "d")]),
            ("*", &[]),
            ("received:soon", &[(Any, "received:soon")]),
        ] {
            let found = asked(text);
            let found: Vec<_> = found
                .terms
                .iter()
                .map(|term| (term.field, &*term.text))
                .collect();
            assert_eq!(found, terms, "{text}");
        }
        assert_eq!(asked(&"x ".repeat(1000)).terms.len(), super::TERMS_MAX);
    }

    #[test]
    fn days() {
        let day = 1_769_817_600; // 2026-01-31
        for (text, after, before) in [
            ("received:2026-01-31", Some(day - 1), Some(day + 86_400)),
            ("received>=2026-01-31", Some(day - 1), None),
            ("received>2026-01-31", Some(day + 86_399), None),
            ("received<2026-01-31", None, Some(day)),
            ("sent<=2026-01-31", None, Some(day + 86_400)),
            (
                "received:2026-01-31..2026-02-01",
                Some(day - 1),
                Some(day + 2 * 86_400),
            ),
            (
                "received>2026-01-31 received<2026-02-02",
                Some(day + 86_399),
                Some(day + 2 * 86_400),
            ),
        ] {
            let asked = asked(text);
            assert_eq!((asked.after, asked.before), (after, before), "{text}");
            assert!(asked.terms.is_empty());
        }
    }
}
