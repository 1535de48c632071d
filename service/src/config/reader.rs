//! Takes settings out of the file and the environment, and remembers where each came from.
//!
//! Nothing stops at the first mistake: what cannot be read is noted as a [`Problem`], the default stands in
//! for it, and reading goes on.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::kind::Kind;
use super::problem::Problem;
use super::table::{Entry, Table};

/// What a variable of the environment starts with to override a setting: `DIRECTPUSH_SECTION__KEY`.
pub(super) const PREFIX: &str = "DIRECTPUSH_";

/// Other names that settings are known by, from the reference server: section, other name, key.
const ALIASES: &[(&str, &str, &str)] = &[
    ("push", "MinHeartbeatInterval", "heartbeat_min_s"),
    ("push", "MaxHeartbeatInterval", "heartbeat_max_s"),
    ("push", "HeartbeatSampleSize", "heartbeat_sample_size"),
    ("push", "HeartbeatAlertThreshold", "heartbeat_alert_s"),
];

/// A setting's value and where it was said.
#[derive(Clone, Debug)]
pub(super) struct Setting<T> {
    /// Section and key, `push.heartbeat_min_s`.
    pub(super) key: String,
    /// The value.
    pub(super) value: T,
    /// Where it was said.
    pub(super) origin: Origin,
}

impl<T> Setting<T> {
    /// One that is only a default for others.
    pub(super) fn unsaid(value: T) -> Self {
        Self {
            key: String::new(),
            value,
            origin: Origin::Default,
        }
    }
}

/// Where a setting was said.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Origin {
    /// In the file, on this line.
    Line(usize),
    /// Nowhere: the default.
    Default,
    /// In this variable of the environment.
    Variable(String),
    /// On the command line, by this flag.
    Flag(&'static str),
}

/// A setting on the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// How it is written there: `--tls-cert`.
    pub name: &'static str,
    /// The setting: `listen.tls_cert`.
    pub key: &'static str,
    /// Its value.
    pub value: String,
}

/// What is left to be read.
pub(super) struct Reader<'t> {
    text: &'t str,
    table: DeTable<'t>,
    variables: BTreeMap<String, String>,
    flags: Vec<Flag>,
    problems: Vec<Problem>,
}

/// One section of the file while its settings are taken out.
pub(super) struct Section<'r, 't> {
    name: String,
    table: DeTable<'t>,
    known: Vec<&'static str>,
    reader: &'r mut Reader<'t>,
}

