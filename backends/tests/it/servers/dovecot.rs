//! Dovecot as the harness starts it.

use std::time::Duration;

use backends::servers::{Certificate, Dovecot, DovecotOptions, Login, RawImap};

use crate::servers::mail;

#[tokio::test(flavor = "multi_thread")]
async fn what_lmtp_delivers_is_there_at_once_and_after_a_crash() {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 0);
    dovecot.deliver("anna", &mail("one")).await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 1);
    let told = hand.within("INBOX", "UID FETCH 1 (BODY.PEEK[TEXT])").await;
    assert!(told.unwrap().lines.concat().contains("{6}\r\n.one\r\n"));
    let ports = (dovecot.imap_port(), dovecot.lmtp_port());
    dovecot.kill();
    assert!(hand.run("NOOP").await.is_err());
    assert!(RawImap::connect(dovecot.imap_port()).await.is_err());
    dovecot.restart().await.unwrap();
    assert_eq!((dovecot.imap_port(), dovecot.lmtp_port()), ports);
    let hand = dovecot.hand("anna").await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 1);
    let stranger = dovecot.deliver("stranger", &mail("two")).await;
    assert!(stranger.unwrap_err().to_string().contains("550"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_a_time_know_nothing_of_each_other() {
    let options = DovecotOptions::default();
    let (one, other) = tokio::join!(Dovecot::start(&options), Dovecot::start(&options));
    let (one, other) = (one.unwrap(), other.unwrap());
    one.deliver("anna", &mail("one")).await.unwrap();
    let hands = (one.hand("anna").await, other.hand("anna").await);
    assert_eq!(hands.0.unwrap().count("INBOX").await.unwrap(), 1);
    let hand = hands.1.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 0);
    drop(one);
    hand.run("NOOP").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn users_come_change_and_go_while_it_runs() {
    let options = DovecotOptions {
        master: Some(Login::new("master", "all")),
        ..DovecotOptions::default()
    };
    let mut dovecot = Dovecot::start(&options).await.unwrap();
    let port = dovecot.imap_port();
    let refused = |user: &str, password: &str| {
        let login = Login::new(user, password);
        async move { RawImap::login(port, &login).await.unwrap_err().to_string() }
    };
    assert!(
        refused("anna", "wrong")
            .await
            .contains("AUTHENTICATIONFAILED")
    );
    refused("ben", "his").await;
    dovecot.set_user(&Login::new("ben", "his")).await.unwrap();
    let mut session = dovecot.connect("ben").await.unwrap();
    // As long as the old one.
    dovecot.set_user(&Login::new("ben", "new")).await.unwrap();
    refused("ben", "his").await;
    dovecot.connect("ben").await.unwrap();
    session.run("NOOP").await.unwrap();
    let master = Login::new("ben*master", "all");
    RawImap::login(port, &master).await.unwrap();
    dovecot.remove_user("ben").await.unwrap();
    refused("ben", "new").await;
    refused("ben*master", "wrong").await;
    session.run("NOOP").await.unwrap();
    dovecot.kick("ben").unwrap();
    while session.line().await.is_ok() {}
    assert!(session.command("NOOP").await.is_err());
    dovecot.connect("anna").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_there_and_the_rest_is_not() {
    let options = DovecotOptions {
        certificate: Some(Certificate::new(&["localhost", "127.0.0.1"]).unwrap()),
        connections_per_user: 2,
        without: vec!["NOTIFY", "QRESYNC"],
        quota_kib: Some(20),
        shared: true,
        hibernate: Some(Duration::from_secs(1)),
        trusted_networks: Some("127.0.0.0/8"),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let mut before = RawImap::connect(dovecot.imap_port()).await.unwrap();
    let told = before.run("CAPABILITY").await.unwrap();
    assert!(told.lines.concat().contains("STARTTLS"), "{told:?}");
    let mut session = dovecot.connect("anna").await.unwrap();
    let told = session.run("CAPABILITY").await.unwrap().lines.concat();
    assert!(
        !told.contains("NOTIFY") && !told.contains("QRESYNC"),
        "{told}"
    );
    assert!(
        told.contains("CONDSTORE") && told.contains("QUOTA"),
        "{told}"
    );
    let listed = session.run("LIST \"\" *").await.unwrap().lines;
    for name in ["Public/Team", "Sent", "INBOX"] {
        assert!(listed.iter().any(|line| line.ends_with(name)), "{listed:?}");
    }
    let big = [b"Subject: big\r\n\r\n".as_slice(), &[b'x'; 30_000]].concat();
    let full = session.run_with("APPEND INBOX", &big).await;
    assert!(full.unwrap_err().to_string().contains("OVERQUOTA"));
    let _second = dovecot.connect("anna").await.unwrap();
    let third = dovecot.connect("anna").await;
    assert!(third.unwrap_err().to_string().contains("LIMIT"));
    session.run("SELECT INBOX").await.unwrap();
    session.idle().await.unwrap();
    dovecot.deliver("anna", &mail("one")).await.unwrap();
    while !session.line().await.unwrap().ends_with("EXISTS") {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hand_does_what_a_client_does() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    super::hand_works(&hand).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_hangs_and_goes_on() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut session = dovecot.connect("anna").await.unwrap();
    dovecot.pause().unwrap();
    let stopped = || {
        let list = std::process::Command::new("ps")
            .args(["-eo", "stat=,args="])
            .output()
            .unwrap();
        let list = String::from_utf8(list.stdout).unwrap();
        let path = dovecot.home("").display().to_string().replace("/mail/", "");
        list.lines()
            .any(|line| line.starts_with('T') && line.contains(&path))
    };
    assert!(stopped());
    dovecot.resume().unwrap();
    session.run("NOOP").await.unwrap();
    assert!(!stopped());
}
