//! A newer protocol version on a live account: devices are told of it once (MS-ASHTTP, X-MS-RP).

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directpush::app::App;
use directpush::config::Config;
use directpush::http::users::{Cost, line};
use protocol::command::folder_sync::FolderSyncRequest;
use protocol::command::{Body, SyncKeyText};
use protocol::version::Version;
use protocol::wbxml;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The heads of the answers to so many FolderSyncs of each device, from a service whose newest version is `newest`.
async fn heads(folder: &Path, newest: &str, devices: &[&str]) -> Vec<String> {
    let users = folder.join("users");
    std::fs::write(&users, line("anna", b"secret", Cost::Token).unwrap()).unwrap();
    let text = format!(
        "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[auth]\nusers_file = {users:?}\n\
         [mail]\nmaildir = \"{folder}/mail/%n\"\n[store]\npath = \"{folder}/state.db\"\n\
         [protocol]\nmax_version = \"{newest}\"\n[shutdown]\nspread_s = 0\ngrace_s = 5\n",
        folder = folder.display(),
    );
    std::fs::create_dir_all(folder.join("mail/anna/cur")).unwrap();
    let config = Config::from_parts(&text, BTreeMap::new()).unwrap();
    let app = App::start(&config).await.unwrap();
    let mut heads = Vec::new();
    for device in devices {
        let sync_key = SyncKeyText::parse("0").unwrap();
        let request = FolderSyncRequest { sync_key }.to_element(Version::V14_1);
        let body = wbxml::encode(&request, Version::V14_1);
        let head = format!(
            "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=anna&DeviceId={device}&DeviceType=x HTTP/1.1\r\n\
             Host: mail.example\r\nConnection: close\r\nMS-ASProtocolVersion: 14.1\r\n\
             Authorization: Basic {}\r\nContent-Length: {}\r\n\r\n",
            STANDARD.encode("anna:secret"),
            body.len()
        );
        let mut stream = TcpStream::connect(app.eas_address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        heads.push(String::from_utf8(answer[..end].to_vec()).unwrap());
    }
    app.shutdown().await;
    heads
}

fn told(heads: &[String]) -> Vec<bool> {
    assert!(
        heads.iter().all(|head| head.starts_with("HTTP/1.1 200")),
        "{heads:?}"
    );
    heads
        .iter()
        .map(|head| head.contains("x-ms-rp: "))
        .collect()
}

#[tokio::test]
async fn a_raised_version_is_announced_once_to_each_device() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(
        told(&heads(folder, "14.1", &["one", "two"]).await),
        [false, false]
    );
    let raised = heads(folder, "16.1", &["one", "one", "two", "new"]).await;
    assert_eq!(told(&raised), [true, false, true, false]);
    let versions = "12.1,14.0,14.1,16.0,16.1";
    for header in ["x-ms-rp", "ms-asprotocolversions"] {
        assert!(
            raised[0].contains(&format!("{header}: {versions}")),
            "{}",
            raised[0]
        );
    }
    assert!(raised[0].contains("ms-asprotocolcommands: Sync,"));
    // Fewer versions are no news; the same ones are, when they come back.
    assert_eq!(told(&heads(folder, "14.1", &["one"]).await), [false]);
    assert_eq!(
        told(&heads(folder, "16.1", &["one", "one"]).await),
        [true, false]
    );
}
