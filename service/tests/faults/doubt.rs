//! The last Sync answer is lost, and nothing else ever happens (rule R12).

use std::time::{Duration, Instant};

use protocol::device::{Heartbeats, Profile};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::phone::Phone;
use crate::proxy::{Aftermath, Ending, Proxy};
use crate::random::Random;
use crate::service::{Place, Service, metric};
use crate::wire::Server;

/// A Sync answer with a message is larger, all other answers are smaller.
const LARGE: usize = 1_500;

/// How the answer is lost for the server, and how soon the phone is told of it again, in seconds.
const LOSSES: [(&str, Aftermath, u64, u64); 4] = [
    ("silent", Aftermath::Silent, 59, 66),
    ("swallowed", Aftermath::Swallowed, 59, 66),
    ("fin", Aftermath::AtOnce(Ending::Fin), 59, 66),
    ("rst", Aftermath::AtOnce(Ending::Rst), 0, 5),
];

/// A phone that waits by Ping for 28 minutes, and after a Sync that was cut pings on a new connection.
fn aosp() -> Profile {
    let profile = Profile::aosp();
    Profile {
        heartbeats: Heartbeats {
            start_s: 1_680,
            ..profile.heartbeats
        },
        ..profile
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_announced_again_as_soon_as_it_may_be_lost() {
    let mut accounts: Vec<&str> = LOSSES.iter().map(|loss| loss.0).collect();
    accounts.extend(["nothing", "estimated"]);
    let service = Service::start(Place::new(&accounts), |_| {}).await;
    let mut phones = JoinSet::new();
    for (account, to_server, from_s, to_s) in LOSSES {
        let maildir = service.place.maildir(account, &[""]);
        let address = service.app.eas_address();
        phones.spawn(async move {
            let proxy = Proxy::start(address, Random::new(1)).await;
            proxy.heal();
            let server = Server {
                address: proxy.address,
                account: account.to_owned(),
            };
            let mut phone = Phone::new(aosp(), server, "FAULTS1");
            phone.settle().await;
            proxy.trap(LARGE, to_server);
            maildir.deliver_with("", "lost", 4_000);
            let delivered = Instant::now();
            let arriving = async {
                while phone.contents("") != maildir.contents("") {
                    phone.turn().await;
                }
            };
            let arrived = timeout(Duration::from_secs(75), arriving).await;
            assert!(arrived.is_ok(), "{account}: lost\n{}", phone.diary());
            let after_s = delivered.elapsed().as_secs();
            assert!(
                (from_s..=to_s).contains(&after_s),
                "{account}: {after_s}\n{}",
                phone.diary()
            );
            assert_eq!(proxy.cuts(), 1);
            assert_eq!(phone.seen.announced, 2, "{account}:\n{}", phone.diary());
            assert_eq!(phone.seen.wrong, [""; 0]);
        });
    }
    // One that asks for an estimate first is told of nothing, and does not Sync.
    for (account, profile) in [("nothing", aosp()), ("estimated", Profile::samsung())] {
        let maildir = service.place.maildir(account, &[""]);
        let server = Server {
            address: service.app.eas_address(),
            account: account.to_owned(),
        };
        phones.spawn(async move {
            // Its Ping goes on another connection than its Sync, so that nothing proves the answer received.
            let mut phone = Phone::new(profile, server, "FAULTS1");
            phone.settle().await;
            maildir.deliver("", "told");
            phone.live_for(Duration::from_secs(75)).await;
            assert_eq!(phone.contents(""), maildir.contents(""));
            // Once for the message, once for the doubt.
            assert_eq!(phone.seen.announced, 2, "{account}: {}", phone.diary());
        });
    }
    phones.join_all().await;
    let doubts = |outcome| {
        let series = format!("directpush_doubts_total{{outcome=\"{outcome}\"}}");
        metric(service.app.metrics(), &series)
    };
    assert_eq!((doubts("founded"), doubts("unfounded")), (4.0, 2.0));
    service.app.shutdown().await;
}
