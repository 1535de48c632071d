//! The rule by examples, and what holds in every history.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::ids::DeviceId;

const LAPSE: Duration = Duration::from_secs(10);

fn places(most: usize) -> Places {
    Places::new(Rules {
        most,
        waiting_max: 12,
        waiting_share: 5,
        lapse: LAPSE,
    })
}

fn who(account: i64, device: i64) -> Principal {
    Principal {
        account: AccountId(account),
        device: DeviceId(account * 100 + device),
    }
}

fn set(folders: &[u32]) -> BTreeSet<FolderNo> {
    folders.iter().copied().map(FolderNo).collect()
}

fn begins(who: Principal, folder: u32) -> Ask {
    Ask {
        who,
        begins: set(&[folder]),
        goes_on: BTreeSet::new(),
        hierarchy: false,
    }
}

fn goes_on(who: Principal, folder: u32) -> Ask {
    Ask {
        who,
        begins: BTreeSet::new(),
        goes_on: set(&[folder]),
        hierarchy: false,
    }
}

fn ticket(entry: Entry) -> Ticket {
    match entry {
        Entry::Wait(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fill_keeps_its_place_between_its_pages_and_others_wait() {
    let (mut places, now) = (places(1), Instant::now());
    let (one, other) = (who(1, 1), who(2, 1));
    assert_eq!(places.enter(begins(one, 1), now), Entry::In);
    places.leave(one, &set(&[]), now);
    let waits = ticket(places.enter(begins(other, 1), now));
    assert_eq!(places.enter(goes_on(one, 1), now), Entry::In);
    assert!(places.news().called.is_empty());
    // Its last page: another is called at once.
    places.leave(one, &set(&[1]), now);
    assert_eq!(places.news().called, [waits]);
    // What it does from now on is nothing that waits.
    assert_eq!(places.enter(goes_on(one, 1), now), Entry::Free);
    assert_eq!(places.taken(), 1);
}

#[test]
fn who_stays_away_loses_the_place_and_goes_first_when_it_comes_back() {
    let (mut places, now) = (places(1), Instant::now());
    let [one, two, three] = [1, 2, 3].map(|account| who(account, 1));
    assert_eq!(places.enter(begins(one, 1), now), Entry::In);
    places.leave(one, &set(&[]), now);
    let second = ticket(places.enter(begins(two, 1), now));
    let third = ticket(places.enter(begins(three, 1), now));
    assert_eq!(places.check_at(), Some(now + LAPSE));
    places.pass(now + LAPSE / 2);
    assert!(places.news().called.is_empty());
    places.pass(now + LAPSE);
    let news = places.news();
    assert_eq!((news.called, news.lapsed), (vec![second], 1));
    let back = ticket(places.enter(goes_on(one, 1), now + LAPSE));
    places.leave(two, &set(&[1]), now + LAPSE);
    assert_eq!(places.news().called, [back]);
    places.leave(one, &set(&[1]), now + LAPSE);
    assert_eq!(places.news().called, [third]);
}

#[test]
fn a_request_that_is_served_never_loses_its_place() {
    let (mut places, now) = (places(1), Instant::now());
    assert_eq!(places.enter(begins(who(1, 1), 1), now), Entry::In);
    let _waits = ticket(places.enter(begins(who(2, 1), 1), now));
    places.pass(now + LAPSE * 100);
    assert!(places.news().called.is_empty());
}

#[test]
fn an_account_has_its_share_and_no_more() {
    let (mut places, now) = (places(8), Instant::now());
    let of_many: Vec<Entry> = (0..8)
        .map(|device| places.enter(begins(who(1, device), 1), now))
        .collect();
    assert_eq!(
        of_many.iter().filter(|entry| **entry == Entry::In).count(),
        2
    );
    assert_eq!(of_many[7], Entry::Full);
    // Their queue is in nobody's way.
    assert_eq!(places.enter(begins(who(2, 1), 1), now), Entry::In);
}

#[test]
fn the_account_with_the_fewest_places_is_next() {
    let (mut places, now) = (places(5), Instant::now());
    for ask in [(1, 1), (2, 1), (3, 1), (3, 2), (4, 1)] {
        assert_eq!(places.enter(begins(who(ask.0, ask.1), 1), now), Entry::In);
    }
    let greedy = ticket(places.enter(begins(who(1, 2), 1), now));
    let late = ticket(places.enter(begins(who(5, 1), 1), now));
    places.leave(who(4, 1), &set(&[1]), now);
    assert_eq!(places.news().called, [late]);
    places.leave(who(3, 1), &set(&[1]), now);
    assert_eq!(places.news().called, [greedy]);
}

#[test]
fn requests_of_one_device_share_its_place() {
    let (mut places, now) = (places(1), Instant::now());
    let first = begins(who(1, 1), 1);
    assert_eq!(places.enter(first.clone(), now), Entry::In);
    let one = ticket(places.enter(begins(who(2, 1), 1), now));
    let other = ticket(places.enter(begins(who(2, 1), 2), now));
    places.leave(first.who, &first.begins, now);
    assert_eq!(places.news().called, [one, other]);
    places.leave(who(2, 1), &set(&[1]), now);
    assert_eq!(places.taken(), 1);
    places.leave(who(2, 1), &set(&[2]), now);
    assert_eq!(places.taken(), 0);
}

#[test]
fn a_hierarchy_leaves_no_place_behind() {
    let (mut places, now) = (places(1), Instant::now());
    let ask = Ask {
        hierarchy: true,
        begins: BTreeSet::new(),
        ..begins(who(1, 1), 1)
    };
    assert_eq!(places.enter(ask, now), Entry::In);
    places.leave(who(1, 1), &set(&[]), now);
    assert_eq!(places.taken(), 0);
}

/// Something that happens; numbers pick among what there is.
#[derive(Clone, Debug)]
enum Step {
    Begin {
        account: i64,
        device: i64,
        folder: u32,
    },
    GoOn {
        account: i64,
        device: i64,
        folder: u32,
    },
    Leave {
        which: usize,
        done: bool,
    },
    GiveUp {
        which: usize,
    },
    Wait {
        seconds: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let ask = (0..4_i64, 0..3_i64, 1..4_u32);
    prop_oneof![
        4 => ask.clone().prop_map(|(account, device, folder)| Step::Begin { account, device, folder }),
        3 => ask.prop_map(|(account, device, folder)| Step::GoOn { account, device, folder }),
        5 => (any::<usize>(), any::<bool>()).prop_map(|(which, done)| Step::Leave { which, done }),
        1 => any::<usize>().prop_map(|which| Step::GiveUp { which }),
        2 => (0..15_u64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// The places, and what those outside know of them.
struct World {
    places: Places,
    now: Instant,
    inside: Vec<Ask>,
    outside: Vec<(Ticket, Ask)>,
}

impl World {
    fn enter(&mut self, ask: Ask) {
        match self.places.enter(ask.clone(), self.now) {
            Entry::In => self.inside.push(ask),
            Entry::Wait(ticket) => self.outside.push((ticket, ask)),
            Entry::Free | Entry::Full => {}
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Begin {
                account,
                device,
                folder,
            } => self.enter(begins(who(account, device), folder)),
            Step::GoOn {
                account,
                device,
                folder,
            } => self.enter(goes_on(who(account, device), folder)),
            Step::Leave { which, done } if !self.inside.is_empty() => {
                let ask = self.inside.swap_remove(which % self.inside.len());
                let all = &ask.begins | &ask.goes_on;
                let done = if done { all } else { BTreeSet::new() };
                self.places.leave(ask.who, &done, self.now);
            }
            Step::GiveUp { which } if !self.outside.is_empty() => {
                let (ticket, _) = self.outside.swap_remove(which % self.outside.len());
                assert!(self.places.give_up(ticket), "called and not told");
            }
            Step::Wait { seconds } => {
                self.now += Duration::from_secs(seconds);
                self.places.pass(self.now);
            }
            Step::Leave { .. } | Step::GiveUp { .. } => {}
        }
        for ticket in self.places.news().called {
            let at = self.outside.iter().position(|(waits, _)| *waits == ticket);
            let (_, ask) = self
                .outside
                .swap_remove(at.expect("called without waiting"));
            self.inside.push(ask);
        }
    }

    fn check(&self) {
        let rules = &self.places.rules;
        let placed: Vec<_> = self
            .places
            .fills
            .iter()
            .filter(|(_, fill)| fill.placed)
            .collect();
        assert_eq!(placed.len(), self.places.taken());
        assert!(self.places.taken() <= rules.most);
        assert_eq!(self.places.held.values().sum::<usize>(), placed.len());
        assert!(self.places.held.values().all(|held| *held <= rules.share()));
        assert_eq!(self.places.waiting(), self.outside.len());
        assert!(self.outside.len() <= rules.waiting_max);
        for ask in &self.inside {
            let fill = &self.places.fills[&ask.who];
            let of_device = self.inside.iter().filter(|other| other.who == ask.who);
            assert!(fill.placed, "served without a place");
            assert_eq!(fill.working, of_device.count());
        }
        for (_, ask) in &self.outside {
            assert!(!self.places.has_room(ask.who.account), "waits for nothing");
        }
    }
}

proptest! {
    #[test]
    fn no_history_breaks_the_rule(most in 1..7_usize, steps in prop::collection::vec(step(), 1..150)) {
        let mut world = World { places: places(most), now: Instant::now(), inside: Vec::new(), outside: Vec::new() };
        for step in &steps {
            world.step(step);
            world.check();
        }
        // Everybody comes in and ends: whoever waits gets a place, and nothing is left.
        let mut rounds = 0;
        while !(world.inside.is_empty() && world.outside.is_empty()) {
            while !world.inside.is_empty() {
                world.step(&Step::Leave { which: 0, done: true });
            }
            world.step(&Step::Wait { seconds: LAPSE.as_secs() });
            rounds += 1;
            prop_assert!(rounds < 100, "somebody waits for ever");
        }
        world.step(&Step::Wait { seconds: LAPSE.as_secs() });
        prop_assert_eq!(world.places.taken(), 0);
        prop_assert!(world.places.held.is_empty());
    }
}
