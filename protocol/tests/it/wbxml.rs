//! What phones send that is not in the vectors, what must be survived, and what must be refused where.

use protocol::codepages::{airsync, airsyncbase, calendar, compose_mail, email, find};
use protocol::element::{Element, Node};
use protocol::version::Version;
use protocol::wbxml::{Limits, Skipped, WbxmlError, WbxmlErrorKind as Kind, decode, encode};

use crate::support::hex;

fn read(document: &str) -> Element {
    decode(&hex(document), &Limits::default()).unwrap().root
}

#[test]
fn headers_of_other_encoders_are_read() {
    for header in [
        "03 01 6A 00",
        "02 01 6A 00",
        "01 01 6A 00",
        "03 82 05 6A 00",             // a public identifier of more than one byte
        "03 00 00 6A 04 78 79 7A 00", // one in the string table
    ] {
        assert_eq!(read(&format!("{header} 05")), Element::new(airsync::SYNC));
    }
}

#[test]
fn both_forms_of_an_empty_element_are_read() {
    let empty = Element::new(airsync::SYNC).with(Element::new(airsync::GET_CHANGES));
    assert_eq!(read("03016A00 45 13 01"), empty);
    assert_eq!(read("03016A00 45 53 01 01"), empty);
    assert_eq!(read("03016A00 45 53 03 00 01 01"), empty);
    assert_eq!(encode(&empty, Version::V14_1), hex("03016A00 45 13 01"));
}

#[test]
fn values_may_come_in_pieces() {
    let sync = read("03016A00 45 4B 03 61 00 C3 01 62 03 63 00 01 01");
    assert_eq!(sync.child(airsync::SYNC_KEY).unwrap().value(), "abc");
}

#[test]
fn text_that_is_no_utf8_is_kept_as_bytes() {
    let mail = read("03016A00 00 15 45 50 03 E9 00 01 01");
    let mime = mail.child(compose_mail::MIME).unwrap();
    assert_eq!(mime.children, [Node::Opaque(vec![0xE9])]);
}

#[test]
fn zero_bytes_may_follow_the_root() {
    assert_eq!(read("03016A00 05 00 00"), Element::new(airsync::SYNC));
}

/// iOS does: `Location`, `ClientUid` and empty containers in a calendar Add to a server of 14.1.
#[test]
fn tags_of_newer_versions_are_read_and_not_sent_back() {
    let data = read("03016A00 5D 00 11 20 00 04 7C 03 75 00 01 07 00 04 01");
    assert!(data.child(airsyncbase::LOCATION).unwrap().is_empty());
    assert_eq!(data.child(calendar::CLIENT_UID).unwrap().value(), "u");
    assert_eq!(
        encode(&data, Version::V14_1),
        hex("03016A00 5D 00 04 07 01")
    );
    assert_eq!(
        encode(&data, Version::V16_1),
        hex("03016A00 5D 00 11 20 00 04 7C 03 75 00 01 07 01")
    );
}

#[test]
fn unknown_tags_are_left_out_with_their_content_and_told() {
    // Annotations of page 254, as clients of outlook.com write them, then a tag that page 5 does not have.
    let bytes = hex(
        "03016A00 45 00 FE 45 46 47 03 61 00 01 08 01 01 00 05 7F 03 62 00 01 00 00 4B 03 31 00 01 01",
    );
    let document = decode(&bytes, &Limits::default()).unwrap();
    let expected = Element::new(airsync::SYNC).with(Element::text(airsync::SYNC_KEY, "1"));
    assert_eq!(document.root, expected);
    let skipped = |page, token, offset| Skipped {
        page,
        token,
        offset,
    };
    assert_eq!(
        document.skipped,
        [skipped(254, 0x05, 7), skipped(5, 0x3F, 19)]
    );
}

#[test]
fn the_page_outlives_the_element() {
    let sync = read("03016A00 45 5D 00 02 54 03 61 00 01 01 00 00 0B 01");
    assert!(sync.child(airsync::SYNC_KEY).is_some());
    let data = sync.child(airsync::APPLICATION_DATA).unwrap();
    assert_eq!(data.child(email::SUBJECT).unwrap().value(), "a");
}

#[test]
fn what_a_version_lacks_is_left_out_but_the_root_stays() {
    let root = Element::new(find::FIND).with(Element::number(find::STATUS, 1));
    assert_eq!(encode(&root, Version::V14_1), hex("03016A00 00 19 05"));
}

#[test]
fn characters_that_xml_forbids_are_not_sent() {
    let data = Element::text(airsync::SYNC_KEY, "a\0b\u{1}c\u{FFFE}\td");
    assert_eq!(
        encode(&data, Version::V14_1),
        hex("03016A00 4B 03 61 62 63 09 64 00 01")
    );
    let nothing = Element::text(airsync::SYNC_KEY, "\u{1}");
    assert_eq!(encode(&nothing, Version::V14_1), hex("03016A00 0B"));
}

