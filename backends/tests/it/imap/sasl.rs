//! Signing in at servers that do it differently, and what they must not learn.

use std::collections::BTreeSet;

use backends::Kind;
use backends::imap::{Error, Extension, Login, Secret, Session};

use crate::imap::password;
use crate::imap::peer::{Peer, server};

fn token() -> Login {
    Login {
        user: "anna".to_owned(),
        secret: Secret::Token("t".to_owned().into()),
        origin: None,
    }
}

/// What a server of such extensions hears and says, each a line, and how signing in ends.
async fn signs_in(extensions: &str, login: &Login, lines: &[(&str, &str)]) -> Result<(), Error> {
    let (mut session, mut peer) = Peer::greets(&server(), extensions).await;
    let own = server();
    let talk = async {
        for (heard, said) in lines {
            peer.answers(heard, &format!("{said}\r\n")).await;
        }
    };
    let (ended, ()) = tokio::join!(session.login(&own, login), talk);
    ended
}

#[tokio::test]
async fn every_mechanism_is_spoken() {
    let word = password("anna", "pw");
    let done = "a1 OK [CAPABILITY IMAP4rev1] in";
    for (extensions, login, lines) in [
        (
            "IMAP4rev1 AUTH=PLAIN SASL-IR",
            &word,
            &[("a1 AUTHENTICATE PLAIN AGFubmEAcHc=", done)][..],
        ),
        (
            "IMAP4rev1 AUTH=PLAIN",
            &word,
            &[("a1 AUTHENTICATE PLAIN", "+"), ("AGFubmEAcHc=", done)],
        ),
        (
            "IMAP4rev1 AUTH=LOGIN LOGINDISABLED SASL-IR",
            &word,
            &[
                ("a1 AUTHENTICATE LOGIN", "+ VXNlcm5hbWU6"),
                ("YW5uYQ==", "+ UGFzc3dvcmQ6"),
                ("cHc=", done),
            ],
        ),
        (
            "IMAP4rev1 AUTH=LOGIN",
            &word,
            &[("a1 LOGIN \"anna\" \"pw\"", done)],
        ),
        (
            "IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN SASL-IR",
            &token(),
            &[(
                "a1 AUTHENTICATE XOAUTH2 dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHQBAQ==",
                done,
            )],
        ),
        (
            "IMAP4rev1 AUTH=OAUTHBEARER AUTH=XOAUTH2 SASL-IR",
            &token(),
            &[(
                "a1 AUTHENTICATE OAUTHBEARER bixhPWFubmEsAWhvc3Q9bG9jYWxob3N0AXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHQBAQ==",
                done,
            )],
        ),
        // What the server can do is asked when it does not say.
        (
            "IMAP4rev1",
            &word,
            &[
                ("a1 LOGIN \"anna\" \"pw\"", "a1 OK in"),
                ("a2 CAPABILITY", "* CAPABILITY IMAP4rev1\r\na2 OK"),
            ],
        ),
        (
            "IMAP4rev1 ID",
            &word,
            &[
                ("a1 ID (\"name\" \"directpush\")", "a1 BAD what?"),
                (
                    "a2 LOGIN \"anna\" \"pw\"",
                    "a2 OK [CAPABILITY IMAP4rev1] in",
                ),
            ],
        ),
    ] {
        signs_in(extensions, login, lines).await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_token_is_a_refusal_and_no_riddle() {
    for (mechanism, heard, answer) in [
        ("XOAUTH2", "dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHQBAQ==", ""),
        (
            "OAUTHBEARER",
            "bixhPWFubmEsAWhvc3Q9bG9jYWxob3N0AXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHQBAQ==",
            "AQ==",
        ),
    ] {
        let extensions = format!("IMAP4rev1 SASL-IR AUTH={mechanism}");
        let begun = format!("a1 AUTHENTICATE {mechanism} {heard}");
        let lines = [
            (begun.as_str(), "+ eyJzdGF0dXMiOiI0MDEifQ=="),
            (answer, "a1 NO [AUTHENTICATIONFAILED] Invalid credentials"),
        ];
        let error = signs_in(&extensions, &token(), &lines).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unauthorized);
    }
    // A server that goes on asking is told to stop.
    let lines = [
        ("a1 AUTHENTICATE PLAIN", "+"),
        ("AGFubmEAcHc=", "+"),
        ("", "+"),
        ("", "+"),
        ("*", "a1 BAD aborted"),
    ];
    let word = password("anna", "pw");
    let error = signs_in("IMAP4rev1 AUTH=PLAIN", &word, &lines)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::SignIn(_)), "{error:?}");
}

#[tokio::test]
async fn without_a_way_to_sign_in_no_password_is_said() {
    for (extensions, login) in [
        ("IMAP4rev1 LOGINDISABLED STARTTLS", password("anna", "pw")),
        ("IMAP4rev1 AUTH=PLAIN", token()),
        (
            "IMAP4rev1 AUTH=GSSAPI LOGINDISABLED",
            password("anna", "pw"),
        ),
    ] {
        let error = signs_in(extensions, &login, &[]).await.unwrap_err();
        assert!(matches!(error, Error::NoMechanism), "{error:?}");
        assert_eq!(error.kind(), Kind::Unavailable);
    }
}

#[tokio::test]
async fn only_what_is_offered_and_allowed_is_enabled() {
    let own = backends::imap::ImapServer {
        disabled: BTreeSet::from([Extension::Utf8Accept]),
        ..server()
    };
    let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1").await;
    let talk = async {
        let can = "IMAP4rev1 ENABLE QRESYNC UTF8=ACCEPT LITERAL+";
        peer.answers(
            "a1 LOGIN \"anna\" \"pw\"",
            &format!("a1 OK [CAPABILITY {can}] in\r\n"),
        )
        .await;
        peer.answers(
            "a2 ENABLE CONDSTORE QRESYNC",
            "* ENABLED QRESYNC\r\na2 OK\r\n",
        )
        .await;
    };
    let login = password("anna", "pw");
    let (ended, ()) = tokio::join!(session.login(&own, &login), talk);
    ended.unwrap();
    assert!(session.is_enabled(Extension::Qresync) && !session.is_enabled(Extension::Utf8Accept));
}

#[tokio::test]
async fn greetings_that_are_none() {
    for (greeting, told, kind) in [
        (
            "* BYE Too many connections\r\n",
            "turned away: Too many connections",
            Kind::Unavailable,
        ),
        (
            "* PREAUTH you are root\r\n",
            "signed in before signing in",
            Kind::Unexpected,
        ),
        (
            "220 mail ESMTP\r\n",
            "no greeting of IMAP",
            Kind::Unexpected,
        ),
        ("* 5 EXISTS\r\n", "no greeting of IMAP", Kind::Unexpected),
        ("", "connection closed", Kind::Unavailable),
    ] {
        let (ours, mut peer) = Peer::new(1000);
        peer.says(greeting).await;
        drop(peer);
        let error = Session::greeted(ours, &server()).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), error.kind()), (told, kind));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_greeting_for_ever() {
    let (ours, _peer) = Peer::new(1000);
    let error = Session::greeted(ours, &server()).await.unwrap_err();
    assert!(matches!(error, Error::Silent), "{error:?}");
}
