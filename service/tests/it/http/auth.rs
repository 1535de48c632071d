//! Who is let in, over the wire.

use std::time::Duration;

use directpush::http::users::{Cost, line};
use protocol::query::Command;
use tokio::time::{sleep, timeout};

use super::support::{Ask, Gateway, LIMIT, noticed, target};

#[tokio::test]
async fn options_tells_what_is_real_to_who_signs_in() {
    let gateway = Gateway::start(|_| {}).await;
    let ask = Ask::post("/Microsoft-Server-ActiveSync").method("OPTIONS");
    let response = gateway.ask(&ask).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("ms-asprotocolversions"),
        Some("12.1,14.0,14.1")
    );
    assert_eq!(
        response.header("ms-asprotocolcommands"),
        Some("Sync,FolderSync,FolderCreate,GetItemEstimate,Settings,Ping,ItemOperations")
    );
    assert!(response.header("ms-server-activesync").is_some());
    assert_eq!(response.header("allow"), Some("OPTIONS,POST"));
    assert_eq!(response.header("public"), Some("OPTIONS,POST"));
    assert_eq!(response.header("content-length"), Some("0"));
    assert_eq!(response.header("content-type"), None);
    let stranger = Ask {
        credentials: None,
        ..ask
    };
    let response = gateway.ask(&stranger).await;
    assert_eq!(response.status, 401);
    assert_eq!(
        response.header("www-authenticate"),
        Some("Basic realm=\"directpush\"")
    );
}

#[tokio::test]
async fn all_forms_of_a_login_are_one_account() {
    let gateway =
        Gateway::start(|config| config.auth.domains = vec!["example.org".to_owned()]).await;
    for (credentials, account) in [
        (&b"anna:secret"[..], Some("account=anna ")),
        (b"\\anna:secret", Some("account=anna ")),
        (b"EXAMPLE\\Anna:secret", Some("account=anna ")),
        (b"anna@example.org:secret", Some("account=anna ")),
        (b"anna@elsewhere.example:secret", None),
        (b"OTHER\\anna:secret", None),
        ("bert:grün".as_bytes(), Some("account=bert ")),
        (b"bert:gr\xFCn", Some("account=bert ")),
        (b"bert:grun", None),
        (b"nobody:secret", None),
        (b"anna:", None),
        (b":secret", None),
        (b"anna", None),
    ] {
        let response = gateway
            .ask(&Ask::command(Command::FolderSync).by(credentials))
            .await;
        let credentials = String::from_utf8_lossy(credentials).into_owned();
        match account {
            Some(account) => assert!(
                response.text().starts_with(account),
                "{credentials} {response:?}"
            ),
            None => assert_eq!(response.status, 401, "{credentials}"),
        }
    }
}

#[tokio::test]
async fn fifty_tries_of_an_old_password_lock_nobody_out() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    for _ in 0..50 {
        let response = client
            .ask(
                &Ask::command(Command::FolderSync)
                    .by(b"anna:old")
                    .body(b"body"),
            )
            .await;
        assert_eq!(response.status, 401);
    }
    assert_eq!(
        client.ask(&Ask::command(Command::FolderSync)).await.status,
        200
    );
    let checked = gateway.metric("directpush_auth_total{cause=\"wrong_password\"}");
    assert!((checked - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn who_guesses_is_told_to_wait_and_not_that_it_was_wrong() {
    let gateway = Gateway::start(|_| {}).await;
    let mut statuses = Vec::new();
    for guess in 0..12 {
        let credentials = format!("anna:guess{guess}");
        let response = gateway
            .ask(&Ask::command(Command::FolderSync).by(credentials.as_bytes()))
            .await;
        statuses.push(response.status);
    }
    assert_eq!(
        statuses,
        [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 503, 503]
    );
}

#[tokio::test]
async fn a_user_who_is_removed_is_out_within_seconds() {
    let gateway = Gateway::start(|_| {}).await;
    let mut parked = gateway.connect().await;
    parked.send(&Ask::command(Command::Ping).bytes()).await;
    noticed(&gateway.commands.parked).await;
    std::fs::write(&gateway.users, line("bert", b"x", Cost::Token).unwrap()).unwrap();
    assert_eq!(parked.response().await.text(), "woken");
    assert!(
        gateway
            .commands
            .revoked
            .lock()
            .unwrap()
            .contains(&"anna".to_owned())
    );
    let ask = Ask::post(target(Command::FolderSync)).with("MS-ASProtocolVersion", "14.1");
    let refused = async {
        while gateway.ask(&ask).await.status != 401 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LIMIT, refused).await.unwrap();
    // Not a wrong password: it was right a moment ago.
    assert!(gateway.metric("directpush_auth_total{cause=\"revoked\"}") > 0.0);
}
