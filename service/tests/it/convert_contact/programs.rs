//! How programs write cards: their properties, parameters, order, folds and habits.

mod mailers;
mod phones;
mod servers;

use super::corpus::Details;

use mailers::{evolution, kaddressbook, kaddressbook4, outlook, thunderbird};
use phones::{android21, android30, ios};
use servers::{bare, fastmail, google, nextcloud};

pub(super) type Program = fn(&Details) -> Vec<u8>;

pub(super) const PROGRAMS: [(&str, Program); 12] = [
    ("ios", ios),
    ("android 2.1", android21),
    ("android 3.0", android30),
    ("thunderbird", thunderbird),
    ("outlook", outlook),
    ("nextcloud", nextcloud),
    ("kaddressbook", kaddressbook),
    ("kaddressbook 4.0", kaddressbook4),
    ("google", google),
    ("fastmail", fastmail),
    ("evolution", evolution),
    ("full name only", bare),
];

/// A card on its way: lines are escaped by the caller, folded here.
struct Card {
    text: String,
    eol: &'static str,
    width: usize,
}

impl Card {
    fn new(version: &str, eol: &'static str, width: usize) -> Self {
        let text = format!("BEGIN:VCARD{eol}VERSION:{version}\r\n").replace("\r\n", eol);
        Self { text, eol, width }
    }

    fn line(&mut self, line: impl AsRef<str>) {
        let mut column = 0;
        for char in line.as_ref().chars() {
            if column + char.len_utf8() > self.width {
                self.text.push_str(self.eol);
                self.text.push(' ');
                column = 1;
            }
            self.text.push(char);
            column += char.len_utf8();
        }
        self.text.push_str(self.eol);
    }

    /// A line whose value is text; nothing for no text.
    fn value(&mut self, head: &str, text: &str) {
        if !text.is_empty() {
            self.line(format!("{head}:{}", esc(text)));
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.text.push_str("END:VCARD");
        self.text.push_str(self.eol);
        self.text.into_bytes()
    }
}

fn esc(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace('\n', "\\n")
}

/// N in the order of the standard.
fn n(details: &Details) -> String {
    details.person.names().map(esc).join(";")
}

fn adr(details: &Details, at: usize) -> String {
    let person = &details.person;
    let street = format!("{} {at}", person.street);
    let postal = format!("1234{at}");
    let parts = ["", "", street.trim(), person.city, "", &postal, "Land"];
    parts.map(esc).join(";")
}
