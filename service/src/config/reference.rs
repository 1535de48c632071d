//! The reference of the settings, made from the comments of the raw sections.

use std::fmt::Write;

use super::raw::reference;
use super::table::{SectionText, SettingText};

/// The example configuration: every setting, commented out, with its default.
#[must_use]
pub fn example() -> String {
    let mut out = String::from(
        "# Settings of directpush. What is commented out shows the default.\n\
         # Every setting can be overridden by the environment: DIRECTPUSH_SECTION__KEY.\n",
    );
    for section in reference() {
        let _never_fails = write_example(&mut out, &section);
    }
    out
}

/// The reference page, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         One TOML file, given by `--config`; without one, the defaults hold.\n\
         Every setting can be overridden by the environment: `DIRECTPUSH_SECTION__KEY`, \
         such as `DIRECTPUSH_PUSH__HEARTBEAT_MIN_S=120`; lists are separated by commas.\n\
         Unknown names and impossible values are refused, all of them at once: \
         `directpush config check --config FILE`.\n\
         `directpush config show` prints what holds in the end.\n\
         This page is made from the program; a test compares them.\n",
    );
    for section in reference() {
        let _never_fails = write_page(&mut out, &section);
    }
    out.push_str(
        "\n## Other names\n\n\
         For administrators of other servers, `[push]` also knows `MinHeartbeatInterval`, \
         `MaxHeartbeatInterval`, `HeartbeatSampleSize` and `HeartbeatAlertThreshold`.\n",
    );
    out
}

fn write_example(out: &mut String, section: &SectionText) -> std::fmt::Result {
    writeln!(out)?;
    for line in section.doc {
        writeln!(out, "#{line}")?;
    }
    // What is there as often as it is written is not there by default.
    let off = if section.single { "#" } else { "# " };
    match section.single {
        true => writeln!(out, "{}", section.header)?,
        false => writeln!(out, "# {}", section.header)?,
    }
    for SettingText {
        key, doc, default, ..
    } in &section.settings
    {
        writeln!(out)?;
        for line in *doc {
            writeln!(out, "#{line}")?;
        }
        writeln!(out, "{off}{key} = {}", default.as_deref().unwrap_or("\"\""))?;
    }
    Ok(())
}

fn write_page(out: &mut String, section: &SectionText) -> std::fmt::Result {
    let sentence = |lines: &[&str]| lines.concat().trim().to_owned();
    writeln!(out, "\n## {}\n\n{}", section.header, sentence(section.doc))?;
    if section.settings.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n| Key | Kind | Default | Meaning |\n|---|---|---|---|"
    )?;
    for SettingText {
        key,
        doc,
        kind,
        default,
    } in &section.settings
    {
        let default = default
            .as_ref()
            .map(|text| format!("`{text}`"))
            .unwrap_or_default();
        writeln!(out, "| `{key}` | {kind} | {default} | {} |", sentence(doc))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set to write the pages in place of comparing them.
    const WRITE: &str = "DIRECTPUSH_WRITE_DOCS";

    #[track_caller]
    fn compare(path: &str, expected: &str) {
        let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&path, expected).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == expected,
            "{path} is out of date: run the tests once with {WRITE}=1"
        );
    }

    #[test]
    fn the_example_is_up_to_date() {
        compare("deploy/config/example.toml", &example());
    }

    #[test]
    fn the_page_is_up_to_date() {
        compare("docs/configuration.md", &page());
    }
}
