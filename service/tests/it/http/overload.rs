//! Too much to do: new work is sent away, what waits is not touched.

use std::time::Duration;

use protocol::query::Command;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::support::{Ask, Client, Gateway, LIMIT, Response, noticed};

const REFUSED: &str = "directpush_overload_refused_total";

/// A gateway that may work at two requests at once, and these requests.
async fn overloaded() -> (Gateway, [Client<TcpStream>; 2]) {
    let gateway = Gateway::start(|config| config.limits.overload_requests = 2).await;
    let mut clients = [gateway.connect().await, gateway.connect().await];
    for client in &mut clients {
        let ask = Ask::command(Command::FolderCreate).body(b"x");
        client.send(&ask.bytes()).await;
        noticed(&gateway.commands.working).await;
    }
    (gateway, clients)
}

async fn ready(gateway: &Gateway) -> Response {
    let mut client = Client::over(TcpStream::connect(gateway.front.admin()).await.unwrap());
    let ask = Ask {
        credentials: None,
        ..Ask::post("/readyz").method("GET")
    };
    client.ask(&ask).await
}

#[tokio::test]
async fn new_work_is_refused_and_what_costs_nothing_is_not() {
    let (gateway, _working) = overloaded().await;
    for (command, body) in [
        (Command::FolderSync, &b"x"[..]),
        (Command::Sync, b"x"),
        (Command::GetItemEstimate, b"x"),
    ] {
        let mut client = gateway.connect().await;
        let refused = client.ask(&Ask::command(command).body(body)).await;
        assert_eq!(refused.status, 503, "{command}");
        let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((30..=60).contains(&seconds), "{seconds}");
        assert_eq!(refused.header("x-ms-asthrottle"), Some("ServerBusy"));
        // The connection goes on, and an empty Sync and a Ping are served on it.
        assert_eq!(client.ask(&Ask::command(Command::Sync)).await.status, 200);
    }
    assert!((gateway.metric(REFUSED) - 3.0).abs() < f64::EPSILON);
    let entered = gateway.metric("directpush_overloads_total{cause=\"work\"}");
    assert!((entered - 1.0).abs() < f64::EPSILON, "{entered}");
    // It is load, not failure.
    assert_eq!(ready(&gateway).await.status, 200);
    let options = Ask::post("/Microsoft-Server-ActiveSync").method("OPTIONS");
    assert_eq!(gateway.ask(&options).await.status, 200);
}

#[tokio::test]
async fn who_is_parked_stays_so_and_others_may_park() {
    let (gateway, _working) = overloaded().await;
    let mut parked = Vec::new();
    for _ in 0..3 {
        let mut client = gateway.connect().await;
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        let refused = gateway.ask(&Ask::command(Command::FolderSync)).await;
        assert_eq!(refused.status, 503);
        parked.push(client);
    }
    gateway.commands.release.notify_waiters();
    for mut client in parked {
        assert_eq!(client.response().await.text(), "woken");
    }
}

#[tokio::test]
async fn parked_requests_are_no_work() {
    let gateway = Gateway::start(|config| config.limits.overload_requests = 1).await;
    for _ in 0..3 {
        // Parks, and is no Ping.
        let mut client = gateway.connect().await;
        let ask = Ask {
            target: "/Microsoft-Server-ActiveSync?Cmd=ItemOperations&DeviceId=phone&DeviceType=x",
            ..Ask::command(Command::ItemOperations)
        };
        client.send(&ask.bytes()).await;
        noticed(&gateway.commands.parked).await;
        let served = gateway.ask(&Ask::command(Command::FolderSync)).await;
        assert_eq!(served.status, 200);
        drop(client);
    }
}

#[tokio::test]
async fn it_ends_a_while_after_the_work_does() {
    let (gateway, working) = overloaded().await;
    let refused = gateway.ask(&Ask::command(Command::FolderSync)).await;
    assert_eq!(refused.status, 503);
    gateway.commands.let_go.notify_waiters();
    for mut client in working {
        assert_eq!(client.response().await.text(), "made");
    }
    // Not at once: others would be let in and sent away in turn.
    let refused = gateway.ask(&Ask::command(Command::FolderSync)).await;
    assert_eq!(refused.status, 503);
    let over = async {
        while gateway.metric("directpush_overloaded") > 0.0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(LIMIT, over).await.unwrap();
    let served = gateway.ask(&Ask::command(Command::FolderSync)).await;
    assert_eq!(served.status, 200);
}
