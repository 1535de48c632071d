//! The stream is cut the same however it arrives.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::{Decoder, FrameError, Limits, Step};

/// All steps of a stream that arrives in such chunks; pieces of a literal are put together.
fn steps<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    streams: bool,
) -> (Vec<Step>, Result<(), FrameError>) {
    let mut decoder = Decoder::new(limits());
    decoder.stream_texts(streams);
    let mut steps: Vec<Step> = Vec::new();
    for chunk in chunks {
        decoder.feed(chunk);
        loop {
            match (decoder.step(), steps.last_mut()) {
                (Ok(None), _) => break,
                (Ok(Some(Step::Piece(more))), Some(Step::Piece(piece))) => {
                    assert!(!more.is_empty());
                    *piece = [piece.as_ref(), &more].concat().into();
                }
                (Ok(Some(step)), _) => steps.push(step),
                (Err(error), _) => {
                    assert_eq!(decoder.step(), Err(error));
                    return (steps, Err(error));
                }
            }
        }
    }
    (steps, Ok(()))
}

fn limits() -> Limits {
    Limits {
        line: 100,
        literal: 200,
        response: 400,
        ..Limits::default()
    }
}

/// What the decoder says of a stream, with frames as text.
fn told(stream: &[u8], streams: bool) -> Vec<String> {
    let (steps, ended) = steps([stream], streams);
    let text = |step| match step {
        Step::Response(frame) => String::from_utf8_lossy(frame.bytes()).into_owned(),
        Step::Begin { head, size } => {
            format!(
                "begin {size} after {}",
                String::from_utf8_lossy(head.bytes())
            )
        }
        Step::Piece(bytes) => format!("piece of {}", bytes.len()),
        Step::End => "end".to_owned(),
    };
    let mut told: Vec<String> = steps.into_iter().map(text).collect();
    if let Err(error) = ended {
        told.push(error.to_string());
    }
    told
}

#[test]
fn lines_and_literals() {
    for (stream, expected) in [
        (
            "* OK x\r\n* 1 EXISTS\n\r\n\na1 NO\r\n",
            &["* OK x", "* 1 EXISTS", "a1 NO"][..],
        ),
        (
            "* X {3}\r\n\r\n) y\r\n* Z\r\n",
            &["* X {3}\r\n\r\n) y", "* Z"],
        ),
        ("* X {0}\r\n\r\n", &["* X {0}\r\n"]),
        (
            "* X ~{1+}\r\n\0 {1}\r\na\r\n",
            &["* X ~{1+}\r\n\0 {1}\r\na"],
        ),
        ("* X a\0b\r\n", &["* X a?b"]),
        // Braces in text for people are no literal.
        (
            "* OK {5}\r\na1 no {5}\r\n+ {5}\r\n+{5}\r\n* BYE {5}\r\n",
            &["* OK {5}", "a1 no {5}", "+ {5}", "+{5}", "* BYE {5}"],
        ),
        (
            "* X {a}\r\n* X {}\r\n* X {5\r\n* X 5}\r\n",
            &["* X {a}", "* X {}", "* X {5", "* X 5}"],
        ),
        ("* 1 FETCH (BODY[] {4}\r\nabcd)", &[]),
    ] {
        assert_eq!(told(stream.as_bytes(), false), expected, "{stream:?}");
    }
}

#[test]
fn texts_come_in_pieces_if_that_is_wanted() {
    let big = "x".repeat(1000);
    for (item, streamed) in [
        ("BODY[]", true),
        ("BODY[]<0>", true),
        ("BODY[1.2]<77>", true),
        ("BODY[HEADER.FIELDS (A \"B\")]", true),
        ("RFC822", true),
        ("BINARY[1] ~", true),
        ("ENVELOPE (\"a\" ", false),
        ("PREVIEW", false),
        ("X-GM-LABELS (foo]", false),
    ] {
        for head in ["* 5 FETCH (UID 1 ", "* 5 fetch ("] {
            let separator = if item.ends_with('~') { "" } else { " " };
            let start = format!("{head}{item}{separator}");
            let stream = format!("{start}{{1000}}\r\n{big} FLAGS ())\r\n");
            let expected = if streamed {
                let before = start.trim_end_matches('~');
                vec![
                    format!("begin 1000 after {before}"),
                    "piece of 1000".to_owned(),
                    "end".to_owned(),
                    format!("{before}\u{0}1000\u{0} FLAGS ())"),
                ]
            } else {
                vec!["literal too large".to_owned()]
            };
            assert_eq!(told(stream.as_bytes(), true), expected, "{item}");
        }
    }
    let not_asked = format!("* 5 FETCH (BODY[] {{1000}}\r\n{big})\r\n");
    assert_eq!(told(not_asked.as_bytes(), false), ["literal too large"]);
    let elsewhere = format!("* X (BODY[] {{1000}}\r\n{big})\r\n");
    assert_eq!(told(elsewhere.as_bytes(), true), ["literal too large"]);
}

#[test]
fn what_is_too_much_ends_it() {
    let long = "x".repeat(101);
    for (stream, error) in [
        (format!("* {long}\r\n"), "line too long"),
        (long, "line too long"),
        ("* X {201}\r\n".to_owned(), "literal too large"),
        (
            "* X {99999999999999999999}\r\n* OK\r\n".to_owned(),
            "literal too large",
        ),
        (
            "* X {18446744073709551615}\r\n".to_owned(),
            "literal too large",
        ),
    ] {
        let told = told(stream.as_bytes(), false);
        assert!(
            told.first().is_some_and(|first| first.starts_with(error)),
            "{told:?}"
        );
    }
    let mut many = b"* X".to_vec();
    for _ in 0..5 {
        many.extend_from_slice(b" {90}\r\n");
        many.extend_from_slice(&[b'y'; 90]);
    }
    assert_eq!(told(&many, false), ["response too large"]);
}

proptest! {
    #[test]
    fn however_it_arrives_it_is_the_same(
        parts in vec(prop_oneof![
            3 => "[ -~]{0,12}".prop_map(String::into_bytes),
            2 => (0_usize..9).prop_map(|size| [format!("{{{size}}}\r\n").into_bytes(), vec![b'\n'; size]].concat()),
            1 => (0_usize..300).prop_map(|size| [format!("* 1 FETCH (BODY[] {{{size}}}\r\n").into_bytes(), vec![b'x'; size]].concat()),
            3 => Just(b"\r\n".to_vec()),
            1 => Just(b"* ".to_vec()),
            1 => vec(any::<u8>(), 0..5),
        ], 0..30),
        cuts in vec(1_usize..40, 1..20),
        streams in any::<bool>(),
    ) {
        let stream = parts.concat();
        let whole = steps([stream.as_slice()], streams);
        let mut rest = stream.as_slice();
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(steps(chunks, streams), whole.clone());
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(steps(single, streams), whole);
    }
}
