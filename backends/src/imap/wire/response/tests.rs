//! Responses as real servers write them.

use crate::imap::wire::{
    Code, Condition, Decoder, Fetch, Limits, Malformed, Response, Status, Step, UidSet, Untagged,
    interpret,
};

/// Cuts and reads one response.
pub(in crate::imap::wire) fn read(text: &str) -> Result<Response, Malformed> {
    let limits = Limits::default();
    let mut decoder = Decoder::new(limits);
    decoder.feed(text.as_bytes());
    decoder.feed(b"\r\n");
    let Ok(Some(Step::Response(frame))) = decoder.step() else {
        panic!("{text} is no whole response")
    };
    assert!(decoder.is_empty(), "{text}");
    interpret(&frame, &limits, false)
}

pub(in crate::imap::wire) fn untagged(text: &str) -> Untagged {
    match read(text) {
        Ok(Response::Untagged(untagged)) => untagged,
        other => panic!("{text}: {other:?}"),
    }
}

pub(in crate::imap::wire) fn boxed(words: &[&str]) -> Vec<Box<str>> {
    words.iter().map(|word| (*word).into()).collect()
}

fn set(text: &str) -> UidSet {
    UidSet::parse(text.as_bytes()).unwrap()
}

#[test]
fn ends_of_commands() {
    for (text, status, words) in [
        ("a1 OK done", Status::Ok, "done"),
        ("a1 ok", Status::Ok, ""),
        (
            "a1 BAD Command Argument Error. 11",
            Status::Bad,
            "Command Argument Error. 11",
        ),
        (
            "a1 NO [LIMIT] x [host:18:00:00]",
            Status::No,
            "x [host:18:00:00]",
        ),
        (
            "a1 NO [TRYCREATE] No such mailbox {17}",
            Status::No,
            "No such mailbox {17}",
        ),
        ("a1 NO [ALERT text", Status::No, "[ALERT text"),
        ("a1 NO a\tb\u{7f}", Status::No, "a b "),
    ] {
        let Ok(Response::Tagged {
            tag,
            status: read_status,
            text: read_text,
            ..
        }) = read(text)
        else {
            panic!("{text}")
        };
        let read = (&*tag, read_status, read_text.as_str());
        assert_eq!(read, ("a1", status, words), "{text}");
    }
}

