//! The table: what comes of each message.

use std::fmt::Write;
use std::fs;

use directpush::convert::email::{BodyWish, Converted};
use protocol::airsyncbase::{Body, BodyPart, BodyPartPreference, BodyPreference, BodyType};
use protocol::class::email::Email;

use super::{convert, data, golden, messages, whole, wish};

/// What devices get of a message, to be read by people.
fn describe(raw: &[u8]) -> String {
    let rich = convert(
        raw,
        &BodyWish {
            part: Some(BodyPartPreference(BodyPreference::whole(BodyType::Html))),
            ..whole(BodyType::Html)
        },
    );
    let mut text = describe_headers(&rich);
    if let Some(meeting) = &rich.email.meeting_request {
        writeln!(text, "meeting: {meeting:?}").unwrap();
    }
    match &rich.email.body_part {
        Some(BodyPart::Found(part)) if rich.email.body.as_ref() != Some(part) => {
            let part = data(part).replace("\r\n", "\n");
            writeln!(text, "--- new part\n{part}").unwrap();
        }
        Some(BodyPart::Found(_)) | None => {}
        Some(BodyPart::TooLong(_)) => writeln!(text, "--- new part: too long").unwrap(),
    }
    for kind in [BodyType::Plain, BodyType::Html, BodyType::Mime] {
        let body = convert(raw, &whole(kind)).email.body.unwrap();
        writeln!(
            text,
            "--- {kind:?}, {} bytes{}",
            body.estimated_data_size.unwrap(),
            cut(&body)
        )
        .unwrap();
        if body.kind != kind {
            writeln!(text, "(is {:?})", body.kind).unwrap();
        }
        // The expectations are text files: the message's own line ends are looked at elsewhere.
        let data = data(&body).replace("\r\n", "\n");
        text.push_str(&data.chars().take(2_000).collect::<String>());
        text.push('\n');
    }
    let mut short = BodyPreference {
        truncation_size: Some(24),
        preview: Some(40),
        ..BodyPreference::whole(BodyType::Plain)
    };
    for kind in [BodyType::Plain, BodyType::Html] {
        short.kind = kind;
        let body = convert(raw, &wish(&[short])).email.body.unwrap();
        writeln!(
            text,
            "--- {kind:?} of 24 bytes{}: {:?}",
            cut(&body),
            data(&body)
        )
        .unwrap();
        writeln!(text, "--- preview: {:?}", body.preview.unwrap()).unwrap();
    }
    text
}

fn cut(body: &Body) -> &'static str {
    if body.truncated { ", cut" } else { "" }
}

fn describe_headers(converted: &Converted) -> String {
    let Email {
        from,
        sender,
        to,
        cc,
        reply_to,
        display_to,
        subject,
        thread_topic,
        ..
    } = &converted.email;
    let mut text = String::new();
    for (name, value) in [
        ("from", from),
        ("sender", sender),
        ("to", to),
        ("cc", cc),
        ("reply-to", reply_to),
        ("display-to", display_to),
        ("subject", subject),
        ("topic", thread_topic),
        ("class", &converted.email.message_class),
    ] {
        if let Some(value) = value {
            writeln!(text, "{name}: {value}").unwrap();
        }
    }
    writeln!(
        text,
        "importance: {:?}",
        converted.email.importance.unwrap()
    )
    .unwrap();
    writeln!(
        text,
        "native: {:?}",
        converted.email.native_body_type.unwrap()
    )
    .unwrap();
    if let Some(reason) = converted.reduced {
        writeln!(text, "reduced: {reason:?}").unwrap();
    }
    for entry in &converted.email.attachments.listed {
        let name = entry.display_name.as_deref().unwrap();
        let size = entry.estimated_data_size.unwrap();
        let inline = if entry.is_inline { " inline" } else { "" };
        let id = entry.content_id.as_deref().unwrap_or("-");
        writeln!(
            text,
            "attachment: {} {:?} {name:?} {size} {id}{inline}",
            entry.file_reference, entry.method
        )
        .unwrap();
    }
    text
}

#[test]
fn messages_become_what_is_expected() {
    let mut wrong = Vec::new();
    let messages = messages();
    assert!(messages.len() >= 40);
    for (name, raw) in messages {
        let described = describe(&raw);
        let expected = fs::read_to_string(golden().join(format!("{name}.txt"))).unwrap_or_default();
        if described != expected {
            let actual = std::env::temp_dir().join(format!("directpush-{name}.txt"));
            fs::write(&actual, described).unwrap();
            wrong.push(actual);
        }
    }
    assert!(
        wrong.is_empty(),
        "compare with {}: {wrong:#?}",
        golden().display()
    );
}
