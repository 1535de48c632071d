//! Messages as real servers describe them.

use crate::imap::wire::response::tests::untagged;
use crate::imap::wire::{Content, Disposition, Fetch, Part, PartKind, Section, Untagged};

fn fetch(items: &str) -> Fetch {
    match untagged(&format!("* 12 FETCH ({items})")) {
        Untagged::Fetch(fetch) => *fetch,
        other => panic!("{items}: {other:?}"),
    }
}

#[test]
fn what_is_said_of_a_message() {
    let blank = || Fetch {
        number: 12,
        ..Fetch::default()
    };
    for (items, expected) in [
        (
            "UID 7 FLAGS (\\Seen $Label1) MODSEQ (12121231000) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286",
            Fetch {
                uid: Some(7),
                flags: Some(vec!["\\Seen".into(), "$Label1".into()]),
                mod_seq: Some(12_121_231_000),
                internal_date: Some(837_596_665),
                size: Some(4286),
                ..blank()
            },
        ),
        (
            "  uid 7  flags  ( )",
            Fetch {
                uid: Some(7),
                flags: Some(Vec::new()),
                ..blank()
            },
        ),
        (
            "MODSEQ 5",
            Fetch {
                mod_seq: Some(5),
                ..blank()
            },
        ),
        (
            "EMAILID (M6d99ac) THREADID (T64b4)",
            Fetch {
                email_id: Some("M6d99ac".into()),
                thread_id: Some("T64b4".into()),
                ..blank()
            },
        ),
        (
            "THREADID NIL PREVIEW \"Hi \\\"x\\\"\"",
            Fetch {
                preview: Some("Hi \"x\"".into()),
                ..blank()
            },
        ),
        ("PREVIEW NIL SAVEDATE NIL", blank()),
        (
            "UID 0 RFC822.SIZE x MODSEQ (1 2) FLAGS 5 INTERNALDATE \"\" UID 8",
            Fetch {
                uid: Some(8),
                malformed: 5,
                ..blank()
            },
        ),
    ] {
        assert_eq!(fetch(items), expected, "{items}");
    }
}

#[test]
fn texts_of_a_message() {
    let held = |name: &str, origin, text: &str| Section {
        name: name.into(),
        origin,
        content: Content::Held(text.to_owned().into()),
    };
    for (items, expected) in [
        (
            "BODY[] {12}\r\n) a1 OK {5}\r",
            held("BODY[]", None, ") a1 OK {5}\r"),
        ),
        ("BODY[1.2.MIME] \"x\"", held("BODY[1.2.MIME]", None, "x")),
        (
            "BODY[TEXT]<0> {3}\r\nabc",
            held("BODY[TEXT]", Some(0), "abc"),
        ),
        (
            "BODY[HEADER.FIELDS (SUBJECT \"X]Y\")] {2}\r\n\r\n",
            held("BODY[HEADER.FIELDS (SUBJECT \"X]Y\")]", None, "\r\n"),
        ),
        ("BODY[]{3}\r\nabc", held("BODY[]", None, "abc")),
        (
            "BINARY[2] ~{4}\r\na\0b\n",
            held("BINARY[2]", None, "a\0b\n"),
        ),
        ("BINARY.SIZE[2] 44", held("BINARY.SIZE[2]", None, "44")),
        (
            "RFC822.HEADER {2}\r\n\r\n",
            held("RFC822.HEADER", None, "\r\n"),
        ),
        ("body[1] {0}\r\n", held("BODY[1]", None, "")),
        (
            "BODY[9] NIL",
            Section {
                name: "BODY[9]".into(),
                origin: None,
                content: Content::Nil,
            },
        ),
    ] {
        let read = fetch(&format!("UID 5 {items} FLAGS ()"));
        assert_eq!(read.sections, [expected], "{items}");
        assert_eq!(
            (read.uid, read.flags, read.malformed),
            (Some(5), Some(Vec::new()), 0)
        );
    }
}

