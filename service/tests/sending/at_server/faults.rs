//! What can be wrong with a server: what the device hears, what the log says, and that nothing is lost.

use std::fs;
use std::net::Ipv4Addr;

use backends::servers::{Certificate, Dovecot, DovecotOptions, Login};
use protocol::class::email::DraftParts;
use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderType;
use protocol::command::sync::{ClientCommand, ItemAnswer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Script, Served, at, begins, logs};
use crate::desk::{Desk, add, file, only_subject, upload, written};
use crate::house::{House, until};
use crate::phone::{Phone, Told, woken};

/// Anna asks a service whose server is like this. The log has all of these words in one line.
async fn refused(sections: &str, status: u16, words: &[&str]) {
    let house = House::at_server(sections, "");
    let phone = Phone::new(&house, "anna", "phone");
    assert_eq!(begins(&phone).await, status, "{sections}");
    let said = |line: &str| words.iter().all(|word| line.contains(word));
    until(&format!("{words:?}"), || house.log().lines().any(said)).await;
    house.keeps_nothing_of(&["secret", "the-masters"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_trusted_or_understood_is_no_wrong_password() {
    let certificate = Certificate::new(&["localhost"]).unwrap();
    let dovecot = Dovecot::start(&DovecotOptions {
        certificate: Some(certificate),
        ..DovecotOptions::default()
    })
    .await
    .unwrap();
    let tls = at(dovecot.imaps_port(), "", "security = \"tls\"\n");
    let words = ["WARN", "127.0.0.1", "cannot set up TLS", "certificate"];
    refused(&tls, 503, &words).await;
    let starttls = at(dovecot.imap_port(), "", "security = \"starttls\"\n");
    refused(&starttls, 503, &words).await;
    drop(dovecot);
    refused(&tls, 503, &["WARN", "cannot connect"]).await;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        for greeting in ["220 mail ESMTP\r\n", "* BYE Too busy\r\n", "\0\0\0\r\n"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(greeting.as_bytes()).await.unwrap();
        }
    });
    for words in [
        ["WARN", "no greeting of IMAP"],
        ["WARN", "turned away: Too busy"],
        ["WARN", "a password could not be checked"],
    ] {
        refused(&at(port, "", ""), 503, &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_who_is_not_let_in_is_not_the_users_fault() {
    let dovecot = Dovecot::start(&DovecotOptions {
        master: Some(Login::new("gate", "another")),
        ..DovecotOptions::default()
    })
    .await
    .unwrap();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("master");
    fs::write(&file, "the-masters\n").unwrap();
    for style in ["*", "authzid"] {
        let master = format!(
            "master_user = \"gate\"\nmaster_password_file = \"{}\"\nmaster_style = \"{style}\"\n",
            file.display()
        );
        let words = [
            "ERROR",
            "does not let the master user in",
            "AUTHENTICATIONFAILED",
        ];
        refused(&at(dovecot.imap_port(), "", &master), 503, &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sign_in_is_asked_for_the_password() {
    // Anybody's password is right, and nobody may come in.
    let extra = "passdb {\n  driver = static\n  args = nopassword=y nologin=y reason=Disabled\n}\n";
    let served = Served::with(
        &DovecotOptions {
            extra: extra.to_owned(),
            ..DovecotOptions::default()
        },
        Script::default(),
        "",
    )
    .await;
    let mut phone = served.phone();
    assert_eq!(begins(&phone).await, 200);
    let disabled = Phone::new(&served.house, "carl", "phone");
    assert_eq!(begins(&disabled).await, 401);
    phone.password = "wrong".to_owned();
    assert_eq!(begins(&phone).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_account_keeps_what_is_there_and_takes_the_rest_later() {
    let served = Served::with(
        &DovecotOptions {
            quota_kib: Some(64),
            ..DovecotOptions::default()
        },
        Script::default(),
        "",
    )
    .await;
    let mut desk = Desk::new(&served.house, "one").await;
    let (status, id, _) = desk.add("1", written("Small.")).await;
    assert_eq!(status, 1);
    let id = id.unwrap();
    let large = || DraftParts {
        added: vec![file("a", &[b'x'; 100_000])],
        ..written("Large.")
    };
    // The folder waits, with its key: the device sends all of it again.
    let before = desk.key.clone();
    for commands in [
        vec![add("2", &upload(large(), false))],
        vec![crate::desk::change(&id, &upload(large(), false))],
    ] {
        let answer = desk.attempt(commands).await.unwrap();
        assert_eq!((answer.status.code(), &answer.sync_key), (5, &before));
        assert_eq!(answer.responses, []);
    }
    let drafts = served.stored("Drafts").await;
    assert_eq!(drafts.len(), 1);
    assert!(drafts[0].text.contains("Small."), "{drafts:?}");
    logs(&served.house, "no room for a draft").await;
    // A message goes all the same; its copy is the operator's to hear of.
    let mime = format!(
        "To: out@example.net\r\nSubject: Q\r\n\r\n{}\r\n",
        "x\r\n".repeat(40_000)
    );
    assert_eq!(desk.phone.send("3", &mime).await, Told::Sent);
    assert_eq!(served.taken().len(), 1);
    logs(&served.house, "no copy of a sent message").await;
    // The same key and ClientId: it is made now.
    let (status, made, _) = desk.add("2", written("Short.")).await;
    assert_eq!((status, made.is_some()), (1, true));
    assert_eq!(served.stored("Drafts").await.len(), 2);
    // What makes room is done, though it comes behind what finds none: the same request is good then.
    let half = || DraftParts {
        added: vec![file("a", &[b'x'; 25_000])],
        ..written("Half.")
    };
    let (status, half_id, _) = desk.add("4", half()).await;
    assert_eq!(status, 1);
    let gone = half_id.unwrap();
    let delete = || ClientCommand::Delete {
        server_id: gone.clone(),
        class: None,
        instance_id: None,
    };
    desk.deletes_for_good = true;
    let both = || vec![add("5", &upload(half(), false)), delete()];
    let before = desk.key.clone();
    let answer = desk.attempt(both()).await.unwrap();
    assert_eq!((answer.status.code(), &answer.sync_key), (5, &before));
    let answer = desk.sync(both()).await.unwrap();
    let [ItemAnswer::Add { status, .. }] = answer.responses.as_slice() else {
        panic!("{answer:?}");
    };
    assert_eq!(status.code(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_loses_no_upload_and_no_ping() {
    let mut served = Served::start(Script::default()).await;
    let mut desk = Desk::new(&served.house, "one").await;
    let (_, id, _) = desk.add("1", written("First.")).await;
    let id = id.unwrap();
    let phone = served.phone();
    let inbox = phone.folder(FolderType::Inbox).await;
    phone.sync(&inbox, SyncKeyText::initial()).await;
    let parked = phone.park(&inbox).await;
    let gauge = "directpush_parked{kind=\"ping\"} ";
    while served.house.metric(gauge).await != 1 {
        tokio::task::yield_now().await;
    }
    served.dovecot.kill();
    let before = desk.key.clone();
    let change = vec![crate::desk::change(
        &id,
        &upload(only_subject("Late"), false),
    )];
    let answer = desk.attempt(change.clone()).await.unwrap();
    assert_eq!((answer.status.code(), &answer.sync_key), (5, &before));
    // Who was let in lately goes on; of others is not known whether their password is right.
    let mut other = served.phone();
    other.password = "other".to_owned();
    assert_eq!(begins(&other).await, 503);
    logs(&served.house, "a password could not be checked").await;
    assert_eq!(served.house.metric(gauge).await, 1, "the Ping is parked");
    served.dovecot.restart().await.unwrap();
    // The service tries again after a pause.
    let answer = loop {
        match desk.attempt(change.clone()).await {
            Some(answer) if answer.status.code() == 5 => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            other => break other,
        }
    };
    assert!(answer.is_none_or(|answer| answer.status.code() == 1));
    let hand = served.dovecot.hand("anna").await.unwrap();
    let drafts = super::stored(&hand, "Drafts").await;
    assert_eq!(drafts.len(), 1);
    assert!(drafts[0].text.contains("Subject: Late\r\n"), "{drafts:?}");
    let message = b"From: b@example.org\r\nSubject: new\r\n\r\nx\r\n";
    served.dovecot.deliver("anna", message).await.unwrap();
    assert_eq!(woken(parked).await, [inbox]);
}
