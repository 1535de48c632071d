//! Laws over generated values: what is written is read back, and nothing that comes in makes us panic.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::{select, subsequence};
use protocol::codepages;
use protocol::element::{Element, Node};
use protocol::query::{Command, RequestLine, parse};
use protocol::tag::Tag;
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};
use protocol::xml::to_xml;

use crate::support::goldens;

/// Tags that a peer of 16.1 is sent, and the rest.
fn tags(version: Version) -> Vec<Tag> {
    codepages::all()
        .filter(|tag| tag.exists_in(version))
        .collect()
}

/// What travels as it is: not empty, without forbidden characters.
fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        "[ -~\t\nàß€\u{1F600}]{1,20}".prop_map(Node::Text),
        vec(any::<u8>(), 1..200).prop_map(Node::Opaque),
    ]
}

fn tree(tags: Vec<Tag>) -> impl Strategy<Value = Element> {
    let tag = select(tags);
    let inner =
        (tag.clone(), vec(leaf(), 0..3)).prop_map(|(tag, children)| Element { tag, children });
    inner.prop_recursive(8, 64, 6, move |inner| {
        let node = prop_oneof![3 => inner.prop_map(Node::Element), 1 => leaf()];
        (tag.clone(), vec(node, 0..6)).prop_map(|(tag, children)| Element { tag, children })
    })
}

/// All tags of a tree but the root's.
fn inner_tags(element: &Element, found: &mut Vec<Tag>) {
    for child in element.elements() {
        found.push(child.tag);
        inner_tags(child, found);
    }
}

/// An id as devices have them.
fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._{}:-]{1,64}"
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[ -~àß€]{0,60}")
}

/// What the plain form can carry.
fn line() -> impl Strategy<Value = RequestLine> {
    let texts = (text(), text(), text(), text(), text(), text());
    (
        select(&Command::ALL[..]),
        id(),
        "[ -~]{1,64}",
        texts,
        any::<bool>(),
    )
        .prop_map(|(command, device_id, device_type, texts, save_in_sent)| {
            let (user, attachment_name, collection_id, item_id, long_id, occurrence) = texts;
            RequestLine {
                user,
                attachment_name,
                collection_id,
                item_id,
                long_id,
                occurrence,
                save_in_sent,
                ..RequestLine::new(command, device_id, device_type)
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(root in tree(tags(Version::V16_1))) {
        let bytes = encode(&root, Version::V16_1);
        let document = decode(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(&document.root, &root);
        prop_assert_eq!(document.skipped, []);
        prop_assert!(to_xml(&root).len() > root.tag.name().len());
    }

    #[test]
    fn only_what_the_version_has_is_written(
        root in tree(codepages::all().collect()),
        version in select(&Version::ALL[..]),
    ) {
        let document = decode(&encode(&root, version), &Limits::default()).unwrap();
        let mut found = Vec::new();
        inner_tags(&document.root, &mut found);
        prop_assert!(found.iter().all(|tag| tag.exists_in(version)));
        prop_assert_eq!(document.root.tag, root.tag);
    }

    #[test]
    fn random_bytes_are_survived(bytes in vec(any::<u8>(), 0..400)) {
        let body = [&[3, 1, 0x6A, 0][..], &bytes].concat();
        for input in [bytes, body] {
            if let Err(error) = decode(&input, &Limits::default()) {
                prop_assert!(error.offset <= input.len());
            }
        }
    }

    #[test]
    fn damaged_vectors_are_survived(
        golden in select(goldens().into_iter().map(|golden| golden.bytes).collect::<Vec<_>>()),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = golden;
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        match decode(&bytes, &Limits::default()) {
            Ok(document) => prop_assert!(!to_xml(&document.root).is_empty()),
            Err(error) => prop_assert!(error.offset <= bytes.len()),
        }
    }

    #[test]
    fn a_cut_document_is_refused(
        root in tree(tags(Version::V16_1)),
        at in any::<proptest::sample::Index>(),
    ) {
        let bytes = encode(&root, Version::V16_1);
        let cut = &bytes[..at.index(bytes.len())];
        let error = decode(cut, &Limits::default()).unwrap_err();
        prop_assert!(error.offset <= cut.len());
    }

    #[test]
    fn a_plain_query_is_read_back(line in line()) {
        prop_assert_eq!(parse(&line.to_plain()), Ok(line));
    }

    #[test]
    fn fields_of_a_plain_query_come_in_any_order(
        line in line(),
        keep in subsequence((0..8_usize).collect::<Vec<_>>(), 0..8),
    ) {
        let query = line.to_plain();
        let mut fields: Vec<_> = query.split('&').collect();
        for at in keep {
            let at = at % fields.len();
            let field = fields.remove(at);
            fields.push(field);
        }
        prop_assert_eq!(parse(&fields.join("&")), Ok(line));
    }

    #[test]
    fn a_base64_query_is_read_back(
        line in line(),
        version in select(&Version::ALL[..]),
        policy_key in option::of(any::<u32>()),
        locale in any::<u16>(),
        accept_multipart in any::<bool>(),
    ) {
        let line = RequestLine {
            command: line.command.code().map_or(Command::Sync, |_| line.command),
            version: Some(version),
            policy_key,
            locale: Some(locale),
            accept_multipart,
            ..line
        };
        let query = line.to_base64().unwrap();
        for query in [query.replace('=', "%3D"), query.replace('=', ""), query] {
            let read = parse(&query);
            prop_assert_eq!(read.as_ref(), Ok(&line));
        }
    }

    #[test]
    fn any_query_is_survived(query in prop_oneof![
        any::<String>(),
        "[A-Za-z0-9+/=_%&-]{0,120}",
        ("Cmd=[a-zA-Z]{0,8}", Just("&DeviceId="), any::<String>()).prop_map(|(a, b, c)| [&a, b, &c].concat()),
    ]) {
        if let Ok(line) = parse(&query) {
            prop_assert!(!line.device_id.is_empty() && line.device_id.len() <= RequestLine::NAME_MAX);
        }
    }
}
