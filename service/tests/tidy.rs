//! Keeps the house as `docs/architecture.md` describes it: which room may use which, how long a file may be, what we depend on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest file that is not a table.
const LINES_MAX: usize = 400;

/// Tables: data in the form of code.
const TABLES: [&str; 2] = ["protocol/src/codepages", "protocol/src/status"];

/// Rooms of `service`, and the rooms that each may use; the leaves are open to all.
const ROOMS: [(&str, &[&str]); 13] = [
    (
        "main",
        &["app", "admin", "commands", "control", "demo", "http"],
    ),
    ("demo", &["app", "http"]),
    (
        "app",
        &[
            "admin", "commands", "control", "convert", "hooks", "http", "index", "push", "store",
            "watch",
        ],
    ),
    (
        "control",
        &["commands", "http", "index", "push", "store", "watch"],
    ),
    ("admin", &["http"]),
    ("hooks", &["http"]),
    (
        "commands",
        &["convert", "http", "index", "push", "watch", "store"],
    ),
    ("http", &[]),
    ("push", &["index", "store"]),
    ("watch", &["index", "push", "store"]),
    ("index", &["store"]),
    ("convert", &[]),
    ("store", &[]),
];

/// Usable by every room of `service`.
const LEAVES: [&str; 9] = [
    "clock",
    "config",
    "error",
    "ids",
    "metrics",
    "secret",
    "tasks",
    "telemetry",
    "trace",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// Every Rust file of the four crates, as path below the root and text.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["protocol", "backends", "service", "loadtest"]
        .map(|name| root().join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && name != "corpus" {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let below = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((below, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn a_file_is_one_idea_and_says_which() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > LINES_MAX && !TABLES.iter().any(|table| path.starts_with(table)) {
            problems.push(format!(
                "{path}: {lines} lines, more than {LINES_MAX}: split by responsibility"
            ));
        }
        if path.ends_with("/mod.rs") {
            problems.push(format!(
                "{path}: name the file after its module, beside its folder"
            ));
        }
        if !text.starts_with("//!") && !text.starts_with("#![no_main]") {
            problems.push(format!("{path}: does not open with `//!`"));
        }
    }
    report(&problems);
}

#[test]
fn tests_neither_sleep_nor_hide() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        if path == "service/tests/tidy.rs" {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let hidden = line.contains("#[ignore") || line.contains("#[should_panic");
            if hidden || (path.contains("/tests/") && line.contains("thread::sleep(")) {
                problems.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    report(&problems);
}

#[test]
fn crates_use_each_other_one_way() {
    let banned: [(&str, &[&str]); 3] = [
        (
            "protocol/src",
            &[
                "tokio",
                "backends",
                "directpush",
                "std::net",
                "std::fs",
                "SystemTime::now",
                "Instant::now",
                "tracing",
            ],
        ),
        (
            "backends/src",
            &["protocol::", "directpush::", "axum", "hyper"],
        ),
        ("loadtest/src", &["backends::", "directpush::", "sqlx"]),
    ];
    let mut problems = Vec::new();
    for (path, text) in sources() {
        for (room, words) in banned.iter().filter(|(room, _)| path.starts_with(room)) {
            // What a test inside a file uses is not what its room uses.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().enumerate();
            for (number, line) in lines.filter(|(_, line)| !line.trim_start().starts_with("//")) {
                let line = match room {
                    // Servers that tests start hold nothing of what is tested.
                    &"loadtest/src" => line.replace("backends::servers::", ""),
                    _ => line.to_owned(),
                };
                for word in words.iter().filter(|word| line.contains(**word)) {
                    problems.push(format!("{path}:{}: may not use {word}", number + 1));
                }
            }
        }
    }
    report(&problems);
}

/// The demo plays the world around the service: its phone and its mail have the machine's time.
#[test]
fn wall_time_is_read_in_one_place() {
    let tellers = [
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "Utc::now",
    ];
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let elsewhere = path.starts_with("service/src/")
            && !path.starts_with("service/src/clock")
            && !path.starts_with("service/src/demo");
        // What a test inside a file uses is not what its room uses.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|_| elsewhere) {
            if tellers.iter().any(|teller| line.contains(teller)) {
                problems.push(format!("{path}:{}: ask service::clock", number + 1));
            }
        }
    }
    report(&problems);
}

#[test]
fn rooms_of_the_service_use_each_other_one_way() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let Some(inside) = path.strip_prefix("service/src/") else {
            continue;
        };
        let room = inside.split(['/', '.']).next().unwrap();
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for used in rooms_named_in(line) {
                let fine = used == room
                    || LEAVES.contains(&used.as_str())
                    || allowed.contains(&used.as_str());
                if !fine {
                    problems.push(format!("{path}:{}: {room} may not use {used}", number + 1));
                }
            }
        }
    }
    report(&problems);
}

/// `crate::room::…` in a line of code, comments left out.
fn rooms_named_in(line: &str) -> BTreeSet<String> {
    let code = line.split("//").next().unwrap_or_default();
    let word = |rest: &str| {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    code.split("crate::")
        .skip(1)
        .map(word)
        .filter(|name| ROOMS.iter().any(|(room, _)| room == name))
        .collect()
}

#[test]
fn dependencies_follow_the_policy() {
    let policy: toml::Value =
        toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap();
    let texts = |value: &toml::Value| -> BTreeSet<String> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry.as_str().unwrap().to_owned())
            .collect()
    };
    let licences = texts(&policy["licenses"]["allow"]);
    let banned: BTreeSet<String> = policy["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["crate"].as_str().unwrap().to_owned())
        .collect();
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("(none given)");
        if banned.contains(name) {
            problems.push(format!("{name}: banned by deny.toml"));
        }
        if !licence_fits(licence, &licences) {
            problems.push(format!(
                "{name}: licence {licence} is not on the list of deny.toml"
            ));
        }
        if package["source"]
            .as_str()
            .is_some_and(|source| !source.starts_with("registry+"))
        {
            problems.push(format!("{name}: does not come from the registry"));
        }
    }
    report(&problems);
}

/// Whether an SPDX expression can be met with the allowed licences; old manifests write `/` for `OR`.
fn licence_fits(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let flat = expression.replace(['(', ')'], " ").replace('/', " OR ");
    flat.split(" AND ").all(|part| {
        part.split(" OR ")
            .any(|licence| allowed.contains(licence.trim()))
    })
}

#[test]
fn licence_expressions_are_read() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned()]);
    for (expression, fits) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT/GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND ISC", true),
    ] {
        assert_eq!(licence_fits(expression, &allowed), fits, "{expression}");
    }
}
