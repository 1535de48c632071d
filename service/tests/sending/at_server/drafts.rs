//! Drafts both ways, between a phone and the server's Drafts (16.1).

use std::sync::atomic::{AtomicBool, Ordering};

use protocol::class::email::DraftParts;
use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderType;
use protocol::command::sync::{ItemAnswer, ServerCommand};

use super::{Script, Served};
use crate::desk::{Desk, body, email, file, only_subject, told, upload, written};
use crate::replies::ORIGINAL;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_the_same_item_here_and_another_message_there() {
    let served = Served::start(Script::default()).await;
    let mut desk = Desk::new(&served.house, "one").await;
    let (status, id, _) = desk.add("1", written("First.")).await;
    assert_eq!(status, 1);
    let id = id.unwrap();
    let first = served.stored("Drafts").await;
    assert_eq!(first.len(), 1);
    for flag in ["\\Draft", "\\Seen"] {
        assert!(first[0].flags.contains(flag), "{first:?}");
    }
    desk.change(&id, &upload(only_subject("Other plans"), false))
        .await;
    let second = served.stored("Drafts").await;
    assert_eq!(second.len(), 1);
    assert_ne!(second[0].uid, first[0].uid);
    assert!(second[0].text.contains("Subject: Other plans\r\n"));
    let fields = second[0].text.matches("X-Directpush-Id").count();
    assert_eq!(fields, 1, "{}", second[0].text);
    assert!(desk.sync(Vec::new()).await.is_none(), "it is its own deed");

    // Marks of another program's change no text; what it saves anew is another item.
    let uid = &second[0].uid;
    served
        .hand
        .store("Drafts", uid, "+FLAGS", "\\Flagged")
        .await
        .unwrap();
    let answer = desk.sync(Vec::new()).await.unwrap();
    assert_eq!(told(&answer).0, &id);
    let text = "To: bo@example.org\r\nSubject: Theirs\r\n\r\nTheir words.\r\n";
    let put = served
        .hand
        .append("Drafts", "\\Draft", None, text.as_bytes())
        .await;
    put.unwrap();
    served.hand.expunge("Drafts", uid).await.unwrap();
    let answer = desk.sync(Vec::new()).await.unwrap();
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    for command in &answer.commands {
        match command {
            ServerCommand::Delete { server_id, .. } => gone.push(server_id),
            ServerCommand::Add { data, .. } => came.push(email(Some(data))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((gone.as_slice(), came.len()), (&[&id][..], 1));
    assert_eq!(body(&came[0]), "Their words.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_begun_elsewhere_is_sent_and_what_it_answers_marked() {
    let served = Served::start(Script::default()).await;
    let delivered = served.dovecot.deliver("anna", ORIGINAL.as_bytes()).await;
    delivered.unwrap();
    let draft = "To: bo@example.org\r\nSubject: Re: Plans\r\nIn-Reply-To: <orig@example.org>\r\n\r\nYes.\r\n";
    let put = served
        .hand
        .append("Drafts", "\\Draft", None, draft.as_bytes())
        .await;
    put.unwrap();
    let mut desk = Desk::new(&served.house, "one").await;
    let inbox = desk.phone.folder(FolderType::Inbox).await;
    desk.phone.sync(&inbox, SyncKeyText::initial()).await;
    let answer = desk.sync(Vec::new()).await.unwrap();
    let id = told(&answer).0.clone();
    let answer = desk.change(&id, &upload(DraftParts::default(), true)).await;
    assert_eq!(answer.unwrap().responses, []);
    assert_eq!(served.stored("Drafts").await.len(), 0);
    let kept = served.stored("Sent").await;
    assert_eq!(kept.len(), 1);
    assert!(kept[0].text.contains("Subject: Re: Plans\r\n"));
    assert!(!served.taken()[0].contains("X-Directpush-Id"));
    let marked = served.stored("INBOX").await;
    assert!(marked[0].flags.contains("\\Answered"), "{marked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_stays_when_the_draft_cannot_go() {
    static WELCOME: AtomicBool = AtomicBool::new(false);
    let served = Served::start(Script {
        recipient: |_| match WELCOME.load(Ordering::SeqCst) {
            true => "250 ok",
            false => "550 nobody",
        },
        ..Script::default()
    })
    .await;
    let mut desk = Desk::new(&served.house, "one").await;
    let (_, id, _) = desk.add("1", written("First.")).await;
    let id = id.unwrap();
    let change = upload(
        DraftParts {
            added: vec![file("a", b"\0a")],
            ..only_subject("Last words")
        },
        true,
    );
    for _ in 0..2 {
        let answer = desk.change(&id, &change).await.unwrap();
        let [ItemAnswer::Change { status, .. }] = answer.responses.as_slice() else {
            panic!("{answer:?}");
        };
        assert_eq!(status.code(), 183);
        let drafts = served.stored("Drafts").await;
        assert_eq!(drafts.len(), 1);
        assert!(
            drafts[0].text.contains("Subject: Last words\r\n"),
            "{drafts:?}"
        );
        assert_eq!(drafts[0].text.matches("filename=").count(), 1, "{drafts:?}");
    }
    assert_eq!(served.stored("Sent").await.len(), 0);
    WELCOME.store(true, Ordering::SeqCst);
    let answer = desk.change(&id, &change).await.unwrap();
    assert_eq!(answer.responses, []);
    assert_eq!(served.stored("Drafts").await.len(), 0);
    let taken = served.taken();
    assert_eq!(taken.len(), 1);
    assert!(taken[0].contains("Subject: Last words\r\n"));
    assert_eq!(taken[0].matches("filename=").count(), 1, "{}", taken[0]);
    assert_eq!(served.stored("Sent").await.len(), 1);
}