#[test]
fn conditions() {
    for (text, expected) in [
        ("* OK Dovecot ready.", Condition::Ok),
        ("* NO [ALERT] Mailbox is at 98% of quota", Condition::No),
        ("* BAD Disconnected for too many errors", Condition::Bad),
        ("* PREAUTH ready", Condition::Preauth),
        ("* bye", Condition::Bye),
    ] {
        match untagged(text) {
            Untagged::Condition { condition, .. } => assert_eq!(condition, expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn codes() {
    let other = |name: &str| Code::Other(name.into());
    let identity = "F2212ea87-6097-4256-9d51-71338625";
    let copied = Code::CopyUid {
        validity: 38505,
        source: set("304,319:320"),
        target: set("3956:3958"),
    };
    let appended = Code::AppendUid {
        validity: 38505,
        uids: set("3955"),
    };
    let flags = boxed(&["\\Answered", "foo]", "$MDNSent", "\\*"]);
    let extensions = boxed(&["IMAP4rev1", "SASL-IR", "AUTH=PLAIN"]);
    for (text, expected) in [
        ("ALERT", Code::Alert),
        ("authenticationfailed", Code::AuthenticationFailed),
        ("OVERQUOTA", Code::OverQuota),
        ("READ-WRITE", Code::ReadWrite),
        ("CLOSED", Code::Closed),
        ("NOMODSEQ", Code::NoModSeq),
        ("NOTIFICATIONOVERFLOW", Code::NotificationOverflow),
        (
            "CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN",
            Code::Capability(extensions),
        ),
        ("APPENDUID 38505 3955", appended),
        ("COPYUID 38505 304,319:320 3956:3958", copied),
        ("COPYUID 1 2", other("COPYUID")),
        ("MODIFIED 7,9", Code::Modified(set("7,9"))),
        (
            "MAILBOXID (F2212ea87-6097-4256-9d51-71338625)",
            Code::MailboxId(identity.into()),
        ),
        (
            "PERMANENTFLAGS (\\Answered foo] $MDNSent \\*)",
            Code::PermanentFlags(flags),
        ),
        ("PERMANENTFLAGS ()", Code::PermanentFlags(Vec::new())),
        ("UIDVALIDITY 4294967295", Code::UidValidity(u32::MAX)),
        ("UIDVALIDITY 0x1", other("UIDVALIDITY")),
        ("UIDNEXT 4392", Code::UidNext(4392)),
        (
            "HIGHESTMODSEQ 18446744073709551615",
            Code::HighestModSeq(u64::MAX),
        ),
        ("X-NEW \"a]b\" (c] d)", other("X-NEW")),
        ("X\u{7f}ü=1", other("X???=1")),
        ("", other("")),
    ] {
        match untagged(&format!("* OK [{text}] said] {{5}}")) {
            Untagged::Condition {
                code, text: said, ..
            } => {
                assert_eq!(code, Some(expected.clone()), "{text}");
                assert_eq!(said.as_str(), "said] {5}", "{text}");
                let name = text.split(' ').next().unwrap().to_uppercase();
                assert!(
                    name == expected.name() || expected.name().contains('?'),
                    "{text}"
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn all_the_rest() {
    for (text, expected) in [
        ("* 172 EXISTS", Untagged::Exists(172)),
        ("* 0 recent", Untagged::Recent(0)),
        ("* 44 EXPUNGE", Untagged::Expunge(44)),
        (
            "* FLAGS (\\Seen Junk $Forwarded)",
            Untagged::Flags(boxed(&["\\Seen", "Junk", "$Forwarded"])),
        ),
        (
            "* VANISHED 405,407,410:420",
            Untagged::Vanished {
                earlier: false,
                uids: set("405,407,410:420"),
            },
        ),
        (
            "* VANISHED (EARLIER) 300:310",
            Untagged::Vanished {
                earlier: true,
                uids: set("300:310"),
            },
        ),
        (
            "* CAPABILITY IMAP4rev1 X-NEW=3",
            Untagged::Capability(boxed(&["IMAP4rev1", "X-NEW=3"])),
        ),
        (
            "* ENABLED CONDSTORE QRESYNC",
            Untagged::Enabled(boxed(&["CONDSTORE", "QRESYNC"])),
        ),
        ("* ENABLED", Untagged::Enabled(Vec::new())),
        ("* ID NIL", Untagged::Id(Vec::new())),
        (
            "* ID (\"name\" \"Cyrus IMAPD\" \"version\" NIL)",
            Untagged::Id(vec![
                ("name".into(), Some("Cyrus IMAPD".into())),
                ("version".into(), None),
            ]),
        ),
    ] {
        assert_eq!(untagged(text), expected, "{text}");
    }
    for (text, said) in [
        ("+ idling", "idling"),
        ("+", ""),
        ("+idling {5}", "idling {5}"),
        ("+ UGFzc3dvcmQ6", "UGFzc3dvcmQ6"),
    ] {
        assert_eq!(read(text), Ok(Response::Continue(said.into())), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_passed_over() {
    for text in [
        "*",
        "* ",
        "* X-UNKNOWN 5 (a)",
        "* 5",
        "* 5 X-NEW",
        "* LIST",
        "* LIST (\\a \"/\" b",
        "* LIST () \"/\" (a)",
        "* 5 FETCH",
        "* 5 FETCH (FLAGS",
        "* 5 FETCH (UID)",
        "* 5 FETCH (\"UID\" 4)",
        "* 4294967296 EXISTS",
        "* -1 EXISTS",
        "* SEARCH 1 x",
        "* ESEARCH ALL",
        "* ESEARCH ALL 0",
        "* VANISHED",
        "* VANISHED (EARLIER) 0",
        "* STATUS",
        "* FLAGS a",
        "* CAPABILITY (a)",
        "* 1 FETCH (BODY[] \"a)",
        "a1",
        "a1 FOO",
        "x y z",
        "* NAMESPACE a",
        "* ) (",
    ] {
        assert!(read(text).is_err(), "{text}: {:?}", read(text));
    }
    let deep = format!(
        "* 1 FETCH (UID 5 X-DEEP {}{})",
        "(".repeat(100),
        ")".repeat(100)
    );
    assert_eq!(read(&deep), Err(Malformed("depth")));
    // A value too many in an unknown item is no reason to lose the rest.
    let Untagged::Fetch(fetch) =
        untagged("* 1 FETCH (UID 5 X-GM-LABELS (\"\\\\Inbox\" a) X-GM-MSGID 12 FLAGS ())")
    else {
        panic!()
    };
    assert_eq!(
        *fetch,
        Fetch {
            number: 1,
            uid: Some(5),
            flags: Some(Vec::new()),
            ..Fetch::default()
        }
    );
}
