//! Cyrus as the harness starts it.

use backends::servers::{Certificate, Cyrus, CyrusOptions, Login, RawImap};

use crate::servers::mail;

#[tokio::test(flavor = "multi_thread")]
async fn what_lmtp_delivers_is_idled_and_there_after_a_crash() {
    let mut cyrus = Cyrus::start(&CyrusOptions::default()).await.unwrap();
    let mut idle = cyrus.connect("anna").await.unwrap();
    idle.run("SELECT INBOX").await.unwrap();
    idle.idle().await.unwrap();
    cyrus.deliver("anna", &mail("one")).await.unwrap();
    // Half a minute is allowed; without idled Cyrus looks every minute.
    while !idle.line().await.unwrap().ends_with("1 EXISTS") {}
    cyrus.kill();
    assert!(RawImap::connect(cyrus.imap_port()).await.is_err());
    cyrus.restart().await.unwrap();
    let hand = cyrus.hand("anna").await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 1);
    let told = hand.within("INBOX", "UID FETCH 1 (BODY.PEEK[TEXT])").await;
    assert!(told.unwrap().lines.concat().contains("{6}\r\n.one\r\n"));
    let stranger = cyrus.deliver("stranger", &mail("two")).await;
    assert!(stranger.unwrap_err().to_string().contains("550"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_a_time_know_nothing_of_each_other() {
    let options = CyrusOptions::default();
    let (one, other) = tokio::join!(Cyrus::start(&options), Cyrus::start(&options));
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
    let options = CyrusOptions {
        proxy: Some(Login::new("gateway", "all")),
        certificate: Some(Certificate::new(&["localhost"]).unwrap()),
        ..CyrusOptions::default()
    };
    let cyrus = Cyrus::start(&options).await.unwrap();
    let port = cyrus.imap_port();
    let refused = async |user: &str, password: &str| {
        let login = Login::new(user, password);
        RawImap::login(port, &login).await.unwrap_err().to_string()
    };
    refused("anna", "wrong").await;
    refused("ben", "his").await;
    cyrus.set_user(&Login::new("ben", "his")).await.unwrap();
    cyrus.deliver("ben", &mail("one")).await.unwrap();
    cyrus.set_user(&Login::new("ben", "new")).await.unwrap();
    refused("ben", "his").await;
    cyrus.remove_user("ben");
    refused("ben", "new").await;
    let mut session = RawImap::connect(port).await.unwrap();
    let told = session.run("CAPABILITY").await.unwrap().lines.concat();
    assert!(told.contains("STARTTLS"), "{told}");
    // For ben, as the gateway: base64 of `ben\0gateway\0all`.
    let proxied = "AUTHENTICATE PLAIN YmVuAGdhdGV3YXkAYWxs";
    session.run(proxied).await.unwrap();
    let told = session.run("STATUS INBOX (MESSAGES)").await.unwrap();
    assert_eq!(told.number("(MESSAGES "), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hand_does_what_a_client_does_whatever_folders_are_called() {
    for classic_names in [false, true] {
        let options = CyrusOptions {
            classic_names,
            ..CyrusOptions::default()
        };
        let cyrus = Cyrus::start(&options).await.unwrap();
        let hand = cyrus.hand("anna").await.unwrap();
        super::hand_works(&hand).await;
        let listed = hand.run("LIST \"\" *").await.unwrap().lines.concat();
        assert_eq!(listed.contains("INBOX.Sent"), classic_names, "{listed}");
    }
}
