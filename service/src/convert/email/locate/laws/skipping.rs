//! What is passed over changes nothing, and a store that is wrong about its parts is found out.

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};
use proptest::sample::select;

use super::super::{Keep, Lengths, Locator, Outline, Passed, Unlocatable, Verdicts};
use super::{Message, attachment, large, limits};
use crate::convert::email::Located;

/// A part's header and content.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let kind = select(vec![
        "Content-Type: application/pdf\r\n",
        "Content-Type: image/png; name=a.png\r\n",
        "Content-Type: text/plain\r\n",
        "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n",
        "Content-Type: message/rfc822\r\n",
    ]);
    let lines = (
        select(vec![76_usize, 72, 60, 61]),
        select(vec!["\r\n", "\n"]),
    );
    let encoded = (
        lines,
        0..400_000_usize,
        select(vec!["", "=", "==", "\r\n", "--x"]),
    )
        .prop_map(|((line, end), size, tail)| {
            let mut content = Vec::new();
            for start in (0..size).step_by(line) {
                let letters = (start..size.min(start + line)).map(|at| b"ABCDwxyz0189+/"[at % 14]);
                content.extend(letters);
                content.extend_from_slice(end.as_bytes());
            }
            content.extend_from_slice(tail.as_bytes());
            content
        });
    let encoding = select(vec![
        "base64",
        "base64",
        "base64",
        "8bit",
        "quoted-printable",
    ]);
    // Something that no encoder writes, somewhere.
    let damage = prop_oneof![
        4 => Just(None),
        1 => (any::<proptest::sample::Index>(), select(vec!["\r\n", "=", "*", "--b\r\n", "\r\n--bx\r\n"])).prop_map(Some),
    ];
    (kind, encoding, encoded, damage).prop_map(|(kind, encoding, mut content, damage)| {
        if let Some((at, text)) = damage {
            let at = at.index(content.len() + 1);
            content.splice(at..at, text.bytes());
        }
        let head = format!("{kind}Content-Transfer-Encoding: {encoding}\r\n\r\n");
        [head.into_bytes(), content].concat()
    })
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    let parts = (proptest::collection::vec(part(), 1..4), any::<bool>());
    let several = parts.prop_map(|(parts, closed)| {
        let mut raw = b"Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
        for part in parts {
            raw.extend_from_slice(b"--b\r\n");
            raw.extend_from_slice(&part);
            raw.extend_from_slice(b"\r\n");
        }
        if closed {
            raw.extend_from_slice(b"--b--\r\n");
        }
        raw
    });
    prop_oneof![4 => several, 1 => part()]
}

/// What a server says of the leaves.
fn lengths(raw: &[u8]) -> Lengths {
    let mut lengths = Lengths::new();
    Message::parse(raw).root.leaves(&mut |leaf| {
        let number = if leaf.path == "0" { "1" } else { &leaf.path };
        lengths.insert(number.to_owned(), leaf.body.len() as u64);
    });
    lengths
}

/// Has a message pass in pieces, and says how much of it did.
fn passed(raw: &[u8], piece: usize, lengths: &Lengths) -> (Result<Outline, Unlocatable>, usize) {
    let keep = Keep {
        message: 1_000,
        ..Keep::for_limits(limits(100))
    };
    let mut locator = Locator::new(keep, Verdicts::default());
    let (mut at, mut read) = (0, 0);
    while at < raw.len() {
        let next = &raw[at..raw.len().min(at + piece)];
        if let Err(error) = locator.feed(next) {
            return (Err(error), read);
        }
        read += next.len();
        at = match locator.skip(lengths) {
            Some(next) => next as usize,
            None => at + next.len(),
        };
    }
    let found = locator.finish().map(|passed| match passed {
        Passed::Found(outline) => outline,
        Passed::Again(_) => panic!("another pass"),
    });
    (found, read)
}

/// The decoded bytes of a leaf from `first` on, read from where they are said to be.
fn cut(raw: &[u8], leaf: &Located, first: u64, count: u64) -> Vec<u8> {
    let (span, before) = leaf.span(first, count);
    let (mut decoder, mut bytes) = (leaf.decoder(), Vec::new());
    decoder.push(&raw[span.start as usize..span.end as usize], &mut bytes);
    decoder.finish(&mut bytes);
    bytes.drain(..before as usize);
    bytes.truncate(count as usize);
    bytes
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn the_outline_is_the_same(
        raw in message(),
        piece in 3_000..90_000_usize,
        wrong in select(vec![-100_i64, -78, -2, -1, 1, 2, 78, 100_000]),
        range in (any::<proptest::sample::Index>(), any::<proptest::sample::Index>()),
    ) {
        let (whole, _) = passed(&raw, piece, &Lengths::new());
        let whole = whole.unwrap();
        let lengths = lengths(&raw);
        let same = |lengths: &Lengths| match passed(&raw, piece, lengths).0 {
            // Where content is damaged, it may have to be seen.
            Err(error) => error == Unlocatable::Misled,
            Ok(outline) => outline == whole,
        };
        prop_assert!(same(&lengths));
        let lies = lengths.iter();
        let lies = lies.map(|(path, length)| (path.clone(), length.saturating_add_signed(wrong)));
        prop_assert!(same(&lies.collect()));
        for (path, leaf) in &whole.leaves {
            let first = range.0.index(leaf.size as usize + 1);
            let count = range.1.index(leaf.size as usize + 1 - first);
            let all = attachment(&raw, path).unwrap().bytes;
            prop_assert!(cut(&raw, leaf, first as u64, count as u64) == all[first..first + count]);
        }
    }
}

#[test]
fn an_attachment_is_passed_over() {
    let raw = large(60 * 76 * 1024, 76);
    let (outline, read) = passed(&raw, 64 << 10, &lengths(&raw));
    assert_eq!(outline, passed(&raw, 64 << 10, &Lengths::new()).0);
    assert!(read < 200 << 10, "{read} of {} bytes were read", raw.len());
}
