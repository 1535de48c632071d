//! What happens at the server wakes a phone: a delivery, and what the user does in another mail program.

use std::time::{Duration, Instant};

use backends::servers::DovecotOptions;
use protocol::device::Profile;
use tokio::time::timeout;

use crate::house::{House, Plan, Source};
use crate::mail::Other;
use crate::phone::{LIMIT, Phone};

/// Folders that are compared; `""` is the INBOX.
const FOLDERS: [&str; 3] = ["", "Work", "Trash"];

/// Something that happens at the server.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Delivery,
    Read,
    /// One is read and another marked unread: as many are unread as before.
    Swap,
    Flag,
    Move,
    /// In a folder that is not the INBOX.
    ReadFiled,
    /// To Trash.
    Delete,
    Erase,
}

const DEEDS: [Deed; 8] = [
    Deed::Delivery,
    Deed::Read,
    Deed::Swap,
    Deed::Flag,
    Deed::Move,
    Deed::ReadFiled,
    Deed::Delete,
    Deed::Erase,
];

impl Deed {
    async fn happen(self, house: &House, other: &Other) {
        match self {
            Self::Delivery => house.deliver("anna", "new").await,
            Self::Read => other.set_read("INBOX", "old2", true).await,
            Self::Swap => {
                other.set_read("INBOX", "old0", true).await;
                other.set_read("INBOX", "old1", false).await;
            }
            Self::Flag => other.set_flag("INBOX", "old2", true).await,
            Self::Move => other.move_to("INBOX", "old3", "Work").await,
            Self::ReadFiled => other.set_read("Work", "old3", true).await,
            Self::Delete => other.move_to("INBOX", "old4", "Trash").await,
            Self::Erase => other.delete("INBOX", "old5").await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_wakes_a_phone() {
    let mut counts_nothing = Plan::new(Source::Poll);
    counts_nothing.dovecot = DovecotOptions {
        without: vec!["CONDSTORE", "QRESYNC"],
        ..DovecotOptions::default()
    };
    // At once, since they do little but wait.
    tokio::join!(
        others_wake(Plan::new(Source::Hook), &DEEDS),
        others_wake(Plan::new(Source::Idle), &DEEDS),
        others_wake(Plan::new(Source::Hibernating), &DEEDS),
        others_wake(Plan::new(Source::Notify), &DEEDS),
        others_wake(Plan::new(Source::Poll), &[Deed::Delivery, Deed::Swap]),
        others_wake(counts_nothing, &[Deed::Swap]),
    );
}

/// Does things one after the other; each wakes the phone, which then shows what the server has.
async fn others_wake(mut plan: Plan, deeds: &[Deed]) {
    let source = plan.source;
    // All is listened to, and nothing is found by looking while the test goes on, unless that is the way.
    plan.imap = "sweep_s = 3600\npoll_s = 5\nidle_connections_max = 8\n".to_owned();
    let house = House::start(plan).await;
    let other = house.other("anna").await;
    other.make("Work").await;
    for number in 0..6 {
        house.deliver("anna", &format!("old{number}")).await;
    }
    other.set_read("INBOX", "old1", true).await;
    let mut phone = house.phone(Profile::aosp(), "anna", "WOKEN1");
    phone.settle().await;
    phone.live_until(house.listened_to(&FOLDERS)).await;
    let mut told = Vec::new();
    for deed in deeds {
        phone.settle().await;
        phone.live_until(house.watched(1, 1)).await;
        let announced = phone.seen.announced;
        let began = Instant::now();
        phone.live_until(deed.happen(&house, &other)).await;
        until_equal(&mut phone, &other).await;
        told.push(format!("{deed:?} {} ms", began.elapsed().as_millis()));
        assert!(
            phone.seen.announced > announced,
            "{source:?}, {deed:?}: nothing woke it\n{}",
            phone.diary()
        );
    }
    assert_eq!(phone.seen.wrong, [""; 0], "{}", phone.diary());
    assert_eq!(phone.seen.fruitless, 0, "{}", phone.diary());
    eprintln!("{source:?}: until the phone shows it: {}", told.join(", "));
}

/// Lives on until the phone shows what is at the server.
async fn until_equal(phone: &mut Phone, other: &Other) {
    let began = Instant::now();
    let mut expected = Vec::new();
    for folder in FOLDERS {
        let name = if folder.is_empty() { "INBOX" } else { folder };
        expected.push(other.contents(name).await);
    }
    loop {
        let shown = FOLDERS.map(|folder| phone.contents(folder));
        if shown.as_slice() == expected {
            return;
        }
        assert!(
            began.elapsed() < LIMIT,
            "shown {shown:?}\nthere {expected:?}\n{}",
            phone.diary()
        );
        let _pause = timeout(Duration::from_millis(50), phone.turn()).await;
    }
}
