//! Mail servers that call, over a real socket and from real servers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use backends::servers::{Cyrus, CyrusOptions, Dovecot, DovecotOptions, HookOptions};
use base64::Engine;
use directpush::app::{App, RunningApp};
use directpush::config::Config;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::support::{Ask, Client, LIMIT};

const TOKEN: &str = "a-token-of-ours";
const EVENT: &[u8] = br#"{"user":"anna","events":[{"event":"messageNew","folder":"INBOX"}]}"#;

struct Scene {
    app: RunningApp,
    _place: tempfile::TempDir,
}

impl Scene {
    async fn start(hooks: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let at = place.path().display();
        std::fs::write(place.path().join("token"), format!("{TOKEN}\n")).unwrap();
        let text = format!(
            "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"\"\nhooks = \"127.0.0.1:0\"\n\
             [mail]\nstore = \"none\"\n[store]\npath = \"{at}/state.db\"\n\
             [hooks]\ntoken_file = \"{at}/token\"\n{hooks}"
        );
        let config = Config::from_parts(&text, BTreeMap::new()).unwrap();
        Self {
            app: App::start(&config).await.unwrap(),
            _place: place,
        }
    }

    fn address(&self) -> SocketAddr {
        self.app.hooks_address().unwrap()
    }

    async fn status(&self, ask: Ask<'_>) -> u16 {
        let mut client = Client::over(TcpStream::connect(self.address()).await.unwrap());
        client.send(&ask.bytes()).await;
        client.response().await.status
    }

    /// How many calls of a kind there were.
    fn counted(&self, source: &str, result: &str) -> u64 {
        let series = format!("directpush_hooks_total{{result=\"{result}\",source=\"{source}\"}} ");
        let text = String::from_utf8(self.app.metrics().text().unwrap()).unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(&series));
        value.unwrap().parse().unwrap()
    }

    /// Waits for a call, which comes from another process.
    async fn called(&self, source: &str) {
        let called = async {
            while self.counted(source, "nobody") == 0 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(LIMIT, called).await.expect("a call");
    }
}

fn call<'a>(path: &'a str, body: &'a [u8]) -> Ask<'a> {
    let ask = Ask::post(path).body(body);
    Ask {
        credentials: None,
        ..ask
    }
}

#[tokio::test]
async fn a_call_is_answered_by_who_may_and_what_it_says() {
    let scene = Scene::start("body_bytes_max = 4096\n").await;
    let bearer = format!("Bearer {TOKEN}");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("ox:{TOKEN}"));
    let basic = format!("Basic {basic}");
    let large = vec![b' '; 5_000];
    for (path, method, shown, body, expected) in [
        ("/hooks/dovecot", "POST", bearer.as_str(), EVENT, 202),
        ("/hooks/dovecot", "PUT", &basic, EVENT, 202),
        (
            "/hooks/cyrus",
            "POST",
            &bearer,
            b"{\"event\":\"Login\",\"user\":\"anna\"}",
            202,
        ),
        ("/hooks/dovecot", "POST", "Bearer wrong", EVENT, 401),
        ("/hooks/dovecot", "POST", "Bearer ", EVENT, 401),
        ("/hooks/dovecot", "POST", "Basic %%%", EVENT, 401),
        ("/hooks/dovecot", "GET", &bearer, b"", 405),
        ("/hooks/radicale", "POST", &bearer, EVENT, 404),
        ("/hooks/dovecot", "POST", &bearer, b"no JSON", 400),
        ("/hooks/dovecot", "POST", &bearer, &large, 413),
    ] {
        let ask = call(path, body).method(method).with("Authorization", shown);
        assert_eq!(scene.status(ask).await, expected, "{method} {path} {shown}");
    }
    assert_eq!(scene.status(call("/hooks/dovecot", EVENT)).await, 401);
    assert_eq!(scene.counted("dovecot", "nobody"), 2);
    assert_eq!(scene.counted("dovecot", "malformed"), 1);
    assert_eq!(scene.counted("dovecot", "refused"), 6);
    scene.app.shutdown().await;
}

#[tokio::test]
async fn who_is_elsewhere_may_not_call() {
    let scene = Scene::start("networks = [\"192.0.2.0/24\"]\n").await;
    let bearer = format!("Bearer {TOKEN}");
    let ask = call("/hooks/dovecot", EVENT).with("Authorization", &bearer);
    assert_eq!(scene.status(ask).await, 403);
    scene.app.shutdown().await;
}

fn hook(scene: &Scene, source: &str) -> HookOptions {
    HookOptions {
        url: format!("http://{}/hooks/{source}", scene.address()),
        token: TOKEN.to_owned(),
    }
}

const MAIL: &[u8] = b"From: bo@example.org\r\nTo: anna@example.org\r\nSubject: x\r\n\r\nx\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_calls_with_the_script_that_is_shipped() {
    let scene = Scene::start("").await;
    let options = DovecotOptions {
        hook: Some(hook(&scene, "dovecot")),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    dovecot.deliver("anna", MAIL).await.unwrap();
    scene.called("dovecot").await;
    assert_eq!(
        scene.counted("dovecot", "malformed") + scene.counted("dovecot", "refused"),
        0
    );
    scene.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecots_ox_driver_can_show_the_token_too() {
    let scene = Scene::start("").await;
    let options = DovecotOptions {
        ox_url: Some(format!(
            "http://ox:{TOKEN}@{}/hooks/dovecot",
            scene.address()
        )),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let ask = "SETMETADATA \"\" (/private/vendor/vendor.dovecot/http-notify \"user=anna\")";
    hand.run(ask).await.unwrap();
    dovecot.deliver("anna", MAIL).await.unwrap();
    scene.called("dovecot").await;
    assert_eq!(scene.counted("dovecot", "refused"), 0);
    scene.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cyrus_calls_with_the_program_that_is_shipped() {
    let scene = Scene::start("").await;
    let options = CyrusOptions {
        hook: Some(hook(&scene, "cyrus")),
        ..CyrusOptions::default()
    };
    let cyrus = Cyrus::start(&options).await.unwrap();
    cyrus.deliver("anna", MAIL).await.unwrap();
    scene.called("cyrus").await;
    assert_eq!(
        scene.counted("cyrus", "malformed") + scene.counted("cyrus", "refused"),
        0
    );
    scene.app.shutdown().await;
}
