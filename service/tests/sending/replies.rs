//! Replies and forwards: what they bring along, and the mark on the original.

use protocol::airsyncbase::{Body as MailBody, BodyType};
use protocol::command::compose_mail::{
    ComposeOptions, ForwardContent, Forwardee, Forwardees, MailSource, SmartForwardRequest,
    SmartReplyRequest, SourceItem,
};
use protocol::command::folder_sync::FolderType;
use protocol::command::{ClientId, CollectionId, ServerId, SyncKeyText};
use protocol::version::Version;

use crate::house::{House, until};
use crate::phone::{Phone, Told, told};

pub(crate) const ORIGINAL: &str = "From: Bo <bo@example.org>\r\nTo: anna@example.org\r\nSubject: Plans\r\n\
    Message-ID: <orig@example.org>\r\nReferences: <root@example.org>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nWhat do you say?\r\n--b\r\n\
    Content-Type: text/x-notes; name=notes.txt\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nMy notes.\r\n--b--\r\n";

const MIME: &str = "To: bo@example.org\r\nSubject: Re: Plans\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGood \u{2013} go.\r\n";

/// Anna's phone, and the message that she answers.
async fn scene() -> (House, Phone, CollectionId, ServerId) {
    let house = House::start("");
    house.deliver("1700000000.one", ORIGINAL);
    let phone = Phone::new(&house, "anna", "phone");
    let inbox = phone.folder(FolderType::Inbox).await;
    let (_, items) = phone.sync(&inbox, SyncKeyText::initial()).await;
    let item = items.into_iter().next().unwrap();
    (house, phone, inbox, item)
}

pub(crate) fn reply(
    inbox: &CollectionId,
    item: &ServerId,
    client_id: &str,
    whole: bool,
) -> SmartReplyRequest {
    SmartReplyRequest {
        client_id: ClientId::parse(client_id).unwrap(),
        source: source(inbox, item),
        options: ComposeOptions::default(),
        replace_mime: whole,
        mime: MIME.as_bytes().to_vec(),
    }
}

pub(crate) fn forward(
    inbox: &CollectionId,
    item: &ServerId,
    client_id: &str,
    whole: bool,
) -> SmartForwardRequest {
    SmartForwardRequest {
        client_id: ClientId::parse(client_id).unwrap(),
        source: source(inbox, item),
        options: ComposeOptions::default(),
        content: ForwardContent::Mime {
            mime: MIME.as_bytes().to_vec(),
            replace: whole,
        },
    }
}

fn source(inbox: &CollectionId, item: &ServerId) -> MailSource {
    MailSource {
        item: SourceItem::Item {
            folder_id: inbox.clone(),
            item_id: item.clone(),
        },
        instance_id: None,
    }
}

#[track_caller]
fn only(house: &House) -> String {
    let mails = house.mails("bo", "");
    assert_eq!(mails.len(), 1);
    mails[0].1.clone()
}

#[track_caller]
fn holds(text: &str, words: &[&str], not: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
    for word in not {
        assert!(!text.contains(word), "{word:?} is in:\n{text}");
    }
}

