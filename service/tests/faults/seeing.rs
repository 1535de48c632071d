//! An operator looks at phones, and has one start over, while they are at work.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use protocol::device::Profile;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::binary::Binary;
use crate::phone::{LIMIT, Phone};
use crate::service::Place;
use crate::wire::Server;

/// The program as an operator runs it here.
fn operator(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_directpush"));
    command
        .args(arguments)
        .args(["--config", place.settings().to_str().unwrap()]);
    command
}

fn run(place: &Place, arguments: &[&str]) -> Output {
    operator(place, arguments).output().unwrap()
}

/// What it prints, one JSON object a line.
#[track_caller]
fn told(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let output = run(place, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What is parked, once it is so much; the phones live on meanwhile.
async fn waiting(place: &Place, phones: [&mut Phone; 2], count: usize) -> Vec<Value> {
    let looking = async {
        loop {
            let lines = told(place, &["parked", "--json"]);
            if lines.len() == count {
                return lines;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let [one, other] = phones;
    tokio::select! {
        lines = looking => lines,
        () = one.live_for(LIMIT) => panic!("never parked"),
        () = other.live_for(LIMIT) => panic!("never parked"),
    }
}

fn phone(program: &Binary, account: &str, id: &str) -> Phone {
    let server = Server {
        address: program.eas,
        account: account.to_owned(),
    };
    Phone::new(Profile::aosp(), server, id)
}

/// Both live on until the first has what the Maildir holds and both wait.
async fn settle(one: &mut Phone, other: &mut Phone) {
    tokio::join!(one.settle(), other.settle());
}

/// The INBOX as the parked Ping of anna's phone sees it.
fn parked_inbox(place: &Place) -> Value {
    let parked = told(place, &["parked", "--account", "anna", "--json"]);
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert_eq!(parked[0]["device"], "seen0001");
    assert_eq!(parked[0]["kind"], "ping");
    assert_eq!(parked[0]["watcher"]["mode"], "push");
    let folders = parked[0]["folders"].as_array().unwrap();
    let inbox = folders
        .iter()
        .find(|folder| folder["name"] == "INBOX")
        .unwrap();
    assert_eq!((&inbox["told"], &inbox["current"]), (&1.into(), &1.into()));
    assert_eq!(inbox["state"], "quiet");
    inbox.clone()
}

/// Lives on until something has to be loaded again.
async fn start_over(first: &mut Phone) {
    let begun = Instant::now();
    while first.seen.wrong.is_empty() {
        assert!(
            begun.elapsed() < LIMIT,
            "it never starts over\n{}",
            first.diary()
        );
        let _pause = timeout(Duration::from_millis(100), first.turn()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_seen_and_made_to_start_over() {
    let _busy = crate::BUSY.read().await;
    let place = Place::new(&["anna", "bert"]);
    let program = Binary::start(&place, "");
    let anna = place.maildir("anna", &["", ".Sent"]);
    let bert = place.maildir("bert", &[""]);
    anna.deliver("", "first");
    bert.deliver("", "other");
    let mut first = phone(&program, "anna", "SEEN0001");
    let mut second = phone(&program, "bert", "SEEN0001");
    settle(&mut first, &mut second).await;

    waiting(&place, [&mut first, &mut second], 2).await;
    let inbox = parked_inbox(&place);
    let devices = told(&place, &["devices", "list", "--json"]);
    assert_eq!(devices.len(), 2, "{devices:?}");
    assert_eq!(
        told(&place, &["devices", "list", "--inactive", "1", "--json"]).len(),
        0
    );
    let both = run(&place, &["devices", "show", "SEEN0001"]);
    let error = String::from_utf8_lossy(&both.stderr).into_owned();
    assert!(error.contains("say which by its number"), "{error}");
    let show = ["devices", "show", "SEEN0001", "--account", "anna", "--json"];
    let shown = told(&place, &show).remove(0);
    let syncs = shown["syncs"].as_array().unwrap();
    let state = |name: &str| {
        let found = syncs.iter().find(|one| one["name"] == name).unwrap();
        found["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (state("INBOX"), state("(folders)")),
        ("current".into(), "current".into())
    );

    // One folder of one device starts over; nothing else notices.
    let (no, folder) = (shown["no"].to_string(), inbox["no"].to_string());
    let reset = run(&place, &["devices", "reset", &no, "--folder", &folder]);
    assert!(
        reset.status.success(),
        "{}",
        String::from_utf8_lossy(&reset.stderr)
    );
    start_over(&mut first).await;
    first.settle().await;
    let restarted = first.seen.wrong.drain(..).collect::<Vec<_>>();
    assert_eq!(restarted.len(), 1, "{restarted:?}");
    assert!(
        restarted[0].starts_with("FolderRestarted("),
        "{restarted:?}"
    );
    assert_eq!(first.contents(""), anna.contents(""));
    let _quiet = timeout(Duration::from_millis(200), second.turn()).await;
    assert_eq!(second.seen.wrong, [""; 0], "{}", second.diary());
    let past = told(&place, &show).remove(0)["past"].clone();
    assert_eq!(past[0]["reason"], "changed", "{past}");

    let output = run(&place, &["devices", "remove", &no]);
    assert!(output.status.success());
    assert_eq!(
        told(&place, &["devices", "list", "--account", "anna", "--json"]).len(),
        0
    );
    drop(program);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_service_the_store_tells_what_it_knows() {
    let _busy = crate::BUSY.read().await;
    let place = Place::new(&["anna"]);
    let program = Binary::start(&place, "");
    let maildir = place.maildir("anna", &[""]);
    maildir.deliver("", "first");
    phone(&program, "anna", "SEEN0002").settle().await;
    assert!(place.control().exists());
    program.kill().await;
    assert!(place.control().exists(), "who is killed leaves the file");

    let parked = run(&place, &["parked"]);
    assert_eq!(parked.status.code(), Some(4));
    let error = String::from_utf8_lossy(&parked.stderr).into_owned();
    assert!(error.contains("directpush is not running"), "{error}");
    let devices = told(&place, &["devices", "list", "--json"]);
    assert_eq!(devices[0]["id"], "seen0002");
    assert_eq!(devices[0]["parked"], Value::Null);
    let shown = told(&place, &["devices", "show", "seen0002", "--json"]).remove(0);
    assert_eq!(shown["parked_now"], Value::Null);
    assert_eq!(
        run(&place, &["devices", "reset", "seen0002"]).status.code(),
        Some(4)
    );

    // Nothing stands in the way of the next service.
    let program = Binary::start(&place, "");
    assert_eq!(told(&place, &["parked", "--json"]).len(), 0);
    program.terminate();
    assert!(program.ended().await.success());
    assert!(!place.control().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_users_are_kept_out() {
    let place = Place::new(&["anna"]);
    let _program = Binary::start(&place, "");
    // The way to the socket is open, so that it is the socket itself that refuses.
    let open = |path: &std::path::Path, mode| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(place.settings().parent().unwrap(), 0o755);
    open(&place.settings(), 0o644);
    let Ok(output) = operator(&place, &["parked"])
        .uid(65_534)
        .gid(65_534)
        .output()
    else {
        return; // only root can become somebody else
    };
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(error.contains("no permission to use"), "{error}");
    assert_eq!(told(&place, &["parked", "--json"]).len(), 0);
}

/// Reads events of a trace until one fits.
fn until(
    lines: &mut impl Iterator<Item = String>,
    seen: &mut Vec<Value>,
    fits: impl Fn(&Value) -> bool,
) {
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("it ended: {seen:?}"));
        let event: Value = serde_json::from_str(&line).unwrap();
        seen.push(event.clone());
        if fits(&event) {
            return;
        }
    }
}

/// The events show what they are for, nothing of anybody else, and nothing that belongs to people.
fn nothing_private(seen: &[Value]) {
    let all = serde_json::to_string(seen).unwrap();
    for private in [
        "Grandmother",
        "Birthday",
        "anna@example.org",
        "importance",
        "Basic ",
        "bert",
        "TRACED02",
    ] {
        assert!(!all.contains(private), "{private} in {all}");
    }
    for shown in [
        "[text 11]</Subject>",
        "<SyncKey>",
        ">0</Read>",
        "FolderSync",
        "ms-asprotocolversion",
    ] {
        assert!(all.contains(shown), "{shown} in {all}");
    }
    let asked = |event: &&Value| event["event"] == "asked";
    for request in seen.iter().filter(asked) {
        let id = &request["request_id"];
        let answers = seen
            .iter()
            .filter(|event| !asked(event) && event["request_id"] == *id);
        assert!(answers.count() <= 1, "{request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_shows_what_happens_and_nothing_that_belongs_to_people() {
    let _busy = crate::BUSY.read().await;
    let place = Place::new(&["anna", "bert"]);
    let program = Binary::start(&place, "");
    let maildir = place.maildir("anna", &[""]);
    place.maildir("bert", &[""]);
    let mut tracing = operator(&place, &["trace", "ANNA", "--minutes", "1", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tracing.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut seen = Vec::new();
    until(&mut lines, &mut seen, |event| event["event"] == "begun");
    let metrics = program.look("/metrics").await.unwrap().1;
    assert!(metrics.contains("directpush_traces 1"), "{metrics}");

    maildir.deliver("", "Grandmother");
    let mut first = phone(&program, "anna", "TRACED01");
    let mut other = phone(&program, "bert", "TRACED02");
    settle(&mut first, &mut other).await;
    waiting(&place, [&mut first, &mut other], 2).await;
    maildir.deliver("", "Birthday");
    let begun = Instant::now();
    while first.contents("").len() < 2 {
        assert!(begun.elapsed() < LIMIT, "{}", first.diary());
        let _pause = timeout(Duration::from_millis(100), first.turn()).await;
    }
    until(&mut lines, &mut seen, |event| {
        event["event"] == "answered" && event["ended"] == "changed"
    });
    until(&mut lines, &mut seen, |event| {
        event["event"] == "answered" && event["command"] == "Sync"
    });
    tracing.kill().unwrap();
    tracing.wait().unwrap();

    nothing_private(&seen);

    let unknown = run(&place, &["trace", "nobody"]);
    let error = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(error.contains("there is no user"), "{error}");
    let begun = Instant::now();
    while !program
        .look("/metrics")
        .await
        .unwrap()
        .1
        .contains("directpush_traces 0")
    {
        assert!(begun.elapsed() < LIMIT, "it does not end with who looks");
        sleep(Duration::from_millis(20)).await;
    }
}