impl<'t> Reader<'t> {
    /// Parses the file; mistakes in its syntax are problems, too.
    pub(super) fn new(text: &'t str, variables: BTreeMap<String, String>) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let problems = errors
            .iter()
            .map(|error| {
                let line = error
                    .span()
                    .map_or(Origin::Default, |span| line_of(text, span.start));
                Problem::new(&line, "", error.message())
            })
            .collect();
        let variables = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX) && name.contains("__"))
            .collect();
        Self {
            text,
            table: table.into_inner(),
            variables,
            flags: Vec::new(),
            problems,
        }
    }

    /// Adds what the command line says, which wins over everything else.
    pub(super) fn with_flags(self, flags: &[Flag]) -> Self {
        Self {
            flags: flags.to_vec(),
            ..self
        }
    }

    /// Reads a section that is there once.
    pub(super) fn one<T: Table>(&mut self, name: &'static str) -> T {
        let table = match self.take(name) {
            None => DeTable::new(),
            Some((line, value)) => self.table_of(&line, name, value, "[PATH]"),
        };
        self.read(name, table, &T::defaults())
    }

    /// Reads the tables of a section by their names, then those that only the environment knows.
    pub(super) fn named<T: Table>(&mut self, name: &'static str, defaults: &T) -> Vec<Entry<T>> {
        let mut tables = Vec::new();
        if let Some((line, value)) = self.take(name) {
            for (key, value) in self.table_of(&line, name, value, "[PATH.NAME]") {
                let origin = line_of(self.text, key.span().start);
                tables.push((Spanned::into_inner(key).into_owned(), origin, Some(value)));
            }
        }
        tables.sort_by(|one, other| one.1.cmp(&other.1));
        for (own, origin) in self.in_variables(name) {
            let known = |(known, ..): &(String, Origin, _)| variable(known) == variable(&own);
            if !tables.iter().any(known) {
                tables.push((own, origin, None));
            }
        }
        self.entries(name, tables, defaults)
    }

    /// Reads the tables of a section one after the other, then those that only the environment knows.
    pub(super) fn listed<T: Table>(&mut self, name: &'static str, defaults: &T) -> Vec<Entry<T>> {
        let mut tables = Vec::new();
        match self.take(name) {
            None => {}
            Some((_, DeValue::Array(array))) => {
                for value in array {
                    let origin = line_of(self.text, value.span().start);
                    tables.push((tables.len().to_string(), origin, Some(value)));
                }
            }
            Some((line, other)) => {
                let what = format!("is a list of tables, [[{name}]], not {}", other.type_str());
                self.problems.push(Problem::new(&line, name, what));
            }
        }
        for (own, origin) in self.in_variables(name) {
            if own == tables.len().to_string() {
                tables.push((own, origin, None));
            }
        }
        self.entries(name, tables, defaults)
    }

    fn entries<T: Table>(
        &mut self,
        section: &str,
        tables: Vec<(String, Origin, Option<Spanned<DeValue<'t>>>)>,
        defaults: &T,
    ) -> Vec<Entry<T>> {
        let mut entries = Vec::new();
        for (name, origin, value) in tables {
            let path = format!("{section}.{name}");
            let table = match value {
                None => DeTable::new(),
                Some(value) => self.table_of(&origin, &path, Spanned::into_inner(value), "[PATH]"),
            };
            let settings = self.read(&path, table, defaults);
            entries.push(Entry {
                name,
                origin,
                settings,
            });
        }
        entries
    }

    fn read<T: Table>(&mut self, name: &str, table: DeTable<'t>, defaults: &T) -> T {
        let mut section = Section {
            name: name.to_owned(),
            table,
            known: Vec::new(),
            reader: self,
        };
        let settings = T::read(&mut section, defaults);
        section.finish();
        settings
    }

    /// The value as a table; anything else is a problem.
    fn table_of(
        &mut self,
        origin: &Origin,
        path: &str,
        value: DeValue<'t>,
        form: &str,
    ) -> DeTable<'t> {
        if let DeValue::Table(table) = value {
            return table;
        }
        let form = form.replacen("PATH", path, 1);
        let what = format!("is a section, {form}, not {}", value.type_str());
        self.problems.push(Problem::new(origin, path, what));
        DeTable::new()
    }

    /// What the environment calls tables of a section, in order.
    fn in_variables(&self, section: &str) -> Vec<(String, Origin)> {
        let prefix = format!("{PREFIX}{}__", variable(section));
        let named = self.variables.keys().filter_map(|name| {
            let (own, _key) = name.strip_prefix(&prefix)?.split_once("__")?;
            Some((own.to_ascii_lowercase(), Origin::Variable(name.clone())))
        });
        let mut named: Vec<_> = named.collect();
        named.dedup_by(|one, other| one.0 == other.0);
        named.sort_by_key(|(name, _)| name.parse::<usize>().unwrap_or(usize::MAX));
        named
    }

    /// Ends reading: what was not asked for does not exist.
    pub(super) fn finish(mut self, sections: &[&'static str]) -> Vec<Problem> {
        for (key, value) in &self.table {
            let line = line_of(self.text, key.span().start);
            let what = match value.get_ref() {
                DeValue::Table(_) => {
                    format!("is not a section{}", suggestion(key.get_ref(), sections))
                }
                _ => "stands outside of a section".to_owned(),
            };
            self.problems.push(Problem::new(&line, key.get_ref(), what));
        }
        for name in self.variables.keys() {
            let origin = Origin::Variable(name.clone());
            self.problems
                .push(Problem::new(&origin, "", "names no setting"));
        }
        self.problems
    }

    fn take(&mut self, name: &str) -> Option<(Origin, DeValue<'t>)> {
        take(&mut self.table, self.text, name)
    }
}

