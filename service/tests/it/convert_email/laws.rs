//! What holds of every item, whatever it was made from.

use directpush::convert::email::{BodyWish, MimeSupport, attachment, split_file_reference};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use protocol::airsyncbase::{Body, BodyContent, BodyPartPreference, BodyPreference, BodyType};
use protocol::class::email::Email;
use protocol::codepages::airsync;
use protocol::version::Version;
use protocol::wbxml;

use super::{convert, messages};

/// What must hold of every item, whatever it was made from.
fn check(raw: &[u8], wish: &BodyWish) {
    let converted = convert(raw, wish);
    let body = converted.email.body.as_ref().unwrap();
    let size = usize::try_from(body.estimated_data_size.unwrap()).unwrap();
    if let Some(BodyContent::Text(text)) = &body.data {
        assert!(text.len() <= size);
        assert_eq!(text.len() < size, body.truncated);
        assert!(!text.contains(|char: char| char < ' ' && !"\t\r\n".contains(char)));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
        let preference = wish
            .preferences
            .iter()
            .find(|preference| preference.kind == body.kind);
        if let Some(most) = preference.and_then(|preference| preference.truncation_size) {
            assert!(text.len() <= usize::try_from(most).unwrap());
        }
    }
    for entry in &converted.email.attachments.listed {
        assert!(entry.file_reference.len() < 128);
        let (server_id, part) = split_file_reference(&entry.file_reference).unwrap();
        assert_eq!(server_id, "3:17");
        let found = attachment(raw, part).unwrap();
        assert_eq!(
            u32::try_from(found.bytes.len()).ok(),
            entry.estimated_data_size
        );
    }
    // Nothing is lost on the wire, so sizes are true.
    let data = converted.email.to_data(wish.version);
    let sync = protocol::element::Element::new(airsync::SYNC).with(data);
    let decoded = wbxml::decode(
        &wbxml::encode(&sync, wish.version),
        &wbxml::Limits::default(),
    )
    .unwrap();
    let received =
        Email::from_data(decoded.root.child(airsync::APPLICATION_DATA).unwrap()).unwrap();
    let without_empty = |body: &Body| {
        body.data
            .clone()
            .filter(|data| *data != BodyContent::Text(String::new()))
    };
    assert_eq!(without_empty(&received.body.unwrap()), without_empty(body));
    assert_eq!(received.subject, converted.email.subject);
    assert_eq!(received.attachments, converted.email.attachments);
}

fn wishes() -> impl Strategy<Value = BodyWish> {
    let kind = select(vec![
        BodyType::Plain,
        BodyType::Html,
        BodyType::Rtf,
        BodyType::Mime,
    ]);
    let preference = (
        kind,
        proptest::option::of(0_u32..300),
        any::<bool>(),
        proptest::option::of(any::<u8>()),
    )
        .prop_map(
            |(kind, truncation_size, all_or_none, preview)| BodyPreference {
                kind,
                truncation_size,
                all_or_none,
                preview,
            },
        );
    let version = select(vec![Version::V12_1, Version::V14_1, Version::V16_1]);
    (
        vec(preference.clone(), 0..4),
        proptest::option::of(preference),
        0_u8..3,
        proptest::option::of(0_u8..9),
        version,
    )
        .prop_map(
            |(preferences, part, support, mime_truncation, version)| BodyWish {
                preferences,
                mime_support: MimeSupport::from_code(support),
                mime_truncation,
                part: part.map(BodyPartPreference),
                version,
            },
        )
}

proptest! {
    #[test]
    fn any_bytes_make_an_item(raw in vec(any::<u8>(), 0..600), wish in wishes()) {
        check(&raw, &wish);
    }

    #[test]
    fn damaged_messages_make_an_item(
        (_, mut raw) in select(messages()),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
        end in any::<proptest::sample::Index>(),
        cut in any::<bool>(),
        wish in wishes(),
    ) {
        for (at, byte) in damage {
            if !raw.is_empty() {
                let at = at.index(raw.len());
                raw[at] = byte;
            }
        }
        if cut && !raw.is_empty() {
            raw.truncate(end.index(raw.len()));
        }
        check(&raw, &wish);
    }

    #[test]
    fn any_structure_makes_an_item(lines in vec(select(LINES.to_vec()), 0..60), wish in wishes()) {
        check(lines.join("\n").as_bytes(), &wish);
    }

    #[test]
    fn any_reference_is_survived(reference in "[0-9.:]{0,12}", (_, raw) in select(messages())) {
        if let Some((_, part)) = split_file_reference(&reference) {
            let _ = attachment(&raw, part);
        }
        prop_assert!(attachment(&raw, "x").is_none());
        prop_assert_eq!(split_file_reference(""), None);
    }
}

/// What messages are made of.
const LINES: [&str; 22] = [
    "",
    "",
    "",
    "text",
    "--a",
    "--b",
    "--a--",
    "--b--",
    "<p>html <img src=cid:c>",
    "Content-Type: multipart/mixed; boundary=a",
    "Content-Type: multipart/alternative; boundary=b",
    "Content-Type: multipart/related; boundary=a",
    "Content-Type: text/html; charset=utf-16",
    "Content-Type: text/plain; format=flowed",
    "Content-Type: text/calendar; method=REPLY",
    "Content-Type: message/rfc822",
    "Content-Type: image/png; name=x",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-ID: <c>",
    "Content-Disposition: attachment; filename=\"=?utf-8?Q?=C3?=\"",
    "Subject: =?utf-8?B?w7w?= =?utf-8?Q?=C3=BC?=",
];
