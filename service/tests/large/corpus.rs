//! An item that is made by looking at the ends of long parts is the one that the whole message gives: on real servers, which have
//! their own ideas about damaged messages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use backends::imap::{
    ImapMailbox, ImapOptions, ImapServer, ImapStore, Login as Credentials, Secret, Security,
};
use backends::servers::{Cyrus, CyrusOptions, Dovecot, DovecotOptions, ImapHand};
use backends::{FolderRef, ItemRef, Mailbox, Version};
use directpush::convert::email::{
    BodyWish, ItemContext, Keep, Lengths, Limits, Locator, Marks, Passed, Verdicts, to_eas,
    to_eas_outlined,
};
use protocol::airsyncbase::{BodyPreference, BodyType};
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A message of the corpus among long parts, as a part and as an enclosed message.
fn composed(raw: &str) -> Vec<u8> {
    let lines = |line: &str| format!("{line}\r\n").repeat(200_000 / line.len());
    let raw = raw
        .replace("\r\n", "\n")
        .replace('\n', "\r\n")
        .replace('\0', " ");
    format!(
        "Subject: composed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_long\"\r\n\r\n\
         --=_long\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --=_long\r\nContent-Type: message/rfc822\r\n\r\n{raw}\r\n--=_long\r\n{raw}\r\n\
         --=_long\r\nContent-Type: application/octet-stream\r\n\r\n{}--=_long--\r\n",
        lines(&"QUJD".repeat(19)),
        lines("some text of a log"),
    )
    .into_bytes()
}

fn corpus() -> Vec<(String, Vec<u8>)> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/email");
    let files = fs::read_dir(place)
        .unwrap()
        .map(|file| file.unwrap().path());
    let messages = files.filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    let mut corpus: Vec<_> = messages
        .map(|path| {
            let raw = fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, composed(&String::from_utf8_lossy(&raw)))
        })
        .collect();
    corpus.sort();
    assert!(corpus.len() > 40);
    corpus
}

/// Reads what has to be looked at; the item of it, and how many bytes that were. `None`: all has to pass.
async fn looked_at(
    mailbox: &ImapMailbox,
    item: &ItemRef,
    size: u64,
) -> Option<(directpush::convert::email::Outline, u64)> {
    let (inbox, hint) = (FolderRef::new("INBOX"), Version::new(""));
    let extents = mailbox.extents(&inbox, item, &hint).await.unwrap();
    let extents = extents.into_iter();
    let lengths: Lengths = extents.map(|extent| (extent.path, extent.size)).collect();
    let keep = Keep {
        message: 10_000,
        ..Keep::for_limits(Limits::default())
    };
    let mut locator = Locator::new(keep, Verdicts::default());
    let (mut at, mut all) = (0, 0);
    while at < size {
        let span = at..at + (32 << 10);
        let mut stream = mailbox.open_span(&inbox, item, &hint, span).await.unwrap();
        let mut piece = Vec::new();
        stream.reader.read_to_end(&mut piece).await.unwrap();
        assert!(!piece.is_empty());
        locator.feed(&piece).ok()?;
        all += piece.len() as u64;
        at = locator.skip(&lengths).unwrap_or(at + piece.len() as u64);
    }
    match locator.finish().ok()? {
        Passed::Found(outline) => Some((outline, all)),
        Passed::Again(_) => None,
    }
}

/// Has every message of the corpus looked at in both ways; how many were not read as a whole.
async fn compare(port: u16, hand: &ImapHand) -> (usize, usize) {
    let server = ImapServer {
        security: Security::Plain,
        ..ImapServer::new("localhost", port)
    };
    let (store, driver) = ImapStore::new(server, ImapOptions::default()).unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(driver.run(CancellationToken::new()));
    let secret = Secret::Password("secret".to_owned().into());
    let anna = Credentials {
        user: "anna".to_owned(),
        secret,
        origin: None,
    };
    let mailbox = store.mailbox("anna", Arc::new(anna));
    let context = ItemContext {
        server_id: "1:2".to_owned(),
        received: 0,
        marks: Marks::default(),
        categories: Vec::new(),
        limits: Limits::default(),
    };
    let preference = |kind| BodyPreference {
        truncation_size: Some(5_000),
        ..BodyPreference::whole(kind)
    };
    let nothing = BodyWish::nothing_said(protocol::version::Version::V14_1);
    let rich = BodyWish {
        preferences: vec![preference(BodyType::Html), preference(BodyType::Plain)],
        ..nothing.clone()
    };
    let (mut short, mut refused) = (0, BTreeSet::new());
    let corpus = corpus();
    for (name, message) in &corpus {
        let Ok((validity, uid)) = hand.append("INBOX", "", None, message).await else {
            refused.insert(name);
            continue;
        };
        let item = ItemRef::new(format!("{validity}.{uid}"));
        let (inbox, hint) = (FolderRef::new("INBOX"), Version::new(""));
        let whole = mailbox.fetch(&inbox, &item, &hint);
        let content = whole.await.unwrap().content;
        let size = content.len() as u64;
        let Some((outline, read)) = looked_at(&mailbox, &item, size).await else {
            continue;
        };
        for wish in [&nothing, &rich] {
            let whole = to_eas(&content, wish, &context).unwrap();
            assert!(to_eas_outlined(&outline, wish, &context) == whole, "{name}");
        }
        short += usize::from(read < size / 2);
    }
    assert!(refused.len() < 10, "refused: {refused:?}");
    (short, corpus.len() - refused.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_tells_how_long_parts_are() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let (short, all) = compare(dovecot.imap_port(), &hand).await;
    assert!(short * 10 >= all * 9, "{short} of {all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cyrus_tells_how_long_parts_are() {
    let cyrus = Cyrus::start(&CyrusOptions::default()).await.unwrap();
    let hand = cyrus.hand("anna").await.unwrap();
    let (short, all) = compare(cyrus.imap_port(), &hand).await;
    assert!(short * 10 >= all * 9, "{short} of {all}");
}