fn leaf(media: &str, subtype: &str, size: u64) -> Part {
    Part {
        subtype: subtype.into(),
        parameters: Vec::new(),
        disposition: None,
        kind: PartKind::Leaf {
            media: media.into(),
            id: None,
            description: None,
            encoding: "7bit".into(),
            size,
            message: None,
        },
    }
}

fn structure(text: &str) -> Option<Part> {
    fetch(&format!("BODYSTRUCTURE {text}")).structure
}

#[test]
fn parts_of_a_message() {
    let pair = |name: &str, value: &str| (name.into(), value.into());
    let plain =
        "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"7BIT\" 28 1 NIL NIL NIL NIL)";
    let text = Part {
        parameters: vec![pair("charset", "utf-8")],
        ..leaf("text", "plain", 28)
    };
    assert_eq!(structure(plain), Some(text.clone()));
    let attached = "(\"application\" \"pdf\" (\"name\" {7}\r\na\"b.pdf) \"<id>\" \"what\" \"BASE64\" 100 NIL (\"ATTACHMENT\" (\"filename\" \"a\")) NIL)";
    let pdf = structure(attached).unwrap();
    assert_eq!(pdf.parameter("name"), Some("a\"b.pdf"));
    let disposition = pdf.disposition.as_ref().unwrap();
    assert_eq!(
        (&*disposition.kind, disposition.parameter("filename")),
        ("attachment", Some("a"))
    );
    let PartKind::Leaf {
        id,
        description,
        encoding,
        ..
    } = &pdf.kind
    else {
        panic!()
    };
    assert_eq!(
        (id.as_deref(), description.as_deref(), &**encoding),
        (Some("<id>"), Some("what"), "base64")
    );
    // Gmail leaves out the space between parts.
    let mixed = structure(&format!(
        "({plain}{attached} \"MIXED\" (\"BOUNDARY\" \"b\") (\"inline\" NIL) NIL)"
    ));
    assert_eq!(
        mixed,
        Some(Part {
            subtype: "mixed".into(),
            parameters: vec![pair("boundary", "b")],
            disposition: Some(Disposition {
                kind: "inline".into(),
                parameters: Vec::new()
            }),
            kind: PartKind::Multipart(vec![text.clone(), pdf]),
        })
    );
    let envelope = "(NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL)";
    let message = structure(&format!(
        "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 300 {envelope} {plain} 20 NIL (\"attachment\" NIL))"
    ));
    let message = message.unwrap();
    assert!(message.disposition.is_some());
    let PartKind::Leaf {
        message: Some(inner),
        ..
    } = message.kind
    else {
        panic!()
    };
    assert_eq!(*inner, text);
}

#[test]
fn parts_as_servers_get_them_wrong() {
    for (text, expected) in [
        // Without the fields that only BODYSTRUCTURE has, or none at all.
        (
            "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1)",
            Some(leaf("text", "plain", 5)),
        ),
        (
            "(\"TEXT\" \"PLAIN\" () NIL NIL NIL NIL NIL)",
            Some(leaf("text", "plain", 0)),
        ),
        // Exchange describes what it cannot read like that.
        (
            "(NIL NIL NIL NIL NIL \"7BIT\" 0 NIL NIL NIL)",
            Some(leaf("application", "octet-stream", 0)),
        ),
        // A message in a message without its envelope.
        (
            "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 NIL NIL NIL)",
            Some(leaf("message", "rfc822", 9)),
        ),
        (
            "(NIL \"mixed\" NIL NIL NIL)",
            Some(Part {
                kind: PartKind::Multipart(Vec::new()),
                ..leaf("", "mixed", 0)
            }),
        ),
        ("(\"text\" \"plain\")", None),
        ("NIL", None),
        ("()", None),
    ] {
        assert_eq!(structure(text), expected, "{text}");
    }
    assert_eq!(fetch("UID 5 BODYSTRUCTURE NIL").malformed, 1);
}
