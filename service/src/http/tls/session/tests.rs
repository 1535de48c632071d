//! Tests of the session against rustls' own buffered client.

use std::collections::VecDeque;
use std::io::{Read, Write};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rustls::client::Resumption;
use rustls::{AlertDescription, ClientConfig, ClientConnection, HandshakeKind};

use super::*;
use crate::http::tls::testing::{BOTH, Ends};

impl Session {
    /// Memory of its queues.
    fn is_bare(&self) -> bool {
        self.incoming.is_empty() && self.plain.is_empty() && self.outgoing.is_empty()
    }
}

/// A client, a session, and the bytes between them.
struct Pair {
    client: ClientConnection,
    session: Session,
    up: VecDeque<u8>,
    down: VecDeque<u8>,
    /// What the client has got, and what the session has.
    told: Vec<u8>,
    got: Vec<u8>,
    refused: Option<rustls::Error>,
}

impl Pair {
    fn new(ends: &Ends) -> Self {
        Self {
            client: ends.client(),
            session: Session::new(Arc::clone(&ends.server)).unwrap(),
            up: VecDeque::new(),
            down: VecDeque::new(),
            told: Vec::new(),
            got: Vec::new(),
            refused: None,
        }
    }

    /// After the handshake.
    fn met(ends: &Ends) -> Self {
        let mut pair = Self::new(ends);
        pair.settle();
        assert!(!pair.session.is_handshaking() && !pair.client.is_handshaking());
        pair
    }

    /// What the client has for the session comes into the queue.
    fn collect(&mut self) {
        let mut bytes = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut bytes).unwrap();
        }
        self.up.extend(bytes);
    }

    /// Moves bytes to the session, which reads into `room` bytes.
    fn move_up(&mut self, count: usize, room: usize) {
        self.collect();
        let count = count.min(self.up.len());
        let mut bytes: Vec<u8> = self.up.drain(..count).collect();
        let mut room = vec![0; room];
        let mut into = ReadBuf::new(&mut room);
        if count > 0 {
            self.session.receive(&mut bytes, &mut into);
        } else {
            self.session.read(&mut into);
        }
        self.got.extend_from_slice(into.filled());
    }

    /// Moves bytes to the client, which reads all it can.
    fn move_down(&mut self, count: usize) {
        let sent = self.session.to_send().to_vec();
        self.session.sent(sent.len());
        self.down.extend(sent);
        let count = count.min(self.down.len());
        let bytes: Vec<u8> = self.down.drain(..count).collect();
        let mut bytes = bytes.as_slice();
        while !bytes.is_empty() && self.refused.is_none() {
            if self.client.read_tls(&mut bytes).unwrap() == 0 {
                break; // it was told that nothing more comes
            }
            self.refused = self.client.process_new_packets().err();
            let mut plain = Vec::new();
            let _would_block = self.client.reader().read_to_end(&mut plain);
            self.told.extend(plain);
        }
    }

    /// Moves everything.
    fn settle(&mut self) {
        loop {
            self.move_up(usize::MAX, 4_096);
            loop {
                let before = self.got.len();
                self.move_up(0, 5_000);
                if self.got.len() == before {
                    break;
                }
            }
            self.move_down(usize::MAX);
            self.collect();
            if self.up.is_empty() && self.session.to_send().is_empty() {
                return;
            }
        }
    }

    /// The client writes.
    fn ask(&mut self, bytes: &[u8]) {
        self.client.writer().write_all(bytes).unwrap();
        self.collect();
    }

    /// The session writes.
    fn tell(&mut self, mut bytes: &[u8]) -> Result<(), SessionError> {
        while !bytes.is_empty() {
            let count = self.session.write(bytes)?;
            bytes = bytes.get(count..).unwrap();
        }
        Ok(())
    }
}

/// Bytes of which each says where it is.
fn numbered(from: usize, count: usize) -> Vec<u8> {
    (from..from + count)
        .map(|place| u8::try_from(place % 251).unwrap())
        .collect()
}

