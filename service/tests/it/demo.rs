//! `directpush demo`, as programs use it: JSON lines, an exit code, and a signal to end it.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Longest time for a whole demo of these tests.
const LIMIT: Duration = Duration::from_secs(120);

struct Demo {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_directpush"))
            .arg("demo")
            .args(arguments)
            .kill_on_drop(true)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    async fn line(&mut self) -> Option<String> {
        timeout(LIMIT, self.lines.next_line())
            .await
            .unwrap()
            .unwrap()
    }

    async fn object(&mut self) -> Option<Value> {
        let line = self.line().await?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// The first object of this kind.
    async fn wait_for(&mut self, event: &str) -> Value {
        loop {
            let object = self.object().await.unwrap();
            if object["event"] == event {
                return object;
            }
        }
    }

    async fn rest(&mut self) -> Vec<Value> {
        let mut objects = Vec::new();
        while let Some(object) = self.object().await {
            objects.push(object);
        }
        objects
    }

    async fn ended(mut self) -> ExitStatus {
        timeout(LIMIT, self.child.wait()).await.unwrap().unwrap()
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args([name, &id]).status().await;
        assert!(sent.unwrap().success());
    }
}

#[tokio::test]
async fn one_push_is_shown_and_the_ledger_balances() {
    let mut demo = Demo::start(&["--once", "--json", "--interval-ms", "50"]);
    let objects = demo.rest().await;
    assert!(demo.ended().await.success());
    let first = &objects[0];
    assert_eq!(first["event"], "listening");
    let url = first["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(url.ends_with("/Microsoft-Server-ActiveSync"), "{url}");
    for key in ["user", "password", "maildir"] {
        assert!(!first[key].as_str().unwrap().is_empty(), "{key}");
    }
    // What the demo made is gone with it.
    assert!(!Path::new(first["maildir"].as_str().unwrap()).exists());
    let last = objects.last().unwrap();
    assert_eq!(last["event"], "summary");
    assert_eq!(last["ended"], "complete");
    assert_eq!(
        (&last["delivered"], &last["pushes"]),
        (&1.into(), &1.into())
    );
    assert_eq!((&last["lost"], &last["doubled"]), (&0.into(), &0.into()));
    let (push, sync) = (&last["push_ms"], &last["sync_ms"]);
    assert!(0.0 < push.as_f64().unwrap() && push.as_f64() < sync.as_f64());
    let order: Vec<_> = objects
        .iter()
        .filter_map(|object| object["event"].as_str())
        .filter(|event| ["parked", "delivered", "announced", "synced"].contains(event))
        .collect();
    assert_eq!(
        order,
        ["parked", "delivered", "announced", "synced", "parked"]
    );
}

#[tokio::test]
async fn many_pushes_come_once_each() {
    let mut demo = Demo::start(&["--pushes", "20", "--json", "--interval-ms", "5"]);
    let objects = demo.rest().await;
    assert!(demo.ended().await.success());
    let last = objects.last().unwrap();
    assert_eq!(
        (&last["delivered"], &last["pushes"]),
        (&20.into(), &20.into())
    );
    assert_eq!((&last["lost"], &last["doubled"]), (&0.into(), &0.into()));
    assert_eq!(last["extra_announcements"], 0);
    assert!(last["push_ms_p50"].as_f64() <= last["push_ms_max"].as_f64());
}

#[tokio::test]
async fn a_signal_ends_it_in_order() {
    for signal in ["-INT", "-TERM"] {
        let mut demo = Demo::start(&["--json", "--interval-ms", "50"]);
        demo.wait_for("synced").await;
        demo.wait_for("parked").await;
        demo.signal(signal).await;
        let objects = demo.rest().await;
        assert!(demo.ended().await.success(), "{signal}");
        let last = objects.last().unwrap();
        assert_eq!(last["ended"], "interrupted");
        assert_eq!((&last["lost"], &last["doubled"]), (&0.into(), &0.into()));
        // The Ping that was parked got its answer before the service was gone.
        let pings = objects.iter().filter(|object| object["command"] == "Ping");
        assert!(
            pings.clone().all(|ping| ping["status"] == 200),
            "{objects:?}"
        );
    }
}

#[tokio::test]
async fn an_end_before_its_time_is_no_success() {
    let mut demo = Demo::start(&["--pushes", "3", "--json", "--interval-ms", "600000"]);
    demo.wait_for("parked").await;
    demo.signal("-INT").await;
    let objects = demo.rest().await;
    assert_eq!(objects.last().unwrap()["event"], "summary");
    assert!(!demo.ended().await.success());
}

#[tokio::test]
async fn a_reader_who_goes_away_ends_it_quietly() {
    let Demo { child, lines } = Demo::start(&["--interval-ms", "50"]);
    drop(lines);
    let output = timeout(LIMIT, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    assert!(output.status.success());
}

#[tokio::test]
async fn people_get_a_timeline_without_escape_codes_in_a_pipe() {
    let mut demo = Demo::start(&["--once", "--interval-ms", "50"]);
    let mut text = String::new();
    while let Some(line) = demo.line().await {
        text.push_str(&line);
        text.push('\n');
    }
    assert!(demo.ended().await.success());
    assert!(!text.contains('\u{1b}'), "{text}");
    for words in [
        "OPTIONS",
        "FolderSync",
        "INBOX: 6 messages",
        "PUSH",
        "0 lost",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test]
async fn a_real_phone_is_told_how_to_get_in() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_directpush"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut enter = child.stdin.take().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut demo = Demo { child, lines };
    let mut steps = String::new();
    while !steps.contains("What the phone asks") {
        steps.push_str(&demo.line().await.unwrap());
        steps.push('\n');
    }
    for part in [
        "address   demo@example.org",
        "password  ",
        "iPhone",
        "Android",
        "There is no TLS",
    ] {
        assert!(steps.contains(part), "{part}: {steps}");
    }
    let maildir = steps.split("your own into ").nth(1).unwrap();
    let new = Path::new(maildir.split("/new.").next().unwrap()).join("new");
    let before = std::fs::read_dir(&new).unwrap().count();
    tokio::io::AsyncWriteExt::write_all(&mut enter, b"\n")
        .await
        .unwrap();
    while !demo
        .line()
        .await
        .unwrap()
        .contains("was put into the Inbox")
    {}
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), before + 1);
    demo.signal("-TERM").await;
    assert!(demo.ended().await.success());
}
