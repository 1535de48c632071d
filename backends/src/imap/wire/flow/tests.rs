//! Which answer belongs to which command, and when what may be written.

use bytes::Bytes;

use super::{Event, Flow};
use crate::imap::wire::{Code, Command, Limits, Malformed, Status, Untagged};

/// All that may be written now.
fn out(flow: &mut Flow) -> String {
    let mut all = Vec::new();
    while flow.wants_write() {
        // In small steps, as a slow connection takes it.
        let step = flow.output().len().min(3);
        all.extend_from_slice(&flow.output()[..step]);
        flow.written(step);
    }
    String::from_utf8(all).unwrap()
}

fn events(flow: &mut Flow, input: &str) -> Vec<Event> {
    flow.decoder().feed(input.as_bytes());
    std::iter::from_fn(|| flow.event().unwrap()).collect()
}

fn flow() -> Flow {
    Flow::new(Limits::default())
}

fn ends(events: &[Event]) -> Vec<(String, Status)> {
    let end = |event: &Event| match event {
        Event::Done(done) => Some((done.tag.to_string(), done.status)),
        _ => None,
    };
    events.iter().filter_map(end).collect()
}

#[test]
fn commands_end_in_any_order() {
    let mut flow = flow();
    for _ in 0..3 {
        flow.submit(&Command::new("NOOP")).unwrap();
    }
    assert_eq!(out(&mut flow), "a1 NOOP\r\na2 NOOP\r\na3 NOOP\r\n");
    let said = "a2 OK\r\n* 1 EXISTS\r\na9 OK\r\na1 NO [LIMIT] x\r\na2 OK\r\na3 WHAT\r\n";
    let events = events(&mut flow, said);
    let named = |tag: &str, status| (tag.to_owned(), status);
    assert_eq!(
        ends(&events),
        [
            named("a2", Status::Ok),
            named("a1", Status::No),
            named("a3", Status::Bad)
        ]
    );
    assert!(events.contains(&Event::Untagged(Untagged::Exists(1))));
    let strange = events
        .iter()
        .filter(|event| **event == Event::Malformed(Malformed("tag")));
    assert_eq!((strange.count(), flow.pending()), (2, 0));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Done(done) if done.code == Some(Code::Limit)))
    );
}

#[test]
fn a_literal_waits_and_so_does_what_comes_after_it() {
    let mut flow = flow();
    let text = |bytes: &'static [u8]| Bytes::from_static(bytes);
    let append = Command::new("APPEND")
        .literal(text(b"one"))
        .literal(text(b"two"));
    flow.submit(&append).unwrap();
    flow.submit(&Command::new("NOOP")).unwrap();
    assert_eq!(out(&mut flow), "a1 APPEND {3}\r\n");
    assert_eq!(events(&mut flow, "* 5 EXISTS\r\n").len(), 1);
    assert_eq!(out(&mut flow), "");
    assert_eq!(events(&mut flow, "+ go on\r\n"), []);
    assert_eq!(out(&mut flow), "one {3}\r\n");
    assert_eq!(events(&mut flow, "+\r\n"), []);
    assert_eq!(out(&mut flow), "two\r\na2 NOOP\r\n");
    let unasked = events(&mut flow, "+ what\r\na1 OK\r\na2 OK\r\n");
    assert_eq!(unasked[0], Event::Malformed(Malformed("continuation")));
    assert_eq!(ends(&unasked).len(), 2);
}

#[test]
fn a_literal_that_is_not_wanted_is_not_sent() {
    let mut flow = flow();
    let append = Command::new("APPEND").literal(vec![b'x'; 100_000].into());
    flow.submit(&append).unwrap();
    flow.submit(&Command::new("NOOP")).unwrap();
    out(&mut flow);
    assert_eq!(
        ends(&events(&mut flow, "a1 NO [TOOBIG]\r\n")),
        [("a1".to_owned(), Status::No)]
    );
    assert_eq!(out(&mut flow), "a2 NOOP\r\n");
}

#[test]
fn nothing_is_written_into_an_idle() {
    let mut flow = flow();
    flow.submit(&Command::idle()).unwrap();
    flow.submit(&Command::new("NOOP")).unwrap();
    assert_eq!(out(&mut flow), "a1 IDLE\r\n");
    let told = events(&mut flow, "+ idling\r\n* 1 EXISTS\r\n+ still here\r\n");
    assert_eq!(told[0], Event::Continue("idling".into()));
    assert_eq!((told.len(), out(&mut flow)), (3, String::new()));
    flow.respond("DONE").unwrap();
    assert_eq!(out(&mut flow), "DONE\r\n");
    assert_eq!(ends(&events(&mut flow, "a1 OK\r\n")).len(), 1);
    assert_eq!(out(&mut flow), "a2 NOOP\r\n");
}

#[test]
fn a_text_comes_in_pieces() {
    let mut flow = flow();
    flow.stream_texts(true);
    let told = events(&mut flow, "* 1 FETCH (BODY[] {6}\r\nabc");
    assert!(
        matches!(
            told.as_slice(),
            [Event::Begin { size: 6, .. }, Event::Piece(_)]
        ),
        "{told:?}"
    );
    let told = events(&mut flow, "def FLAGS ())\r\n");
    assert!(
        matches!(
            told.as_slice(),
            [
                Event::Piece(_),
                Event::End,
                Event::Untagged(Untagged::Fetch(_))
            ]
        ),
        "{told:?}"
    );
}
