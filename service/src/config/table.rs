//! Tables of settings: their reading, their showing and their reference, from one list.

use super::kind::Kind;
use super::reader::{Origin, Section, Setting};

/// What the reference says of one table.
pub(super) struct SectionText {
    /// How its header is written: `[listen]`, `[[routes]]`.
    pub(super) header: String,
    /// What it is about.
    pub(super) doc: &'static [&'static str],
    /// Its settings.
    pub(super) settings: Vec<SettingText>,
    /// Whether there is one such table, which is always there.
    pub(super) single: bool,
}

/// What the reference says of one setting.
pub(super) struct SettingText {
    /// Its key.
    pub(super) key: &'static str,
    /// What it does.
    pub(super) doc: &'static [&'static str],
    /// What kind of value it has.
    pub(super) kind: &'static str,
    /// The default as written in the file; `None` when it is left out.
    pub(super) default: Option<String>,
}

/// A table of settings.
pub(super) trait Table: Clone {
    /// What it is about.
    const DOC: &'static [&'static str];

    /// What holds where nothing is said.
    fn defaults() -> Self;

    /// Takes every setting out of `section`; what is not said there is as in `defaults`.
    fn read(section: &mut Section<'_, '_>, defaults: &Self) -> Self;

    /// The settings as lines of a file; where each was said follows it.
    fn lines(&self) -> String;

    /// What the reference says of the settings.
    fn settings() -> Vec<SettingText>;
}

/// A table that may be there several times: by name, or one after the other.
#[derive(Clone, Debug)]
pub(super) struct Entry<T> {
    /// Its name, or its number from 0.
    pub(super) name: String,
    /// Where it begins.
    pub(super) origin: Origin,
    /// What it says.
    pub(super) settings: T,
}

/// One setting as a line of a file.
pub(super) fn line<T: Kind>(key: &str, setting: &Setting<T>) -> String {
    let value = setting.value.to_toml().unwrap_or_else(|| "\"\"".to_owned());
    match &setting.origin {
        Origin::Default => format!("{key} = {value}\n"),
        Origin::Line(line) => format!("{key} = {value} # line {line}\n"),
        Origin::Variable(name) => format!("{key} = {value} # {name}\n"),
        Origin::Flag(name) => format!("{key} = {value} # {name}\n"),
    }
}

/// A table: what it is about, and for each setting its comment, key, kind and default.
macro_rules! table {
    ($(#[doc = $doc:literal])+ $Section:ident {
        $($(#[doc = $line:literal])+ $key:ident: $Kind:ty = $default:expr,)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub(in crate::config) struct $Section {
            $($(#[doc = $line])+ pub(in crate::config) $key: Setting<$Kind>,)+
        }

        impl Table for $Section {
            const DOC: &'static [&'static str] = &[$($doc),+];

            fn defaults() -> Self {
                Self { $($key: Setting::unsaid($default),)+ }
            }

            fn read(section: &mut Section<'_, '_>, defaults: &Self) -> Self {
                Self { $($key: section.setting(stringify!($key), &defaults.$key.value),)+ }
            }

            fn lines(&self) -> String {
                [$(line(stringify!($key), &self.$key)),+].concat()
            }

            fn settings() -> Vec<SettingText> {
                vec![$(SettingText {
                    key: stringify!($key),
                    doc: &[$($line),+],
                    kind: <$Kind as Kind>::WHAT,
                    default: <$Kind as Kind>::to_toml(&$default),
                }),+]
            }
        }
    };
}

pub(super) use table;
