//! The program is asked to stop while devices wait.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::binary::Binary;
use crate::client::Client;
use crate::phone::LIMIT;
use crate::service::{Place, value_in};
use crate::wire::Server;

/// Devices that wait.
const DEVICES: usize = 40;

/// First not ready, then answers over a while.
const SHUTDOWN: &str = "[shutdown]\nannounce_s = 2\nspread_s = 1\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_asked_to_stop_sends_its_devices_away_in_order() {
    let place = Place::new(&["anna"]);
    place.maildir("anna", &[""]);
    let program = Binary::start(&place, SHUTDOWN);
    let server = Server {
        address: program.eas,
        account: "anna".to_owned(),
    };
    let mut pings = JoinSet::new();
    for number in 0..DEVICES {
        let mut client = Client::new(server.clone(), &format!("D{number}"));
        client.set_up(&[""]).await;
        pings.spawn(async move {
            let answer = client.ping(&[""], 480).await.answer().await;
            (answer, Instant::now())
        });
    }
    until_parked(&program, DEVICES).await;
    assert_eq!(program.look("/readyz").await.unwrap().0, 200);

    let asked = Instant::now();
    program.terminate();
    while program.look("/readyz").await.unwrap().0 == 200 {
        assert!(asked.elapsed() < Duration::from_secs(1), "still ready");
        sleep(Duration::from_millis(5)).await;
    }
    // Nobody is sent away before load balancers could notice.
    until_parked(&program, DEVICES).await;
    assert!(asked.elapsed() < Duration::from_millis(1_800));
    let answers = pings.join_all().await;
    assert_eq!(answers.len(), DEVICES);
    let mut times = Vec::new();
    for (answer, at) in answers {
        assert_eq!(answer.status.code(), 1);
        times.push(at.duration_since(asked));
    }
    times.sort();
    let (first, last) = (times[0], times[DEVICES - 1]);
    assert!(first >= Duration::from_secs(2), "{first:?}");
    assert!(last - first >= Duration::from_millis(700), "all at once");
    let status = program.ended().await;
    assert_eq!(status.code(), Some(0));
    eprintln!(
        "drain: answers from {first:?} to {last:?}, ended after {:?}",
        asked.elapsed()
    );
}

async fn until_parked(program: &Binary, count: usize) {
    let began = Instant::now();
    loop {
        let (_, text) = program.look("/metrics").await.unwrap();
        if value_in(&text, "directpush_parked{kind=\"ping\"}") == count as f64 {
            return;
        }
        assert!(began.elapsed() < LIMIT, "never {count} parked");
        sleep(Duration::from_millis(20)).await;
    }
}
