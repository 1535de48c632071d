//! The model as Stateright sees it: worlds, what may happen in each, and what must hold in all.

use stateright::{Model, Property};

use crate::parked::Machine;
use crate::rules::{Budget, Rule};
use crate::world::{Doubt, NOBODY, Place, TWO, Watcher, World};

/// Push, with one promise taken away or none.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) budget: Budget,
    pub(crate) devices: usize,
    pub(crate) without: Option<Rule>,
    pub(crate) machine: Machine,
}

/// What may happen next. Numbers name a node or a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    // Fair: happens eventually, in any order.
    /// A hint arrives at a node.
    Hint(usize),
    /// A node connects to the bus.
    Connect(usize),
    /// A node with a Ping parked finds the lease free.
    Claim(usize),
    /// The lease of somebody who does not watch runs out.
    Free,
    /// A watcher takes its next step.
    Watch(usize),
    /// A watcher finds its connection dead.
    Prove(usize),
    /// A device finds its connection broken.
    Broken(usize),
    /// A device sends a Ping to a node.
    Ping(usize, usize),
    /// A read for a Ping begins, or ends.
    Read(usize),
    /// The grace of an answer in doubt is over.
    Grace(usize),
    /// A device sends a Sync to a node: it is opened, and its page picked.
    Sync(usize, usize),
    /// A page is committed, or found older than the backend.
    Commit(usize),
    /// An answer arrives; the device's next request comes on the same connection, or on another one.
    Arrive(usize, bool),
    /// An upload is written to the index.
    Settle(usize),
    /// What a request wrote is published, and its page picked.
    Announce(usize),
    // Faults and what people do: each a bounded number of times.
    /// The item becomes something new in the backend.
    Change,
    /// The item becomes what it was before.
    Revert,
    /// A device changes the item through a node.
    Upload(usize, usize),
    Crash(usize),
    Revive(usize),
    Cut(usize),
    Refuse(usize),
    Deafen(usize),
    /// The answer to a Sync or a Ping is lost.
    Lose(usize),
    Expire,
}

impl Action {
    /// Whether it happens eventually.
    pub(crate) fn is_fair(self) -> bool {
        !matches!(
            self,
            Self::Change
                | Self::Revert
                | Self::Upload(..)
                | Self::Crash(_)
                | Self::Revive(_)
                | Self::Cut(_)
                | Self::Refuse(_)
                | Self::Deafen(_)
                | Self::Lose(_)
                | Self::Expire
        )
    }
}

impl Push {
    pub(crate) fn new((devices, budget): (usize, Budget), without: Option<Rule>) -> Self {
        Self {
            budget,
            devices,
            without,
            machine: Machine::new(),
        }
    }

