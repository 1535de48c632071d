//! What there is: one account with one item in one folder, two devices, two nodes, a store, a backend.
//!
//! All numbers are below 8, so that a world packs into 128 bits. Worlds that differ only in which node or which
//! device is called the first are one.

use crate::rules::Budget;

/// Nodes, and devices.
pub(crate) const TWO: [usize; 2] = [0, 1];

/// The index has given its token up: the next read lists the folder.
pub(crate) const NO_TOKEN: u8 = 15;

/// Nobody holds the lease.
pub(crate) const NOBODY: u8 = 2;

/// Everything at one moment.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct World {
    /// The backend counts its changes; this is its token.
    pub(crate) b: u8,
    /// What the item is in the backend, and what it was before.
    pub(crate) c: u8,
    pub(crate) before: u8,
    /// The index: its number (the truth), what it takes the item to be, how far it has read the backend.
    pub(crate) seq: u8,
    pub(crate) item: u8,
    pub(crate) token: u8,
    /// Who watches.
    pub(crate) lease: u8,
    pub(crate) nodes: [Node; 2],
    pub(crate) phones: [Phone; 2],
    /// What may still go wrong.
    pub(crate) budget: Budget,
}

/// One process of the service.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Node {
    pub(crate) alive: bool,
    /// Whether its connection to the bus is up.
    pub(crate) bus: bool,
    /// The highest hint under way to it; 0: none.
    pub(crate) inbox: u8,
    pub(crate) watcher: Watcher,
    /// The watcher's connection to the backend is dead, and nobody has noticed.
    pub(crate) deaf: bool,
    /// An event came while the watcher was busy.
    pub(crate) again: bool,
    /// Nobody wrote the folder since the watcher began to read.
    pub(crate) fresh: bool,
    /// The token of what the watcher reads, or the number that it publishes.
    pub(crate) number: u8,
    /// What the watcher read the item to be.
    pub(crate) item: u8,
    /// Whether an event made it read.
    pub(crate) event: bool,
}

/// What a watcher is about to do.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Watcher {
    #[default]
    None,
    Listen,
    /// Compare everything, or look at what an event named.
    Look,
    /// It has read, and goes to write; `Unheard`: without listening.
    Read,
    Unheard,
    Publish,
    /// It has published, and goes to write (only without R4).
    Late,
    Idle,
}

/// A device, and what the store knows of it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Phone {
    pub(crate) place: Place,
    pub(crate) node: u8,
    /// What it takes the item to be.
    pub(crate) has: u8,
    /// Up to where the newest answer told it, and the newest one that it took.
    pub(crate) told: u8,
    pub(crate) held: u8,
    pub(crate) doubt: Doubt,
    /// The number that was read, or is being told.
    pub(crate) number: u8,
    // Of a Ping:
    pub(crate) parked: crate::parked::State,
    pub(crate) begun: bool,
    /// The bus has had the same epoch since the read began.
    pub(crate) same: bool,
    /// Hints up to this number bring nothing new.
    pub(crate) checked: u8,
    // Of a Sync:
    pub(crate) item: u8,
    /// Nobody wrote the folder since; nobody wrote the item since; the item is not as the index knows it.
    pub(crate) fresh: bool,
    pub(crate) untouched: bool,
    pub(crate) newer: bool,
    /// The index took the device's upload as it is.
    pub(crate) own: bool,
}

/// Where a device stands.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Place {
    /// Between two requests; the next one is a Ping.
    #[default]
    Out,
    /// Its Ping is registered or parked.
    Ping,
    /// It was told that something changed; the next request is a Sync.
    Told,
    /// A page is picked and read from the backend.
    Page,
    /// The answer is committed and on its way.
    Flight,
    /// What it uploaded is in the backend, and not yet in the index.
    Applied,
    /// The index was written for it, and not yet published.
    Settled,
    /// There is no such device in this scene.
    Absent,
}

/// Whether its newest Sync answer is in doubt.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Doubt {
    #[default]
    No,
    /// The grace is not over.
    Grace,
    Due,
}

/// Puts fields side by side.
struct Packer(u128);

impl Packer {
    fn put(&mut self, bits: u32, value: u8) {
        self.0 = self.0 << bits | u128::from(value);
    }
}

