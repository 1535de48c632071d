//! What the process is told by its surroundings besides its settings.

use super::{Config, ConfigError, environment};

/// Whether colours are not wanted on a terminal (<https://no-color.org>).
#[must_use]
pub fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

impl Config {
    /// Checks a text, overridden by this process's variables about the log and by no others: for programs that
    /// bring their settings along.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn with_own_settings(text: &str) -> Result<Self, ConfigError> {
        let mut variables = environment();
        variables.retain(|name, _| name.starts_with("DIRECTPUSH_LOG__"));
        Self::from_parts(text, variables)
    }
}
