//! What devices do, and what is done for them: Ping (`service/src/push/verify.rs`), Sync (`service/src/commands/sync`).

use crate::parked::{Next, State, Told};
use crate::push::Push;
use crate::rules::Rule;
use crate::world::{Doubt, NO_TOKEN, NOBODY, Phone, Place, World};

impl Push {
    /// Gives a Ping an input: the service's own state machine says what follows.
    pub(crate) fn feed(&self, w: &mut World, d: usize, told: Told) {
        let phone = &mut w.phones[d];
        match self.machine.handle(phone.parked, told) {
            Next::Wait(state) => {
                phone.parked = state;
                if state.is_idle() {
                    (phone.begun, phone.same, phone.number) = (false, false, 0);
                }
            }
            Next::Verify(state) => {
                phone.parked = state;
                (phone.begun, phone.same, phone.number) = (false, false, 0);
            }
            Next::Answer => *phone = phone.at(Place::Told, 0),
        }
    }

    /// `Hub::settle`: a read begins, or ends and is judged.
    pub(crate) fn read(&self, w: &mut World, d: usize) {
        let seq = w.seq;
        let phone = &mut w.phones[d];
        if !phone.begun {
            (phone.begun, phone.same, phone.number) = (true, true, seq);
            return;
        }
        // R2: void if the bus came or went meanwhile.
        let void = !phone.same && self.keeps(Rule::R2);
        let doubt = if self.keeps(Rule::R12) {
            phone.doubt
        } else {
            Doubt::No
        };
        let found = match doubt {
            _ if phone.number > phone.told => Told::FoundChange,
            Doubt::No => Told::FoundNothing,
            Doubt::Grace => Told::FoundGrace,
            Doubt::Due => Told::FoundDue,
        };
        phone.checked = phone.number;
        if void {
            self.feed(w, d, Told::Lost);
        }
        self.feed(w, d, found);
    }

    /// R12: what nothing proved received is announced.
    pub(crate) fn grace(&self, w: &mut World, d: usize) {
        w.phones[d].doubt = Doubt::Due;
        self.feed(w, d, Told::GraceOver);
    }

    /// A page is told.
    pub(crate) fn commit(&self, w: &mut World, d: usize) {
        let phone = w.phones[d];
        let n = usize::from(phone.node);
        if !phone.newer || !self.keeps(Rule::Learn) {
            w.phones[d] = Phone {
                told: phone.number,
                doubt: Doubt::Grace,
                number: 0,
                item: phone.item,
                ..phone.at(Place::Flight, phone.node)
            };
        } else if w.token == NO_TOKEN {
            // Nothing says from where on the index does not know: the folder is listed.
            w.put(w.c);
            w.token(w.b);
            w.phones[d] = phone.at(Place::Settled, phone.node);
        } else if phone.fresh {
            // `Collecting::learn`: the index learns of it first.
            w.put(phone.item);
            w.phones[d] = phone.at(Place::Settled, phone.node);
        } else {
            w.pick(d, n);
        }
    }

    /// An answer is lost.
    pub(crate) fn lose(&self, w: &mut World, d: usize) {
        w.budget.lose -= 1;
        let phone = w.phones[d];
        w.phones[d] = phone.at(Place::Out, 0);
        if phone.place == Place::Flight && !self.keeps(Rule::R12Proof) {
            // A connection that several clients share takes another one's request for a proof.
            w.phones[d].doubt = Doubt::No;
        }
    }
}

impl Push {
    /// What was written is published (R4), and the page picked.
    pub(crate) fn announce(&self, w: &mut World, d: usize) {
        let phone = w.phones[d];
        if w.token == NO_TOKEN && self.keeps(Rule::List) {
            // `Supervisor::announce_upload`
            w.put(w.c);
            w.token(w.b);
        }
        w.publish(w.seq);
        if phone.own && phone.number == w.seq {
            // Its own change: the device holds it as it is.
            (w.phones[d].told, w.phones[d].held) = (w.seq, w.seq);
        }
        w.phones[d].own = false;
        w.pick(d, usize::from(phone.node));
    }
}

impl World {
    /// A device whose request was not answered: one that uploads repeats it.
    pub(crate) fn broken(&mut self, d: usize) {
        let phone = self.phones[d];
        let repeats = matches!(phone.place, Place::Applied | Place::Settled);
        self.phones[d] = Phone {
            own: repeats,
            ..phone.at(if repeats { Place::Told } else { Place::Out }, 0)
        };
    }

    /// `Shard::insert`, and the interest that has the account watched.
    pub(crate) fn register(&mut self, d: usize, n: usize) {
        let node = u8::try_from(n).unwrap();
        self.phones[d] = Phone {
            parked: State::REGISTERED,
            ..self.phones[d].at(Place::Ping, node)
        };
        if self.lease == NOBODY {
            self.claim(n);
        }
    }

    /// A Sync shows the key of the answer that the device took.
    pub(crate) fn open(&mut self, d: usize, n: usize) {
        let phone = &mut self.phones[d];
        phone.told = phone.held;
        phone.doubt = Doubt::No;
        self.pick(d, n);
    }

    /// What is to be told, and what the backend holds of it. A repeated upload is answered by the item as it is.
    fn pick(&mut self, d: usize, n: usize) {
        let phone = self.phones[d];
        if self.seq == phone.held && !phone.own {
            self.phones[d] = phone.at(Place::Out, 0);
            return;
        }
        self.phones[d] = Phone {
            number: self.seq,
            item: self.c,
            newer: self.c != self.item,
            fresh: true,
            ..phone.at(Place::Page, u8::try_from(n).unwrap())
        };
    }

    /// The answer is there. A request that follows on the same connection proves it.
    pub(crate) fn arrive(&mut self, d: usize, same: bool) {
        let phone = self.phones[d];
        self.phones[d] = Phone {
            held: phone.told,
            has: phone.item,
            ..phone.at(Place::Out, 0)
        };
        if same {
            self.phones[d].doubt = Doubt::No;
            self.register(d, usize::from(phone.node));
        }
    }

    /// A device's change is in the backend.
    pub(crate) fn upload(&mut self, d: usize, n: usize) {
        self.budget.upload -= 1;
        self.b += 1;
        self.becomes(self.b);
        let phone = self.phones[d];
        self.phones[d] = Phone {
            has: self.c,
            item: self.c,
            fresh: true,
            untouched: true,
            doubt: Doubt::No,
            ..phone.at(Place::Applied, u8::try_from(n).unwrap())
        };
    }

    /// `Session::settle`.
    pub(crate) fn settle(&mut self, d: usize) {
        let phone = self.phones[d];
        let same = self.item == phone.item;
        if !same && phone.untouched {
            if !phone.fresh {
                // A refresh may have seen already that it was changed back: the next one lists the folder.
                self.token(NO_TOKEN);
            }
            self.put(phone.item);
        }
        self.phones[d] = Phone {
            own: same || phone.untouched,
            number: self.seq,
            ..phone.at(Place::Settled, phone.node)
        };
    }
}