impl Node {
    fn pack(&self, into: &mut Packer) {
        let flags = u8::from(self.alive) << 5
            | u8::from(self.bus) << 4
            | u8::from(self.deaf) << 3
            | u8::from(self.again) << 2
            | u8::from(self.fresh) << 1
            | u8::from(self.event);
        into.put(6, flags);
        into.put(6, self.inbox << 3 | self.watcher as u8);
        into.put(6, self.number << 3 | self.item);
    }

    /// Forgets what only a read needs.
    pub(crate) fn at(self, watcher: Watcher) -> Self {
        Self {
            watcher,
            fresh: false,
            number: 0,
            item: 0,
            event: false,
            ..self
        }
    }
}

impl Phone {
    /// Elsewhere, having forgotten what only the place before needed.
    pub(crate) fn at(self, place: Place, node: u8) -> Self {
        Self {
            place,
            node,
            has: self.has,
            told: self.told,
            held: self.held,
            doubt: self.doubt,
            ..Self::default()
        }
    }

    /// Whether it waits for a node.
    pub(crate) fn is_served(&self) -> bool {
        !matches!(self.place, Place::Out | Place::Told | Place::Absent)
    }

    /// Whether its Ping is at this node.
    pub(crate) fn pings(&self, node: usize) -> bool {
        self.place == Place::Ping && usize::from(self.node) == node
    }

    /// 26 bits.
    fn pack(&self, swap: bool) -> u32 {
        let node = self.node ^ u8::from(swap && self.is_served());
        let rest = if self.place == Place::Ping {
            let flags = u8::from(self.begun) << 1 | u8::from(self.same);
            u32::from(self.parked.0) << 5 | u32::from(flags) << 3 | u32::from(self.checked)
        } else {
            let flags = u8::from(self.fresh) << 3
                | u8::from(self.untouched) << 2
                | u8::from(self.newer) << 1
                | u8::from(self.own);
            u32::from(self.item) << 4 | u32::from(flags)
        };
        let place = u32::from(self.place as u8) << 1 | u32::from(node);
        let numbers = u32::from(self.told) << 6 | u32::from(self.held) << 3 | u32::from(self.has);
        let doubt = u32::from(self.doubt as u8) << 3 | u32::from(self.number);
        ((place << 8 | rest) << 9 | numbers) << 5 | doubt
    }
}

impl World {
    /// Two nodes, and so many devices that hold everything.
    pub(crate) fn new(budget: Budget, devices: usize) -> Self {
        let phones = TWO.map(|d| Phone {
            place: if d < devices {
                Place::Out
            } else {
                Place::Absent
            },
            ..Phone::default()
        });
        let node = Node {
            alive: true,
            bus: true,
            ..Node::default()
        };
        Self {
            b: 0,
            c: 0,
            before: 0,
            seq: 0,
            item: 0,
            token: 0,
            lease: NOBODY,
            nodes: [node; 2],
            phones,
            budget,
        }
    }

    /// The same number for the same world, whichever node and device is called the first.
    pub(crate) fn key(&self) -> u128 {
        self.pack(false).min(self.pack(true))
    }

    /// `swap`: the nodes change names.
    pub(crate) fn pack(&self, swap: bool) -> u128 {
        let mut packer = Packer(u128::from(self.budget.pack()));
        packer.put(6, self.b << 3 | self.c);
        packer.put(6, self.before << 3 | self.seq);
        packer.put(7, self.item << 4 | self.token);
        let lease = match self.lease {
            NOBODY => NOBODY,
            owner => owner ^ u8::from(swap),
        };
        packer.put(2, lease);
        let [one, two] = &self.nodes;
        let (one, two) = if swap { (two, one) } else { (one, two) };
        one.pack(&mut packer);
        two.pack(&mut packer);
        let [one, two] = [self.phones[0].pack(swap), self.phones[1].pack(swap)];
        let (low, high) = if one < two { (one, two) } else { (two, one) };
        (packer.0 << 27 | u128::from(low)) << 27 | u128::from(high)
    }

    /// Both devices are parked and hold what there is; or nothing can be done, because no node lives.
    pub(crate) fn is_good(&self) -> bool {
        let content = |phone: &Phone| match phone.place {
            Place::Ping => phone.parked.is_idle() && phone.has == self.c,
            Place::Absent => true,
            _ => false,
        };
        self.phones.iter().all(content) || self.nodes.iter().all(|node| !node.alive)
    }
}