    /// Whether a promise is kept.
    pub(crate) fn keeps(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    fn fair_actions(&self, w: &World, actions: &mut Vec<Action>) {
        for n in TWO {
            let node = &w.nodes[n];
            if !node.alive {
                continue;
            }
            if node.inbox > 0 {
                actions.push(Action::Hint(n));
            }
            if !node.bus {
                actions.push(Action::Connect(n));
            }
            let pinged = w.phones.iter().any(|phone| phone.pings(n));
            if w.lease == NOBODY && pinged && self.keeps(Rule::R8) {
                actions.push(Action::Claim(n));
            }
            if node.watcher != Watcher::None && (node.watcher != Watcher::Idle || !pinged) {
                actions.push(Action::Watch(n));
            }
            if node.deaf && self.keeps(Rule::R10) {
                actions.push(Action::Prove(n));
            }
        }
        let owner = w.nodes.get(usize::from(w.lease));
        if owner.is_some_and(|node| !node.alive || node.watcher == Watcher::None) {
            actions.push(Action::Free);
        }
        for d in TWO {
            Self::phone_actions(w, d, actions);
        }
    }

    fn phone_actions(w: &World, d: usize, actions: &mut Vec<Action>) {
        let phone = &w.phones[d];
        let alive = TWO.into_iter().filter(|n| w.nodes[*n].alive);
        if phone.is_served() && !w.nodes[usize::from(phone.node)].alive {
            actions.push(Action::Broken(d));
            return;
        }
        match phone.place {
            Place::Out => actions.extend(alive.map(|n| Action::Ping(d, n))),
            Place::Told => actions.extend(alive.map(|n| Action::Sync(d, n))),
            Place::Ping if !phone.parked.is_idle() => actions.push(Action::Read(d)),
            Place::Ping if phone.doubt == Doubt::Grace && phone.parked.has_alarm() => {
                actions.push(Action::Grace(d));
            }
            Place::Ping | Place::Absent => {}
            Place::Page => actions.push(Action::Commit(d)),
            Place::Flight => {
                actions.extend([true, false].map(|same| Action::Arrive(d, same)));
            }
            Place::Applied => actions.push(Action::Settle(d)),
            Place::Settled => actions.push(Action::Announce(d)),
        }
    }

    fn faults(w: &World, actions: &mut Vec<Action>) {
        let left = &w.budget;
        if left.change > 0 {
            actions.push(Action::Change);
        }
        if left.revert > 0 && w.before != w.c {
            actions.push(Action::Revert);
        }
        let owner = w.nodes.get(usize::from(w.lease));
        if left.expire > 0 && owner.is_some_and(|node| node.alive) {
            actions.push(Action::Expire);
        }
        for n in TWO {
            let node = &w.nodes[n];
            if !node.alive {
                actions.push(Action::Revive(n));
                continue;
            }
            if left.crash > 0 {
                actions.push(Action::Crash(n));
            }
            if left.cut > 0 && node.bus {
                actions.push(Action::Cut(n));
            }
            if left.refuse > 0 && node.watcher == Watcher::Publish {
                actions.push(Action::Refuse(n));
            }
            if left.deaf > 0 && node.watcher != Watcher::None && !node.deaf {
                actions.push(Action::Deafen(n));
            }
        }
        for (d, phone) in w.phones.iter().enumerate() {
            let answered = phone.place == Place::Told && !phone.own;
            if left.lose > 0 && (answered || phone.place == Place::Flight) {
                actions.push(Action::Lose(d));
            }
            let idle = matches!(phone.place, Place::Out | Place::Ping);
            if left.upload > 0 && idle && phone.held == w.seq && phone.told == w.seq {
                let alive = TWO.into_iter().filter(|n| w.nodes[*n].alive);
                actions.extend(alive.map(|n| Action::Upload(d, n)));
            }
        }
    }
}

impl Model for Push {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.budget, self.devices)]
    }

    fn actions(&self, w: &World, actions: &mut Vec<Action>) {
        self.fair_actions(w, actions);
        Self::faults(w, actions);
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let mut w = *before;
        match action {
            Action::Hint(n) => self.hint(&mut w, n),
            Action::Connect(n) => self.connect(&mut w, n),
            Action::Claim(n) => w.claim(n),
            Action::Free => w.lease = NOBODY,
            Action::Watch(n) => self.watch(&mut w, n),
            Action::Prove(n) => w.start_over(n),
            Action::Broken(d) => w.broken(d),
            Action::Ping(d, n) => w.register(d, n),
            Action::Read(d) => self.read(&mut w, d),
            Action::Grace(d) => self.grace(&mut w, d),
            Action::Sync(d, n) => w.open(d, n),
            Action::Commit(d) => self.commit(&mut w, d),
            Action::Arrive(d, same) => w.arrive(d, same),
            Action::Settle(d) => w.settle(d),
            Action::Announce(d) => self.announce(&mut w, d),
            Action::Change => w.change(),
            Action::Revert => w.revert(),
            Action::Upload(d, n) => w.upload(d, n),
            Action::Crash(n) => w.crash(n),
            Action::Revive(n) => w.nodes[n].alive = true,
            Action::Cut(n) => w.cut(n),
            Action::Refuse(n) => self.refuse(&mut w, n),
            Action::Deafen(n) => w.deafen(n),
            Action::Lose(d) => self.lose(&mut w, d),
            Action::Expire => w.expire(),
        }
        (w != *before).then_some(w)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no answer is ahead of the index", |_, w: &World| {
                let behind = |phone: &crate::world::Phone| phone.told <= w.seq;
                w.phones.iter().all(behind)
            }),
            Property::always(
                "a device took no answer that was not given",
                |_, w: &World| w.phones.iter().all(|phone| phone.held <= phone.told),
            ),
        ]
    }
}
