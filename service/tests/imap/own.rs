//! What a phone does itself does not wake it, however it comes back from the server; the user's other one it does.

use std::time::Duration;

use protocol::command::compose_mail::{ComposeOptions, SendMailRequest};
use protocol::command::{Body, ClientId, CollectionId};

use crate::client::{Client, VERSION, delete, set_flag, set_read};
use crate::house::{House, Plan, Source};
use crate::peer::{Peer, Script};

/// All folders that the devices wait for. Nothing but the test's bell is in the last one.
const FOLDERS: [&str; 5] = ["", "Work", "Trash", "Sent", "Bell"];

/// What the first device does to the message of the same name in the INBOX; and a message that it sends.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Read,
    Flag,
    Delete,
    Erase,
    Move,
    Send,
}

const DEEDS: [Deed; 6] = [
    Deed::Read,
    Deed::Flag,
    Deed::Delete,
    Deed::Erase,
    Deed::Move,
    Deed::Send,
];

impl Deed {
    fn subject(self) -> String {
        format!("{self:?}")
    }

    /// Where the other device finds a change.
    fn leads_to(self) -> &'static [&'static str] {
        match self {
            Self::Read | Self::Flag | Self::Erase => &[""],
            Self::Delete => &["", "Trash"],
            Self::Move => &["", "Work"],
            Self::Send => &["Sent"],
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_does_wakes_the_other_only() {
    // At once, since they do little but wait.
    tokio::join!(
        own_deeds(Source::Hook, Duration::from_secs(2)),
        own_deeds(Source::Idle, Duration::from_secs(2)),
        own_deeds(Source::Hibernating, Duration::from_secs(3)),
        own_deeds(Source::Notify, Duration::from_secs(3)),
        own_deeds(Source::Poll, Duration::from_secs(6)),
    );
}

/// By IMAP a message is marked to be removed, then removed. A server that calls tells of the first at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_half_done_is_its_own() {
    let house = House::start(Plan::new(Source::Hook)).await;
    house.deliver("anna", "gone").await;
    let mut one = house.client("anna", "ONE");
    one.set_up(&["", "Sent"]).await;
    let mut ping = one.ping(&["", "Sent"], 480).await;
    house.watched(1, 1).await;
    house.tap.hold("EXPUNGE");
    let item = one.items["gone"].clone();
    let half_done = async {
        let early = ping.answered_within(Duration::from_secs(1)).await;
        house.tap.release();
        early
    };
    let (erased, early) = tokio::join!(one.erase("", item), half_done);
    assert_eq!(erased.map(|answer| answer.status.code()), Some(1));
    assert_eq!(early, None, "woken by its own deed, half done");
    let late = ping.answered_within(Duration::from_secs(1)).await;
    assert_eq!(late, None, "woken by its own deed");
    house.deliver("anna", "bell").await;
    assert_eq!(ping.answer().await.folders, [one.folder("")]);
}

/// One device waits all the time while it does things, and is woken by the bell only. What it did is told by the server
/// within `heard`.
async fn own_deeds(source: Source, heard: Duration) {
    let relay = Peer::start(Script::default()).await;
    let mut plan = Plan::new(source);
    plan.imap = "sweep_s = 10\npoll_s = 5\nidle_connections_max = 8\n".to_owned();
    plan.more = format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n",
        relay.port()
    );
    let house = House::start(plan).await;
    let mail = house.other("anna").await;
    mail.make("Work").await;
    mail.make("Bell").await;
    for deed in DEEDS {
        house.deliver("anna", &deed.subject()).await;
    }
    let (mut one, mut other) = (house.client("anna", "ONE"), house.client("anna", "OTHER"));
    one.set_up(&FOLDERS).await;
    other.set_up(&FOLDERS).await;
    let mut own_ping = one.ping(&FOLDERS, 480).await;
    house.watched(1, 1).await;
    house.listened_to(&FOLDERS).await;
    for deed in DEEDS {
        let mut ping = other.ping(&FOLDERS, 480).await;
        house.watched(1, 2).await;
        act(&mut one, deed).await;
        let told = ping.answer().await;
        assert_eq!(told.status.code(), 2, "{deed:?}");
        catch_up(&mut other, deed, told.folders).await;
    }
    let early = own_ping.answered_within(heard).await;
    let early = early.map(|told| told.folders);
    assert_eq!(early, None, "{source:?}: woken by its own deed");
    mail.put("Bell", "bell").await;
    let told = own_ping.answer().await;
    assert_eq!(told.folders, [one.folder("Bell")], "{source:?}");

    // Whoever did it, both know all of it in the end.
    for folder in FOLDERS {
        one.fetch(folder).await;
        other.fetch(folder).await;
        let there = mail.contents(if folder.is_empty() { "INBOX" } else { folder });
        for subject in there.await.keys() {
            assert!(one.items.contains_key(subject), "{subject}");
            assert!(other.items.contains_key(subject), "{subject}");
        }
    }
    assert_eq!(mail.contents("Sent").await.len(), 1);
    assert_eq!((one.doubled, other.doubled), (0, 0));
}

async fn act(one: &mut Client, deed: Deed) {
    let subject = deed.subject();
    let item = one.items[&subject].clone();
    let command = match deed {
        Deed::Read => set_read(item, true),
        Deed::Flag => set_flag(item, true),
        Deed::Delete => delete(item),
        Deed::Erase => {
            let erased = one.erase("", item).await;
            return assert_eq!(erased.map(|answer| answer.status.code()), Some(1));
        }
        Deed::Move => {
            let moved = one.relocate(&subject, "", "Work").await;
            return assert_eq!(moved.answers[0].status.code(), 3);
        }
        Deed::Send => return send(one).await,
    };
    let answer = one.sync("", vec![command]).await.unwrap();
    assert_eq!((answer.status.code(), answer.responses.len()), (1, 0));
}

async fn send(one: &mut Client) {
    let mime =
        "From: anna@example.org\r\nTo: carl@elsewhere.example\r\nSubject: sent\r\n\r\nWords.\r\n";
    let request = SendMailRequest {
        client_id: ClientId::parse("one").unwrap(),
        options: ComposeOptions {
            save_in_sent: true,
            ..ComposeOptions::default()
        },
        mime: mime.as_bytes().to_vec(),
    };
    let answer = one.send("SendMail", request.to_element(VERSION)).await;
    assert!(answer.body.is_empty(), "{answer:?}");
}

/// The other device fetches, and pings until it was told of every place that the deed leads to.
async fn catch_up(other: &mut Client, deed: Deed, mut told: Vec<CollectionId>) {
    let mut missing: Vec<&str> = deed.leads_to().to_vec();
    loop {
        let there = |name: &&str| told.contains(&other.folder(name));
        let found: Vec<&str> = missing.iter().copied().filter(there).collect();
        assert_eq!(
            found.len(),
            told.len(),
            "{deed:?}: {told:?}, missing {missing:?}"
        );
        for folder in &found {
            other.fetch(folder).await;
        }
        missing.retain(|name| !found.contains(name));
        if missing.is_empty() {
            return;
        }
        told = other.ping(&FOLDERS, 480).await.answer().await.folders;
    }
}
