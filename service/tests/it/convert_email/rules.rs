//! Which body a device gets, and how much of it.

use std::fs;
use std::time::{Duration, Instant};

use directpush::convert::email::{
    BodyWish, ItemContext, Limits, Marks, MimeSupport, Reason, to_eas,
};
use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::codepages::{airsyncbase, email2};
use protocol::version::Version;

use super::{context, convert, data, golden, whole, wish};

#[test]
fn the_kind_of_body_is_chosen_by_the_wish() {
    use BodyType::{Html, Mime, Plain, Rtf};
    use MimeSupport::{Always, Never, SmimeOnly};
    let plain = fs::read(golden().join("01-plain.eml")).unwrap();
    let rich = fs::read(golden().join("22-alternative.eml")).unwrap();
    let signed = fs::read(golden().join("40-smime-signed.eml")).unwrap();
    for (raw, kinds, mime_support, chosen) in [
        (&plain, &[][..], Never, Plain),
        (&plain, &[Plain, Html], Never, Plain),
        (&plain, &[Html], Never, Html),
        (&rich, &[Plain, Html], Never, Html),
        (&rich, &[Plain], Never, Plain),
        (&rich, &[Rtf], Never, Plain),
        (&rich, &[Rtf, Html], Never, Html),
        (&rich, &[Html, Mime], Never, Html),
        (&rich, &[Html, Mime], SmimeOnly, Html),
        (&rich, &[Html, Mime], Always, Mime),
        (&rich, &[Html], Always, Html),
        (&rich, &[Mime], Never, Plain),
        (&signed, &[Html, Mime], SmimeOnly, Mime),
        (&signed, &[Html, Plain], SmimeOnly, Plain),
    ] {
        let preferences: Vec<_> = kinds
            .iter()
            .map(|kind| BodyPreference::whole(*kind))
            .collect();
        let body = convert(
            raw,
            &BodyWish {
                mime_support,
                ..wish(&preferences)
            },
        )
        .email
        .body
        .unwrap();
        assert_eq!(body.kind, chosen, "{kinds:?} {mime_support:?}");
    }
}

#[test]
fn all_or_none_takes_the_next_kind() {
    let raw = fs::read(golden().join("22-alternative.eml")).unwrap();
    let preference = |kind, most| BodyPreference {
        truncation_size: Some(most),
        all_or_none: true,
        ..BodyPreference::whole(kind)
    };
    let html = preference(BodyType::Html, 5);
    let body = convert(&raw, &wish(&[html, preference(BodyType::Plain, 500)]))
        .email
        .body
        .unwrap();
    assert_eq!(
        (body.kind, body.truncated, data(&body)),
        (BodyType::Plain, false, "plain form\r\n")
    );
    let body = convert(&raw, &wish(&[html, preference(BodyType::Plain, 5)]))
        .email
        .body
        .unwrap();
    assert_eq!(
        (body.kind, body.truncated, body.data),
        (BodyType::Html, true, None)
    );
}

#[test]
fn no_data_and_no_limit() {
    let raw = fs::read(golden().join("72-long-text.eml")).unwrap();
    let size = 48 * 1_200 + 1_200;
    let mut preference = BodyPreference {
        truncation_size: Some(0),
        ..BodyPreference::whole(BodyType::Plain)
    };
    let body = convert(&raw, &wish(&[preference])).email.body.unwrap();
    assert_eq!(
        (body.data, body.truncated, body.estimated_data_size),
        (None, true, Some(size))
    );
    preference.truncation_size = None;
    let body = convert(&raw, &wish(&[preference])).email.body.unwrap();
    assert_eq!((data(&body).len(), body.truncated), (size as usize, false));
    let body = convert(&raw, &wish(&[])).email.body.unwrap();
    assert_eq!(
        (data(&body).len(), body.truncated, body.estimated_data_size),
        (32 << 10, true, Some(size))
    );
}

#[test]
fn mime_truncation_counts_where_no_size_is_given() {
    let raw = fs::read(golden().join("72-long-text.eml")).unwrap();
    for (code, length) in [
        (None, None),
        (Some(8), None),
        (Some(1), Some(4_096)),
        (Some(3), Some(7_168)),
    ] {
        let wish = BodyWish {
            mime_truncation: code,
            ..whole(BodyType::Mime)
        };
        let body = convert(&raw, &wish).email.body.unwrap();
        assert_eq!(
            body.truncated.then(|| data(&body).len()),
            length,
            "{code:?}"
        );
    }
    let wish = BodyWish {
        mime_truncation: Some(0),
        ..whole(BodyType::Mime)
    };
    assert_eq!(convert(&raw, &wish).email.body.unwrap().data, None);
}

