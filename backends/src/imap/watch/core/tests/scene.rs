//! A server whose folders change, somebody who watches them, and whoever reads what was told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::super::{Core, Heard, Range, Step, Timing};
use crate::imap::store::Scope;
use crate::imap::survey::{Entry, Survey};
use crate::imap::wire::{Listed, MailboxName, MailboxStatus, Namespaces};
use crate::name::FolderRef;
use crate::watch::WatchEvent;

pub(super) const EVERY: Duration = Duration::from_secs(60);
const GAP: Duration = Duration::from_secs(2);
pub(super) const NAMES: [&str; 5] = ["INBOX", "A", "B", "C", "D"];

/// What a folder holds. Marks of those that keep modification sequences leave a trace.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Held {
    /// Which folder of that name it is.
    born: u64,
    messages: u32,
    marks: u64,
}

pub(super) type World = BTreeMap<FolderRef, Held>;

pub(super) fn folder(at: usize) -> FolderRef {
    FolderRef::new(NAMES[at % NAMES.len()])
}

fn status(name: &FolderRef, held: Held, traces: bool) -> MailboxStatus {
    MailboxStatus {
        name: MailboxName::from_reference(name.as_str()),
        messages: Some(held.messages + 1),
        uid_next: Some(held.messages + 1),
        uid_validity: Some(1),
        unseen: Some(1),
        highest_mod_seq: traces.then_some(u64::from(held.messages) + held.marks + 1),
        size: None,
        mailbox_id: Some(format!("{name} {}", held.born).into()),
    }
}

pub(super) fn survey(world: &World, traces: bool) -> Survey {
    let entry = |(name, held): (&FolderRef, &Held)| Entry {
        listed: Listed {
            name: MailboxName::from_reference(name.as_str()),
            delimiter: Some('/'),
            attributes: Vec::new(),
            old_name: None,
            child_info: Vec::new(),
        },
        subscribed: true,
        status: Some(status(name, *held, traces)),
    };
    Survey {
        namespaces: Namespaces::default(),
        entries: world.iter().map(entry).collect(),
    }
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Deliver(usize),
    Mark(usize),
    Create(usize),
    Remove(usize),
    /// The oldest event on its way arrives.
    Hear,
    /// Events on their way are lost, and it is not noticed.
    Lose,
    /// Events on their way are lost, and it is noticed.
    Overflow,
    Pass(u64),
    Step,
    /// The server answers a look that was begun; the answer is on its way.
    Answer,
    /// The answer arrives, or none.
    Looked(bool),
    /// Whoever watches reads what it was told of.
    Read,
    /// The connection breaks; whoever watches starts over and compares.
    StartOver,
    Focus(Vec<usize>),
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let at = 0..NAMES.len();
    prop_oneof![
        4 => at.clone().prop_map(Op::Deliver),
        4 => at.clone().prop_map(Op::Mark),
        1 => at.clone().prop_map(Op::Create),
        1 => at.prop_map(Op::Remove),
        4 => Just(Op::Hear),
        1 => Just(Op::Lose),
        1 => Just(Op::Overflow),
        3 => (0_u64..70_000).prop_map(Op::Pass),
        8 => Just(Op::Step),
        4 => Just(Op::Answer),
        4 => prop::bool::weighted(0.9).prop_map(Op::Looked),
        4 => Just(Op::Read),
        1 => Just(Op::StartOver),
        1 => prop::collection::vec(0..NAMES.len(), 0..3).prop_map(Op::Focus),
    ]
}

/// How the server tells of changes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Telling {
    Nothing,
    /// That something happened in INBOX.
    Inbox,
    /// That something happened, in any folder.
    Hints,
    /// How folders stand.
    Standings,
}

pub(super) struct Scene {
    pub(super) telling: Telling,
    /// Whether marks leave a trace.
    pub(super) traces: bool,
    pub(super) core: Core,
    pub(super) now: Instant,
    pub(super) world: World,
    pub(super) births: u64,
    pub(super) known: World,
    pub(super) told: VecDeque<WatchEvent>,
    pub(super) coming: VecDeque<Heard>,
    pub(super) looking: bool,
    pub(super) answer: Option<Survey>,
    pub(super) begun: Option<Instant>,
    /// Folders that were there at a look.
    pub(super) seen: BTreeSet<FolderRef>,
    pub(super) eared: BTreeSet<FolderRef>,
    pub(super) focus: Option<BTreeSet<FolderRef>>,
}

impl Scene {
    pub(super) fn new(telling: Telling, traces: bool) -> Self {
        let world: World = (0..3).map(|at| (folder(at), Held::default())).collect();
        let seen = world.keys().cloned().collect();
        let (now, eared) = (
            Instant::now(),
            match telling {
                Telling::Inbox => [folder(0)].into(),
                _ => BTreeSet::new(),
            },
        );
        Self {
            core: begun(&world, traces, now),
            telling,
            traces,
            now,
            known: world.clone(),
            world,
            births: 0,
            told: VecDeque::new(),
            coming: VecDeque::new(),
            looking: false,
            answer: None,
            begun: None,
            seen,
            eared,
            focus: None,
        }
    }

