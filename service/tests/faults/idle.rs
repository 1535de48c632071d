//! A heartbeat during which nothing happens costs nothing: no row, no listing, no byte in the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use directpush::http::request::EasRequest;
use directpush::telemetry::Facts;
use protocol::command::Body;
use protocol::command::ping::PingResponse;
use protocol::wbxml::{self, Limits};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::time::sleep;

use crate::client::Client;
use crate::inside::{Inside, document, request, seam};
use crate::polls::Device;
use crate::service::{Place, Service};
use crate::wire::Server;

/// What writing to a database changes: its version as another connection sees it, and the sizes of its files.
#[derive(Debug, Eq, PartialEq)]
struct Written(i64, Vec<Option<u64>>);

/// Looks at a database from outside.
struct Look {
    path: PathBuf,
    conn: SqliteConnection,
}

impl Look {
    async fn at(path: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(path);
        Self {
            path: path.to_owned(),
            conn: options.connect().await.unwrap(),
        }
    }

    async fn now(&mut self) -> Written {
        let version = sqlx::query_scalar("PRAGMA data_version");
        let version = version.fetch_one(&mut self.conn).await.unwrap();
        let sizes = ["", "-wal"].map(|end| {
            let file = format!("{}{end}", self.path.display());
            std::fs::metadata(file).ok().map(|file| file.len())
        });
        Written(version, sizes.into())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_ping_writes_nothing_and_asks_the_mailbox_nothing() {
    let inside = Inside::start(&["", ".Work"]).await;
    inside.maildir.deliver("", "old");
    let mut device = Device::new("ONE");
    device.set_up(&inside).await;
    let first = device.ping_request(1);
    assert_eq!(expire(&inside, first).await, 1);
    let mut look = Look::at(&inside.place.state()).await;
    let (written, stats) = (look.now().await, inside.stats());
    for _ in 0..3 {
        // An empty body: what was remembered.
        let ping = request("ONE", "Ping", Vec::new());
        assert_eq!(expire(&inside, ping).await, 1);
        assert_eq!(look.now().await, written);
        assert_eq!(inside.stats(), stats);
    }
    // Otherwise this test could not see anything.
    inside.maildir.deliver("", "new");
    let ping = request("ONE", "Ping", Vec::new());
    assert_eq!(expire(&inside, ping).await, 2);
    assert_ne!(look.now().await.0, written.0);
    assert_ne!(inside.stats(), stats);
    inside.stop().await;
}

async fn expire(inside: &Inside, ping: EasRequest) -> u16 {
    let answer = seam(inside).dispatch(ping, &mut Facts::default()).await;
    let document = wbxml::decode(&document(&answer), &Limits::default()).unwrap();
    PingResponse::from_element(&document.root)
        .unwrap()
        .status
        .code()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_service_writes_nothing_while_devices_wait() {
    let heartbeat = Duration::from_secs(4);
    let service = Service::start(Place::new(&["anna"]), |config| {
        config.push.heartbeat_min = Duration::from_secs(1);
    })
    .await;
    service.place.maildir("anna", &[""]);
    let server = Server {
        address: service.app.eas_address(),
        account: "anna".to_owned(),
    };
    let mut client = Client::new(server, "ONE");
    client.set_up(&[""]).await;
    let mut ping = client.ping(&[""], 4).await;
    sleep(heartbeat / 4).await;
    let mut look = Look::at(&service.place.state()).await;
    let written = look.now().await;
    assert_eq!(ping.answer().await.status.code(), 1);
    assert!(ping.sent.elapsed() >= heartbeat);
    let mut again = client.ping(&[], 4).await;
    assert_eq!(again.answer().await.status.code(), 1);
    assert_eq!(look.now().await, written);
    service.app.shutdown().await;
}
