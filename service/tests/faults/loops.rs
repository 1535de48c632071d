//! Loops that phones get into, against the real service: they come to rest, and nobody else notices.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::command::folder_sync::FolderSyncRequest;
use protocol::command::get_item_estimate::{EstimateCollection, GetItemEstimateRequest};
use protocol::command::ping::{PingFolder, PingRequest};
use protocol::command::sync::{SyncCollection, SyncRequest};
use protocol::command::{Body, CollectionId, SyncKeyText};
use protocol::flow::governor::HOLD_MAX;
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::client::{Client, VERSION};
use crate::phone::LIMIT;
use crate::service::{Place, Service, metric};
use crate::wire::{Server, read_answer};

/// How long the loops run: a minute to come to rest in, and one that is judged.
const SPAN: Duration = Duration::from_secs(122);

/// Six in the last minute of it, and one on its edge.
const LATE: Duration = Duration::from_secs(60);
const LATE_MAX: usize = 7;

/// When a looping client made its requests.
type Made = Arc<Mutex<Vec<Instant>>>;

/// A client that does something again and again, each time as soon as it is answered.
struct Looper {
    name: &'static str,
    made: Made,
    clients: Vec<Client>,
}

impl Looper {
    async fn new(service: &Service, name: &'static str, clients: usize) -> Self {
        let maildir = service.place.maildir(name, &[""]);
        maildir.deliver("", "letter");
        let mut all = Vec::new();
        for _ in 0..clients {
            let mut client = Client::new(server(service, name), "ONE");
            client.set_up(&[""]).await;
            all.push(client);
        }
        Self {
            name,
            made: Made::default(),
            clients: all,
        }
    }

    /// Sends one request and has it counted.
    async fn shoot(made: &Made, client: &mut Client, command: &str, body: &impl Body) -> bool {
        made.lock().await.push(Instant::now());
        let body = body.to_element(VERSION);
        // A Ping that is parked has come to rest.
        client.send_and_wait(command, &body).await.status == 200
    }
}

fn server(service: &Service, account: &str) -> Server {
    Server {
        address: service.app.eas_address(),
        account: account.to_owned(),
    }
}

fn sync(folder: &CollectionId, key: &SyncKeyText) -> SyncRequest {
    SyncRequest {
        collections: Some(vec![SyncCollection::new(folder.clone(), key.clone())]),
        ..SyncRequest::default()
    }
}

fn ping(folder: &CollectionId) -> PingRequest {
    PingRequest {
        heartbeat_s: Some(480),
        folders: Some(vec![PingFolder {
            id: folder.clone(),
            class: None,
        }]),
    }
}

/// The same key again and again, with a message that waits.
async fn same_key(looper: Looper, service: &Service) {
    let [mut client] = <[Client; 1]>::try_from(looper.clients).ok().unwrap();
    service.place.maildir(looper.name, &[""]).deliver("", "new");
    let request = sync(&client.folder(""), &client.key(""));
    loop {
        Looper::shoot(&looper.made, &mut client, "Sync", &request).await;
    }
}

/// A Sync after each empty answer.
async fn empty(looper: Looper) {
    let [mut client] = <[Client; 1]>::try_from(looper.clients).ok().unwrap();
    let request = sync(&client.folder(""), &client.key(""));
    loop {
        Looper::shoot(&looper.made, &mut client, "Sync", &request).await;
    }
}

/// Estimate and Sync in turn.
async fn estimate(looper: Looper) {
    let [mut client] = <[Client; 1]>::try_from(looper.clients).ok().unwrap();
    let (folder, key) = (client.folder(""), client.key(""));
    let request = sync(&folder, &key);
    let estimate = GetItemEstimateRequest {
        collections: vec![EstimateCollection {
            sync_key: key,
            collection_id: folder,
            class: None,
            conversation_mode: None,
            options: Vec::new(),
        }],
    };
    loop {
        Looper::shoot(&looper.made, &mut client, "GetItemEstimate", &estimate).await;
        Looper::shoot(&looper.made, &mut client, "Sync", &request).await;
    }
}

/// Ping without the Sync that it was told to make.
async fn deaf(looper: Looper, service: &Service) {
    let [mut client] = <[Client; 1]>::try_from(looper.clients).ok().unwrap();
    let request = ping(&client.folder(""));
    service.place.maildir(looper.name, &[""]).deliver("", "new");
    loop {
        Looper::shoot(&looper.made, &mut client, "Ping", &request).await;
    }
}

/// A folder that is not there, by Sync and Ping in turn.
async fn unknown_folder(looper: Looper) {
    let [mut client] = <[Client; 1]>::try_from(looper.clients).ok().unwrap();
    let folder = CollectionId::from_number(4711);
    let request = sync(&folder, &client.key(""));
    let ping = ping(&folder);
    loop {
        Looper::shoot(&looper.made, &mut client, "Sync", &request).await;
        Looper::shoot(&looper.made, &mut client, "Ping", &ping).await;
    }
}

