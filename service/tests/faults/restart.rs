//! The program is killed while a phone is at work, again and again.

use std::time::{Duration, Instant};

use protocol::device::Profile;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::binary::Binary;
use crate::maildir::Maildir;
use crate::phone::Phone;
use crate::proxy::Proxy;
use crate::random::Random;
use crate::service::Place;
use crate::wire::Server;

/// How often it is killed.
const KILLS: usize = 6;
/// The grace of an answer that was lost, and what follows.
const EQUAL_WITHIN: Duration = Duration::from_secs(75);

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_loses_nothing_and_doubles_nothing() {
    let _busy = crate::BUSY.read().await;
    let place = Place::new(&["ios", "aosp"]);
    let mut program = Binary::start(&place, "");
    let mut random = Random::new(7);
    let mut phones = JoinSet::new();
    let mut proxies = Vec::new();
    for (account, profile) in [("ios", Profile::ios()), ("aosp", Profile::aosp())] {
        let maildir = place.maildir(account, &[""]);
        let proxy = Proxy::start(program.eas, random.fork()).await;
        proxy.heal();
        let server = Server {
            address: proxy.address,
            account: account.to_owned(),
        };
        phones.spawn(live(Phone::new(profile, server, "FAULTS1"), maildir));
        proxies.push(proxy);
    }
    for _ in 0..KILLS {
        sleep(Duration::from_millis(500 + random.below(1_500))).await;
        program.kill().await;
        program = Binary::start(&place, "");
        proxies.iter().for_each(|proxy| proxy.lead_to(program.eas));
    }
    for report in phones.join_all().await {
        eprintln!("{report}");
    }
    drop(program);
}

async fn live(mut phone: Phone, maildir: Maildir) -> String {
    let mut delivering = JoinSet::new();
    let into = maildir.clone();
    delivering.spawn(async move {
        for number in 0..400 {
            into.deliver_with("", &format!("m{number}"), 600);
            sleep(Duration::from_millis(25)).await;
        }
    });
    while delivering.try_join_next().is_none() {
        phone.live_for(Duration::from_millis(50)).await;
    }
    let last = Instant::now();
    while phone.contents("") != maildir.contents("") {
        assert!(
            last.elapsed() < EQUAL_WITHIN,
            "not equal\n{}",
            phone.diary()
        );
        let _pause = timeout(Duration::from_millis(50), phone.turn()).await;
    }
    assert_eq!(phone.seen.wrong, [""; 0], "{}", phone.diary());
    assert!(phone.seen.cut > 0, "it did not notice\n{}", phone.diary());
    format!(
        "killed {KILLS} times: equal after {:?}, {:?}",
        last.elapsed(),
        phone.seen
    )
}
