//! Drafts that a phone makes, changes and sends (16.1), in a real Maildir.

use std::fs;

use protocol::class::email::DraftParts;
use protocol::command::SyncKeyText;
use protocol::command::sync::{ItemAnswer, ServerCommand};
use protocol::version::Version;

use crate::desk::{Desk, add, body, email, file, only_subject, told, upload, written};
use crate::house::House;

const DRAFTS: &str = ".Drafts";

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_stays_the_same_item_whatever_is_changed() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    let mut other = Desk::new(&house, "two").await;
    let (status, id, _) = desk.add("1", written("First.")).await;
    assert_eq!(status, 1);
    let id = id.unwrap();
    let mails = house.mails("anna", DRAFTS);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0.ends_with(":2,DS"), "{}", mails[0].0);
    let came = other.sync(Vec::new()).await.unwrap();
    let (same, draft) = told(&came);
    assert_eq!(
        (same, body(&draft), draft.is_draft),
        (&id, "First.", Some(true))
    );

    let silent = desk
        .change(&id, &upload(only_subject("Other plans"), false))
        .await;
    assert!(silent.is_none_or(|answer| answer.commands.is_empty() && answer.responses.is_empty()));
    let after = house.mails("anna", DRAFTS);
    assert_eq!(after.len(), 1);
    assert_ne!(after[0].0, mails[0].0);
    assert!(after[0].1.contains("Subject: Other plans\r\n") && after[0].1.contains("First."));
    assert!(
        desk.sync(Vec::new()).await.is_none(),
        "nothing is told of it later"
    );

    let came = other.sync(Vec::new()).await.unwrap();
    assert!(matches!(came.commands[0], ServerCommand::Change { .. }));
    let (same, draft) = told(&came);
    assert_eq!(
        (same, draft.subject.as_deref(), body(&draft)),
        (&id, Some("Other plans"), "First.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_are_added_kept_and_removed() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    let with = DraftParts {
        added: vec![file("a", b"\0a"), file("b", b"\0b")],
        ..written("See there.")
    };
    let (_, id, told_of) = desk.add("1", with).await;
    let id = id.unwrap();
    let found: Vec<_> = told_of
        .attachments
        .listed
        .iter()
        .map(|one| {
            (
                one.client_id.as_deref().unwrap(),
                one.file_reference.clone(),
            )
        })
        .collect();
    let reference = |part| format!("{}:{part}", id.as_str());
    assert_eq!(found, [("a", reference(2)), ("b", reference(3))]);
    let less = DraftParts {
        removed: vec![reference(2)],
        added: vec![file("c", b"\0c")],
        ..DraftParts::default()
    };
    let answer = desk.change(&id, &upload(less, false)).await.unwrap();
    let [ItemAnswer::Change { status, data, .. }] = answer.responses.as_slice() else {
        panic!("{answer:?}");
    };
    let added = email(data.as_ref()).attachments.listed;
    assert_eq!(
        (status.code(), added[0].file_reference.clone()),
        (1, reference(3))
    );
    // What stayed is called otherwise now, so that the whole draft is told.
    let (_, draft) = told(&answer);
    let names: Vec<_> = draft
        .attachments
        .listed
        .iter()
        .map(|one| one.display_name.as_deref().unwrap())
        .collect();
    assert_eq!(
        (names.as_slice(), body(&draft)),
        (&["b.pdf", "c.pdf"][..], "See there.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_makes_no_twin() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    let before = desk.key.clone();
    let (_, first, _) = desk.add("1", written("Once.")).await;
    // The answer was lost.
    desk.key = before;
    let (_, again, _) = desk.add("1", written("Once.")).await;
    assert_eq!(first, again);
    assert_eq!(house.mails("anna", DRAFTS).len(), 1);
    let id = first.unwrap();
    let before = desk.key.clone();
    desk.change(&id, &upload(only_subject("Twice"), false))
        .await;
    desk.key = before;
    desk.change(&id, &upload(only_subject("Twice"), false))
        .await;
    assert_eq!(house.mails("anna", DRAFTS).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_sent_once_and_gone() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    let (_, id, _) = desk.add("1", written("Go.")).await;
    let id = id.unwrap();
    let before = desk.key.clone();
    let answer = desk
        .change(&id, &upload(only_subject("Sent plans"), true))
        .await
        .unwrap();
    assert_eq!(answer.responses, []);
    assert!(
        matches!(answer.commands.as_slice(), [ServerCommand::Delete { server_id, .. }] if *server_id == id),
        "{answer:?}"
    );
    desk.key = before;
    let answer = desk
        .change(&id, &upload(only_subject("Sent plans"), true))
        .await
        .unwrap();
    assert_eq!(answer.responses, []);
    assert_eq!(house.mails("anna", DRAFTS).len(), 0);
    for (user, folder) in [("bo", ""), ("anna", ".Sent")] {
        let mails = house.mails(user, folder);
        assert_eq!(mails.len(), 1, "{user}");
        assert!(
            mails[0].1.contains("Subject: Sent plans\r\n"),
            "{}",
            mails[0].1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_may_be_sent_without_ever_being_a_draft() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    let before = desk.key.clone();
    for _ in 0..2 {
        desk.key = before.clone();
        let answer = desk
            .sync(vec![add("1", &upload(written("Go."), true))])
            .await
            .unwrap();
        let [
            ItemAnswer::Add {
                status, server_id, ..
            },
        ] = answer.responses.as_slice()
        else {
            panic!("{answer:?}");
        };
        assert_eq!((status.code(), server_id), (1, &None));
    }
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", DRAFTS).len(), 0);
    // Nobody can be reached at that address here.
    let wrong = DraftParts {
        to: Some("cy@example.com".to_owned()),
        ..written("Go.")
    };
    let answer = desk
        .sync(vec![add("2", &upload(wrong, true))])
        .await
        .unwrap();
    assert!(
        matches!(answer.responses.as_slice(), [ItemAnswer::Add { status, .. }] if status.code() == 183),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_did_is_judged() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    let (_, id, _) = desk.add("1", written("Mine.")).await;
    let id = id.unwrap();
    // Another program marks it: the phone does not know.
    let name = house.mails("anna", DRAFTS)[0].0.clone();
    let place = house.path("mail").join("anna").join(DRAFTS).join("cur");
    let flagged = name.replace(":2,DS", ":2,DFS");
    fs::rename(place.join(&name), place.join(&flagged)).unwrap();
    let answer = desk
        .change(&id, &upload(only_subject("Lost"), false))
        .await
        .unwrap();
    let [ItemAnswer::Change { status, .. }] = answer.responses.as_slice() else {
        panic!("{answer:?}");
    };
    assert_eq!(status.code(), 7);
    assert_eq!(told(&answer).1.subject.as_deref(), Some("Plans"));
    // It is gone, and comes back by no change.
    fs::remove_file(place.join(&flagged)).unwrap();
    let answer = desk
        .change(&id, &upload(only_subject("Late"), false))
        .await
        .unwrap();
    let [ItemAnswer::Change { status, .. }] = answer.responses.as_slice() else {
        panic!("{answer:?}");
    };
    assert_eq!(status.code(), 8);
    assert!(house.mails("anna", DRAFTS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn older_versions_make_no_mail() {
    let house = House::start("");
    let mut desk = Desk::new(&house, "one").await;
    desk.phone.version = Version::V14_1;
    desk.key = SyncKeyText::initial();
    desk.sync(Vec::new()).await;
    let answer = desk
        .sync(vec![add("1", &upload(written("No."), false))])
        .await
        .unwrap();
    assert!(
        matches!(answer.responses.as_slice(), [ItemAnswer::Add { status, .. }] if status.code() == 6),
        "{answer:?}"
    );
}
