//! Lines of a vCard, written: folded, and encoded as the card's version wants it.

use std::collections::BTreeMap;

use super::line::{Card, Edition, Entry};
use super::value;

/// Longest line, in bytes without its end (RFC 6350, 3.2).
const WIDTH: usize = 75;

/// What becomes of the lines of a card; those that nothing is said of stay byte for byte.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// New bytes of a line; none are no line.
    changed: BTreeMap<usize, Vec<u8>>,
    /// New lines before a line.
    before: BTreeMap<usize, Vec<Vec<u8>>>,
}

impl Edits {
    /// Whether anything changes.
    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.before.is_empty()
    }

    pub(super) fn replace(&mut self, line: usize, bytes: Vec<u8>) {
        self.changed.insert(line, bytes);
    }

    pub(super) fn remove(&mut self, line: usize) {
        self.changed.insert(line, Vec::new());
    }

    /// Whether the line goes.
    pub(super) fn removes(&self, line: usize) -> bool {
        self.changed.get(&line).is_some_and(Vec::is_empty)
    }

    /// Puts a new line before another; several stand in the order of the calls.
    pub(super) fn insert(&mut self, before: usize, bytes: Vec<u8>) {
        self.before.entry(before).or_default().push(bytes);
    }

    /// The card with the edits.
    pub(super) fn apply(&self, card: &Card<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, line) in card.lines.iter().enumerate() {
            self.put_new(at, card, &mut bytes);
            match self.changed.get(&at) {
                Some(changed) => bytes.extend_from_slice(changed),
                None => bytes.extend_from_slice(line.raw),
            }
        }
        self.put_new(card.lines.len(), card, &mut bytes);
        bytes
    }

    fn put_new(&self, at: usize, card: &Card<'_>, bytes: &mut Vec<u8>) {
        for new in self.before.get(&at).into_iter().flatten() {
            // A card that breaks off may lack its last line end.
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.extend_from_slice(card.eol.as_bytes());
            }
            bytes.extend_from_slice(new);
        }
    }
}

/// Parameters that say how a value is encoded; a value that is written anew says so itself.
const ENCODINGS: [&str; 2] = ["ENCODING", "CHARSET"];

/// Group, name and parameters of an entry for a new value, without the named parameters.
pub(super) fn head(entry: &Entry<'_>, without: &[&str]) -> String {
    let mut head = entry.label.clone();
    let dropped = |name: &str| ENCODINGS.contains(&name) || without.contains(&name);
    for param in entry.params.iter().filter(|param| !dropped(param.name)) {
        head.push(';');
        head.push_str(&param.raw);
    }
    head
}

/// The head of a new line, from the form that 3.0 has.
pub(super) fn new_head(template: &str, edition: Edition) -> String {
    match edition {
        Edition::V21 => template.replace("TYPE=", "").replace(',', ";"),
        Edition::V30 => template.to_owned(),
        // INTERNET is not known any more.
        Edition::V40 => template.replace(";TYPE=INTERNET", ""),
    }
}

/// A whole line with an escaped value.
pub(super) fn line(head: &str, value: &str, card: &Card<'_>) -> Vec<u8> {
    let plain = value.is_ascii() && !value.contains(['\r', '\n']);
    let mut text = match card.edition {
        Edition::V21 if !plain => {
            let head = format!("{head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:");
            let value = value::quoted_printable(value, head.len());
            let line = format!("{head}{value}");
            if card.eol == "\n" {
                line.replace("\r\n", "\n")
            } else {
                line
            }
        }
        // In 2.1 a fold keeps its blank, so that there is no place for one in a word.
        Edition::V21 => format!("{head}:{value}"),
        Edition::V30 | Edition::V40 => fold(&format!("{head}:{value}"), card.eol),
    };
    text.push_str(card.eol);
    text.into_bytes()
}

/// A whole line with a value in base64; in 2.1 an empty line ends it, which `next` may be already.
pub(super) fn base64_line(head: &str, value: &str, next: &[u8], card: &Card<'_>) -> Vec<u8> {
    let mut text = fold(&format!("{head}:{value}"), card.eol);
    text.push_str(card.eol);
    if card.edition == Edition::V21 && !next.trim_ascii().is_empty() {
        text.push_str(card.eol);
    }
    text.into_bytes()
}

/// Breaks a line into pieces of at most [`WIDTH`] bytes, between characters.
pub(super) fn fold(line: &str, eol: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / 24);
    let mut rest = line;
    let mut width = WIDTH;
    while rest.len() > width {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(width));
        folded.push_str(piece);
        folded.push_str(eol);
        folded.push(' ');
        rest = tail;
        width = WIDTH - 1;
    }
    folded.push_str(rest);
    folded
}
