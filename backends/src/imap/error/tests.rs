//! What servers say, and what it means for whoever asked.

use super::{Error, Refusal};
use crate::error::Kind;
use crate::imap::wire::{Command, Event, Flow, Limits};

fn refusal(said: &str) -> Refusal {
    let mut flow = Flow::new(Limits::default());
    flow.submit(&Command::new("LOGIN")).unwrap();
    flow.decoder().feed(format!("a1 {said}\r\n").as_bytes());
    match flow.event() {
        Ok(Some(Event::Done(done))) => Refusal {
            command: "LOGIN",
            status: done.status,
            code: done.code,
            text: done.text,
        },
        other => panic!("{said}: {other:?}"),
    }
}

#[test]
fn a_failed_sign_in_is_seldom_about_the_password() {
    for (said, kind) in [
        (
            "NO [AUTHENTICATIONFAILED] Authentication failed.",
            Kind::Unauthorized,
        ),
        (
            "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
            Kind::Unauthorized,
        ),
        ("NO [EXPIRED] Password expired", Kind::Unauthorized),
        (
            "NO Login failed: authentication failure",
            Kind::Unauthorized,
        ),
        ("NO LOGIN failed.", Kind::Unauthorized),
        ("NO [ALERT] Invalid login or password", Kind::Unauthorized),
        (
            "NO [AUTHORIZATIONFAILED] Authorization failed",
            Kind::Forbidden,
        ),
        ("NO [CONTACTADMIN] Account disabled", Kind::Forbidden),
        (
            "NO [UNAVAILABLE] Temporary authentication failure.",
            Kind::Unavailable,
        ),
        ("NO [INUSE] Somebody else", Kind::Unavailable),
        (
            "NO [LIMIT] Maximum number of connections from user+IP exceeded",
            Kind::Unavailable,
        ),
        (
            "NO [ALERT] Too many simultaneous connections. (Failure)",
            Kind::Unavailable,
        ),
        (
            "NO [PRIVACYREQUIRED] Plaintext authentication disallowed",
            Kind::Unavailable,
        ),
        ("NO Login failed: generic failure", Kind::Unavailable),
        (
            "NO Temporary problem, please try again later",
            Kind::Unavailable,
        ),
        ("NO Server Unavailable. 15", Kind::Unavailable),
        (
            "NO [SERVERBUG] Internal error occurred. Refer to server log",
            Kind::Unexpected,
        ),
        ("BAD Command unknown", Kind::Unexpected),
    ] {
        assert_eq!(Error::SignIn(refusal(said)).kind(), kind, "{said}");
    }
}

#[test]
fn other_refusals() {
    for (said, kind) in [
        ("NO [NONEXISTENT] Mailbox does not exist", Kind::NotFound),
        ("NO [TRYCREATE] No such mailbox", Kind::NotFound),
        ("NO Mailbox does not exist", Kind::NotFound),
        ("NO Team doesn't exist.", Kind::NotFound),
        ("NO [EXPUNGEISSUED] Some messages are gone", Kind::NotFound),
        ("NO [ALREADYEXISTS] Mailbox already exists", Kind::Exists),
        ("NO Mailbox already exists", Kind::Exists),
        ("NO [NOPERM] Permission denied", Kind::Forbidden),
        ("NO Permission denied", Kind::Forbidden),
        (
            "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)",
            Kind::Full,
        ),
        ("NO Quota exceeded", Kind::Full),
        ("NO [TOOBIG] Message too large", Kind::TooLarge),
        ("NO [LIMIT] Slow down", Kind::Unavailable),
        ("NO [INUSE] Mailbox is locked", Kind::Unavailable),
        ("NO [UNAVAILABLE] Not now", Kind::Unavailable),
        ("NO [THROTTLED] Slow down", Kind::Unavailable),
        (
            "BAD User is authenticated but not connected.",
            Kind::Unexpected,
        ),
        (
            "NO User is authenticated but not connected.",
            Kind::Unavailable,
        ),
        ("NO [CANNOT] Invalid mailbox name", Kind::Refused),
        ("NO Operation not possible", Kind::Refused),
        ("NO [CORRUPTION] Broken index", Kind::Unexpected),
        ("BAD Error in IMAP command FOO", Kind::Unexpected),
    ] {
        assert_eq!(Error::Refused(refusal(said)).kind(), kind, "{said}");
    }
}

#[test]
fn errors_name_nobody() {
    let refusal = refusal("NO [X-NEW anna@example.org] Anna's secret is wrong");
    assert_eq!(refusal.text.as_str(), "Anna's secret is wrong");
    let error = Error::SignIn(refusal);
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("nna"), "{text}");
    }
    assert_eq!(error.to_string(), "sign-in: NO to LOGIN [X-NEW]");
    let error = error.during("open mailbox");
    assert_eq!(error.to_string(), "open mailbox: unauthorized");
}

#[test]
fn what_is_said_to_a_master_is_no_users_fault() {
    for (said, master) in [
        ("NO [AUTHENTICATIONFAILED] Authentication failed.", true),
        ("NO [AUTHORIZATIONFAILED] Not your mailbox", true),
        ("NO LOGIN failed.", true),
        // As for everybody.
        ("NO [UNAVAILABLE] Temporary authentication failure.", false),
        ("NO Too many connections", false),
    ] {
        let error = Error::signing_in(refusal(said), true);
        assert_eq!(matches!(error, Error::MasterSignIn(_)), master, "{said}");
        assert_eq!(error.kind(), Kind::Unavailable, "{said}");
    }
}