#[test]
fn long_opaque_data_has_a_length_of_several_bytes() {
    for (length, prefix) in [(127, "7F"), (128, "81 00"), (16_384, "81 80 00")] {
        let mime = Element::opaque(compose_mail::MIME, vec![7; length]);
        let bytes = encode(&mime, Version::V14_1);
        let head = hex(&format!("03016A00 00 15 50 C3 {prefix} 07"));
        assert_eq!(bytes[..head.len()], head);
        assert_eq!(decode(&bytes, &Limits::default()).unwrap().root, mime);
    }
}

#[track_caller]
fn refused(document: &str, offset: usize, kind: Kind) {
    let error = decode(&hex(document), &Limits::default()).unwrap_err();
    assert_eq!(error, WbxmlError { offset, kind }, "{document}");
}

#[test]
fn bad_headers_are_refused() {
    refused("", 0, Kind::Truncated);
    refused("04 01 6A 00 05", 0, Kind::Version(4));
    refused("00 01 6A 00 05", 0, Kind::Version(0));
    refused("3C 3F 78 6D 6C", 0, Kind::Version(0x3C)); // <?xml
    refused("03 01 04 00 05", 2, Kind::Charset(4));
    refused("03 90 80 80 80 80 00", 1, Kind::Integer);
    refused("03 01 6A 8F FF FF FF 7F 05", 8, Kind::Truncated); // a string table of 4 GB
    refused("03 01 6A 00", 4, Kind::Truncated);
}

#[test]
fn what_activesync_does_not_use_is_refused() {
    for token in ["04", "44", "84", "C4"] {
        refused(&format!("03016A00 45 {token} 00"), 5, Kind::Literal);
    }
    for token in ["40", "41", "42", "80", "81", "82", "C0", "C1", "C2"] {
        refused(&format!("03016A00 45 {token} 00"), 5, Kind::Extension);
    }
    refused("03016A00 45 02 41", 5, Kind::Entity);
    refused("03016A00 45 83 00", 5, Kind::StringTable);
    refused("03016A00 43 00", 4, Kind::ProcessingInstruction);
    refused("03016A00 C5 05", 4, Kind::Attributes);
    refused("03016A00 85", 4, Kind::Attributes);
}

#[test]
fn bad_nesting_is_refused() {
    refused("03016A00 01", 4, Kind::UnexpectedEnd);
    refused("03016A00 03 61 00", 4, Kind::ContentBeforeRoot);
    refused("03016A00 00 FE 05", 6, Kind::UnknownRoot);
    refused("03016A00 3F", 4, Kind::UnknownRoot);
    refused("03016A00 05 00 05", 6, Kind::Trailing);
    refused("03016A00 45 01 01", 6, Kind::Trailing);
}

#[test]
fn lengths_that_lie_are_refused() {
    refused("03016A00 45 C3 8F FF FF FF 7F 61", 6, Kind::TextTooLong);
    refused("03016A00 45 C3 05 61", 7, Kind::Truncated);
    refused("03016A00 45 C3 90 80 80 80 80 00", 6, Kind::Integer);
    refused("03016A00 45 03 61", 7, Kind::Truncated);
}

#[test]
fn limits_hold() {
    let limits = Limits {
        bytes: 40,
        depth: 3,
        elements: 5,
        text: 4,
    };
    let check = |document: &str, result: Result<(), (usize, Kind)>| {
        let outcome = decode(&hex(document), &limits).map(drop);
        let expected = result.map_err(|(offset, kind)| WbxmlError { offset, kind });
        assert_eq!(outcome, expected, "{document}");
    };
    check("03016A00 45 45 05 01 01", Ok(()));
    check("03016A00 45 45 45 05", Err((7, Kind::TooDeep)));
    check("03016A00 45 00 FE 45 45 05", Err((9, Kind::TooDeep))); // unknown ones count
    check("03016A00 45 05 05 05 05 01", Ok(()));
    check(
        "03016A00 45 05 05 05 05 05",
        Err((9, Kind::TooManyElements)),
    );
    check("03016A00 45 03 61 00 03 61 00 03 61 00 03 61 00 01", Ok(()));
    check(
        "03016A00 45 03 61 00 03 61 00 03 61 00 03 61 00 03 61 00",
        Err((17, Kind::TooManyElements)), // pieces of text cost as much as elements
    );
    check("03016A00 45 03 61616161 00 01", Ok(()));
    check(
        "03016A00 45 03 6161616161 00 01",
        Err((6, Kind::TextTooLong)),
    );
    check(
        "03016A00 45 C3 05 6161616161 01",
        Err((6, Kind::TextTooLong)),
    );
    check(
        &format!("03016A00 45 {}", "05".repeat(36)),
        Err((40, Kind::TooLong)),
    );
}

#[test]
fn a_depth_bomb_is_refused_at_the_limit() {
    let mut bomb = hex("03016A00");
    bomb.resize(10 << 20, 0x45);
    let default = decode(&bomb, &Limits::default()).unwrap_err();
    assert_eq!((default.offset, default.kind), (4 + 32, Kind::TooDeep));
    let unlimited = Limits {
        bytes: usize::MAX,
        depth: usize::MAX,
        elements: usize::MAX,
        text: usize::MAX,
    };
    let bounded = decode(&bomb, &unlimited).unwrap_err();
    assert_eq!(
        (bounded.offset, bounded.kind),
        (4 + Limits::DEPTH_MAX, Kind::TooDeep)
    );
}
