//! What nodes do: hints, the bus, the lease, the watcher (`service/src/push/step.rs`, `service/src/watch`).

use crate::parked::Told;
use crate::push::Push;
use crate::rules::Rule;
use crate::world::{NO_TOKEN, NOBODY, Node, TWO, Watcher, World};

impl Push {
    /// `Hub::hint`: what is news for a Ping that is registered makes it read.
    pub(crate) fn hint(&self, w: &mut World, n: usize) {
        let number = std::mem::take(&mut w.nodes[n].inbox);
        for d in TWO {
            let phone = &w.phones[d];
            // R1: it counts from the moment on that the Ping is registered.
            let counts = phone.parked.is_idle() || self.keeps(Rule::R1);
            if phone.pings(n) && counts && number > phone.checked {
                self.feed(w, d, Told::Hint);
            }
        }
    }

    /// A new connection, and so a new epoch.
    pub(crate) fn connect(&self, w: &mut World, n: usize) {
        w.nodes[n].bus = true;
        w.epoch_changed(n);
        for d in TWO {
            // R3. The service reads again for those that are being read for as well; R2 alone is enough for them.
            let phone = &w.phones[d];
            if phone.pings(n) && phone.parked.is_idle() && self.keeps(Rule::R3) {
                self.feed(w, d, Told::Lost);
            }
        }
    }

    /// The watcher's next step.
    pub(crate) fn watch(&self, w: &mut World, n: usize) {
        let node = w.nodes[n];
        match node.watcher {
            Watcher::None => {}
            // R5: from now on events are heard, and then everything is compared.
            Watcher::Listen if self.keeps(Rule::R5) => w.nodes[n] = node.at(Watcher::Look),
            Watcher::Listen => w.look(n, Watcher::Unheard),
            Watcher::Look => w.look(n, Watcher::Read),
            Watcher::Read | Watcher::Unheard => self.write(w, n),
            Watcher::Publish => {
                w.publish(node.number);
                w.rest(n);
            }
            Watcher::Late => {
                w.put(node.item);
                w.token(node.number);
                w.rest(n);
            }
            // Nobody is parked here any more.
            Watcher::Idle => {
                w.nodes[n] = node.at(Watcher::None);
                w.nodes[n].deaf = false;
                if usize::from(w.lease) == n {
                    w.lease = NOBODY;
                }
            }
        }
    }

    /// `Refresher::write_down`.
    fn write(&self, w: &mut World, n: usize) {
        let node = w.nodes[n];
        if !node.fresh {
            // R11: somebody else was faster; what was read may be older than that.
            if self.keeps(Rule::R11) {
                w.nodes[n] = Node {
                    event: node.event,
                    ..w.nodes[n].at(Watcher::Look)
                };
            } else {
                w.rest(n);
            }
            return;
        }
        let changed = node.item != w.item;
        // R6, R7: the number is published also if nothing was new.
        let repeats = if node.event { Rule::R7 } else { Rule::R6 };
        let tells = changed || self.keeps(repeats);
        if !self.keeps(Rule::R4) {
            if tells {
                w.publish(w.seq + u8::from(changed));
            }
            w.nodes[n].watcher = Watcher::Late;
            return;
        }
        // R4: written first, published then.
        w.put(node.item);
        w.token(node.number);
        if tells {
            w.nodes[n] = node.at(Watcher::Publish);
            w.nodes[n].number = w.seq;
        } else {
            w.rest(n);
        }
    }

    /// A publish fails.
    pub(crate) fn refuse(&self, w: &mut World, n: usize) {
        w.budget.refuse -= 1;
        if self.keeps(Rule::R9) {
            w.start_over(n);
        } else {
            w.rest(n);
        }
    }
}

impl World {
    /// The item is this in the index; others who have read start over.
    pub(crate) fn put(&mut self, item: u8) {
        if item == self.item {
            return;
        }
        self.item = item;
        self.seq += 1;
        assert!(self.seq < 8, "a number does not fit: {self:?}");
        self.touch();
        for phone in &mut self.phones {
            phone.untouched = false;
        }
    }

    /// The index has read the backend so far.
    pub(crate) fn token(&mut self, token: u8) {
        if token != self.token {
            self.token = token;
            self.touch();
        }
    }

    /// The folder was written: compare-and-swaps that began before fail.
    fn touch(&mut self) {
        for node in &mut self.nodes {
            node.fresh = false;
        }
        for phone in &mut self.phones {
            phone.fresh = false;
        }
    }

    /// A watcher reads what changed since the token, or everything.
    fn look(&mut self, n: usize, how: Watcher) {
        let node = self.nodes[n];
        let news = self.token == NO_TOKEN || self.b > self.token;
        self.nodes[n] = Node {
            fresh: true,
            number: self.b,
            item: if news { self.c } else { self.item },
            event: node.event,
            ..node.at(how)
        };
    }

    /// A hint goes to every node whose connection is up.
    pub(crate) fn publish(&mut self, number: u8) {
        for node in self.nodes.iter_mut().filter(|node| node.alive && node.bus) {
            node.inbox = node.inbox.max(number);
        }
    }

    /// `Work`: an event that came meanwhile has the folder looked at once more.
    fn rest(&mut self, n: usize) {
        let node = self.nodes[n];
        self.nodes[n] = Node {
            again: false,
            event: node.again,
            ..node.at(if node.again {
                Watcher::Look
            } else {
                Watcher::Idle
            })
        };
    }

    /// A watcher begins.
    pub(crate) fn claim(&mut self, n: usize) {
        self.lease = u8::try_from(n).unwrap();
        self.start_over(n);
    }

    /// A watcher begins anew, with a new connection.
    pub(crate) fn start_over(&mut self, n: usize) {
        self.nodes[n] = Node {
            deaf: false,
            again: false,
            ..self.nodes[n].at(Watcher::Listen)
        };
    }

    /// Reads for Pings that began before do not count (R2).
    pub(crate) fn epoch_changed(&mut self, n: usize) {
        for phone in self.phones.iter_mut().filter(|phone| phone.pings(n)) {
            phone.same = false;
        }
    }

    /// The backend tells every watcher that listens.
    fn event(&mut self) {
        for node in &mut self.nodes {
            match node.watcher {
                _ if node.deaf => {}
                Watcher::None | Watcher::Listen | Watcher::Unheard => {}
                Watcher::Idle => {
                    *node = Node {
                        event: true,
                        ..node.at(Watcher::Look)
                    }
                }
                Watcher::Look => {}
                Watcher::Read | Watcher::Publish | Watcher::Late => node.again = true,
            }
        }
    }

    /// The item becomes something in the backend.
    pub(crate) fn becomes(&mut self, item: u8) {
        self.before = self.c;
        self.c = item;
        self.event();
    }

    pub(crate) fn change(&mut self) {
        self.budget.change -= 1;
        self.b += 1;
        self.becomes(self.b);
    }

    pub(crate) fn revert(&mut self) {
        self.budget.revert -= 1;
        self.b += 1;
        self.becomes(self.before);
    }

    pub(crate) fn crash(&mut self, n: usize) {
        self.budget.crash -= 1;
        self.nodes[n] = Node::default();
    }

    pub(crate) fn cut(&mut self, n: usize) {
        self.budget.cut -= 1;
        self.nodes[n].bus = false;
        self.nodes[n].inbox = 0;
        self.epoch_changed(n);
    }

    pub(crate) fn deafen(&mut self, n: usize) {
        self.budget.deaf -= 1;
        self.nodes[n].deaf = true;
    }

    pub(crate) fn expire(&mut self) {
        self.budget.expire -= 1;
        self.lease = NOBODY;
    }
}