impl<'t> Section<'_, 't> {
    /// Takes one setting out: the command line's word, else the environment's, else the file's, else the default.
    pub(super) fn setting<T: Kind + Clone>(
        &mut self,
        key: &'static str,
        default: &T,
    ) -> Setting<T> {
        self.known.push(key);
        let path = format!("{}.{key}", self.name);
        let in_file = self.in_file(key);
        let variable = format!("{PREFIX}{}", variable(&path));
        let in_variable = self.reader.variables.remove(&variable);
        let flag = self.reader.flags.iter().find(|flag| flag.key == path);
        let said = match (flag, in_variable) {
            (Some(flag), _) => Some((Origin::Flag(flag.name), T::from_variable(&flag.value))),
            (None, Some(text)) => Some((Origin::Variable(variable), T::from_variable(&text))),
            (None, None) => in_file.map(|(line, value)| (line, T::from_toml(&value))),
        };
        let (origin, value) = match said {
            None => (Origin::Default, default.clone()),
            Some((origin, Ok(value))) => (origin, value),
            Some((origin, Err(what))) => {
                self.reader
                    .problems
                    .push(Problem::new(&origin, &path, what));
                (origin, default.clone())
            }
        };
        Setting {
            key: path,
            value,
            origin,
        }
    }

    /// Ends the section: what was not asked for does not exist.
    fn finish(self) {
        for key in self.table.keys() {
            let line = line_of(self.reader.text, key.span().start);
            let path = format!("{}.{}", self.name, key.get_ref());
            let what = format!("is not a setting{}", suggestion(key.get_ref(), &self.known));
            self.reader.problems.push(Problem::new(&line, &path, what));
        }
    }

    fn in_file(&mut self, key: &'static str) -> Option<(Origin, DeValue<'t>)> {
        let own = take(&mut self.table, self.reader.text, key);
        let alias = ALIASES
            .iter()
            .filter(|(section, _, target)| *section == self.name && *target == key)
            .find_map(|(_, alias, _)| take(&mut self.table, self.reader.text, alias));
        if let (Some(_), Some((line, _))) = (&own, &alias) {
            let path = format!("{}.{key}", self.name);
            let what = "is said twice, once by its other name";
            self.reader.problems.push(Problem::new(line, &path, what));
        }
        own.or(alias)
    }
}

/// How the environment writes a path.
fn variable(path: &str) -> String {
    path.replace('.', "__")
        .replace('-', "_")
        .to_ascii_uppercase()
}

fn take<'t>(table: &mut DeTable<'t>, text: &str, name: &str) -> Option<(Origin, DeValue<'t>)> {
    let (key, value) = table.remove_entry(name)?;
    let line = line_of(text, key.span().start);
    Some((line, Spanned::into_inner(value)))
}

fn line_of(text: &str, offset: usize) -> Origin {
    let before = text.as_bytes().iter().take(offset);
    Origin::Line(1 + before.filter(|byte| **byte == b'\n').count())
}

/// A known name that is close to a wrong one.
fn suggestion(wrong: &str, known: &[&'static str]) -> String {
    let distance = |name: &&&'static str| edit_distance(wrong, name);
    match known.iter().min_by_key(distance) {
        Some(name) if edit_distance(wrong, name) <= 3 => format!("; is {name} meant?"),
        _ => String::new(),
    }
}

/// How many letters have to be changed, put in or taken out.
fn edit_distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.bytes().enumerate() {
        let mut next = vec![line + 1];
        for ((column, second), pair) in other.bytes().enumerate().zip(row.windows(2)) {
            let replaced = pair.first().copied().unwrap_or(0) + usize::from(letter != second);
            let put_in = next.get(column).copied().unwrap_or(0) + 1;
            let taken_out = pair.last().copied().unwrap_or(0) + 1;
            next.push(replaced.min(put_in).min(taken_out));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
