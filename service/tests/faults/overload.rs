//! More to do than may be: the whole service, with a relay that never answers.

use std::collections::BTreeMap;

use directpush::config::Config;
use protocol::command::compose_mail::{ComposeOptions, SendMailRequest};
use protocol::command::folder_sync::FolderSyncRequest;
use protocol::command::{Body, ClientId, SyncKeyText};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::client::{Client, VERSION};
use crate::phone::LIMIT;
use crate::service::{Place, Service, metric};
use crate::wire::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_ping_is_answered_by_a_change_while_new_work_is_refused() {
    let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n",
        relay.local_addr().unwrap().port()
    );
    let place = Place::new(&["anna", "bert"]);
    let users = std::fs::read_to_string(place.users()).unwrap();
    // Who sends has an address.
    std::fs::write(
        place.users(),
        users.trim_end().to_owned() + ":bert@example.org\n",
    )
    .unwrap();
    let service = Service::start(place, |config| {
        config.limits.overload_requests = 1;
        config.smtp = Config::from_parts(&settings, BTreeMap::new()).unwrap().smtp;
    })
    .await;
    let server = |account: &str| Server {
        address: service.app.eas_address(),
        account: account.to_owned(),
    };
    let maildir = service.place.maildir("anna", &[""]);
    service.place.maildir("bert", &[""]);
    let mut anna = Client::new(server("anna"), "ONE");
    anna.set_up(&[""]).await;
    let mut ping = anna.ping(&[""], 480).await;

    let mut sender = Client::new(server("bert"), "ONE");
    let message = SendMailRequest {
        client_id: ClientId::parse("1").unwrap(),
        options: ComposeOptions::default(),
        mime: b"To: far@example.net\r\nSubject: out\r\n\r\nHello.\r\n".to_vec(),
    };
    let message = message.to_element(VERSION);
    let mut sending = std::pin::pin!(sender.try_send("SendMail", &message));
    // The relay is asked, and says nothing.
    let held = tokio::select! {
        held = timeout(LIMIT, relay.accept()) => held.unwrap().unwrap(),
        answer = &mut sending => panic!("{answer:?}"),
    };

    let mut other = Client::new(server("bert"), "TWO");
    let first = FolderSyncRequest {
        sync_key: SyncKeyText::initial(),
    };
    let first = first.to_element(VERSION);
    let refused = other.try_send("FolderSync", &first).await;
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(metric(service.app.metrics(), "directpush_overloaded"), 1.0);

    maildir.deliver("", "news");
    assert_eq!(ping.answer().await.folders, [anna.folder("")]);
    // And she may park again.
    let mut again = anna.ping(&[""], 480).await;
    assert_eq!(again.answer().await.status.code(), 2);

    // The relay goes away: the work ends, and after a while the same request is good.
    drop((held, relay));
    let answered = sending.await;
    assert!([200, 503].contains(&answered.status), "{answered:?}");
    let over = async {
        while other.try_send("FolderSync", &first).await.status == 503 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    timeout(LIMIT, over).await.unwrap();
    let lag = "directpush_overloads_total{cause=\"lag\"}";
    assert_eq!(metric(service.app.metrics(), lag), 0.0);
    anna.fetch("").await;
    assert!(anna.items.contains_key("news"));
    service.app.shutdown().await;
}
