//! Inquiries into a mailbox that others change before, between and during the questions.

mod server;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof};
use proptest::proptest;
use proptest::test_runner::TestCaseError;

use super::{Abilities, Ask, End, Inquiry, Next, Opened};
use crate::contract::Replica;
use crate::imap::token::Point;
use crate::imap::wire::{Esearch, UidSet, Untagged};
use crate::item::{Delta, DeltaKind, Horizon, ItemState};
use crate::name::ItemRef;

use server::{Quirks, Server};

/// What somebody does. Numbers choose among what is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Deliver(u8),
    Flag(u8, u8),
    Expunge(u8),
    /// The mailbox is made anew.
    Rebuild,
    /// Deliveries are made known as such only.
    Nothing,
}

fn deed() -> impl Strategy<Value = Deed> {
    let number = any::<u8>;
    prop_oneof![
        8 => number().prop_map(Deed::Deliver),
        8 => (number(), number()).prop_map(|(one, flags)| Deed::Flag(one, flags)),
        6 => number().prop_map(Deed::Expunge),
        8 => proptest::strategy::Just(Deed::Nothing),
    ]
}

/// Before a question, and during it.
type Step = (Vec<Deed>, Vec<Deed>, Option<u8>);

fn step() -> impl Strategy<Value = Step> {
    let before = prop_oneof![
        20 => vec(deed(), 0..6),
        1 => proptest::strategy::Just(vec![Deed::Rebuild]),
    ];
    let horizon = prop_oneof![3 => proptest::strategy::Just(None), 1 => any::<u8>().prop_map(Some)];
    (before, vec(deed(), 0..12), horizon)
}

fn quirks() -> impl Strategy<Value = Quirks> {
    let flags = vec(any::<bool>(), 5);
    (flags, -12..=14_i8).prop_map(|(flags, zone)| Quirks {
        changed: flags[0],
        vanished: flags[0] && flags[1],
        esearch: flags[2],
        late_expunges: flags[3],
        wide_vanished: flags[4],
        zone,
    })
}

/// Asks as the mailbox does.
fn ask(server: &mut Server, since: Option<Point>, horizon: Horizon) -> Delta {
    let abilities = Abilities {
        changed: server.quirks.changed,
        vanished: server.quirks.vanished,
    };
    let (mut inquiry, mut asks) = Inquiry::begin(since, horizon, abilities);
    for _ in 0..200 {
        let mut ends = Vec::new();
        for (number, ask) in asks.iter().enumerate() {
            let (end, data) = server.answer(ask);
            for data in &data {
                inquiry.data(number, data);
            }
            ends.push(end);
            if *ask == Ask::Open {
                inquiry.opened(server.opened());
            }
        }
        match inquiry.next(&ends, 0) {
            Next::Ask(next) => asks = next,
            Next::Answer(delta) => return delta,
            other => panic!("{other:?} after {asks:?}"),
        }
    }
    panic!("it never ends")
}

fn horizon_of(limit: Option<u8>) -> Horizon {
    limit.map_or(Horizon::Everything, |limit| {
        Horizon::NotBefore(server::time(limit.into()))
    })
}

type States = BTreeMap<ItemRef, ItemState>;

fn within(states: &States, horizon: Horizon) -> States {
    let states = states
        .iter()
        .filter(|(_, state)| horizon.admits(state.time));
    states
        .map(|(item, state)| (item.clone(), state.clone()))
        .collect()
}

