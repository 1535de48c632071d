//! A server that is there and says nothing: it is found out in time, phones wait on, and nothing is lost.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::client::{Client, Waiting};
use crate::house::{House, Plan, Source};
use crate::phone::LIMIT;

/// Folders that the phone waits for.
const FOLDERS: [&str; 2] = ["", "Sent"];

/// `imap.command_timeout_s`, `imap.connect_timeout_s` and `imap.sweep_s` of these tests.
const COMMAND_S: u64 = 5;
const CONNECT_S: u64 = 2;
const SWEEP_S: u64 = 10;

/// Between two questions on a NOTIFY connection.
const KICK_S: u64 = 20;

/// For the machine, which may be busy.
const GRACE: Duration = Duration::from_secs(4);

/// Who stops.
#[derive(Clone, Copy, Debug)]
enum Freeze {
    /// The processes of the server: connections are made and stay silent.
    Server,
    /// The network between it and the program: the server goes on, and nothing of it is heard.
    Network,
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_found_out() {
    // At once, since they do nothing but wait.
    tokio::join!(
        frozen(Source::Hook, Freeze::Server, SWEEP_S),
        frozen(Source::Idle, Freeze::Server, SWEEP_S),
        frozen(Source::Idle, Freeze::Network, SWEEP_S),
        frozen(Source::Notify, Freeze::Network, KICK_S),
    );
}

/// Freezes it until the watch has noticed, which asks something every `asked_s`.
async fn frozen(source: Source, freeze: Freeze, asked_s: u64) {
    let mut plan = Plan::new(source);
    plan.imap = format!(
        "sweep_s = {SWEEP_S}\ncommand_timeout_s = {COMMAND_S}\nconnect_timeout_s = {CONNECT_S}\n"
    );
    let house = House::start(plan).await;
    house.deliver("anna", "first").await;
    let mut client = house.client("anna", "FROZEN");
    client.set_up(&FOLDERS).await;
    let mut ping = client.ping(&FOLDERS, 480).await;
    house.watched(1, 1).await;

    let began = Instant::now();
    house.freeze(freeze);
    let bound = Duration::from_secs(asked_s + COMMAND_S + CONNECT_S) + GRACE;
    let delivering = async {
        // A server that stands still has it once it goes on.
        house.deliver("anna", "meanwhile").await;
    };
    let watching = async {
        let noticed = until_down(&house, &mut ping, bound).await;
        answers(&mut client, &mut ping).await;
        house.thaw(freeze);
        noticed
    };
    let ((), noticed) = tokio::join!(delivering, watching);
    let thawed = Instant::now();
    let told = ping.answer().await;
    let took = thawed.elapsed();
    assert_eq!(told.folders, [client.folder("")], "{source:?}");
    client.fetch("").await;
    assert!(client.items.contains_key("meanwhile"), "{source:?}");
    assert_eq!((client.items.len(), client.doubled), (2, 0));
    eprintln!(
        "{source:?}, {freeze:?}: noticed after {noticed:?}, told {took:?} after it went on; stood still for {:?}",
        thawed - began
    );
}

/// Waits until the watch is known to be of no use, with the Ping parked. How long that took.
async fn until_down(house: &House, ping: &mut Waiting, bound: Duration) -> Duration {
    let began = Instant::now();
    let good = "directpush_watchers{mode=\"push\"}";
    while house.program.metric(good).await != 0.0 {
        assert!(began.elapsed() < bound, "nobody notices in {bound:?}");
        let told = ping.answered_within(Duration::from_millis(50)).await;
        assert_eq!(told, None, "the Ping did not stay parked");
    }
    began.elapsed()
}

/// A device that asks meanwhile is told to come back, by the status of its folder.
async fn answers(client: &mut Client, ping: &mut Waiting) {
    let asked = Instant::now();
    let answer = client.sync("", Vec::new()).await;
    let status = answer.map(|answer| (answer.status.code(), answer.commands.len()));
    assert_eq!(status, Some((5, 0)));
    assert!(asked.elapsed() < LIMIT / 2, "{:?}", asked.elapsed());
    let told = ping.answered_within(Duration::from_millis(200)).await;
    assert_eq!(told, None, "the Ping did not stay parked");
}

impl House {
    fn freeze(&self, what: Freeze) {
        match what {
            Freeze::Server => self.dovecot.pause().unwrap(),
            Freeze::Network => self.tap.freeze(),
        }
    }

    fn thaw(&self, what: Freeze) {
        match what {
            Freeze::Server => self.dovecot.resume().unwrap(),
            Freeze::Network => self.tap.thaw(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_is_noticed_by_nobody() {
    let house = House::start(Plan::new(Source::Idle)).await;
    let mut client = house.client("anna", "FROZEN");
    client.set_up(&FOLDERS).await;
    let mut ping = client.ping(&FOLDERS, 480).await;
    house.watched(1, 1).await;
    house.dovecot.pause().unwrap();
    let later = async {
        sleep(Duration::from_secs(2)).await;
        house.dovecot.resume().unwrap();
    };
    tokio::join!(house.deliver("anna", "meanwhile"), later);
    assert_eq!(ping.answer().await.folders, [client.folder("")]);
    client.fetch("").await;
    assert!(client.items.contains_key("meanwhile"));
    let log = house.program.told();
    assert!(
        !log.contains("polls,") && !log.contains("starts over"),
        "{log}"
    );
}
