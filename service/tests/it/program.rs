//! The program as an operator runs it: started from a file, asked about its settings, ended by a signal.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use directpush::app::{App, RunningApp, StartError};
use directpush::config::Config;
use directpush::http::users::{Cost, line};
use directpush::ids::AccountId;
use directpush::store::{Store, db};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(60);

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_directpush"));
    command
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

async fn run(arguments: &[&str], input: &str) -> (Output, String, String) {
    let mut child = program().args(arguments).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .await
        .unwrap();
    let output = timeout(LIMIT, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

/// Settings for a service in `folder`, with one user.
fn settings(folder: &Path) -> String {
    let users = folder.join("users");
    std::fs::write(&users, line("anna", b"secret", Cost::Token).unwrap()).unwrap();
    format!(
        "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{folder}/control.sock\"\n[auth]\nusers_file = {users:?}\n\
         [mail]\nmaildir = \"{folder}/mail/%n\"\n[store]\npath = \"{folder}/state.db\"\n\
         [shutdown]\nspread_s = 0\ngrace_s = 5\n[log]\nformat = \"json\"\n",
        folder = folder.display(),
    )
}

async fn start(text: &str) -> Result<RunningApp, StartError> {
    App::start(&Config::from_parts(text, BTreeMap::new())?).await
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn settings_are_checked_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directpush.toml");
    let file = path.to_str().unwrap();
    std::fs::write(&path, "[push]\nheartbeat_min_s = 90\n").unwrap();
    let (output, out, _) = run(&["config", "check", "--config", file], "").await;
    assert!(output.status.success() && out == "the settings are good\n");
    let (_, out, _) = run(&["config", "show", "--config", file], "").await;
    assert!(out.contains("heartbeat_min_s = 90 # line 2\n"), "{out}");
    std::fs::write(&path, "[push]\nheartbeat_min = 90\n[listn]\n").unwrap();
    let (output, _, err) = run(&["config", "check", "--config", file], "").await;
    assert!(!output.status.success());
    assert!(
        err.contains("line 2: push.heartbeat_min is not a setting; is heartbeat_min_s meant?"),
        "{err}"
    );
    assert!(
        err.contains("line 3: listn is not a section; is listen meant?"),
        "{err}"
    );
    let (_, example, _) = run(&["config", "example"], "").await;
    std::fs::write(&path, example).unwrap();
    let (output, _, err) = run(&["config", "check", "--config", file], "").await;
    assert!(output.status.success(), "{err}");
}

#[tokio::test]
async fn a_user_s_line_is_made_from_standard_input() {
    let arguments = ["users", "line", "anna", "--address", "anna@example.org"];
    let (output, out, _) = run(&arguments, "secret\n").await;
    assert!(output.status.success());
    assert!(
        out.starts_with("anna:$argon2id$") && out.ends_with(":anna@example.org\n"),
        "{out}"
    );
    let (output, _, _) = run(&arguments, "").await;
    assert!(!output.status.success());
}

#[tokio::test]
async fn a_service_starts_serves_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&settings(folder.path())).await.unwrap();
    assert!(
        get(app.admin_address(), "/readyz")
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        get(app.eas_address(), "/Microsoft-Server-ActiveSync")
            .await
            .starts_with("HTTP/1.1 501")
    );
    let (eas, admin) = (app.eas_address(), app.admin_address());
    timeout(LIMIT, app.shutdown()).await.unwrap();
    assert!(TcpStream::connect(eas).await.is_err());
    assert!(TcpStream::connect(admin).await.is_err());
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = settings(folder.path());
    let running = start(&good).await.unwrap();
    let taken = good.replace(
        "eas = \"127.0.0.1:0\"",
        &format!("eas = \"{}\"", running.eas_address()),
    );
    // A store belongs to one service: this one has another.
    let taken = taken.replace("/state.db", "/other.db");
    let told = |result: Result<RunningApp, StartError>| result.unwrap_err().to_string();
    assert!(told(start(&taken).await).contains("(listen.eas)"));
    running.shutdown().await;
    std::fs::write(folder.path().join("users"), "anna:secret\n").unwrap();
    let message = told(start(&good).await);
    assert!(
        message.contains("(auth.users_file)") && message.contains("line 1"),
        "{message}"
    );
    assert!(!message.contains("secret"));
    std::fs::remove_file(folder.path().join("users")).unwrap();
    assert!(told(start(&good).await).contains("cannot read the users file"));
    let lost = settings(folder.path()).replace("/state.db", "/no/such/folder/state.db");
    assert!(told(start(&lost).await).contains("(store.path)"));
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directpush.toml");
    std::fs::write(&path, settings(folder.path())).unwrap();
    let file = path.to_str().unwrap();
    let store = folder.path().join("state.db");
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    let (output, _, err) = run(&["store", "check", "--config", file], "").await;
    assert!(
        !output.status.success() && err.contains("there is no state store at"),
        "{err}"
    );
    Store::open(&store).await.unwrap().close().await;
    let (output, out, err) = run(&["store", "backup", copy, "--config", file], "").await;
    assert!(output.status.success() && out.contains("schema "), "{err}");
    let (output, _, err) = run(&["store", "backup", copy, "--config", file], "").await;
    assert!(
        !output.status.success() && err.contains("not overwritten"),
        "{err}"
    );
    let (output, _, err) = run(&["store", "check", copy], "").await;
    assert!(output.status.success(), "{err}");

    // By hand, as a version that is not written yet would.
    let newer = Store::open(&store).await.unwrap();
    let mut write = newer.write(AccountId(0)).await.unwrap();
    let raised = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, \
                  execution_time FROM _sqlx_migrations LIMIT 1";
    db::query(raised).execute(&mut write).await.unwrap();
    write.commit().await.unwrap();
    newer.close().await;
    for arguments in [
        &["serve", "--config", file][..],
        &["devices", "list", "--config", file],
        &["store", "backup", "elsewhere.db", "--config", file],
    ] {
        let (output, _, err) = run(arguments, "").await;
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {err}");
        assert!(
            err.contains("was written by a newer version of directpush (schema 9999, "),
            "{err}"
        );
    }
}

