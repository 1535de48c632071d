//! Dovecot's Lua driver and its OX driver.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use backends::servers::{Dovecot, DovecotOptions, HttpSink, Login, Manners, Posted};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::hooks::{hook, json};
use crate::servers::mail;

/// A Dovecot that tells `url`.
async fn telling(url: String) -> Dovecot {
    let options = DovecotOptions {
        users: vec![Login::new("anna", "secret"), Login::new("ben", "secret")],
        hook: Some(hook(url)),
        ..DovecotOptions::default()
    };
    Dovecot::start(&options).await.unwrap()
}

/// The events of each transaction of a user's, in the order in which they came.
fn events(posted: &[Posted], user: &str) -> Vec<Value> {
    let bodies = posted.iter().map(json);
    let theirs = bodies.filter(|body| body["user"] == user);
    theirs.map(|mut body| body["events"].take()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_is_told() {
    let sink = HttpSink::start(Manners::Answer).await.unwrap();
    let dovecot = telling(sink.url("/hooks/dovecot")).await;
    let hand = dovecot.hand("anna").await.unwrap();
    let odd = "\"odd\\";
    dovecot.deliver("anna", &mail("one")).await.unwrap();
    let made = hand.append("INBOX", "", None, &mail("two")).await;
    let (here, _) = made.unwrap();
    hand.store("INBOX", "2", "+FLAGS", "\\Seen").await.unwrap();
    hand.store("INBOX", "2", "FLAGS", "Later").await.unwrap();
    hand.store("INBOX", "1:2", "-FLAGS", "Later").await.unwrap();
    hand.create("Gr&APw-n").await.unwrap();
    hand.rename("Gr&APw-n", odd).await.unwrap();
    hand.subscribe(odd, true).await.unwrap();
    hand.subscribe(odd, false).await.unwrap();
    let (there, _) = hand.move_to("INBOX", "1", odd).await.unwrap();
    hand.expunge("INBOX", "2").await.unwrap();
    hand.delete(odd).await.unwrap();
    // When a command has been answered, its transaction has been told.
    let told = sink.posted();
    for posted in &told {
        assert_eq!(posted.target, "POST /hooks/dovecot");
        assert_eq!(posted.header("Authorization"), Some("Bearer t0ken"));
        assert_eq!(posted.header("Content-Type"), Some("application/json"));
    }
    let of = |event: &str, folder: &str, uid: u32, validity: u32| json!({"event": event, "folder": folder, "uid": uid, "uidvalidity": validity});
    let about = |event: &str, folder: &str| json!({"event": event, "folder": folder});
    let inbox = |event: &str, uid: u32| of(event, "INBOX", uid, here);
    let expected = [
        json!([about("mailboxCreate", "INBOX")]),
        json!([inbox("messageNew", 1)]),
        json!([inbox("messageAppend", 2)]),
        json!([inbox("flagsSet", 2)]),
        json!([inbox("flagsClear", 2), inbox("flagsSet", 2)]),
        json!([inbox("flagsClear", 2)]),
        json!([about("mailboxCreate", "Grün")]),
        json!([{"event": "mailboxRename", "folder": odd, "oldFolder": "Grün"}]),
        json!([about("mailboxSubscribe", odd)]),
        json!([about("mailboxUnsubscribe", odd)]),
        json!([of("messageAppend", odd, 1, there)]),
        json!([inbox("messageExpunge", 1)]),
        json!([inbox("flagsSet", 2)]),
        json!([inbox("messageExpunge", 2)]),
        json!([of("messageExpunge", odd, 1, there)]),
        json!([about("mailboxDelete", odd)]),
    ];
    let seen = events(&told, "anna");
    assert_eq!(seen, expected, "{seen:#?}");
    assert_eq!(events(&told, "ben"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_big_transaction_is_told_in_few_words() {
    let sink = HttpSink::start(Manners::Answer).await.unwrap();
    let dovecot = telling(sink.url("/hooks/dovecot")).await;
    let hand = dovecot.hand("ben").await.unwrap();
    hand.append("INBOX", "", None, &mail("one")).await.unwrap();
    for doubled in 0..9 {
        let copy = hand.within("INBOX", "COPY 1:* INBOX").await;
        copy.unwrap_or_else(|error| panic!("{doubled}: {error}"));
    }
    hand.store("INBOX", "1:*", "+FLAGS", "\\Seen")
        .await
        .unwrap();
    let told = events(&sink.posted(), "ben");
    let last = told.last().unwrap().as_array().unwrap();
    assert_eq!(last.len(), 257);
    assert_eq!(last[255]["event"], "flagsSet");
    assert_eq!(last[256]["event"], "messagesChanged");
    assert_eq!(last[256]["folder"], "INBOX");
    assert_eq!(last[256]["uidvalidity"], last[0]["uidvalidity"]);
    assert_eq!(last[256].get("uid"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_hangs_holds_up_no_mail() {
    let sink = HttpSink::start(Manners::Hang).await.unwrap();
    let dovecot = telling(sink.url("/hooks/dovecot")).await;
    let hand = dovecot.hand("anna").await.unwrap();
    // Each transaction waits for a second, by Dovecot's own settings for twelve; this has two.
    let message = mail("one");
    let delivery = dovecot.deliver("anna", &message);
    timeout(Duration::from_secs(6), delivery)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 1);
    sink.until(|posted| !posted.is_empty()).await.unwrap();
    assert!(
        dovecot.log().contains("directpush: 9008"),
        "{}",
        dovecot.log()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_away_loses_no_mail() {
    let sink = HttpSink::start(Manners::Answer).await.unwrap();
    let url = sink.url("/hooks/dovecot");
    drop(sink);
    let dovecot = telling(url).await;
    let hand = dovecot.hand("anna").await.unwrap();
    dovecot.deliver("anna", &mail("one")).await.unwrap();
    hand.append("INBOX", "", None, &mail("two")).await.unwrap();
    hand.store("INBOX", "1", "+FLAGS", "\\Seen").await.unwrap();
    let flags = hand.flags("INBOX").await.unwrap();
    assert_eq!(flags, [(1, vec!["\\Seen".to_owned()]), (2, Vec::new())]);
    assert!(
        dovecot.log().contains("directpush: 900"),
        "{}",
        dovecot.log()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ox_driver_tells_of_new_mail_of_who_asked() {
    let sink = HttpSink::start(Manners::Answer).await.unwrap();
    let options = DovecotOptions {
        users: vec![Login::new("anna", "secret"), Login::new("ben", "secret")],
        ox_url: Some(sink.url("/hooks/dovecot-ox")),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let ask = "SETMETADATA \"\" (/private/vendor/vendor.dovecot/http-notify \"user=anna\")";
    hand.run(ask).await.unwrap();
    dovecot.deliver("ben", &mail("one")).await.unwrap();
    dovecot.deliver("anna", &mail("two")).await.unwrap();
    let told = sink.until(|posted| !posted.is_empty()).await.unwrap();
    assert_eq!(told.len(), 1);
    let body = json(&told[0]);
    assert_eq!(
        (&body["user"], &body["folder"]),
        (&json!("anna"), &json!("INBOX"))
    );
    assert_eq!(body["event"], "messageNew");
    assert_eq!(told[0].target, "PUT /hooks/dovecot-ox");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_configuration_is_taken() {
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/hooks/dovecot");
    // Where users of a test's Dovecot can read it, who are nobody.
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    for name in ["directpush-push.lua", "directpush.token"] {
        let shipped = fs::read(hooks.join(name)).unwrap_or_default();
        fs::write(place.path().join(name), shipped).unwrap();
    }
    for name in ["10-directpush.conf", "10-directpush-ox.conf"] {
        let shipped = fs::read_to_string(hooks.join(name)).unwrap();
        let options = DovecotOptions {
            extra: shipped.replace("/etc/dovecot", place.path().to_str().unwrap()),
            ..DovecotOptions::default()
        };
        let dovecot = Dovecot::start(&options).await.unwrap();
        dovecot.deliver("anna", &mail("one")).await.unwrap();
        let log = dovecot.log();
        let told = log.contains("directpush: 900");
        assert_eq!(told, !name.contains("ox"), "{log}");
        assert!(!log.contains("Error"), "{log}");
    }
}
