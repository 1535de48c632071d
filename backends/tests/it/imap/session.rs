//! A session with a real server: folders, messages of any size, waiting.

use std::num::NonZeroU32;

use backends::Kind;
use backends::imap::wire::{Code, Command, MailboxName, UidSet, Untagged};
use backends::imap::{Access, Body, Extension, Known, Opened, Session, Stream};
use backends::servers::{Dovecot, DovecotOptions};
use bytes::Bytes;
use tokio::io::AsyncReadExt;

use crate::imap::anna;

fn uid(uid: u32) -> UidSet {
    NonZeroU32::new(uid).unwrap().into()
}

async fn append(session: &mut Session<Stream>, content: Bytes) -> u32 {
    let command = Command::new("APPEND")
        .mailbox(&MailboxName::inbox())
        .open()
        .flag("\\Flagged")
        .flag("Later")
        .close()
        .date_time(1_700_000_000)
        .literal(content);
    let reply = session.run(command).await.unwrap().ok().unwrap();
    let Some(Code::AppendUid { uids, .. }) = reply.code else {
        panic!("{reply:?}")
    };
    uids.iter().next().unwrap()
}

/// A message of that size whose every line is different.
fn message(size: usize) -> Bytes {
    let mut text = b"Subject: big\r\n\r\n".to_vec();
    let mut line = 0_u64;
    while text.len() < size {
        text.extend_from_slice(format!("a1 OK line {line} * BYE {{7}}\r\n").as_bytes());
        line += 1;
    }
    text.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_read_as_it_was() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut session = anna(&dovecot).await;
    let content = message(100);
    let made = append(&mut session, content.clone()).await;
    let inbox = MailboxName::inbox();
    let _reply = session.select(&inbox, Access::Write, None).await.unwrap();
    let open = session.selected().unwrap();
    assert_eq!((open.exists, open.read_only), (1, false));
    assert!(open.takes_new_keywords() && open.uid_validity.is_some());
    assert!(open.highest_mod_seq.is_some());
    let items =
        "(FLAGS MODSEQ INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[TEXT]<2.4>)";
    let command = Command::new("UID FETCH").set(&uid(made)).words(items);
    let reply = session.run(command).await.unwrap().ok().unwrap();
    let [Untagged::Fetch(fetch)] = reply.untagged.as_slice() else {
        panic!("{reply:?}")
    };
    assert_eq!((fetch.uid, fetch.malformed), (Some(made), 0));
    assert_eq!(fetch.internal_date, Some(1_700_000_000));
    assert_eq!(fetch.size, Some(content.len() as u64));
    let flags = fetch.flags.as_ref().unwrap();
    assert!(flags.iter().any(|flag| &**flag == "Later"), "{flags:?}");
    assert!(fetch.structure.is_some() && fetch.envelope.is_some() && fetch.mod_seq.is_some());
    assert_eq!(fetch.section("BODY[TEXT]").unwrap().origin, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_said_in_any_script() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    for disabled in [false, true] {
        let mut session = anna(&dovecot).await;
        let name = MailboxName::new(&format!("Grün & \"日本\\語\" {disabled}"));
        let create = Command::new("CREATE").mailbox(&name);
        let _reply = session.run(create.clone()).await.unwrap().ok().unwrap();
        let again = session.run(create).await.unwrap().ok().unwrap_err();
        assert_eq!(
            (again.code(), again.kind()),
            (Some(&Code::AlreadyExists), Kind::Exists)
        );
        let list = Command::new("LIST").text("").text("*");
        let status = Command::new("STATUS")
            .mailbox(&name)
            .words("(MESSAGES UIDNEXT HIGHESTMODSEQ)");
        let replies = session.run_all(&[list, status]).await.unwrap();
        let listed = replies[0].untagged.iter().any(|data| match data {
            Untagged::List(listed) => listed.name == name && listed.delimiter.is_some(),
            _ => false,
        });
        assert!(listed, "{replies:?}");
        let [Untagged::Status(status)] = replies[1].untagged.as_slice() else {
            panic!("{replies:?}")
        };
        assert_eq!((&status.name, status.messages), (&name, Some(0)));
        let missing = session
            .select(&MailboxName::new("not there"), Access::Read, None)
            .await
            .unwrap_err();
        assert_eq!(missing.kind(), Kind::NotFound, "{missing}");
        assert!(session.is_usable() && session.selected().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_message_comes_in_pieces_and_the_session_goes_on() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut session = anna(&dovecot).await;
    let content = message(20 << 20);
    let made = append(&mut session, content.clone()).await;
    let inbox = MailboxName::inbox();
    let _reply = session.select(&inbox, Access::Read, None).await.unwrap();
    let ask = |uids: u32, part: &str| {
        Command::new("UID FETCH")
            .set(&uid(uids))
            .words(format!("({part})"))
    };
    let opened = Body::open(&mut session, ask(made, "UID FLAGS BODY.PEEK[]")).await;
    let Opened::Text(mut body) = opened.unwrap() else {
        panic!("no text")
    };
    assert_eq!(body.size(), content.len() as u64);
    let mut read = Vec::new();
    body.read_to_end(&mut read).await.unwrap();
    assert!(read == content, "{} bytes", read.len());
    assert!(!body.take_untagged().is_empty());
    drop(body);
    assert!(session.is_usable());
    // Held as a whole it would be too much.
    for (uids, part) in [(made + 1, "BODY.PEEK[]"), (made, "BODY.PEEK[7]")] {
        let opened = Body::open(&mut session, ask(uids, part)).await.unwrap();
        match opened {
            Opened::Nothing(session, _) => assert!(session.is_usable()),
            Opened::Text(mut body) => {
                assert_eq!((body.size(), part), (0, "BODY.PEEK[7]"));
                assert_eq!(body.piece().await.unwrap(), None);
            }
        }
    }
    // Half of it is read: nothing that comes after could be told from the rest.
    let Opened::Text(mut body) = Body::open(&mut session, ask(made, "BODY.PEEK[]"))
        .await
        .unwrap()
    else {
        panic!("no text")
    };
    assert!(body.piece().await.unwrap().is_some());
    drop(body);
    assert!(!session.is_usable());
    assert!(session.noop().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_when_something_comes_and_hides_nothing() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut session = anna(&dovecot).await;
    let inbox = MailboxName::inbox();
    let _reply = session.select(&inbox, Access::Read, None).await.unwrap();
    for round in 1..=2 {
        session.idle().unwrap();
        assert!(session.run(Command::new("NOOP")).await.is_err());
        dovecot
            .deliver("anna", b"Subject: x\r\n\r\n")
            .await
            .unwrap();
        while session.idle_event().await.unwrap() != Some(Untagged::Exists(round)) {}
        session.idle_end().unwrap();
        while session.idle_event().await.unwrap().is_some() {}
        assert_eq!(session.selected().unwrap().exists, round);
        let _reply = session.noop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_meanwhile_is_told_when_the_mailbox_is_opened() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut session = anna(&dovecot).await;
    let hand = dovecot.hand("anna").await.unwrap();
    for _ in 0..3 {
        hand.append("INBOX", "", None, b"Subject: x\r\n\r\n")
            .await
            .unwrap();
    }
    let inbox = MailboxName::inbox();
    let _reply = session.select(&inbox, Access::Write, None).await.unwrap();
    let open = session.selected().unwrap();
    let known = Known {
        uid_validity: open.uid_validity.unwrap(),
        mod_seq: open.highest_mod_seq.unwrap(),
        uids: None,
    };
    hand.store("INBOX", "1", "+FLAGS", "\\Seen").await.unwrap();
    hand.expunge("INBOX", "2").await.unwrap();
    assert!(session.has(Extension::Unselect));
    let _unasked = session.unselect().await.unwrap();
    let reply = session.select(&inbox, Access::Write, Some(&known)).await;
    let reply = reply.unwrap();
    let vanished = reply.untagged.iter().any(|data| match data {
        Untagged::Vanished {
            earlier: true,
            uids,
        } => uids.contains(2) && !uids.contains(1),
        _ => false,
    });
    let changed = reply.untagged.iter().any(|data| match data {
        Untagged::Fetch(fetch) => fetch.uid == Some(1) && fetch.mod_seq > Some(known.mod_seq),
        _ => false,
    });
    assert!(vanished && changed, "{reply:?}");
    assert_eq!(
        (reply.malformed, session.selected().unwrap().exists),
        (0, 2)
    );
}