#[tokio::test]
async fn a_reply_quotes_the_original_and_marks_it() {
    let (house, phone, inbox, item) = scene().await;
    let request = reply(&inbox, &item, "1", false);
    assert_eq!(phone.compose("SmartReply", &request).await, Told::Sent);
    let quoted = "-----Original Message-----\r\nFrom: \"Bo\" <bo@example.org>\r\n";
    let thread = "In-Reply-To: <orig@example.org>\r\nReferences: <root@example.org>\r\n <orig@example.org>\r\n";
    holds(
        &only(&house),
        &[quoted, "\r\n> What do you say?", thread],
        &["My notes."],
    );
    until("the mark", || {
        house.mails("anna", "")[0].0.ends_with(":2,R")
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_is_whole_brings_its_thread_only() {
    let (house, phone, inbox, item) = scene().await;
    let request = reply(&inbox, &item, "1", true);
    assert_eq!(phone.compose("SmartReply", &request).await, Told::Sent);
    let text = only(&house);
    let body = MIME.split("\r\n\r\n").nth(1).unwrap();
    holds(
        &text,
        &["In-Reply-To: <orig@example.org>", body],
        &["Original Message"],
    );
    assert!(text.ends_with(body));
}

#[tokio::test]
async fn a_forward_brings_text_and_attachments_and_marks() {
    let (house, phone, inbox, item) = scene().await;
    let request = forward(&inbox, &item, "1", false);
    assert_eq!(phone.compose("SmartForward", &request).await, Told::Sent);
    holds(
        &only(&house),
        &[
            "\r\nWhat do you say?",
            "filename=notes.txt\r\n\r\nMy notes.\r\n",
            "multipart/mixed",
        ],
        &["In-Reply-To", "> What"],
    );
    until("the mark", || {
        house.mails("anna", "")[0].0.ends_with(":2,P")
    })
    .await;
    let (house, phone, inbox, item) = scene().await;
    let request = forward(&inbox, &item, "1", true);
    assert_eq!(phone.compose("SmartForward", &request).await, Told::Sent);
    holds(&only(&house), &[], &["My notes.", "What do you say?"]);
}

#[tokio::test]
async fn an_original_that_is_not_there_is_150() {
    let (house, phone, inbox, item) = scene().await;
    let gone = async |request: SmartReplyRequest| phone.compose("SmartReply", &request).await;
    let status = |code: &str| Told::Status(code.to_owned());
    let missing = ServerId::parse(&format!("{}:999", inbox.as_str())).unwrap();
    assert_eq!(
        gone(reply(&inbox, &missing, "1", false)).await,
        status("150")
    );
    let other = CollectionId::parse("999").unwrap();
    assert_eq!(gone(reply(&other, &item, "2", false)).await, status("150"));
    let mut wrong = reply(&inbox, &item, "3", false);
    wrong.source.instance_id = Some("yesterday".to_owned());
    assert_eq!(gone(wrong).await, status("104"));
    let mut by_search = reply(&inbox, &item, "4", true);
    by_search.source.item = SourceItem::LongId("x".to_owned());
    assert_eq!(gone(by_search).await, status("150"));
    // Bo has no such folder, and cannot send what is Anna's.
    house.make_mailbox("bo");
    let bo = Phone::new(&house, "bo", "phone");
    bo.folder(FolderType::Outbox).await;
    let request = forward(&inbox, &item, "5", false);
    assert_eq!(bo.compose("SmartForward", &request).await, status("150"));
    assert_eq!(house.mails("bo", ""), []);
}

#[tokio::test]
async fn the_server_writes_a_forward_for_a_device_that_names_people_only() {
    let (house, mut phone, inbox, item) = scene().await;
    phone.version = Version::V16_1;
    let to = |email: &str| {
        Forwardees::new(vec![Forwardee {
            name: Some("Bo B.".to_owned()),
            email: email.to_owned(),
        }])
        .unwrap()
    };
    let request = |client_id: &str, email: &str| SmartForwardRequest {
        content: ForwardContent::Forwardees {
            forwardees: to(email),
            body: Some(MailBody::text(BodyType::Plain, "Look at this.")),
        },
        ..forward(&inbox, &item, client_id, false)
    };
    let smuggled = request("1", "bo@example.org\r\nBcc: x@example.org");
    assert_eq!(
        phone.compose("SmartForward", &smuggled).await,
        Told::Status("179".to_owned())
    );
    let request = request("2", "bo@example.org");
    assert_eq!(phone.compose("SmartForward", &request).await, Told::Sent);
    let text = only(&house);
    holds(
        &text,
        &[
            "From: <anna@example.org>\r\n",
            "Subject: FW: Plans\r\n",
            "Look at this.",
            "\r\nWhat do you say?",
            "filename=notes.txt",
        ],
        &["In-Reply-To", "> What"],
    );
    until("the mark", || {
        house.mails("anna", "")[0].0.ends_with(":2,P")
    })
    .await;
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
    // A repeat is told to be one.
    assert_eq!(
        phone.compose("SmartForward", &request).await,
        Told::Status("118".to_owned())
    );
    assert_eq!(house.mails("bo", "").len(), 1);
}

#[tokio::test]
async fn before_14_0_the_query_names_the_original() {
    let (house, mut phone, inbox, item) = scene().await;
    phone.version = Version::V12_1;
    let query = format!(
        "{}&CollectionId={}&ItemId={}&SaveInSent=T",
        phone.query("SmartReply"),
        inbox.as_str(),
        item.as_str().replace(':', "%3A")
    );
    assert_eq!(told(phone.post(&query, MIME.as_bytes()).await), Told::Sent);
    let text = only(&house);
    holds(&text, &["\r\n> What do you say?"], &[]);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
    until("the mark", || {
        house.mails("anna", "")[0].0.ends_with(":2,R")
    })
    .await;
}