    fn range(&self) -> Range<'_> {
        match self.telling {
            Telling::Nothing | Telling::Inbox => Range::Only(&self.eared),
            Telling::Hints | Telling::Standings => Range::All,
        }
    }

    fn changed(&mut self, name: &FolderRef) {
        let Some(held) = self.world.get(name) else {
            return;
        };
        match self.telling {
            Telling::Inbox if name.as_str() != "INBOX" => {}
            Telling::Nothing => {}
            Telling::Inbox | Telling::Hints => self.coming.push_back(Heard::Folder(name.clone())),
            Telling::Standings => {
                let status = status(name, *held, self.traces);
                self.coming.push_back(Heard::Standing(Box::new(status)));
            }
        }
    }

    fn reshaped(&mut self) {
        if matches!(self.telling, Telling::Hints | Telling::Standings) {
            self.coming.push_back(Heard::Hierarchy);
        }
    }

    fn hear(&mut self, heard: Heard) {
        let mut eared = std::mem::take(&mut self.eared);
        let range = match self.telling {
            Telling::Nothing | Telling::Inbox => Range::Only(&eared),
            Telling::Hints | Telling::Standings => Range::All,
        };
        self.core.hear(heard, range, self.now);
        std::mem::swap(&mut self.eared, &mut eared);
    }

    pub(super) fn step(&mut self) -> Option<Instant> {
        match self.core.step(self.now) {
            Step::Tell(event) => self.told.push_back(event),
            Step::Look => {
                assert!(!self.looking, "one look at a time");
                let gap = self.begun.map(|begun| self.now - begun);
                assert!(gap.is_none_or(|gap| gap >= GAP), "too soon: {gap:?}");
                (self.looking, self.begun) = (true, Some(self.now));
            }
            Step::Wait(at) => {
                assert_eq!(at.is_none(), self.looking);
                return at;
            }
        }
        Some(self.now)
    }

    fn looked(&mut self, well: bool) {
        if !self.looking {
            return;
        }
        match (well, self.answer.take()) {
            (true, Some(survey)) => {
                let eared = self.eared.clone();
                let range = match self.range() {
                    Range::All => Range::All,
                    Range::Only(_) => Range::Only(&eared),
                };
                let _unheard = self.core.looked(&survey, range, self.now);
            }
            (true, None) => return,
            (false, _) => {
                if !self.core.failed(self.now) {
                    self.start_over();
                    return;
                }
            }
        }
        self.looking = false;
    }

    /// A new watch begins; then everything is compared (rule R5).
    fn start_over(&mut self) {
        self.core = begun(&self.world, self.traces, self.now);
        if let Some(focus) = self.focus.clone() {
            self.core.focus(focus);
        }
        (self.looking, self.answer, self.begun) = (false, None, None);
        self.coming.clear();
        self.told = [WatchEvent::Gap].into();
        self.seen = self.world.keys().cloned().collect();
    }

    pub(super) fn read(&mut self) {
        match self.told.pop_front() {
            Some(WatchEvent::Changed(name)) => {
                if let (Some(held), Some(known)) =
                    (self.world.get(&name), self.known.get_mut(&name))
                {
                    *known = *held;
                }
            }
            Some(WatchEvent::HierarchyChanged) => {
                let world = &self.world;
                self.known.retain(|name, _| world.contains_key(name));
                for (name, held) in world {
                    let known = self.known.entry(name.clone()).or_insert(*held);
                    if known.born != held.born {
                        *known = *held;
                    }
                }
            }
            Some(WatchEvent::Gap) => self.known = self.world.clone(),
            None => {}
        }
    }

    pub(super) fn run(&mut self, op: Op) {
        match op {
            Op::Deliver(at) => {
                if let Some(held) = self.world.get_mut(&folder(at)) {
                    held.messages += 1;
                }
                self.changed(&folder(at));
            }
            Op::Mark(at) => {
                if let Some(held) = self.world.get_mut(&folder(at)) {
                    held.marks += 1;
                }
                self.changed(&folder(at));
            }
            Op::Create(at) => {
                self.births += 1;
                let born = self.births;
                let new = Held {
                    born,
                    ..Held::default()
                };
                self.world.entry(folder(at)).or_insert(new);
                self.reshaped();
            }
            Op::Remove(at) if at > 0 => {
                self.world.remove(&folder(at));
                self.reshaped();
            }
            Op::Remove(_) => {}
            Op::Hear => {
                if let Some(heard) = self.coming.pop_front() {
                    self.hear(heard);
                }
            }
            // Marks that leave no trace are lost with their events; nobody can do anything about that.
            Op::Lose => self.coming.clear(),
            Op::Overflow => {
                self.coming.clear();
                self.hear(Heard::Gap);
            }
            Op::Pass(millis) => self.now += Duration::from_millis(millis),
            Op::Step => drop(self.step()),
            Op::Answer if self.looking => {
                self.seen.extend(self.world.keys().cloned());
                self.answer = Some(survey(&self.world, self.traces));
            }
            Op::Answer => {}
            Op::Looked(well) => self.looked(well),
            Op::Read => self.read(),
            Op::StartOver => self.start_over(),
            Op::Focus(at) => {
                let folders: BTreeSet<_> = at.into_iter().map(folder).collect();
                self.core.focus(folders.clone());
                self.focus = Some(folders);
            }
        }
    }

    /// Nothing changes any more: everything is known after the longest time between two looks.
    pub(super) fn settle(&mut self) {
        self.run(Op::Answer);
        self.looked(true);
        let until = self.now + EVERY + GAP;
        loop {
            match self.step() {
                Some(at) if at > until => break,
                Some(at) => self.now = self.now.max(at),
                None => {
                    self.run(Op::Answer);
                    self.looked(true);
                }
            }
        }
        while !self.told.is_empty() {
            self.read();
        }
    }
}

fn begun(world: &World, traces: bool, now: Instant) -> Core {
    let timing = Timing {
        every: EVERY,
        gap: GAP,
    };
    Core::new(&survey(world, traces), Scope::All, timing, 7, now)
}