#[derive(Clone, Debug)]
enum Act {
    Ask(usize),
    Tell(usize),
    Up(usize, usize),
    Down(usize),
    Renew,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let size = || prop_oneof![4 => 0_usize..200, 1 => 0_usize..40_000];
    let act = prop_oneof![
        3 => size().prop_map(Act::Ask),
        3 => size().prop_map(Act::Tell),
        8 => (size(), size()).prop_map(|(count, room)| Act::Up(count, room)),
        8 => size().prop_map(Act::Down),
        1 => Just(Act::Renew),
    ];
    vec(act, 1..60)
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(96))]

    #[test]
    fn each_byte_comes_once_and_in_order(
        tls13 in any::<bool>(), acts in acts(), first in proptest::option::of(0_usize..20_000), we_close in any::<bool>()
    ) {
        let ends = &BOTH[usize::from(tls13)];
        let mut pair = Pair::new(ends);
        let (mut asked, mut said) = (0, 0);
        if let Some(count) = first {
            // Goes with the end of the handshake.
            pair.ask(&numbered(0, count));
            asked = count;
        }
        for act in acts {
            match act {
                Act::Ask(count) if !pair.client.is_handshaking() => {
                    let count = count.min(16_000); // what the client's buffer takes at once
                    pair.ask(&numbered(asked, count));
                    asked += count;
                }
                Act::Tell(count) if !pair.session.is_handshaking() => {
                    pair.tell(&numbered(said, count)).unwrap();
                    said += count;
                }
                Act::Renew if tls13 && !pair.client.is_handshaking() => {
                    pair.client.refresh_traffic_keys().unwrap();
                    pair.collect();
                }
                Act::Up(count, room) => pair.move_up(count, room),
                Act::Down(count) => pair.move_down(count),
                _ => {}
            }
        }
        pair.settle();
        prop_assert!(!pair.session.is_handshaking());
        prop_assert!(pair.session.is_bare());
        if we_close {
            pair.session.close();
            pair.session.close();
        }
        pair.client.send_close_notify();
        pair.settle();
        prop_assert_eq!(pair.session.peer(), Peer::Closed);
        prop_assert!(pair.session.failure().is_none() && pair.refused.is_none());
        prop_assert!(pair.session.is_bare());
        prop_assert_eq!(pair.got, numbered(0, asked));
        prop_assert_eq!(pair.told, numbered(0, said));
        // It may be answered after it was said that no more questions come.
        prop_assert_eq!(pair.session.write(b"more").is_ok(), !we_close);
    }

    #[test]
    fn rubbish_ends_it_at_any_stage(
        tls13 in any::<bool>(), stage in 0_usize..3_000, junk in vec(any::<u8>(), 1..400), plausible in any::<bool>()
    ) {
        let mut pair = Pair::new(&BOTH[usize::from(tls13)]);
        let mut left = stage;
        for _ in 0..6 {
            pair.collect();
            let count = left.min(pair.up.len());
            pair.move_up(count, 100);
            left -= count;
            pair.move_down(usize::MAX);
        }
        let mut junk = junk;
        if plausible {
            let header = [[22, 3, 3, 0, 40], [23, 3, 3, 0, 40], [21, 3, 3, 0, 2], [20, 3, 3, 0, 1]];
            junk.splice(0..0, header[stage % 4]);
        }
        // An empty record of any type is passed over now and then, what is long is not.
        for _ in 0..400 {
            let mut bytes = junk.clone();
            let mut room = [0; 100];
            pair.session.receive(&mut bytes, &mut ReadBuf::new(&mut room));
            if pair.session.failure().is_some() {
                break;
            }
            bytes.fill(0xff);
            pair.session.receive(&mut bytes, &mut ReadBuf::new(&mut room));
        }
        prop_assert!(pair.session.failure().is_some());
        pair.session.receive(&mut [0; 50], &mut ReadBuf::new(&mut [0; 10]));
        pair.session.read(&mut ReadBuf::new(&mut [0; 10]));
        prop_assert!(pair.session.write(b"more").is_err());
        pair.session.close();
        let alert = pair.session.to_send().len();
        pair.session.sent(alert);
        pair.session.close();
        prop_assert!(pair.session.to_send().is_empty());
    }
}

