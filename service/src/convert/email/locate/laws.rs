//! What a passing message gives is what the whole one gives: on damaged messages too, cut into pieces anywhere.

mod skipping;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::{Index, select};
use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::version::Version;

use super::super::fields::Fields;
use super::super::mime::Message;
use super::super::{
    BodyWish, ItemContext, Limits, Marks, attachment, attachments, to_eas, to_eas_outlined,
};
use super::{Keep, Locator, Outline, PASSES_MAX, Passed, Unlocatable, Verdicts};

/// Lines of which messages are made, most of them with a meaning.
const LINES: &[&str] = &[
    "--a",
    "--a",
    "--b",
    "--b",
    "--a--",
    "--b--",
    "--a \t",
    "--ab",
    "--",
    "--guess",
    "Content-Type: multipart/mixed; boundary=a",
    "Content-Type: multipart/mixed; boundary=a",
    "Content-Type: multipart/alternative; boundary=b",
    "Content-Type: multipart/related; boundary=\"b\"",
    "Content-Type: multipart/digest; boundary=a",
    "Content-Type: multipart/mixed; boundary=nowhere",
    "Content-Type: multipart/mixed",
    "Content-Type: text/html",
    "Content-Type: text/plain; format=flowed",
    "Content-Type: text/csv; name=x.csv",
    "Content-Type: image/png; name=x",
    "Content-Type: message/rfc822",
    "Content-Disposition: attachment; filename=f.bin",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-ID: <c>",
    "Subject: s",
    "From: a@x",
    "From x Mon",
    " folded",
    "",
    "",
    "",
    "",
    "text of a line that is longer than what is kept of a part in these tests",
    "--abut it goes on, and what is kept of it ends early enough to look like one",
    "SGVsbG8sIHdvcmxkISBIZWxsbywgd29ybGQhIEhlbGxvLCB3b3JsZCE",
    "SGVsbG8=",
    "=41=",
    "soft=20=  ",
    "=",
    "\r",
];

fn message() -> impl Strategy<Value = Vec<u8>> {
    let line = (select(LINES), select(vec!["\n", "\n", "\r\n"]));
    let lines = vec(line, 0..40).prop_map(|lines| {
        let text: String = lines
            .into_iter()
            .map(|(line, end)| format!("{line}{end}"))
            .collect();
        text.into_bytes()
    });
    let headed = lines.prop_map(|lines| {
        let mut text = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n".to_vec();
        text.extend(lines);
        text
    });
    let plain = vec((select(LINES), select(vec!["\n", "\r\n", ""])), 0..30).prop_map(|lines| {
        let text: String = lines
            .into_iter()
            .map(|(line, end)| format!("{line}{end}"))
            .collect();
        text.into_bytes()
    });
    prop_oneof![3 => headed, 2 => plain, 1 => vec(any::<u8>(), 0..60)]
}

fn limits(text: usize) -> Limits {
    Limits {
        text,
        ..Limits::default()
    }
}

/// Has a message pass as often as it wants.
fn outline(raw: &[u8], cuts: &[Index], keep: Keep) -> Result<Outline, Unlocatable> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(raw.len() + 1)).collect();
    cuts.extend([0, raw.len()]);
    cuts.sort_unstable();
    let mut known = Verdicts::default();
    for _ in 0..PASSES_MAX {
        let mut locator = Locator::new(keep, known);
        for piece in cuts.windows(2) {
            locator.feed(&raw[piece[0]..piece[1]])?;
        }
        match locator.finish()? {
            Passed::Found(outline) => return Ok(outline),
            Passed::Again(learnt) => known = learnt,
        }
    }
    panic!("the passes do not end");
}

/// `path type body size` of all leaves.
fn by_whole(raw: &[u8]) -> Vec<(String, String, std::ops::Range<u64>, u64)> {
    let message = Message::parse(raw);
    let mut leaves = Vec::new();
    message.root.leaves(&mut |leaf| {
        let body = leaf.body.start as u64..leaf.body.end as u64;
        let size = attachments::encoding(leaf).decoded_len(leaf.content) as u64;
        leaves.push((leaf.path.clone(), leaf.content_type.full(), body, size));
    });
    leaves.sort_unstable_by(|one, two| one.0.cmp(&two.0));
    leaves
}

fn by_passing(outline: &Outline) -> Vec<(String, String, std::ops::Range<u64>, u64)> {
    let leaves = outline.leaves.iter().map(|(path, leaf)| {
        let kind = leaf.content_type.clone();
        (path.clone(), kind, leaf.body.clone(), leaf.size)
    });
    leaves.collect()
}

