//! Many heartbeats that end in the same second.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::binary::Binary;
use crate::client::{Client, Waiting};
use crate::phone::LIMIT;
use crate::service::{Place, value_in};
use crate::wire::Server;

/// Devices, each with a connection.
const DEVICES: usize = 1_000;
/// Accounts that they belong to.
const ACCOUNTS: usize = 50;
/// Devices that are set up, or send their Ping, at the same time.
const AT_ONCE: usize = 32;
/// Time for all to send their Pings.
const SENDING: Duration = Duration::from_secs(30);
/// Open files that each of the two processes needs.
const FILES: usize = DEVICES + 500;
/// Nobody is answered later than this after the end of its heartbeat. A program that is not optimized takes five times
/// as long for the same work.
const LATE_MAX: Duration = if cfg!(debug_assertions) {
    Duration::from_secs(3)
} else {
    Duration::from_secs(1)
};

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_that_end_in_the_same_second_are_answered_within_a_second() {
    allow_files();
    let accounts: Vec<String> = (0..ACCOUNTS)
        .map(|number| format!("user{number}"))
        .collect();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let place = Place::new(&accounts);
    for account in &accounts {
        place.maildir(account, &[""]);
    }
    let program = Binary::start(
        &place,
        "[limits]\nfirst_syncs_max = 4000\n[push]\nheartbeat_min_s = 1\n[log]\nlevel = \"warn,directpush::app=info\"\n",
    );
    let began = Instant::now();
    let clients = set_up(&program, &accounts).await;
    eprintln!("fleet: {DEVICES} devices set up in {:?}", began.elapsed());

    let _quiet = crate::BUSY.write().await;
    let end = Instant::now() + SENDING;
    let pings = send(clients, end).await;
    let last = pings.iter().map(|(ping, _)| ping.sent).max().unwrap();
    assert!(last < end - Duration::from_secs(2), "sending took too long");
    until_parked(&program).await;
    let mut answers = JoinSet::new();
    for (ping, deadline) in pings {
        answers.spawn(async move {
            // Read later: this process is not to take from the other what it needs to answer.
            let answered = ping.answering().await;
            (ping, deadline, answered)
        });
    }
    let mut lateness = Vec::new();
    for (mut ping, deadline, answered) in answers.join_all().await {
        assert_eq!(ping.answer().await.status.code(), 1);
        assert!(answered >= deadline, "early by {:?}", deadline - answered);
        lateness.push(answered - deadline);
    }
    lateness.sort();
    let of_server = program.look("/metrics").await.unwrap().1;
    let mean = value_in(&of_server, "directpush_heartbeat_lateness_seconds_sum") / DEVICES as f64;
    let [half, most, all] = [DEVICES / 2, DEVICES * 99 / 100, DEVICES - 1].map(|at| lateness[at]);
    eprintln!(
        "fleet: late by p50 {half:?}, p99 {most:?}, at most {all:?}; by the service's clock {mean:.3} s in the mean"
    );
    assert!(all <= LATE_MAX, "{all:?}");
}

/// The devices, none of them connected.
async fn set_up(program: &Binary, accounts: &[&str]) -> Vec<Client> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut setting_up = JoinSet::new();
    for number in 0..DEVICES {
        let server = Server {
            address: program.eas,
            account: accounts[number % ACCOUNTS].to_owned(),
        };
        let places = Arc::clone(&places);
        setting_up.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            let mut client = Client::new(server, &format!("D{number}"));
            client.folder_sync().await;
            client.begin("").await;
            client.hang_up();
            client
        });
    }
    setting_up.join_all().await
}

/// A Ping of each device, with when its heartbeat is over at the earliest: in the second before `end`.
async fn send(clients: Vec<Client>, end: Instant) -> Vec<(Waiting, Instant)> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut sending = JoinSet::new();
    for client in clients {
        let places = Arc::clone(&places);
        sending.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            let heartbeat_s = end.saturating_duration_since(Instant::now()).as_secs();
            let ping = client
                .ping(&[""], u32::try_from(heartbeat_s).unwrap())
                .await;
            let deadline = ping.sent + Duration::from_secs(heartbeat_s);
            (ping, deadline)
        });
    }
    sending.join_all().await
}

async fn until_parked(program: &Binary) {
    let began = Instant::now();
    loop {
        let (_, text) = program.look("/metrics").await.unwrap();
        let parked = value_in(&text, "directpush_parked{kind=\"ping\"}");
        if parked == DEVICES as f64 {
            return;
        }
        assert!(began.elapsed() < LIMIT, "only {parked} parked");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Raises the limit of open files of this process, and so of the program, as far as the system allows.
fn allow_files() {
    let id = std::process::id().to_string();
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let mut numbers = line.unwrap().split_whitespace().skip(3);
    let (soft, hard) = (numbers.next().unwrap(), numbers.next().unwrap());
    let enough = |limit: &str| limit.parse().is_ok_and(|limit: usize| limit >= FILES);
    assert!(
        enough(hard),
        "{FILES} open files are needed, {hard} allowed"
    );
    if !enough(soft) {
        let limit = format!("--nofile={hard}:{hard}");
        let raised = Command::new("prlimit")
            .args(["--pid", &id, &limit])
            .status();
        assert!(raised.unwrap().success());
    }
}