/// FolderSync with a dead key. Ends when the service gives in.
async fn dead_hierarchy(looper: Looper) {
    let [mut client] = <[Client; 1]>::try_from(looper.clients).ok().unwrap();
    let request = FolderSyncRequest {
        sync_key: SyncKeyText::parse("17.dead").unwrap(),
    };
    loop {
        Looper::shoot(&looper.made, &mut client, "FolderSync", &request).await;
    }
}

/// Two clients under one id: each starts the folder over when it finds its key dead.
async fn twins(looper: Looper) {
    let [one, other] = <[Client; 2]>::try_from(looper.clients).ok().unwrap();
    let fight = async |mut client: Client| {
        loop {
            let (folder, key) = (client.folder(""), client.key(""));
            looper.made.lock().await.push(Instant::now());
            let body = sync(&folder, &key).to_element(VERSION);
            let answer = client.try_send("Sync", &body).await;
            if !answer.body.is_empty() {
                client.follow("", &answer);
            }
        }
    };
    tokio::join!(fight(one), fight(other));
}

/// A wrong password again and again.
async fn wrong_password(looper: Looper, service: &Service) {
    let credentials = STANDARD.encode(format!("{}:old", looper.name));
    let request = format!(
        "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: faults\r\nAuthorization: Basic {credentials}\r\n\
         Content-Length: 0\r\n\r\n"
    );
    loop {
        looper.made.lock().await.push(Instant::now());
        let stream = server(service, looper.name).connect().await;
        let mut stream = stream.ok().unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = timeout(LIMIT, read_answer(&mut stream)).await.unwrap();
        assert!([401, 503].contains(&answer.unwrap().status));
    }
}

/// How long a healthy device's Syncs with a change take, in order.
async fn healthy(client: &mut Client, service: &Service, span: Duration) -> Vec<Duration> {
    let maildir = service.place.maildir("healthy", &[""]);
    let (began, mut took) = (Instant::now(), Vec::new());
    while began.elapsed() < span {
        let mut ping = client.ping(&[""], 480).await;
        maildir.deliver("", &format!("m{}", client.items.len()));
        assert_eq!(ping.answer().await.status.code(), 2);
        let asked = Instant::now();
        client.fetch("").await;
        took.push(asked.elapsed());
        sleep(Duration::from_millis(150)).await;
    }
    took.sort_unstable();
    took
}

fn p99(took: &[Duration]) -> Duration {
    took[took.len() * 99 / 100]
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_come_to_six_requests_a_minute_and_nobody_else_notices() {
    let _alone = crate::BUSY.write().await;
    let names = [
        "same_key", "empty", "estimate", "deaf", "unknown", "dead", "twins", "wrong",
    ];
    let accounts: Vec<&str> = names.iter().copied().chain(["healthy"]).collect();
    let service = Service::start(Place::new(&accounts), |config| {
        config.limits.loop_hold = HOLD_MAX;
    })
    .await;
    service.place.maildir("healthy", &[""]);
    let mut client = Client::new(server(&service, "healthy"), "ONE");
    client.set_up(&[""]).await;
    let alone = healthy(&mut client, &service, Duration::from_secs(6)).await;

    let mut loopers = Vec::new();
    for name in names {
        let clients = if name == "twins" { 2 } else { 1 };
        loopers.push(Looper::new(&service, name, clients).await);
    }
    let made: Vec<(&str, Made)> = loopers
        .iter()
        .map(|looper| (looper.name, Arc::clone(&looper.made)))
        .collect();
    let [same, idle, samsung, mute, lost, dead, two, old] =
        <[Looper; 8]>::try_from(loopers).ok().unwrap();
    let loops = async {
        tokio::join!(
            same_key(same, &service),
            empty(idle),
            estimate(samsung),
            deaf(mute, &service),
            unknown_folder(lost),
            dead_hierarchy(dead),
            twins(two),
            wrong_password(old, &service),
        )
    };
    let beside = tokio::select! {
        _never = loops => unreachable!(),
        took = healthy(&mut client, &service, SPAN) => took,
    };
    let ended = Instant::now();
    for (name, made) in made {
        let made = made.lock().await;
        let late = made.iter().filter(|at| ended - **at < LATE).count();
        eprintln!("{name}: {} requests, {late} of them late", made.len());
        let clients = if name == "twins" { 2 } else { 1 };
        assert!(
            late <= LATE_MAX * clients,
            "{name}: {late} requests in {LATE:?}"
        );
        assert!(made.len() < 60 * clients, "{name}: {} requests", made.len());
    }
    let (alone, beside) = (p99(&alone), p99(&beside));
    eprintln!("p99 of a healthy device: alone {alone:?}, beside the loops {beside:?}");
    assert!(beside < alone * 2 + Duration::from_millis(100));
    let held = metric(service.app.metrics(), "directpush_loops_held_total");
    assert!(held > 5.0, "{held}");
    service.app.shutdown().await;
}
