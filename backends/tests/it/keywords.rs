//! Keywords together with programs that write `dovecot-keywords`.

use std::fs;

use backends::contract::{Hand, Replica};
use backends::{FolderRef, Keyword, Mailbox, MarksPatch, Setting, Version};

use crate::hand::{Home, inbox, write_message};

fn set(words: &[&str]) -> MarksPatch {
    words.iter().fold(MarksPatch::new(), |patch, word| {
        patch.keyword(Keyword::parse(word).unwrap(), Setting::On)
    })
}

/// As Dovecot does it: under the lock, then by rename.
fn write_keywords(home: &Home, folder: &FolderRef, text: &str) {
    let dir = home.dir(folder);
    fs::write(dir.join("dovecot-keywords.lock"), text).unwrap();
    fs::rename(
        dir.join("dovecot-keywords.lock"),
        dir.join("dovecot-keywords"),
    )
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_gets_its_meaning_later_is_told() {
    let home = Home::new();
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    write_message(&home.root.join("cur/one:2,Sa"), 1, b"text");
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 1)
        .await;
    let version = |replica: &Replica| {
        let state = replica.items.values().next().unwrap();
        state.version.as_str().to_owned()
    };
    assert_eq!(version(&replica), "S");
    write_keywords(&home, &inbox(), "0 Work\n");
    home.follow(&mut watch, &mut replica, |replica| {
        version(replica) == "S Work"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_translated_between_folders() {
    let home = Home::new();
    let other = home.create_folder("Other").await.unwrap();
    write_keywords(&home, &inbox(), "0 Work\n1 Home\n2 $Forwarded\n");
    write_keywords(&home, &other, "0 Home\n");
    write_message(&home.root.join("cur/one:2,FSabcZ"), 1, b"text");
    let mailbox = home.mailbox();
    let item = backends::ItemRef::new("one");
    let hint = Version::new("");
    let (before, marks) = mailbox.marks(&inbox(), &item, &hint).await.unwrap();
    assert_eq!(before.version.as_str(), "FPS Home Work");
    let moved = mailbox
        .relocate(&inbox(), &item, &hint, &other)
        .await
        .unwrap();
    assert_eq!(moved.version, before.version);
    let (_, kept) = mailbox.marks(&other, &item, &hint).await.unwrap();
    assert_eq!(kept, marks);
    let path = home.find(&other, &item).unwrap();
    assert!(path.ends_with("one:2,FPSZab"), "{path:?}");
    let words = fs::read_to_string(home.dir(&other).join("dovecot-keywords")).unwrap();
    assert_eq!(words, "0 Home\n1 Work\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_new_keywords_wait_for_each_other() {
    let home = Home::new();
    let mailbox = home.mailbox();
    let hint = Version::new("");
    let mut items = Vec::new();
    for _ in 0..8 {
        items.push(home.deliver(&inbox(), 1, b"text").await.unwrap());
    }
    let words: Vec<String> = (0..8).map(|number| format!("word{number}")).collect();
    let folder = inbox();
    let marking = items.iter().zip(&words).map(|(item, word)| {
        let (mailbox, hint, folder) = (&mailbox, &hint, &folder);
        async move {
            let patch = set(&[word]);
            mailbox.mark(folder, item, hint, &patch).await.unwrap()
        }
    });
    let states = futures_util::future::join_all(marking).await;
    for (state, word) in states.iter().zip(&words) {
        assert_eq!(state.version.as_str(), format!(" {word}"));
        let (now, _) = mailbox.marks(&folder, &state.item, &hint).await.unwrap();
        assert_eq!(now, *state);
    }
}
