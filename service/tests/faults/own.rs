//! What a device does never wakes that device, and always wakes the user's other one.

use std::time::{Duration, Instant};

use protocol::command::CollectionId;
use protocol::command::sync::ClientCommand;

use crate::client::{Client, delete, set_flag, set_read};
use crate::maildir::Maildir;
use crate::service::{Place, Service};
use crate::wire::Server;

/// How often each thing is done: the watcher's event overtakes the answer now and then.
const TIMES: usize = 50;

/// All folders of the account. Nobody but the test delivers into the last one.
const FOLDERS: [&str; 4] = ["", "Work", "Trash", "Bell"];

/// What the first device does to an item of the INBOX, and where the other one finds a change.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Read,
    Flag,
    Delete,
    Erase,
    Move,
}

impl Deed {
    fn leads_to(self) -> &'static [&'static str] {
        match self {
            Self::Read | Self::Flag | Self::Erase => &[""],
            Self::Delete => &["", "Trash"],
            Self::Move => &["", "Work"],
        }
    }
}

/// One account, two devices.
struct Scene {
    maildir: Maildir,
    one: Client,
    other: Client,
    bells: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_change_wakes_the_other_device_only() {
    let _busy = crate::BUSY.read().await;
    let service = Service::start(Place::new(&["anna"]), |_| {}).await;
    let maildir = service
        .place
        .maildir("anna", &["", ".Work", ".Trash", ".Bell"]);
    let server = Server {
        address: service.app.eas_address(),
        account: "anna".to_owned(),
    };
    let (mut one, mut other) = (
        Client::new(server.clone(), "ONE"),
        Client::new(server, "OTHER"),
    );
    one.set_up(&FOLDERS).await;
    other.set_up(&FOLDERS).await;
    let mut scene = Scene {
        maildir,
        one,
        other,
        bells: 0,
    };
    let mut latencies = Vec::new();
    for number in 0..TIMES {
        for deed in [
            Deed::Read,
            Deed::Flag,
            Deed::Delete,
            Deed::Erase,
            Deed::Move,
        ] {
            latencies.push(scene.round(deed, number).await);
        }
    }
    latencies.sort();
    eprintln!(
        "from the deed to the other device's Ping: p50 {:?}, p99 {:?}",
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100]
    );
    assert_eq!((scene.one.doubled, scene.other.doubled), (0, 0));
    service.app.shutdown().await;
}

impl Scene {
    /// Does a deed once and looks who is woken. Answers how long that took for the other device.
    async fn round(&mut self, deed: Deed, number: usize) -> Duration {
        let subject = format!("{deed:?}{number}");
        self.maildir.deliver("", &subject);
        arrives(&mut self.one, &subject).await;
        arrives(&mut self.other, &subject).await;
        let mut own_ping = self.one.ping(&FOLDERS, 480).await;
        let mut other_ping = self.other.ping(&FOLDERS, 480).await;
        let began = Instant::now();
        self.act(deed, &subject).await;
        let found = other_ping.answer().await;
        let latency = began.elapsed();
        assert_eq!(found.status.code(), 2, "{subject}");
        self.catch_up(deed, found.folders).await;
        // The bell wakes both. Had the device's own deed been anything to tell, it would be told along.
        self.bells += 1;
        self.maildir
            .deliver(".Bell", &format!("bell{}", self.bells));
        let told = own_ping.answer().await;
        assert_eq!(told.folders, [self.one.folder("Bell")], "{subject}");
        for folder in FOLDERS {
            self.one.fetch(folder).await;
        }
        self.other.fetch("Bell").await;
        latency
    }

    async fn act(&mut self, deed: Deed, subject: &str) {
        let item = self.one.items[subject].clone();
        let command: ClientCommand = match deed {
            Deed::Read => set_read(item, true),
            Deed::Flag => set_flag(item, true),
            Deed::Delete => delete(item),
            Deed::Erase => {
                let erased = self.one.erase("", item).await;
                return assert_eq!(erased.map(|answer| answer.status.code()), Some(1));
            }
            Deed::Move => {
                let moved = self.one.relocate(subject, "", "Work").await;
                return assert_eq!(moved.answers[0].status.code(), 3);
            }
        };
        let answer = self.one.sync("", vec![command]).await.unwrap();
        assert_eq!((answer.status.code(), answer.responses.len()), (1, 0));
    }

    /// The other device fetches, and pings until it was told of every place that the deed leads to.
    async fn catch_up(&mut self, deed: Deed, mut found: Vec<CollectionId>) {
        let mut missing: Vec<&str> = deed.leads_to().to_vec();
        loop {
            let there = missing
                .iter()
                .filter(|name| found.contains(&self.other.folder(name)));
            let there: Vec<&str> = there.copied().collect();
            assert_eq!(
                there.len(),
                found.len(),
                "{deed:?}: {found:?}, missing {missing:?}"
            );
            for folder in there {
                self.other.fetch(folder).await;
            }
            missing.retain(|name| !found.contains(&self.other.folder(name)));
            if missing.is_empty() {
                return;
            }
            found = self.other.ping(&FOLDERS, 480).await.answer().await.folders;
        }
    }
}

/// Fetches a delivery. The watcher takes its time to see it, and until then a Sync has nothing to tell.
async fn arrives(device: &mut Client, subject: &str) {
    loop {
        device.fetch("").await;
        if device.items.contains_key(subject) {
            return;
        }
        let told = device.ping(&[""], 480).await.answer().await;
        assert_eq!(told.folders, [device.folder("")], "{subject}");
    }
}
