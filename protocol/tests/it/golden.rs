//! Bytes, elements and XML of the vectors agree, in both directions.

use protocol::wbxml::{Limits, WbxmlErrorKind, decode, encode};
use protocol::xml::to_xml;

use crate::support::goldens;

#[test]
fn vectors_are_read_and_written() {
    let goldens = goldens();
    assert!(goldens.len() >= 32);
    for golden in goldens {
        let document = decode(&golden.bytes, &Limits::default()).unwrap();
        assert_eq!(document.skipped, [], "{}", golden.name);
        assert_eq!(to_xml(&document.root), golden.xml, "{}", golden.name);
        assert_eq!(
            encode(&document.root, golden.version),
            golden.bytes,
            "{}",
            golden.name
        );
    }
}

#[test]
fn a_cut_vector_ends_early() {
    for golden in goldens() {
        for length in 0..golden.bytes.len() {
            let cut = &golden.bytes[..length];
            let error = decode(cut, &Limits::default()).unwrap_err();
            assert_eq!(error.kind, WbxmlErrorKind::Truncated, "{}", golden.name);
            assert!(error.offset <= length, "{}", golden.name);
        }
    }
}
