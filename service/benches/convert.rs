//! Mail to the item that a phone gets: time and allocations.
//!
//!     cargo bench -p directpush --bench convert

#![allow(clippy::unwrap_used, reason = "it fails by panicking")]

use directpush::convert::email::{BodyWish, Converted, ItemContext, Limits, Marks, to_eas};
use divan::{AllocProfiler, Bencher, black_box};
use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::version::Version;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// What most mail is like: text and HTML, and something attached.
fn mail() -> String {
    let text = "Some text that a person may have written on a long day, with a few words more.\n";
    let markup = "<p>Some text that a person may have <b>written</b> on a long day.</p>\n";
    let attached = "U29tZSBieXRlcyB0aGF0IHN0YW5kIGZvciBhIHBpY3R1cmUsIGFuZCBtb3JlIG9mIHRoZW0u\n";
    format!(
        "From: Bo Berg <bo@example.org>\nTo: Anna Arendt <anna@example.org>, Cem <cem@example.org>\n\
         Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from the lake\nDate: Sat, 1 Mar 2025 11:05:00 +0100\n\
         Message-ID: <a@example.org>\nReferences: <b@example.org> <c@example.org>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=outer\n\n\
         --outer\nContent-Type: multipart/alternative; boundary=inner\n\n\
         --inner\nContent-Type: text/plain; charset=utf-8\n\n{}\
         --inner\nContent-Type: text/html; charset=utf-8\n\n<html><body>{}</body></html>\n--inner--\n\
         --outer\nContent-Type: image/jpeg; name=lake.jpg\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=lake.jpg\n\n{}--outer--\n",
        text.repeat(40),
        markup.repeat(80),
        attached.repeat(400),
    )
}

fn convert(bencher: Bencher<'_, '_>, kind: BodyType) {
    let raw = mail();
    let wish = BodyWish {
        preferences: vec![BodyPreference {
            truncation_size: Some(32_768),
            ..BodyPreference::whole(kind)
        }],
        ..BodyWish::nothing_said(Version::V14_1)
    };
    let context = ItemContext {
        server_id: "3:17".to_owned(),
        received: 1_740_823_900,
        marks: Marks::default(),
        categories: Vec::new(),
        limits: Limits::default(),
    };
    bencher.bench(|| -> Converted { to_eas(black_box(raw.as_bytes()), &wish, &context).unwrap() });
}

#[divan::bench]
fn to_html(bencher: Bencher<'_, '_>) {
    convert(bencher, BodyType::Html);
}

#[divan::bench]
fn to_text(bencher: Bencher<'_, '_>) {
    convert(bencher, BodyType::Plain);
}
