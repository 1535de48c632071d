//! The mail goes away under the service, and comes back with something new in it.

use std::fs;
use std::time::{Duration, Instant};

use protocol::command::get_item_estimate::{
    EstimateCollection, GetItemEstimateRequest, GetItemEstimateResponse,
};
use protocol::command::item_operations::{
    FetchOperation, FetchOptions, FetchTarget, ItemOperation, ItemOperationsRequest,
    ItemOperationsResponse,
};
use protocol::command::{Body, SyncKeyText};
use protocol::header;
use protocol::version::Version;

use crate::client::{Client, set_read};
use crate::maildir::Maildir;
use crate::service::{Place, Service};
use crate::wire::Server;

/// How long the mail is away while devices wait.
const AWAY: Duration = Duration::from_secs(3);

/// The watcher looks again after pauses of 1, 2, 4 s, spread by a quarter.
const BACK_WITHIN: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_goes_away_costs_nothing_but_time() {
    let place = Place::new(&["anna"]);
    let maildir = place.maildir("anna", &["", ".Work"]);
    for number in 0..3 {
        maildir.deliver("", &format!("old{number}"));
    }
    let service = Service::start(place, |_| {}).await;
    let server = Server {
        address: service.app.eas_address(),
        account: "anna".to_owned(),
    };
    let mut client = Client::new(server.clone(), "ONE");
    client.set_up(&["", "Work"]).await;
    let before = client.items.clone();
    assert_eq!(before.len(), 3);
    let mut ping = client.ping(&["", "Work"], 480).await;
    // A watcher that is live answers for the folders; one that starts would not notice.
    assert_eq!(ping.answered_within(Duration::from_millis(500)).await, None);

    let (root, away) = (
        service.place.mail().join("anna"),
        service.place.mail().join("away"),
    );
    fs::rename(&root, &away).unwrap();
    // Until the kernel's word of it has arrived, the index holds what is there.
    let gone = Instant::now();
    while client.sync("", Vec::new()).await.is_none() {
        assert!(gone.elapsed() < Duration::from_secs(2), "nobody notices");
    }
    answers_while_away(&mut client).await;
    assert_eq!(
        ping.answered_within(AWAY).await,
        None,
        "a Ping did not stay parked"
    );
    answers_while_away(&mut client).await;
    newcomer_is_told_to_wait(&server).await;
    let maildir_away = Maildir::make(&away, &[]);
    maildir_away.deliver("", "meanwhile");
    assert!(maildir_away.delete("", "old0"));

    let back = Instant::now();
    fs::rename(&away, &root).unwrap();
    let answer = ping.answer().await;
    let took = back.elapsed();
    assert_eq!(answer.folders, [client.folder("")]);
    assert!(took < BACK_WITHIN, "{took:?}");
    client.fetch("").await;
    let mut expected = before;
    expected.remove("old0");
    let new = client.items["meanwhile"].clone();
    expected.insert("meanwhile".to_owned(), new);
    assert_eq!(client.items, expected);
    assert_eq!(client.doubled, 0);
    let quiet = client.folder_sync().await.changes.unwrap();
    assert_eq!(quiet.count(), 0, "the folders are the same");
    eprintln!("outage: reported {took:?} after the mail came back");
    service.app.shutdown().await;
}

/// Nothing is lost, refused for good or called an error of the client's.
async fn answers_while_away(client: &mut Client) {
    let item = client.items["old1"].clone();
    for commands in [vec![], vec![set_read(item.clone(), true)]] {
        let answer = client.sync("", commands).await.unwrap();
        assert_eq!((answer.status.code(), answer.commands.len()), (5, 0));
    }
    let moved = client.relocate("old1", "", "Work").await;
    assert!(
        [5, 7].contains(&moved.answers[0].status.code()),
        "{moved:?}"
    );
    let folders = client.folder_sync().await;
    assert_eq!(folders.status.code(), 1);
    assert_eq!(
        folders.changes.unwrap().count(),
        0,
        "folders that are away are not gone"
    );
    let fetch = ItemOperationsRequest {
        operations: vec![ItemOperation::Fetch(FetchOperation {
            store: "Mailbox".to_owned(),
            target: FetchTarget::Item {
                collection_id: client.folder(""),
                server_id: item,
            },
            options: FetchOptions::default(),
        })],
    };
    let fetched: ItemOperationsResponse = client.ask("ItemOperations", &fetch).await;
    assert_eq!(fetched.fetches[0].status.code(), 3);
    let estimate = GetItemEstimateRequest {
        collections: vec![EstimateCollection {
            class: None,
            collection_id: client.folder(""),
            sync_key: client.key(""),
            conversation_mode: None,
            options: Vec::new(),
        }],
    };
    let answer = client
        .try_send("GetItemEstimate", &estimate.to_element(Version::V14_1))
        .await;
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    if answer.status == 200 {
        let _readable: GetItemEstimateResponse = crate::client::read(&answer);
    }
}

/// A device that knows of nothing cannot be told anything: it is to come back later.
async fn newcomer_is_told_to_wait(server: &Server) {
    let mut newcomer = Client::new(server.clone(), "NEW");
    let request = protocol::command::folder_sync::FolderSyncRequest {
        sync_key: SyncKeyText::initial(),
    };
    let answer = newcomer
        .try_send("FolderSync", &request.to_element(Version::V14_1))
        .await;
    // The account's folders are known from the other device.
    assert_eq!(answer.status, 200);
    let mut stranger = Client::new(
        Server {
            account: "nobody".to_owned(),
            ..server.clone()
        },
        "NEW",
    );
    let answer = stranger
        .try_send("FolderSync", &request.to_element(Version::V14_1))
        .await;
    assert_eq!(answer.status, 401, "who is not known is still not let in");
    assert_eq!(answer.header(header::RETRY_AFTER), None);
}
