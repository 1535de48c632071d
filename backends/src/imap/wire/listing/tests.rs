//! Mailboxes as real servers list them.

use crate::imap::wire::response::tests::{boxed, untagged};
use crate::imap::wire::{Listed, MailboxName, MailboxStatus, Namespace, Namespaces, Untagged};

#[test]
fn mailboxes() {
    let plain = |name: &str, delimiter, attributes: &[&str]| Listed {
        name: MailboxName::new(name),
        delimiter,
        attributes: boxed(attributes),
        old_name: None,
        child_info: Vec::new(),
    };
    for (text, listed) in [
        (
            "* LIST (\\HasNoChildren \\Sent) \"/\" \"[Gmail]/Sent Mail\"",
            plain(
                "[Gmail]/Sent Mail",
                Some('/'),
                &["\\HasNoChildren", "\\Sent"],
            ),
        ),
        ("* LIST () NIL INBOX", plain("INBOX", None, &[])),
        (
            "* LIST (\\Noinferiors) \".\" inbox",
            plain("INBOX", Some('.'), &["\\Noinferiors"]),
        ),
        (
            "* LIST  ( \\Marked  ) \"\\\\\" {5}\r\na\"b\\c",
            plain("a\"b\\c", Some('\\'), &["\\Marked"]),
        ),
        ("* LIST () \"/\" NIL", plain("NIL", Some('/'), &[])),
        (
            "* LIST () \"/\" Entw&APw-rfe",
            plain("Entwürfe", Some('/'), &[]),
        ),
        // Exchange does not escape.
        (
            "* LIST (\\HasNoChildren) \"/\" \"Foo\\\"",
            plain("Foo\\", Some('/'), &["\\HasNoChildren"]),
        ),
        (
            "* LIST (\\Subscribed) \"/\" New (\"OLDNAME\" (Old))",
            Listed {
                old_name: Some(MailboxName::new("Old")),
                ..plain("New", Some('/'), &["\\Subscribed"])
            },
        ),
        (
            "* LIST () \"/\" Foo (CHILDINFO (\"SUBSCRIBED\") X-OTHER (a (b)))",
            Listed {
                child_info: boxed(&["SUBSCRIBED"]),
                ..plain("Foo", Some('/'), &[])
            },
        ),
    ] {
        assert_eq!(untagged(text), Untagged::List(Box::new(listed)), "{text}");
    }
    assert!(matches!(untagged("* LSUB () \".\" a.b"), Untagged::Lsub(_)));
    let namespaces = untagged(
        "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"#shared/\" \"/\" \"X-P\" (\"a\"))(\"\" NIL))",
    );
    let place = |prefix: &str, delimiter| Namespace {
        prefix: prefix.into(),
        delimiter,
    };
    let expected = Namespaces {
        personal: vec![place("INBOX.", Some('.'))],
        others: Vec::new(),
        shared: vec![place("#shared/", Some('/')), place("", None)],
    };
    assert_eq!(namespaces, Untagged::Namespace(Box::new(expected)));
}

#[test]
fn how_mailboxes_stand() {
    let blank = MailboxStatus {
        name: MailboxName::new("Foo"),
        messages: None,
        uid_next: None,
        uid_validity: None,
        unseen: None,
        highest_mod_seq: None,
        size: None,
        mailbox_id: None,
    };
    for (text, status) in [
        (
            "* STATUS Foo (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 7 UNSEEN 0 HIGHESTMODSEQ 9 SIZE 5000000000)",
            MailboxStatus {
                messages: Some(231),
                uid_next: Some(44292),
                uid_validity: Some(7),
                unseen: Some(0),
                highest_mod_seq: Some(9),
                size: Some(5_000_000_000),
                ..blank.clone()
            },
        ),
        (
            "* STATUS \"Foo\" (MAILBOXID (abc))",
            MailboxStatus {
                mailbox_id: Some("abc".into()),
                ..blank.clone()
            },
        ),
        (
            "* STATUS Foo (X-GUID f6b3 MESSAGES 1)",
            MailboxStatus {
                mailbox_id: Some("f6b3".into()),
                messages: Some(1),
                ..blank.clone()
            },
        ),
        (
            "* STATUS Foo (MESSAGES 1 X-NEW (1 2) UIDNEXT 3) ",
            MailboxStatus {
                messages: Some(1),
                uid_next: Some(3),
                ..blank.clone()
            },
        ),
        ("* STATUS Foo ()", blank.clone()),
    ] {
        assert_eq!(untagged(text), Untagged::Status(Box::new(status)), "{text}");
    }
}
