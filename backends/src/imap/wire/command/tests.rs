//! Commands as they are written, and what cannot be.

use bytes::Bytes;

use super::{ArgumentError, Command, Dialect, Literals};
use crate::imap::wire::{Credentials, Flow, Limits, MailboxName, Mechanism, UidSet};

const PLUS: Dialect = Dialect {
    literals: Literals::Plus,
    utf8: false,
};

/// What is written at once, without its tag and the last line end.
fn written(command: &Command, dialect: Dialect) -> Result<String, ArgumentError> {
    let mut flow = Flow::new(Limits::default());
    flow.speak(dialect);
    flow.submit(command)?;
    let mut all = Vec::new();
    while flow.wants_write() {
        all.extend_from_slice(flow.output());
        flow.written(flow.output().len());
    }
    let all = String::from_utf8_lossy(&all).into_owned();
    let all = all.strip_prefix("a1 ").unwrap();
    Ok(all.strip_suffix("\r\n").unwrap_or(all).to_owned())
}

#[test]
fn texts_are_what_they_are() {
    let name = |text: &str| MailboxName::new(text);
    for (command, expected) in [
        (Command::new("NOOP"), "NOOP"),
        (
            Command::new("LOGIN").text("anna").text("a \"b\\c"),
            "LOGIN \"anna\" \"a \\\"b\\\\c\"",
        ),
        (
            Command::new("LOGIN").text("").text("{5}"),
            "LOGIN \"\" \"{5}\"",
        ),
        (
            Command::new("LOGIN").text("ü").text("a\r\na2 DELETE x"),
            "LOGIN {2+}\r\nü {14+}\r\na\r\na2 DELETE x",
        ),
        (
            Command::new("SELECT").mailbox(&name("Grün & Co")),
            "SELECT \"Gr&APw-n &- Co\"",
        ),
        (
            Command::new("SELECT").mailbox(&name("inbox")),
            "SELECT \"INBOX\"",
        ),
        (
            Command::new("SELECT").mailbox(&MailboxName::from_wire(b"Gr\xC3\xBCn", false)),
            "SELECT {5+}\r\nGrün",
        ),
    ] {
        assert_eq!(written(&command, PLUS).as_deref(), Ok(expected));
        assert!(!format!("{command:?}").contains('"'), "{command:?}");
    }
    let utf8 = Dialect { utf8: true, ..PLUS };
    let green = Command::new("SELECT").mailbox(&name("Grün & Co"));
    assert_eq!(written(&green, utf8).as_deref(), Ok("SELECT \"Grün & Co\""));
}

#[test]
fn numbers_lists_and_bytes() {
    let name = |text: &str| MailboxName::new(text);
    for (command, expected) in [
        (
            Command::new("UID FETCH")
                .set(&UidSet::parse(b"1:3,7").unwrap())
                .words("(FLAGS)"),
            "UID FETCH 1:3,7 (FLAGS)",
        ),
        (
            Command::new("UID FETCH")
                .from(7.try_into().unwrap())
                .words("ALL"),
            "UID FETCH 7:* ALL",
        ),
        (
            Command::new("UID STORE")
                .number(5)
                .words("+FLAGS.SILENT")
                .open()
                .flag("\\Seen")
                .flag("$A")
                .close(),
            "UID STORE 5 +FLAGS.SILENT (\\Seen $A)",
        ),
        (
            Command::new("X")
                .open()
                .close()
                .open()
                .open()
                .text("a")
                .close()
                .close(),
            "X () ((\"a\"))",
        ),
        (
            Command::new("UID SEARCH").words("SINCE").date(837_596_665),
            "UID SEARCH SINCE 17-Jul-1996",
        ),
        (
            Command::new("APPEND")
                .mailbox(&name("a"))
                .date_time(0)
                .literal(Bytes::from_static(b"\r\n")),
            "APPEND \"a\" \"01-Jan-1970 00:00:00 +0000\" {2+}\r\n\r\n",
        ),
        (
            Command::new("APPEND").binary(Bytes::from_static(b"a\0b")),
            "APPEND ~{3+}\r\na\0b",
        ),
        (
            Command::authenticate(Mechanism::Plain, Some("\0u\0p")),
            "AUTHENTICATE PLAIN AHUAcA==",
        ),
        (
            Command::authenticate(Mechanism::Xoauth2, Some("")),
            "AUTHENTICATE XOAUTH2 =",
        ),
        (
            Command::authenticate(Mechanism::Login, None),
            "AUTHENTICATE LOGIN",
        ),
    ] {
        assert_eq!(written(&command, PLUS).as_deref(), Ok(expected));
    }
}

