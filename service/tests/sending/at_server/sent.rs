//! What is sent: once to the relay, once in the server's Sent, and noted on the original.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderType;

use super::{DovecotOptions, Script, Served, logs};
use crate::phone::Told;
use crate::replies::{ORIGINAL, forward, reply};

pub(super) const MAIL: &str =
    "To: out@example.net\r\nSubject: once\r\nX-Directpush-Id: <copied>\r\n\r\nWords.\r\n";

fn status(code: &str) -> Told {
    Told::Status(code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_once_and_is_kept_once() {
    let served = Served::start(Script::default()).await;
    let phone = served.phone();
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!(phone.send("1", MAIL).await, status("118"));
    let taken = served.taken();
    assert_eq!(taken.len(), 1);
    assert!(!taken[0].contains("X-Directpush-Id"), "{}", taken[0]);
    let kept = served.stored("Sent").await;
    assert_eq!(kept.len(), 1);
    assert!(kept[0].flags.contains("\\Seen"), "{kept:?}");
    assert!(kept[0].text.contains("Subject: once\r\n"));
    assert!(!kept[0].text.contains("<copied>"), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn originals_go_along_and_are_marked() {
    let served = Served::start(Script::default()).await;
    let phone = served.phone();
    for _ in 0..4 {
        let delivered = served.dovecot.deliver("anna", ORIGINAL.as_bytes()).await;
        delivered.unwrap();
    }
    let inbox = phone.folder(FolderType::Inbox).await;
    let (_, items) = phone.sync(&inbox, SyncKeyText::initial()).await;
    let quoted = ("> What do you say?", true);
    let attached = ("My notes.", true);
    for (number, (mark, words)) in [
        ("\\Answered", [quoted, ("My notes.", false)]),
        (
            "\\Answered",
            [("What do you say?", false), ("My notes.", false)],
        ),
        ("$Forwarded", [("What do you say?", true), attached]),
        (
            "$Forwarded",
            [("What do you say?", false), ("My notes.", false)],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, whole) = (number.to_string(), number % 2 == 1);
        let item = &items[number];
        let told = match number {
            0 | 1 => {
                phone
                    .compose("SmartReply", &reply(&inbox, item, &id, whole))
                    .await
            }
            _ => {
                phone
                    .compose("SmartForward", &forward(&inbox, item, &id, whole))
                    .await
            }
        };
        assert_eq!(told, Told::Sent, "{number}");
        let taken = served.taken();
        assert_eq!(taken.len(), number + 1);
        for (word, there) in words {
            assert_eq!(
                taken[number].contains(word),
                there,
                "{number} {word}: {}",
                taken[number]
            );
        }
        let marked = served.stored("INBOX").await;
        let marked = marked.iter().filter(|one| one.flags.contains(mark)).count();
        assert_eq!(marked, number % 2 + 1, "{number} {mark}");
    }
    assert_eq!(
        served.stored("Sent").await.len(),
        0,
        "no copy was asked for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_relay_does_not_take_is_in_no_folder() {
    for (script, told) in [
        (
            Script {
                message: Some("554 not this"),
                ..Script::default()
            },
            "120",
        ),
        (
            Script {
                recipient: |_| "550 nobody",
                ..Script::default()
            },
            "116",
        ),
        (
            Script {
                sender: "451 later",
                ..Script::default()
            },
            "120",
        ),
    ] {
        let served = Served::start(script).await;
        assert_eq!(served.phone().send("1", MAIL).await, status(told));
        assert_eq!(served.stored("Sent").await.len(), 0);
        logs(&served.house, "message not relayed").await;
        served
            .house
            .keeps_nothing_of(&["out@example.net", "Words."]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_to_the_relay_as_to_the_server() {
    let script = Script {
        extensions: &["AUTH PLAIN", "8BITMIME"],
        ..Script::default()
    };
    let options = DovecotOptions::default();
    let served = Served::with(&options, script, "auth = \"user\"\n").await;
    assert_eq!(served.phone().send("1", MAIL).await, Told::Sent);
    let said = format!("AUTH PLAIN {}", STANDARD.encode("\0anna\0secret"));
    assert_eq!(served.peer.sign_ins(), [said]);
    assert_eq!(served.stored("Sent").await.len(), 1);

    let script = Script {
        sign_in: "535 not you",
        ..script
    };
    let served = Served::with(&options, script, "auth = \"user\"\n").await;
    // The server finds the password right: it is not asked for.
    for id in ["1", "2"] {
        assert_eq!(served.phone().send(id, MAIL).await, status("120"));
    }
    logs(&served.house, "login: refused for good (535)").await;
    served.house.keeps_nothing_of(&["secret"]);
}