fn live(quirks: Quirks, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut server = Server::new(quirks);
    let mut replica = Replica::default();
    let mut known = Horizon::Everything;
    for (before, during, limit) in steps {
        let horizon = horizon_of(limit);
        before.into_iter().for_each(|deed| server.apply(deed));
        let truth = server.truth();
        server.touched.clear();
        server.meanwhile = during;
        let since = replica.token.as_ref().and_then(Point::parse);
        let delta = ask(&mut server, since, horizon);
        if matches!(delta.kind, DeltaKind::Changes(_)) {
            assert!(known.covers(horizon), "changes for a wider horizon");
        }
        known = horizon;
        server.meanwhile.clear();
        replica.apply(delta);
        // What nobody touched during the question is known exactly.
        let rested = |states: &States| {
            let states = within(states, horizon).into_iter();
            states
                .filter(|(item, _)| !server.touched.contains(item))
                .collect::<States>()
        };
        assert_eq!(rested(&replica.items), rested(&truth));
    }
    // And when all has come to rest, everything is.
    let since = replica.token.as_ref().and_then(Point::parse);
    replica.apply(ask(&mut server, since, known));
    assert_eq!(
        within(&replica.items, known),
        within(&server.truth(), known)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn deltas_lead_to_the_truth(quirks in quirks(), steps in vec(step(), 1..12)) {
        live(quirks, steps)?;
    }
}

fn rounds(server: &mut Server, since: Option<Point>, horizon: Horizon) -> (Vec<Ask>, Delta) {
    server.asked.clear();
    let delta = ask(server, since, horizon);
    (server.asked.clone(), delta)
}

const ALL: Quirks = Quirks {
    changed: true,
    vanished: true,
    esearch: true,
    late_expunges: false,
    wide_vanished: false,
    zone: 0,
};

#[test]
fn nothing_new_is_one_round_and_the_same_token() {
    let mut server = Server::new(ALL);
    for number in 0..300 {
        server.apply(Deed::Deliver(u8::try_from(number % 200).unwrap()));
    }
    let first = ask(&mut server, None, Horizon::Everything);
    let point = Point::parse(&first.token);
    let (asked, second) = rounds(&mut server, point, Horizon::Everything);
    assert_eq!(asked.len(), 2);
    assert_eq!(second.token, first.token);
    assert_eq!(second.kind, DeltaKind::Changes(Vec::new()));
    server.apply(Deed::Deliver(1));
    server.apply(Deed::Expunge(0));
    let (asked, third) = rounds(&mut server, point, Horizon::Everything);
    assert_eq!(asked.len(), 2);
    assert!(matches!(third.kind, DeltaKind::Changes(changes) if changes.len() == 2));
}

#[test]
fn without_qresync_only_a_message_that_went_costs_a_listing() {
    let mut server = Server::new(Quirks {
        vanished: false,
        ..ALL
    });
    for number in 0..10 {
        server.apply(Deed::Deliver(number));
    }
    let first = ask(&mut server, None, Horizon::Everything);
    server.apply(Deed::Deliver(1));
    let point = Point::parse(&first.token);
    let (asked, second) = rounds(&mut server, point, Horizon::Everything);
    assert_eq!(asked.len(), 3);
    assert!(matches!(second.kind, DeltaKind::Changes(changes) if changes.len() == 1));
    // One came and one went: as many as before.
    server.apply(Deed::Expunge(0));
    let (_, third) = rounds(&mut server, point, Horizon::Everything);
    assert!(matches!(third.kind, DeltaKind::Listing(states) if states.len() == 10));
}

#[test]
fn what_cannot_be_trusted_is_listed() {
    let mut server = Server::new(ALL);
    server.apply(Deed::Deliver(1));
    let first = ask(&mut server, None, Horizon::Everything);
    let point = Point::parse(&first.token).unwrap();
    let later = point.mod_seq.and_then(|number| number.checked_add(100));
    let others = [
        Point {
            validity: 999,
            ..point
        },
        Point { next: 50, ..point },
        Point {
            mod_seq: None,
            ..point
        },
        Point {
            mod_seq: later,
            ..point
        },
        Point {
            horizon: Horizon::NotBefore(0),
            ..point
        },
    ];
    for point in others {
        let delta = ask(&mut server, Some(point), Horizon::Everything);
        assert!(matches!(delta.kind, DeltaKind::Listing(_)), "{point}");
    }
}

#[test]
fn a_server_that_hides_messages_is_not_believed() {
    let opened = Opened {
        validity: 1,
        next: 10,
        mod_seq: None,
        exists: 3,
    };
    let abilities = Abilities {
        changed: false,
        vanished: false,
    };
    let (mut inquiry, mut asks) = Inquiry::begin(None, Horizon::Everything, abilities);
    for _ in 0..20 {
        inquiry.opened(opened);
        let ends = vec![super::End::Answered; asks.len()];
        match inquiry.next(&ends, 0) {
            Next::Ask(next) => asks = next,
            Next::Incomplete => return,
            other => panic!("{other:?}"),
        }
    }
    panic!("it never ends")
}

#[test]
fn a_server_that_counts_billions_is_not_believed() {
    let abilities = Abilities {
        changed: false,
        vanished: false,
    };
    let (mut inquiry, asks) = Inquiry::begin(None, Horizon::NotBefore(0), abilities);
    assert_eq!(asks.len(), 2);
    inquiry.opened(Opened {
        validity: 1,
        next: u32::MAX,
        mod_seq: None,
        exists: u32::MAX,
    });
    let found = Esearch {
        uid: true,
        all: UidSet::parse(b"1:4294967295"),
        ..Esearch::default()
    };
    inquiry.data(1, &Untagged::Esearch(Box::new(found)));
    let next = inquiry.next(&[End::Answered, End::Answered], 0);
    assert!(matches!(next, Next::Incomplete));
}