#[test]
fn nothing_can_be_slipped_in() {
    for (command, error) in [
        (Command::new("X").text("a\0b"), ArgumentError::Nul),
        (
            Command::new("X").literal(Bytes::from_static(b"a\0")),
            ArgumentError::Nul,
        ),
        (Command::new("X").words("a\r\nb"), ArgumentError::Word),
        (Command::new("X").words("{5}"), ArgumentError::Word),
        (Command::new("X").words(""), ArgumentError::Word),
        (Command::new("X").words("ü"), ArgumentError::Word),
        (Command::new("X").flag("a b"), ArgumentError::Word),
        (Command::new("X").flag("\\"), ArgumentError::Word),
        (Command::new("X").flag("a\\b"), ArgumentError::Word),
        (Command::new("X").flag("a)"), ArgumentError::Word),
        (
            Command::new("X").set(&UidSet::default()),
            ArgumentError::EmptySet,
        ),
        // The error stays, whatever comes after it.
        (Command::new("X").flag("").text("b"), ArgumentError::Word),
    ] {
        assert_eq!(written(&command, PLUS), Err(error), "{command:?}");
    }
    let mut flow = Flow::new(Limits::default());
    assert!(flow.submit(&Command::new("X").words("")).is_err());
    assert_eq!((flow.pending(), flow.wants_write()), (0, false));
    assert!(flow.respond("DONE\r\na1 DELETE x").is_err());
}

#[test]
fn literals_wait_where_they_have_to() {
    let literal = |size: usize| Command::new("X").literal(vec![b'y'; size].into());
    for (size, literals, head, all) in [
        (50, Literals::Plus, "X {50+}", true),
        (20_000, Literals::Plus, "X {20000+}", true),
        (4096, Literals::Minus, "X {4096+}", true),
        (4097, Literals::Minus, "X {4097}", false),
        (50, Literals::Synchronising, "X {50}", false),
    ] {
        let dialect = Dialect {
            literals,
            utf8: false,
        };
        let text = written(&literal(size), dialect).unwrap();
        assert!(text.starts_with(head), "{head}: {:.20}", text);
        assert_eq!(text.len() >= size, all, "{head}");
    }
}

#[test]
fn credentials_are_said_as_the_mechanism_wants_them() {
    let password = |act_as: Option<&str>| Credentials::Password {
        user: "anna".to_owned(),
        password: "pw".to_owned().into(),
        act_as: act_as.map(str::to_owned),
    };
    let token = |user: &str| Credentials::Bearer {
        user: user.to_owned(),
        token: "t".to_owned().into(),
    };
    for (mechanism, credentials, said) in [
        (Mechanism::Plain, password(None), Ok("\0anna\0pw")),
        (Mechanism::Plain, password(Some("bo")), Ok("bo\0anna\0pw")),
        (
            Mechanism::Plain,
            password(Some("b\0o")),
            Err(ArgumentError::Credentials),
        ),
        (Mechanism::Login, password(None), Ok("anna")),
        (
            Mechanism::Login,
            password(Some("bo")),
            Err(ArgumentError::Credentials),
        ),
        (
            Mechanism::Plain,
            token("anna"),
            Err(ArgumentError::Credentials),
        ),
        (
            Mechanism::Xoauth2,
            token("anna"),
            Ok("user=anna\u{1}auth=Bearer t\u{1}\u{1}"),
        ),
        (
            Mechanism::Xoauth2,
            token("a\u{1}auth=x"),
            Err(ArgumentError::Credentials),
        ),
        (
            Mechanism::OauthBearer,
            token("a,n=a"),
            Ok("n,a=a=2Cn=3Da,\u{1}host=h\u{1}port=993\u{1}auth=Bearer t\u{1}\u{1}"),
        ),
    ] {
        let initial = credentials.initial(mechanism, "h", 993);
        let initial = initial.as_ref().map(|said| said.as_str());
        assert_eq!(initial, said.as_ref().copied(), "{mechanism:?}");
        assert!(!format!("{credentials:?}").contains("anna"));
    }
}