#[tokio::test]
async fn sigterm_ends_it_with_success() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directpush.toml");
    std::fs::write(&path, settings(folder.path())).unwrap();
    let mut child = program()
        .args(["serve", "--config", path.to_str().unwrap()])
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let listening = said(&mut log, "listening").await;
    let admin = listening["admin"].as_str().unwrap().parse().unwrap();
    assert!(get(admin, "/healthz").await.ends_with("ok\n"));
    let id = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap()
            .success()
    );
    assert!(
        timeout(LIMIT, child.wait())
            .await
            .unwrap()
            .unwrap()
            .success()
    );
}

/// The line of the log with that message.
async fn said(
    log: &mut tokio::io::Lines<BufReader<tokio::process::ChildStderr>>,
    message: &str,
) -> serde_json::Value {
    let reading = async {
        while let Some(line) = log.next_line().await.unwrap() {
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            if line["message"] == message {
                return line;
            }
        }
        panic!("it ended early")
    };
    timeout(LIMIT, reading).await.unwrap()
}

#[tokio::test]
async fn sighup_has_the_certificate_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("c.toml"), settings(folder.path())).unwrap();
    let made = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
    std::fs::write(file("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let mut child = program()
        .args([
            "serve",
            "--config",
            &file("c.toml"),
            "--listen",
            "127.0.0.1:0",
        ])
        .args([
            "--tls-cert",
            &file("cert.pem"),
            "--tls-key",
            &file("key.pem"),
        ])
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let listening = said(&mut log, "listening").await;
    assert_eq!(listening["tls"], true);
    let id = child.id().unwrap().to_string();
    let signal = async |name: &str| {
        let sent = Command::new("kill").args([name, &id]).status().await;
        assert!(sent.unwrap().success());
    };
    signal("-HUP").await;
    said(&mut log, "certificate read again").await;
    std::fs::write(file("cert.pem"), "rubbish").unwrap();
    signal("-HUP").await;
    let kept = "certificate is not used; the one before stays";
    assert_eq!(said(&mut log, kept).await["level"], "ERROR");
    signal("-TERM").await;
    assert!(
        timeout(LIMIT, child.wait())
            .await
            .unwrap()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn a_flag_that_does_not_fit_is_named() {
    let (_, _, err) = run(&["serve", "--listen", "nowhere"], "").await;
    assert!(err.contains("--listen: listen.eas"), "{err}");
    let (_, _, err) = run(&["serve", "--tls-cert", "cert.pem"], "").await;
    assert!(
        err.contains("--tls-cert: listen.tls_cert needs tls_key"),
        "{err}"
    );
}

#[tokio::test]
async fn users_are_added_listed_changed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("c.toml").display().to_string();
    std::fs::write(&config, settings(folder.path())).unwrap();
    let users = async |arguments: &[&str], input: &str| {
        let all: Vec<&str> = [&["users"], arguments, &["--config", &config]].concat();
        let (output, out, err) = run(&all, input).await;
        (output.status.success(), out, err)
    };
    let (good, out, _) = users(&["add", "bert", "--address", "b@example.org"], "two\n").await;
    assert!(good && out.starts_with("bert was added"), "{out}");
    let (_, out, _) = users(&["list"], "").await;
    assert_eq!(out, "anna\nbert  b@example.org\n");
    let (good, _, err) = users(&["add", "bert"], "two\n").await;
    assert!(!good && err.contains("bert is there already"), "{err}");
    let (good, out, _) = users(&["passwd", "anna", "--generate"], "").await;
    let password = out.split("password: ").nth(1).unwrap().trim();
    assert!(good && password.len() == 23, "{out}");
    let (good, _, err) = users(&["passwd", "anna"], "\n").await;
    assert!(!good && err.contains("there was none"), "{err}");
    assert!(users(&["remove", "bert"], "").await.0);
    let (good, _, err) = users(&["remove", "bert"], "").await;
    assert!(!good && err.contains("no user bert"), "{err}");
    assert_eq!(users(&["list"], "").await.1, "anna\n");
}
