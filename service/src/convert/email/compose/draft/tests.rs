//! Drafts as devices write and change them.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use protocol::airsyncbase::AttachmentMethod;
use protocol::version::Version;

use super::*;
use crate::convert::email::{BodyWish, ItemContext, Limits, Marks, attachment, to_eas};
use protocol::class::email::Email;

fn stamp() -> Stamp {
    Stamp {
        date: 1_740_823_872,
        message_id: "new@x".to_owned(),
    }
}

fn write(content: &DraftContent, before: Option<&[u8]>) -> Drafted {
    let stamp = stamp();
    let draft = Draft {
        content,
        before,
        author: "ann@example.org",
        stamp: &stamp,
    };
    draft.write()
}

fn parts(parts: DraftParts, before: Option<&[u8]>) -> Drafted {
    write(&DraftContent::Parts(Box::new(parts)), before)
}

fn shown(message: &[u8]) -> Email {
    let context = ItemContext {
        server_id: "3:1".to_owned(),
        received: 0,
        marks: Marks {
            draft: true,
            ..Marks::default()
        },
        categories: Vec::new(),
        limits: Limits::default(),
    };
    let wish = BodyWish::nothing_said(Version::V16_1);
    to_eas(message, &wish, &context).unwrap().email
}

fn text(email: &Email) -> &str {
    match &email.body.as_ref().unwrap().data {
        Some(BodyContent::Text(text)) => text.trim_end(),
        other => panic!("no text: {other:?}"),
    }
}

fn file(id: &str, name: &str, content: &[u8]) -> AttachmentAdd {
    AttachmentAdd {
        client_id: id.to_owned(),
        method: AttachmentMethod::Normal,
        content_type: Some("application/pdf".to_owned()),
        content: content.to_vec(),
        display_name: name.to_owned(),
        content_id: None,
        content_location: None,
        is_inline: false,
    }
}

fn new() -> DraftParts {
    DraftParts {
        to: Some("\"Bö; B\" <bo@example.org>; cy@example.com".to_owned()),
        bcc: Some("dee@example.com".to_owned()),
        subject: Some("Grüße\r\nX-Evil: 1".to_owned()),
        importance: Some(Importance::High),
        body: Some(Body::text(BodyType::Plain, "Hällo\r\nthere")),
        ..DraftParts::default()
    }
}

#[test]
fn a_new_draft_says_what_the_device_said() {
    let drafted = parts(new(), None);
    let email = shown(&drafted.message);
    assert_eq!(
        email.to.as_deref(),
        Some("\"Bö; B\" <bo@example.org>,cy@example.com")
    );
    assert_eq!(email.bcc.as_deref(), Some("dee@example.com"));
    assert_eq!(email.from.as_deref(), Some("ann@example.org"));
    assert_eq!(email.subject.as_deref(), Some("Grüße  X-Evil: 1"));
    assert_eq!(email.importance, Some(Importance::High));
    assert_eq!(text(&email), "Hällo\r\nthere");
    let raw = String::from_utf8(drafted.message.to_vec()).unwrap();
    assert!(
        raw.contains("Message-ID: <new@x>\r\n") && raw.is_ascii(),
        "{raw}"
    );
    assert!(!raw.contains("\r\nX-Evil"), "{raw}");
}

#[test]
fn a_change_leaves_what_it_does_not_name() {
    let before = b"X-Directpush-Id: 1\nX-Own: 1\nSubject: old\nTo: bo@example.org\nMessage-ID: <o@x>\nContent-Type: text/html\n\n<p>as  it was</p>\n";
    let change = DraftParts {
        subject: Some("new".to_owned()),
        to: Some(String::new()),
        ..DraftParts::default()
    };
    let raw = parts(change, Some(before)).message;
    let raw = String::from_utf8(raw.to_vec()).unwrap();
    assert!(
        raw.contains("X-Own: 1\r\n") && raw.contains("Message-ID: <o@x>\r\n"),
        "{raw}"
    );
    assert!(
        raw.contains("Subject: new\r\n") && !raw.contains("old"),
        "{raw}"
    );
    assert!(
        !raw.contains("bo@example.org") && !raw.contains("X-Directpush-Id"),
        "{raw}"
    );
    assert!(
        raw.ends_with("Content-Type: text/html\r\n\r\n<p>as  it was</p>\r\n"),
        "{raw}"
    );
}

#[test]
fn attachments_come_stay_and_go() {
    let first = parts(
        DraftParts {
            added: vec![file("a", "a.pdf", b"\0a"), file("b", "bé.pdf", b"\0b")],
            ..new()
        },
        None,
    );
    assert_eq!(
        first.added,
        [
            ("a".to_owned(), "2".to_owned()),
            ("b".to_owned(), "3".to_owned())
        ]
    );
    for (_, part) in &first.added {
        assert!(attachment(&first.message, part).is_some());
    }
    let second = parts(
        DraftParts {
            added: vec![file("c", "c.pdf", b"\0c")],
            removed: vec!["3:1:2".to_owned()],
            ..DraftParts::default()
        },
        Some(&first.message),
    );
    assert!(second.moved);
    let email = shown(&second.message);
    assert_eq!(text(&email), "Hällo\r\nthere");
    let listed: Vec<_> = email
        .attachments
        .listed
        .iter()
        .map(|one| {
            (
                one.display_name.as_deref().unwrap(),
                one.file_reference.as_str(),
            )
        })
        .collect();
    assert_eq!(listed, [("bé.pdf", "3:1:2"), ("c.pdf", "3:1:3")]);
    assert_eq!(second.added, [("c".to_owned(), "3".to_owned())]);
    assert_eq!(attachment(&second.message, "2").unwrap().bytes, b"\0b");
    let third = parts(
        DraftParts {
            body: Some(Body::text(BodyType::Html, "<p>Other</p>")),
            ..DraftParts::default()
        },
        Some(&second.message),
    );
    assert!(!third.moved);
    assert_eq!(shown(&third.message).attachments.listed.len(), 2);
    assert_eq!(attachment(&third.message, "3").unwrap().bytes, b"\0c");
}

#[test]
fn a_message_as_mime_stays_as_it_is() {
    let mime = b"Subject: s\nContent-Type: text/plain\n\nx\n".to_vec();
    let raw = write(&DraftContent::Mime(mime), Some(b"Subject: old\n\nold")).message;
    let raw = String::from_utf8(raw.to_vec()).unwrap();
    assert!(
        raw.ends_with("Subject: s\r\nContent-Type: text/plain\r\n\r\nx\r\n"),
        "{raw}"
    );
    assert!(raw.contains("From: ") && !raw.contains("old"), "{raw}");
}

proptest! {
    #[test]
    fn whatever_is_there_is_changed_as_said(
        before in proptest::collection::vec(any::<u8>(), 0..400),
        subject in "[ -~é]{0,30}",
        content in proptest::collection::vec(any::<u8>(), 0..60),
        to in "\\PC{0,40}",
    ) {
        let change = DraftParts {
            subject: Some(subject.clone()),
            to: Some(to),
            added: vec![file("a", "a.pdf", &content)],
            ..DraftParts::default()
        };
        let drafted = parts(change, Some(&before));
        let email = shown(&drafted.message);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(words(&email.subject.unwrap_or_default()), words(&subject));
        let (_, part) = &drafted.added[0];
        let found = attachment(&drafted.message, part);
        prop_assert!(found.is_some());
        prop_assert_eq!(found.unwrap().bytes, content);
    }
}
