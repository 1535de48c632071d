//! What is wrong with a configuration, in the words of the file.

use std::fmt;

use super::reader::{Origin, Setting};

/// One mistake.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Where: "line 12", the name of a variable, or nothing when the default does not fit to the rest.
    pub place: String,
    /// Which setting: `push.heartbeat_min_s`. Empty for mistakes in the syntax.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
    line: usize,
}

impl Problem {
    pub(super) fn new(origin: &Origin, key: &str, what: impl Into<String>) -> Self {
        let (place, line) = match origin {
            Origin::Default => (String::new(), usize::MAX),
            Origin::Line(line) => (format!("line {line}"), *line),
            Origin::Variable(name) => (name.clone(), usize::MAX),
            Origin::Flag(name) => ((*name).to_owned(), usize::MAX),
        };
        Self {
            place,
            key: key.to_owned(),
            what: what.into(),
            line,
        }
    }

    /// Where it stands when problems are listed: in the order of the file, what is not in it at the end.
    pub(super) fn order(&self) -> usize {
        self.line
    }

    pub(super) fn of<T>(setting: &Setting<T>, what: impl Into<String>) -> Self {
        Self::new(&setting.origin, &setting.key, what)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        if !self.key.is_empty() {
            write!(f, "{} ", self.key)?;
        }
        f.write_str(&self.what)
    }
}