#[test]
fn what_is_wrong_is_told_to_the_peer() {
    for ends in BOTH.iter() {
        let mut pair = Pair::met(ends);
        pair.ask(b"good");
        pair.ask(b"bad");
        *pair.up.back_mut().unwrap() ^= 1;
        pair.settle();
        assert_eq!(pair.got, b"good", "what came before is there");
        let failure = pair.session.failure().unwrap();
        assert!(matches!(
            failure,
            SessionError::Tls(rustls::Error::DecryptError)
        ));
        let told = rustls::Error::AlertReceived(AlertDescription::BadRecordMac);
        assert_eq!(pair.refused, Some(told), "{:?}", ends.version);
    }
}

#[test]
fn a_part_of_a_record_is_all_that_is_kept_of_it() {
    for ends in BOTH.iter() {
        let mut pair = Pair::met(ends);
        pair.ask(&[7; 9_000]);
        let all = pair.up.len();
        pair.move_up(all - 8_000, 4_096);
        assert_eq!(pair.session.incoming.len(), all - 8_000);
        pair.move_up(7_000, 4_096);
        assert!(pair.got.is_empty());
        assert_eq!(pair.session.incoming.len(), all - 1_000);
        pair.move_up(1_000, 4_096);
        assert_eq!(pair.got.len(), 4_096);
        assert_eq!(pair.session.plain.len(), 9_000 - 4_096);
        pair.move_up(0, 10_000);
        assert_eq!(pair.got.len(), 9_000);
        assert!(pair.session.is_bare());
    }
}

#[test]
fn records_that_came_together_wait_for_their_reader() {
    for ends in BOTH.iter() {
        let mut pair = Pair::met(ends);
        for word in [&b"one "[..], b"two ", b"three"] {
            pair.ask(word);
        }
        pair.move_up(usize::MAX, 2);
        assert_eq!(pair.got, b"on");
        assert!(!pair.session.incoming.is_empty(), "the rest is not hurried");
        // A writer between them loses nothing.
        pair.tell(b"beside").unwrap();
        for _ in 0..20 {
            pair.move_up(0, 1);
        }
        assert_eq!(pair.got, b"one two three");
        pair.settle();
        assert_eq!(pair.told, b"beside");
        assert!(pair.session.is_bare());
    }
}

#[test]
fn new_keys_that_are_asked_for_come_before_the_next_word() {
    let mut pair = Pair::met(&BOTH[1]);
    for _ in 0..5 {
        pair.client.refresh_traffic_keys().unwrap();
    }
    pair.settle();
    assert!(
        pair.session.is_bare(),
        "one that waits holds nothing for it"
    );
    let record = 5 + 5 + 1 + 16;
    pair.tell(b"word").unwrap();
    assert_eq!(pair.session.to_send().len(), record + 4 + 22);
    pair.settle();
    assert_eq!(pair.told, b"word");
    assert_eq!(pair.refused, None);
}

#[test]
fn a_client_comes_back_without_a_certificate() {
    for ends in BOTH.iter() {
        // One that remembers nobody from other tests.
        let mut client = ClientConfig::clone(&ends.client);
        client.resumption = Resumption::in_memory_sessions(8);
        let ends = &Ends {
            version: ends.version,
            server: Arc::clone(&ends.server),
            client: Arc::new(client),
        };
        let kinds = [(); 2].map(|()| Pair::met(ends).client.handshake_kind());
        let expected = [HandshakeKind::Full, HandshakeKind::Resumed];
        assert_eq!(kinds, expected.map(Some), "{:?}", ends.version);
    }
}

#[test]
fn the_end_is_told_apart_from_a_cut() {
    for ends in BOTH.iter() {
        let mut pair = Pair::met(ends);
        pair.ask(b"last");
        pair.client.send_close_notify();
        pair.collect();
        pair.up.extend([1; 100]); // after the end, and not looked at
        pair.settle();
        pair.session.receive_end();
        assert_eq!(pair.got, b"last");
        assert_eq!(pair.session.peer(), Peer::Closed);
        assert!(pair.session.failure().is_none() && pair.session.is_bare());

        let mut pair = Pair::met(ends);
        pair.session.receive_end();
        assert_eq!(pair.session.peer(), Peer::Cut);
    }
}
