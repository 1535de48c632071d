//! WBXML of the documents that are read and written most: time and allocations.
//!
//!     cargo bench -p directpush-protocol --bench wbxml

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it fails by panicking"
)]

use divan::{AllocProfiler, Bencher, black_box};
use protocol::command::Body;
use protocol::command::ping::{PingRequest, PingResponse};
use protocol::command::sync::SyncRequest;
use protocol::element::Element;
use protocol::version::Version;
use protocol::wbxml::{self, Limits};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// The documents, as lines of hexadecimal digits.
const PING: &str = include_str!("../tests/golden/wbxml/Ping.request.12.1.hex");
const SYNC: &str = include_str!("../tests/golden/wbxml/Sync.request.14.1.hex");
const PAGE: &str = include_str!("../tests/golden/wbxml/Sync.response.14.1-email.hex");

fn of(name: &str) -> &'static str {
    match name {
        "Ping" => PING,
        "Sync" => SYNC,
        _ => PAGE,
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .map(|digit| u8::try_from(digit).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

fn element(hex: &str) -> Element {
    wbxml::decode(&bytes(hex), &Limits::default()).unwrap().root
}

#[divan::bench(args = ["Ping", "Sync", "page"])]
fn decode(bencher: Bencher<'_, '_>, name: &str) {
    let document = bytes(of(name));
    bencher.bench(|| wbxml::decode(black_box(&document), &Limits::default()));
}

#[divan::bench(args = ["Ping", "Sync", "page"])]
fn encode(bencher: Bencher<'_, '_>, name: &str) {
    let root = element(of(name));
    bencher.bench(|| wbxml::encode(black_box(&root), Version::V14_1));
}

#[divan::bench]
fn ping_from_bytes(bencher: Bencher<'_, '_>) {
    let document = bytes(PING);
    bencher.bench(|| {
        let document = wbxml::decode(black_box(&document), &Limits::default()).unwrap();
        PingRequest::from_element(&document.root).unwrap()
    });
}

#[divan::bench]
fn sync_from_bytes(bencher: Bencher<'_, '_>) {
    let document = bytes(SYNC);
    bencher.bench(|| {
        let document = wbxml::decode(black_box(&document), &Limits::default()).unwrap();
        SyncRequest::from_element(&document.root).unwrap()
    });
}

#[divan::bench]
fn expired_to_bytes() -> Vec<u8> {
    let answer = black_box(PingResponse::expired());
    wbxml::encode(&answer.to_element(Version::V14_1), Version::V14_1)
}