#[test]
fn previews_begin_with_14_0() {
    let raw = fs::read(golden().join("01-plain.eml")).unwrap();
    let preference = BodyPreference {
        preview: Some(9),
        ..BodyPreference::whole(BodyType::Html)
    };
    for (version, preview) in [(Version::V12_1, None), (Version::V14_0, Some("Hello Bob"))] {
        let wish = BodyWish {
            version,
            ..wish(&[preference])
        };
        assert_eq!(
            convert(&raw, &wish).email.body.unwrap().preview.as_deref(),
            preview
        );
    }
}

#[test]
fn what_is_too_long_has_its_headers() {
    let raw = fs::read(golden().join("72-long-text.eml")).unwrap();
    let limits = Limits {
        message: 10_000,
        ..Limits::default()
    };
    let converted = to_eas(
        &raw,
        &whole(BodyType::Html),
        &ItemContext {
            limits,
            ..context()
        },
    )
    .unwrap();
    assert_eq!(converted.reduced, Some(Reason::TooLong));
    assert_eq!(converted.email.subject.as_deref(), Some("Long"));
    assert!(data(converted.email.body.as_ref().unwrap()).contains("too long"));
    let limits = Limits {
        text: 1_000,
        body: 500,
        ..Limits::default()
    };
    let converted = to_eas(
        &raw,
        &whole(BodyType::Html),
        &ItemContext {
            limits,
            ..context()
        },
    )
    .unwrap();
    let body = converted.email.body.unwrap();
    assert_eq!(
        (body.truncated, body.estimated_data_size),
        (true, Some(500))
    );
}

#[test]
fn drafts_say_so_from_16_0() {
    let raw = b"Bcc: hidden@example.org\nSubject: x\n\ny";
    let marks = Marks {
        draft: true,
        ..Marks::default()
    };
    let draft = to_eas(
        raw,
        &whole(BodyType::Plain),
        &ItemContext { marks, ..context() },
    )
    .unwrap()
    .email;
    assert_eq!(
        (draft.is_draft, draft.bcc.as_deref()),
        (Some(true), Some("hidden@example.org"))
    );
    assert_eq!(convert(raw, &whole(BodyType::Plain)).email.bcc, None);
    assert!(draft.to_data(Version::V14_1).child(email2::BCC).is_none());
    assert!(
        draft
            .to_data(Version::V16_1)
            .child(email2::IS_DRAFT)
            .is_some()
    );
    assert!(
        draft
            .to_data(Version::V14_1)
            .child(airsyncbase::BODY)
            .is_some()
    );
}

#[test]
fn hostile_messages_cost_time_in_proportion() {
    let html = "Content-Type: text/html\n\n";
    let wish = BodyWish {
        preferences: vec![BodyPreference {
            preview: Some(255),
            ..BodyPreference::whole(BodyType::Html)
        }],
        ..whole(BodyType::Html)
    };
    for (name, raw) in [
        ("nested", html.to_owned() + &"<div>".repeat(100_000)),
        (
            "meta",
            html.to_owned() + &"<meta charset=x>".repeat(100_000),
        ),
        ("cid", html.to_owned() + &"cid:".repeat(400_000)),
        (
            "words",
            "Subject: ".to_owned() + &"=?utf-8?q?a?= ".repeat(100_000),
        ),
        ("halves", "Subject: ".to_owned() + &"=?a?q?".repeat(300_000)),
        ("fields", "a: b\n".repeat(300_000)),
        ("folds", "To: a".to_owned() + &"\n ".repeat(300_000)),
        ("comments", "To: ".to_owned() + &"(".repeat(1_000_000)),
        ("brackets", "To: ".to_owned() + &"<\"".repeat(500_000)),
        ("groups", "To: ".to_owned() + &"a:".repeat(500_000)),
        (
            "parameters",
            "Content-Type: a/b".to_owned() + &"; a*0*=''%".repeat(100_000),
        ),
        (
            "references",
            "References: ".to_owned() + &"<a@b>".repeat(200_000),
        ),
        ("lines", "\n-\n--\n".repeat(200_000)),
        (
            "multiparts",
            "Content-Type: multipart/mixed; boundary=a\n\n--a\n".repeat(30_000),
        ),
        (
            "parts",
            "Content-Type: multipart/mixed; boundary=a\n\n".to_owned()
                + &"--a\nContent-ID: <c>\n\n\n".repeat(50_000),
        ),
        (
            "messages",
            "Content-Type: message/rfc822\n\n".repeat(50_000) + "\u{1}",
        ),
    ] {
        let begun = Instant::now();
        for wish in [&wish, &whole(BodyType::Plain), &whole(BodyType::Mime)] {
            convert(raw.as_bytes(), wish);
        }
        // Well below a second each, unoptimised; anything quadratic takes minutes.
        assert!(begun.elapsed() < Duration::from_secs(30), "{name}");
    }
}
