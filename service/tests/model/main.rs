//! No notification is dropped: the rules R1 to R12 as a model, searched whole (`docs/reliability.md`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, and its figures are of interest"
)]

mod devices;
mod nodes;
mod parked;
mod push;
mod rules;
mod scenes;
mod search;
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

use push::Push;
use rules::{Budget, Rule};
use scenes::{ALONE, LARGE, MUTANTS, Scene, TOGETHER};
use stateright::{Checker, Model};

/// Searches scenes with all rules kept; answers how many states they have.
fn nothing_is_dropped(scenes: &[Scene]) -> usize {
    let states = scenes.iter().map(|scene| {
        let begun = Instant::now();
        let found = search::search(&Push::new(*scene, None));
        if let Some(way) = found.dropped {
            for (action, world) in way {
                eprintln!("{action:?}\n    {world:?}");
            }
            panic!("dropped: {scene:?}");
        }
        eprintln!(
            "{} states, {:.1?}: {scene:?}",
            found.states,
            begun.elapsed()
        );
        found.states
    });
    states.sum()
}

#[test]
fn from_everywhere_both_devices_come_to_hold_everything() {
    let states = nothing_is_dropped(&TOGETHER) + nothing_is_dropped(&ALONE);
    eprintln!("{states} states in {} scenes", TOGETHER.len() + ALONE.len());
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "who runs the test chooses how much"
)]
fn in_large_scenes_too_if_asked_for() {
    if std::env::var("MODEL").is_ok_and(|size| size == "large") {
        let states = nothing_is_dropped(&LARGE);
        eprintln!("{states} states in {} scenes", LARGE.len());
    }
}

#[test]
fn no_rule_can_be_spared() {
    let mut wrong = Vec::new();
    for (rule, scene, expected) in MUTANTS {
        let found = search::search(&Push::new(scene, Some(rule)));
        let steps = found.dropped.as_ref().map(Vec::len);
        eprintln!("without {rule:?}: {steps:?} steps, {} states", found.states);
        if steps != Some(expected) {
            for (action, world) in found.dropped.iter().flatten() {
                eprintln!("    {action:?}: {world:?}");
            }
            wrong.push((rule, steps));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    let shown: Vec<Rule> = MUTANTS.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(shown, Rule::ALL);
}

/// Stateright's own checker finds the same worlds, if none are taken for one.
#[test]
fn stateright_agrees() {
    let change = Budget {
        change: 1,
        lose: 1,
        ..Budget::default()
    };
    let push = Push::new((1, change), None);
    let ours = search::search_by(&push, |world| world.pack(false));
    let checker = push.checker().spawn_bfs().join();
    checker.assert_properties();
    assert_eq!(checker.unique_state_count(), ours.states);
}

/// Every rule is named where the order is made.
#[test]
fn the_code_says_which_rule_it_keeps() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = ["service/src", "backends/src", "protocol/src"]
        .map(|folder| root.join(folder))
        .to_vec();
    let mut named = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(path).unwrap();
                let comments = text.lines().filter(|line| line.contains("//"));
                let words = comments.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
                named.extend(words.map(str::to_owned));
            }
        }
    }
    let missing: Vec<String> = (1..=12)
        .map(|number| format!("R{number}"))
        .filter(|rule| !named.contains(rule))
        .collect();
    assert!(missing.is_empty(), "no comment names {missing:?}");
}
