//! All worlds that can be reached, and those from which fair steps alone no longer lead to a good one.
//!
//! Stateright's `eventually` asks whether every path leads there, faults included, and takes a cycle for an end. What is
//! asked here is whether a path of fair steps is left from everywhere: a search back from the good worlds.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use stateright::{Expectation, Model};

use crate::push::{Action, Push};
use crate::world::World;

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) states: usize,
    /// The shortest way to a world in which a notification is dropped.
    pub(crate) dropped: Option<Vec<(Action, World)>>,
}

/// Keys are mixed by one multiplication: they are as good as random in all their bits.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are numbers")
    }

    fn write_u128(&mut self, key: u128) {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let mixed = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// A graph of worlds as far as it is known.
#[derive(Default)]
struct Graph {
    numbers: HashMap<u128, u32, BuildHasherDefault<Mix>>,
    worlds: Vec<World>,
    /// From where, and by what, each was reached first.
    from: Vec<Option<(u32, Action)>>,
    /// Fair steps.
    fair: Vec<(u32, u32)>,
}

impl Graph {
    fn add(&mut self, key: u128, world: World, from: Option<(u32, Action)>) -> u32 {
        let new = u32::try_from(self.worlds.len()).unwrap();
        let number = *self.numbers.entry(key).or_insert(new);
        if number == new {
            self.worlds.push(world);
            self.from.push(from);
        }
        number
    }

    /// The first world, by distance, that cannot become good any more.
    fn lost(&self) -> Option<u32> {
        let states = self.worlds.len();
        // Predecessors of n: back[starts[n]..starts[n + 1]].
        let mut starts = vec![0_u32; states + 1];
        for (_, to) in &self.fair {
            starts[*to as usize + 1] += 1;
        }
        for n in 0..states {
            starts[n + 1] += starts[n];
        }
        let mut next = starts.clone();
        let mut back = vec![0_u32; self.fair.len()];
        for (from, to) in &self.fair {
            let at = &mut next[*to as usize];
            back[*at as usize] = *from;
            *at += 1;
        }
        let mut reaches: Vec<bool> = self.worlds.iter().map(World::is_good).collect();
        let mut open: Vec<usize> = (0..states).filter(|n| reaches[*n]).collect();
        while let Some(n) = open.pop() {
            for from in &back[starts[n] as usize..starts[n + 1] as usize] {
                if !std::mem::replace(&mut reaches[*from as usize], true) {
                    open.push(*from as usize);
                }
            }
        }
        let lost = reaches.iter().position(|reaches| !reaches);
        lost.map(|n| u32::try_from(n).unwrap())
    }

    fn way(&self, mut to: u32) -> Vec<(Action, World)> {
        let mut way = Vec::new();
        while let Some((from, action)) = self.from[to as usize] {
            way.push((action, self.worlds[to as usize]));
            to = from;
        }
        way.reverse();
        way
    }
}

/// Searches all that can happen.
pub(crate) fn search(push: &Push) -> Found {
    search_by(push, World::key)
}

/// Searches all that can happen; worlds of one key are one.
pub(crate) fn search_by(push: &Push, key: impl Fn(&World) -> u128) -> Found {
    let always = push.properties();
    let mut graph = Graph::default();
    for world in push.init_states() {
        graph.add(key(&world), world, None);
    }
    let mut actions = Vec::new();
    let mut at = 0;
    while let Some(world) = graph.worlds.get(at).copied() {
        for property in &always {
            assert!(property.expectation == Expectation::Always);
            assert!(
                (property.condition)(push, &world),
                "{}: {world:?}",
                property.name
            );
        }
        let from = u32::try_from(at).unwrap();
        push.actions(&world, &mut actions);
        for action in actions.drain(..) {
            let Some(next) = push.next_state(&world, action) else {
                continue;
            };
            let to = graph.add(key(&next), next, Some((from, action)));
            if action.is_fair() {
                graph.fair.push((from, to));
            }
        }
        at += 1;
    }
    Found {
        states: graph.worlds.len(),
        dropped: graph.lost().map(|lost| graph.way(lost)),
    }
}