fn context(limits: Limits) -> ItemContext {
    ItemContext {
        server_id: "1:2".to_owned(),
        received: 0,
        marks: Marks::default(),
        categories: Vec::new(),
        limits,
    }
}

fn wish(kinds: &[BodyType], size: Option<u32>) -> BodyWish {
    let preference = |kind: &BodyType| BodyPreference {
        kind: *kind,
        truncation_size: size,
        all_or_none: false,
        preview: Some(20),
    };
    BodyWish {
        preferences: kinds.iter().map(preference).collect(),
        ..BodyWish::nothing_said(Version::V14_1)
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn parts_are_found_where_they_are(raw in message(), cuts in vec(any::<Index>(), 0..8)) {
        let outline = outline(&raw, &cuts, Keep::headers()).unwrap();
        prop_assert_eq!(by_passing(&outline), by_whole(&raw));
        for (path, leaf) in &outline.leaves {
            let body = leaf.body.start as usize..leaf.body.end as usize;
            let (mut decoder, mut bytes) = (leaf.decoder(), Vec::new());
            for piece in raw[body].chunks(7) {
                decoder.push(piece, &mut bytes);
            }
            decoder.finish(&mut bytes);
            prop_assert_eq!(&bytes, &attachment(&raw, path).unwrap().bytes);
            prop_assert_eq!(bytes.len() as u64, leaf.size);
        }
    }

    #[test]
    fn the_item_is_the_same(raw in message(), cuts in vec(any::<Index>(), 0..8)) {
        let limits = limits(6);
        // Less than in earnest, so that these short messages are cut.
        let keep = Keep {
            text: limits.text * 4 + 1,
            ..Keep::for_limits(limits)
        };
        let outline = outline(&raw, &cuts, keep).unwrap();
        let context = context(limits);
        for wish in [
            wish(&[BodyType::Plain], None),
            wish(&[BodyType::Html, BodyType::Plain], Some(30)),
            wish(&[], None),
        ] {
            let whole = to_eas(&raw, &wish, &context).unwrap();
            // Whether it is text at all is told from more than is kept here.
            if !Fields::split(&raw).0.is_empty() {
                prop_assert_eq!(to_eas_outlined(&outline, &wish, &context), whole);
            }
        }
    }
}

/// A message with an attachment of so many bytes, between two texts.
fn large(size: usize, line: usize) -> Vec<u8> {
    let mut raw = b"Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\n\
        Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    for start in (0..size).step_by(line) {
        raw.extend(std::iter::repeat_n(b'A', line.min(size - start)));
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(b"--b\r\n\r\nlast\r\n--b--\r\n");
    raw
}

#[test]
fn what_is_held_does_not_grow_with_attachments() {
    for line in [76, 3 << 20] {
        let raw = large(3 << 20, line);
        let outline = outline(&raw, &[], Keep::for_limits(Limits::default())).unwrap();
        assert!(outline.held() < 1_000, "{} bytes are held", outline.held());
        assert_eq!(by_passing(&outline), by_whole(&raw));
        let context = context(Limits::default());
        let wish = wish(&[BodyType::Plain], None);
        let whole = to_eas(&raw, &wish, &context).unwrap();
        assert_eq!(to_eas_outlined(&outline, &wish, &context), whole);
    }
}

#[test]
fn what_would_have_to_be_held_is_refused() {
    let keep = Keep {
        text: 1 << 20,
        message: 0,
        total: 1 << 19,
    };
    let long = |head: &str, repeated: u8, count: usize| {
        let mut raw = head.as_bytes().to_vec();
        raw.extend(std::iter::repeat_n(repeated, count));
        raw
    };
    let open = "Content-Type: multipart/mixed; boundary=b\n\n--b";
    for (raw, expected) in [
        (long("Subject: ", b'a', 2 << 20), Unlocatable::Header),
        (long(open, b' ', 1 << 20), Unlocatable::Line),
        (long("Subject: s\n\n", b'a', 1 << 20), Unlocatable::Text),
    ] {
        let found = {
            let mut locator = Locator::new(keep, Verdicts::default());
            let fed = raw.chunks(4096).try_for_each(|piece| locator.feed(piece));
            fed.and_then(|()| locator.finish().map(drop))
        };
        assert_eq!(found, Err(expected));
    }
}
