//! HAProxy and nginx in front, with the files of `deploy`: Pings are held and woken, and answers proved received.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use directpush::config::{ClientFrom, Network};
use sqlx::SqlitePool;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::client::Client;
use crate::service::{Place, Service, metric};
use crate::wire::Server;

const HAPROXY: &str = include_str!("../../../deploy/haproxy/haproxy.cfg");
const NGINX: &str = include_str!("../../../deploy/nginx/directpush.conf");

/// Beyond what a proxy needs to pass a Ping on, and much less than a heartbeat.
const HELD: Duration = Duration::from_secs(4);

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What changes a file for a test, each said as it stands there.
type Changes<'c> = &'c [(&'c str, &'c str)];

fn changed(file: &str, changes: Changes<'_>) -> String {
    let mut file = file.to_owned();
    for (from, to) in changes {
        assert!(file.contains(from), "the file does not say {from:?}");
        file = file.replace(from, to);
    }
    file
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a proxy, and waits until it listens.
async fn start(mut command: Command, port: u16, package: &str) -> (Child, SocketAddr) {
    command.kill_on_drop(true).stdin(Stdio::null());
    let started = command.spawn();
    let started = started.unwrap_or_else(|error| panic!("install {package}: {error}"));
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let listening = async {
        while TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, listening).await.unwrap();
    (started, address)
}

async fn haproxy(folder: &Path, service: &Service) -> (Child, SocketAddr) {
    let port = free_port();
    let bind = format!("bind 127.0.0.1:{port}");
    let node = format!("server node1 {}", service.app.eas_address());
    let check = format!("check port {}", service.app.admin_address().port());
    let config = changed(
        HAPROXY,
        &[
            (
                "bind :443 ssl crt /etc/haproxy/directpush.pem alpn http/1.1",
                &bind,
            ),
            ("    bind :80\n", ""),
            (
                "    http-request redirect scheme https code 301 unless { ssl_fc }\n",
                "",
            ),
            ("server node1 192.0.2.11:8080", &node),
            ("    server node2 192.0.2.12:8080\n", ""),
            ("check port 9090", &check),
            ("maxconn 200000", "maxconn 200"),
        ],
    );
    let path = folder.join("haproxy.cfg");
    std::fs::write(&path, config).unwrap();
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-q").arg("-f").arg(path);
    start(command, port, "haproxy").await
}

async fn nginx(folder: &Path, service: &Service) -> (Child, SocketAddr) {
    let port = free_port();
    let listen = format!("listen 127.0.0.1:{port};");
    let node = format!("server {} ", service.app.eas_address());
    let server = changed(
        NGINX,
        &[
            ("listen 443 ssl;", &listen),
            ("    ssl_certificate /etc/nginx/directpush.pem;\n", ""),
            ("    ssl_certificate_key /etc/nginx/directpush.key;\n", ""),
            ("server 192.0.2.11:8080 ", &node),
            (
                "    server 192.0.2.12:8080 max_fails=2 fail_timeout=5s;\n",
                "",
            ),
        ],
    );
    let below = |name: &str| format!("{}_temp_path {}/{name};\n", name, folder.display());
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(below)
        .concat();
    let config = format!(
        "daemon off; master_process off; pid {0}/pid; error_log stderr;\nevents {{ }}\nhttp {{\naccess_log off;\n{paths}{server}}}\n",
        folder.display()
    );
    let path = folder.join("nginx.conf");
    std::fs::write(&path, config).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(path);
    start(command, port, "nginx-light").await
}

async fn behind_a_proxy() -> Service {
    Service::start(Place::new(&["somebody"]), |config| {
        config.proxy.trusted = vec![Network::parse("127.0.0.0/8").unwrap()];
        config.proxy.client = ClientFrom::XForwardedFor;
    })
    .await
}

/// How the newest answer with content stands.
async fn proof(state: &SqlitePool) -> String {
    let newest = "SELECT proof FROM answer ORDER BY number DESC LIMIT 1";
    sqlx::query_scalar(newest).fetch_one(state).await.unwrap()
}

async fn proves_and_holds(service: Service, address: SocketAddr) {
    let maildir = service.place.maildir("somebody", &[""]);
    let server = Server {
        address,
        account: "somebody".to_owned(),
    };
    let state = format!("sqlite://{}", service.place.state().display());
    let state = SqlitePool::connect(&state).await.unwrap();
    let mut client = Client::new(server, "FRONTS1");
    client.set_up(&[""]).await;

    // R12: the next request on the same connection of the client proves the answer, one on another does not.
    for (subject, hangs_up) in [("one", false), ("two", true)] {
        maildir.deliver("", subject);
        client.fetch("").await;
        assert!(client.items.contains_key(subject));
        assert_ne!(proof(&state).await, "proved");
        if hangs_up {
            client.hang_up();
        }
        client.folder_sync().await;
        let proved = proof(&state).await == "proved";
        assert_eq!(proved, !hangs_up, "{subject}");
    }

    let mut ping = client.ping(&[""], 480).await;
    assert_eq!(ping.answered_within(HELD).await, None);
    maildir.deliver("", "three");
    let answer = ping.answer().await;
    assert_eq!(answer.folders, [client.folder("")]);
    client.fetch("").await;
    assert!(client.items.contains_key("three"));

    // Of a client that hangs up the service hears at once.
    let parked = || metric(service.app.metrics(), "directpush_parked{kind=\"ping\"}");
    let until = async |count: f64| {
        while parked() != count {
            sleep(Duration::from_millis(20)).await;
        }
    };
    client.folder_sync().await;
    let ping = client.ping(&[""], 480).await;
    timeout(PATIENCE, until(1.0)).await.unwrap();
    drop(ping);
    timeout(PATIENCE, until(0.0)).await.unwrap();
    state.close().await;
    service.app.shutdown().await;
}

#[tokio::test]
async fn haproxy_holds_pings_and_lets_answers_be_proved() {
    let folder = tempfile::tempdir().unwrap();
    let service = behind_a_proxy().await;
    let (_haproxy, address) = haproxy(folder.path(), &service).await;
    proves_and_holds(service, address).await;
}

#[tokio::test]
async fn nginx_holds_pings_and_lets_answers_be_proved() {
    let folder = tempfile::tempdir().unwrap();
    let service = behind_a_proxy().await;
    let (_nginx, address) = nginx(folder.path(), &service).await;
    proves_and_holds(service, address).await;
}
