//! The kinds of values that settings have.

use std::fmt::Write;

use toml::de::DeValue;

/// A kind of value: from the file, from the environment, and back into the reference.
pub(super) trait Kind: Sized {
    /// What to call it in the reference.
    const WHAT: &'static str;

    /// Reads it from the file.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence that begins with the key.
    fn from_toml(value: &DeValue<'_>) -> Result<Self, String>;

    /// Reads it from a variable of the environment.
    ///
    /// # Errors
    /// As [`Self::from_toml`].
    fn from_variable(text: &str) -> Result<Self, String>;

    /// Writes it as in the file; `None` when there is nothing to write.
    fn to_toml(&self) -> Option<String>;
}

impl Kind for u64 {
    const WHAT: &'static str = "number";

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        let number = value.as_integer().ok_or_else(|| not("a number", value))?;
        Self::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| format!("is a number from 0 on, not {}", number.as_str()))
    }

    fn from_variable(text: &str) -> Result<Self, String> {
        let number = text.trim();
        number
            .parse()
            .map_err(|_| format!("is a number from 0 on, not {number:?}"))
    }

    fn to_toml(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Kind for bool {
    const WHAT: &'static str = "yes or no";

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| not("true or false", value))
    }

    fn from_variable(text: &str) -> Result<Self, String> {
        match text.trim() {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            other => Err(format!("is true or false, not {other:?}")),
        }
    }

    fn to_toml(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Kind for String {
    const WHAT: &'static str = "text";

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        value
            .as_str()
            .map(Self::from)
            .ok_or_else(|| not("text in quotes", value))
    }

    fn from_variable(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn to_toml(&self) -> Option<String> {
        Some(quoted(self))
    }
}

/// Text that may be left out. Empty text is the same as none.
impl Kind for Option<String> {
    const WHAT: &'static str = "text, or left out";

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        String::from_toml(value).map(|text| Some(text).filter(|text| !text.is_empty()))
    }

    fn from_variable(text: &str) -> Result<Self, String> {
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    fn to_toml(&self) -> Option<String> {
        self.as_deref().map(quoted)
    }
}

/// Several texts; in a variable, separated by commas.
impl Kind for Vec<String> {
    const WHAT: &'static str = "list of texts";

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        let array = value
            .as_array()
            .ok_or_else(|| not("a list of texts", value))?;
        array
            .iter()
            .map(|item| String::from_toml(item.get_ref()))
            .collect()
    }

    fn from_variable(text: &str) -> Result<Self, String> {
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        Ok(items.map(str::to_owned).collect())
    }

    fn to_toml(&self) -> Option<String> {
        let mut list = String::new();
        for item in self {
            list.push_str(if list.is_empty() { "" } else { ", " });
            list.push_str(&quoted(item));
        }
        Some(format!("[{list}]"))
    }
}

fn not(wanted: &str, value: &DeValue<'_>) -> String {
    format!("is {wanted}, not {}", value.type_str())
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _never_fails = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
