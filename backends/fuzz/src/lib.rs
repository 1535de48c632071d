//! The laws that the fuzz targets hold the crate to; a target is a file in `fuzz_targets` that calls one.

// The wire alone, as it stands: with the crate around it come a hundred others that nobody fuzzes.
#[path = "../../src/utf7.rs"]
mod utf7;
#[path = "../../src/imap"]
pub mod imap {
    pub mod wire;
}

use imap::wire::{
    Command, Decoder, Dialect, Event, Flow, FrameError, Limits, Literals, MailboxName, Malformed,
    Response, Step, Untagged, interpret,
};

/// Small enough that a fuzzer finds them.
const LIMITS: Limits = Limits {
    line: 2000,
    literal: 500,
    response: 4000,
    depth: 20,
    values: 300,
};

/// What a server says is cut the same however it arrives, is read or passed over, and holds nobody up.
pub fn imap_responses(input: &[u8]) {
    for streams in [false, true] {
        let whole = steps([input], streams);
        assert_eq!(steps(input.chunks(1), streams), whole);
        assert_eq!(steps(input.chunks(7), streams), whole);
        for step in &whole.0 {
            if let Step::Response(frame) = step {
                read(interpret(frame, &LIMITS, streams));
            }
        }
    }
    let mut flow = Flow::new(LIMITS);
    flow.stream_texts(true);
    let commands = [
        Command::new("APPEND").literal(b"x".as_slice().into()),
        Command::idle(),
        Command::new("NOOP"),
    ];
    for command in &commands {
        assert!(flow.submit(command).is_ok());
    }
    let mut ended = 0;
    for chunk in input.chunks(11) {
        flow.decoder().feed(chunk);
        while let Ok(Some(event)) = flow.event() {
            ended += usize::from(matches!(event, Event::Done(_)));
        }
        flow.written(flow.output().len());
    }
    assert_eq!(ended + flow.pending(), commands.len());
}

/// What a server says of a message is read or passed over, and its number is certain.
pub fn imap_messages(input: &[u8]) {
    let mut decoder = Decoder::new(LIMITS);
    decoder.feed(b"* 12 FETCH (UID 7 ");
    decoder.feed(input);
    decoder.feed(b")\r\n");
    while let Ok(Some(step)) = decoder.step() {
        if let Step::Response(frame) = step {
            read(interpret(&frame, &LIMITS, false));
        }
    }
}

/// Whatever the arguments are, one command is written, and no more.
pub fn imap_arguments(one: &str, other: &str) {
    let command = Command::new("X")
        .text(one)
        .open()
        .mailbox(&MailboxName::new(other))
        .close();
    for utf8 in [false, true] {
        let mut flow = Flow::new(Limits::default());
        flow.speak(Dialect {
            literals: Literals::Plus,
            utf8,
        });
        if flow.submit(&command).is_err() {
            assert!(one.contains('\0') || other.contains('\0'));
            continue;
        }
        let mut decoder = Decoder::new(Limits::default());
        while flow.wants_write() {
            let piece = flow.output().to_vec();
            decoder.feed(&piece);
            flow.written(piece.len());
        }
        assert!(matches!(decoder.step(), Ok(Some(Step::Response(_)))));
        assert!(decoder.is_empty());
    }
    let name = MailboxName::from_wire(one.as_bytes(), false);
    assert!(name.is_inbox() || name.to_wire(false) == one.as_bytes());
    let name = MailboxName::new(other);
    assert_eq!(MailboxName::from_wire(&name.to_wire(false), false), name);
}

fn read(response: Result<Response, Malformed>) {
    let Ok(Response::Untagged(data)) = response else {
        return;
    };
    match data {
        Untagged::Fetch(fetch) => assert!(fetch.uid != Some(0)),
        Untagged::List(listed) => {
            let reference = listed.name.reference();
            assert!(
                reference.is_none_or(
                    |text| MailboxName::from_reference(&text).text() == listed.name.text()
                )
            );
        }
        _ => {}
    }
}

/// All steps of a stream that arrives in such chunks; pieces of a literal are put together.
fn steps<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    streams: bool,
) -> (Vec<Step>, Result<(), FrameError>) {
    let mut decoder = Decoder::new(LIMITS);
    decoder.stream_texts(streams);
    let mut steps: Vec<Step> = Vec::new();
    for chunk in chunks {
        decoder.feed(chunk);
        loop {
            match (decoder.step(), steps.last_mut()) {
                (Ok(None), _) => break,
                (Ok(Some(Step::Piece(more))), Some(Step::Piece(piece))) => {
                    *piece = [piece.as_ref(), &more].concat().into();
                }
                (Ok(Some(step)), _) => steps.push(step),
                (Err(error), _) => return (steps, Err(error)),
            }
        }
    }
    (steps, Ok(()))
}
