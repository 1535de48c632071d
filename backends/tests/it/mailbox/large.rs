//! Large folders and large messages: what crosses the connection, counted, since the time that it takes is the machine's.

use backends::imap::{Extension, ImapMailbox};
use backends::servers::{Dovecot, DovecotOptions};
use backends::{
    Change, DeltaKind, Extent, FolderRef, Horizon, ItemRef, Mailbox, Token, Version, WHOLE,
};
use tokio::io::AsyncReadExt;

use super::tap::Tap;
use super::{Site, without};
use crate::servers::mail;

const FEW: usize = 300;
const MANY: usize = 30_000;

/// Puts a message into a folder as often as is said, by one command.
async fn fill(dovecot: &Dovecot, folder: &str, count: usize, content: &str) {
    let one = format!(" (\\Seen) {{{}+}}\r\n{content}", content.len());
    let mut connection = dovecot.connect("anna").await.unwrap();
    connection.run(&format!("CREATE {folder}")).await.unwrap();
    let command = format!("APPEND {folder}{}", one.repeat(count));
    assert!(connection.command(&command).await.unwrap().ok().is_ok());
}

/// One whose folders are not directories: looking for changes in one of 30,000 files takes seconds.
async fn dovecot() -> Dovecot {
    let options = DovecotOptions {
        extra: "mail_location = mdbox:~/mdbox\n".to_owned(),
        ..DovecotOptions::default()
    };
    Dovecot::start(&options).await.unwrap()
}

/// All of a folder, and the token for the next question.
async fn listing(mailbox: &ImapMailbox, folder: &FolderRef) -> (usize, Token) {
    let delta = mailbox.changes(folder, None, Horizon::Everything).await;
    let delta = delta.unwrap();
    let DeltaKind::Listing(items) = delta.kind else {
        panic!("no listing");
    };
    (items.len(), delta.token)
}

/// What changed; the commands and bytes that it took.
async fn asked(
    (mailbox, tap): (&ImapMailbox, &Tap),
    folder: &FolderRef,
    since: &mut Token,
) -> (DeltaKind, usize, u64) {
    tap.take();
    let delta = mailbox.changes(folder, Some(since), Horizon::Everything);
    let delta = delta.await.unwrap();
    *since = delta.token;
    let (said, bytes) = tap.take();
    (delta.kind, said.len(), bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_costs_the_same_in_a_large_folder() {
    let dovecot = dovecot().await;
    let one = String::from_utf8(mail("one")).unwrap();
    fill(&dovecot, "Few", FEW, &one).await;
    fill(&dovecot, "Many", MANY, &one).await;
    let hand = dovecot.hand("anna").await.unwrap();
    let (few, many) = (FolderRef::new("Few"), FolderRef::new("Many"));
    for disabled in [
        &[][..],
        &[Extension::Qresync],
        &[Extension::Qresync, Extension::CondStore],
    ] {
        let tap = Tap::new(dovecot.imap_port()).await;
        let mailbox = Site::new(without(tap.port(), disabled)).mailbox("anna");
        let (count, mut of_few) = listing(&mailbox, &few).await;
        let (much, mut of_many) = listing(&mailbox, &many).await;
        assert!(count >= FEW && much >= MANY && much - count == MANY - FEW);
        for added in [true, false] {
            for folder in ["Few", "Many"] {
                if added {
                    hand.append(folder, "", None, &mail("new")).await.unwrap();
                } else {
                    let word = format!("Round{}", disabled.len());
                    hand.store(folder, "5", "+FLAGS", &word).await.unwrap();
                }
            }
            let ours = (&mailbox, &tap);
            let (small, commands, bytes) = asked(ours, &few, &mut of_few).await;
            let (large, as_many, as_much) = asked(ours, &many, &mut of_many).await;
            assert_eq!(as_many, commands, "{disabled:?}");
            if disabled.contains(&Extension::CondStore) {
                // Nobody says what changed: all of it is listed.
                assert!(matches!(large, DeltaKind::Listing(items) if items.len() > MANY));
                assert!(as_much > 50 * bytes, "{as_much} and {bytes} bytes");
                continue;
            }
            let changes = |kind| match kind {
                DeltaKind::Changes(changes) => changes.len(),
                DeltaKind::Listing(_) => panic!("a listing, {disabled:?}"),
            };
            assert_eq!((changes(small), changes(large)), (1, 1), "{disabled:?}");
            // Longer numbers.
            assert!(
                as_much <= bytes + 200,
                "{as_much} and {bytes} bytes, {disabled:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_message_is_read_where_it_is_wanted() {
    const SPAN: u64 = 100_000;
    let dovecot = dovecot().await;
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let content = line.repeat(650_000);
    let raw = format!(
        "Subject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n\
         Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}\r\n--b--\r\n"
    );
    assert!(raw.len() > 50_000_000);
    fill(&dovecot, "Large", 1, &raw).await;
    fill(&dovecot, "Other", 1, "Subject: other\r\n\r\n").await;
    let tap = Tap::new(dovecot.imap_port()).await;
    let site = Site::new(without(tap.port(), &[]));
    let mailbox = site.mailbox("anna");
    let (large, hint) = (FolderRef::new("Large"), Version::new(""));
    let delta = mailbox.changes(&large, None, Horizon::Everything).await;
    let item = match delta.unwrap().kind {
        DeltaKind::Listing(items) => items[0].item.clone(),
        DeltaKind::Changes(changes) => match &changes[0] {
            Change::Present(state) => state.item.clone(),
            Change::Gone(item) => item.clone(),
        },
    };
    tap.take();
    let extents = mailbox.extents(&large, &item, &hint).await.unwrap();
    let extent = |path: &str, size: usize| Extent {
        path: path.to_owned(),
        size: size as u64,
    };
    assert_eq!(extents.len(), 2);
    assert!(extents.contains(&extent("1", 4)) && extents.contains(&extent("2", content.len())));
    let size = raw.len() as u64;
    for start in [0, 20_000_000, size - SPAN] {
        let span = start..start + SPAN;
        let mut stream = mailbox.open_span(&large, &item, &hint, span).await.unwrap();
        assert_eq!(stream.state.size, size);
        let mut read = Vec::new();
        stream.reader.read_to_end(&mut read).await.unwrap();
        let start = start as usize;
        assert!(read == raw.as_bytes()[start..start + read.len()]);
        assert_eq!(read.len() as u64, SPAN);
    }
    let (_, bytes) = tap.take();
    assert!(bytes < 3 * SPAN + 10_000, "{bytes} bytes");
    // Who does not read on holds one session; the others go on.
    let stalled = mailbox
        .open_span(&large, &item, &hint, WHOLE)
        .await
        .unwrap();
    let other = FolderRef::new("Other");
    for _ in 0..3 {
        assert_eq!(listing(&mailbox, &other).await.0, 1);
    }
    assert_eq!(tap.connections(), 2);
    drop(stalled);
    let unknown = ItemRef::new(item.as_str().replace('.', ".9"));
    let gone = mailbox.extents(&large, &unknown, &hint).await.unwrap();
    assert!(gone.is_empty());
}
