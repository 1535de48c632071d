//! The process is killed while a message is put into a folder: there is one, and one mail.

use std::net::Ipv4Addr;

use backends::servers::{Dovecot, DovecotOptions};
use protocol::command::sync::ServerCommand;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::sent::MAIL;
use super::{Served, at, logs, stored};
use crate::desk::{Desk, only_subject, upload, written};
use crate::house::{House, relay_at};
use crate::peer::{Peer, Script};
use crate::phone::{Phone, Told};

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_copy_it_is_made_by_the_repeat() {
    let mut served = Served::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let request = served.phone().begin("1", MAIL).await;
    served.peer.until_taken(1).await;
    served.house.kill();
    drop(request);
    assert_eq!(served.stored("Sent").await.len(), 0);
    served.house.open();
    let phone = served.phone();
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!(phone.send("1", MAIL).await, Told::Status("118".to_owned()));
    assert_eq!(served.peer.taken().len(), 1, "no second mail");
    assert_eq!(served.stored("Sent").await.len(), 1);
    logs(&served.house, "message in doubt counts as sent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_copy_is_written_down_there_is_no_second_one() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let peer = Peer::start(Script::default()).await;
    let muffler = Muffler::start(dovecot.imap_port()).await;
    let relay = relay_at(peer.port());
    let mut house = House::at_server(&at(muffler.port, "", ""), &relay);
    let request = Phone::new(&house, "anna", "phone").begin("1", MAIL).await;
    muffler.appended().await;
    // The server has it, and what it says of it arrives nowhere.
    while hand.count("Sent").await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    house.kill();
    drop((request, muffler));
    house.move_server(&at(dovecot.imap_port(), "", ""));
    house.open();
    let phone = Phone::new(&house, "anna", "phone");
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!(phone.send("1", MAIL).await, Told::Status("118".to_owned()));
    assert_eq!(peer.taken().len(), 1, "no second mail");
    assert_eq!(stored(&hand, "Sent").await.len(), 1, "no second copy");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_draft_is_written_anew_there_is_one_draft() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let server = at(dovecot.imap_port(), "", "");
    let mut house = House::at_server(&server, "");
    let mut desk = Desk::new(&house, "one").await;
    let (_, id, _) = desk.add("1", written("First.")).await;
    let id = id.unwrap();
    house.kill();
    let muffler = Muffler::start(dovecot.imap_port()).await;
    house.move_server(&at(muffler.port, "", ""));
    house.open();
    desk.move_to(&house);
    let change = upload(only_subject("Late"), false);
    let there_twice = async {
        muffler.appended().await;
        while hand.count("Drafts").await.unwrap() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = desk.change(&id, &change) => panic!("{answer:?}"),
        () = there_twice => {}
    }
    house.kill();
    drop(muffler);
    house.move_server(&server);
    house.open();
    desk.move_to(&house);
    let answer = desk.change(&id, &change).await;
    assert!(answer.is_none_or(|answer| answer.responses.is_empty()));
    let drafts = stored(&hand, "Drafts").await;
    assert_eq!(drafts.len(), 1, "{drafts:?}");
    assert!(drafts[0].text.contains("Subject: Late\r\n"), "{drafts:?}");
    let later = desk.sync(Vec::new()).await;
    let twin = later.is_some_and(|answer| {
        let added = |command: &ServerCommand| matches!(command, ServerCommand::Add { .. });
        answer.commands.iter().any(added)
    });
    assert!(!twin, "the draft came as another one");
}

/// Between the service and the server: after an APPEND nothing of what the server says gets through.
struct Muffler {
    port: u16,
    appended: watch::Receiver<bool>,
    _carrying: JoinSet<()>,
}

impl Muffler {
    async fn start(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, appended) = watch::channel(false);
        let mut carrying = JoinSet::new();
        carrying.spawn(async move {
            let mut all = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                all.spawn(carry(client, server, heard.clone()));
            }
        });
        Self {
            port,
            appended,
            _carrying: carrying,
        }
    }

    async fn appended(&self) {
        let mut appended = self.appended.clone();
        appended.wait_for(|appended| *appended).await.unwrap();
    }
}

async fn carry(client: TcpStream, server: u16, heard: watch::Sender<bool>) {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await;
    let (mut from_server, mut to_server) = server.unwrap().into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let muffled = heard.subscribe();
    let up = async {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
            let piece = &buffer[..count];
            if piece.windows(8).any(|word| word == b" APPEND ") {
                heard.send_replace(true);
            }
            if to_server.write_all(piece).await.is_err() {
                return;
            }
        }
    };
    let down = async {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
            if !*muffled.borrow() && to_client.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}
