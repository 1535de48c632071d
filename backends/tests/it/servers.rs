//! The servers that other tests stand on do what those tests take for granted.

mod cyrus;
mod dovecot;

use backends::contract::Hand;
use backends::servers::ImapHand;
use backends::{Flag, ItemRef, Marks};

/// A message with this subject.
pub(crate) fn mail(subject: &str) -> Vec<u8> {
    format!("From: a@example.org\r\nSubject: {subject}\r\n\r\n.{subject}\r\n").into_bytes()
}

/// Every change that a hand can make, and that it is seen.
async fn hand_works(hand: &ImapHand) {
    let (keyword, message) = ("\\Flagged Later", mail("one"));
    let made = hand.append("INBOX", keyword, Some(1_700_000_000), &message);
    let (validity, uid) = made.await.unwrap();
    let uid = uid.to_string();
    let status = hand.run("STATUS INBOX (UIDVALIDITY)").await.unwrap();
    assert_eq!(status.number("UIDVALIDITY "), Some(validity));
    let told = hand.within("INBOX", "FETCH 1 (INTERNALDATE)").await;
    let told = told.unwrap().lines.concat();
    assert!(told.contains("14-Nov-2023 22:13:20 +0000"), "{told}");
    let flags = async |folder: &str| -> Vec<String> {
        let all = hand.flags(folder).await.unwrap();
        all.into_iter().map(|(_, flags)| flags.join(" ")).collect()
    };
    assert_eq!(flags("INBOX").await, ["Later \\Flagged"]);
    hand.store("INBOX", &uid, "+FLAGS", "\\Seen").await.unwrap();
    hand.store("INBOX", &uid, "-FLAGS", "Later").await.unwrap();
    assert_eq!(flags("INBOX").await, ["\\Flagged \\Seen"]);
    let folder = hand.create_folder("Work").await.unwrap();
    let (validity, uids) = hand.move_to("INBOX", &uid, folder.as_str()).await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 0);
    let other = hand.rename_folder(&folder, "Play").await.unwrap();
    assert_eq!(flags(other.as_str()).await, ["\\Flagged \\Seen"]);
    let item = ItemRef::new(format!("{validity}.{uids}"));
    hand.set_marks(&other, &item, &Marks::from_iter([Flag::Forwarded]))
        .await
        .unwrap();
    assert_eq!(flags(other.as_str()).await, ["$Forwarded"]);
    hand.remove(&other, &item).await.unwrap();
    assert_eq!(hand.count(other.as_str()).await.unwrap(), 0);
    hand.remove_folder(&other).await.unwrap();
    let listed = hand.run("LIST \"\" *").await.unwrap().lines.concat();
    assert!(
        !listed.contains("Work") && !listed.contains("Play"),
        "{listed}"
    );
    assert!(hand.count(other.as_str()).await.is_err());
}
