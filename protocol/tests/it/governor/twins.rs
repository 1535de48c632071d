//! Two clients that share an id and sync a folder as soon as they are answered: each one's key 0 ends the other's keys,
//! and between two ends each finds new keys and nothing new.

use std::time::{Duration, Instant};

use protocol::flow::governor::{Act, Governor, HOLD_MAX, Verdict};

#[test]
fn two_clients_of_one_id_come_to_six_requests_a_minute_each() {
    let start = Instant::now();
    let mut governor = Governor::default();
    // When each asks next, and its key.
    let mut twins = [(start, 0_u64); 2];
    let (mut keys, mut alive) = (0, 0);
    let mut counts = [[0; 6]; 2];
    loop {
        let next = usize::from(twins[1].0 < twins[0].0);
        let (now, key) = twins[next];
        let minute = usize::try_from((now - start).as_secs() / 60).unwrap();
        let Some(count) = counts[next].get_mut(minute) else {
            break;
        };
        *count += 1;
        let mut held = |act: Act, now| match governor.judge(&act, now) {
            Verdict::Go => (Duration::ZERO, true),
            Verdict::Hold(_, wait) => (wait, true),
            Verdict::Refuse(_) => (HOLD_MAX, false),
        };
        let act = match key {
            0 => Act::StartsOver(5),
            key => Act::Shows(vec![(5, key)]),
        };
        let (mut wait, served) = held(act, now);
        if served && key == 0 {
            keys += 1;
            twins[next].1 = keys;
        } else if served && key >= alive {
            // From now on the keys of the other are dead.
            alive = key;
        } else if served {
            wait += held(Act::StartsOver(5), now + wait).0;
            twins[next].1 = 0;
        }
        twins[next].0 = now + wait + Duration::from_millis(20);
    }
    for counts in counts {
        assert!(counts[0] <= 50, "{counts:?}");
        // A round is three requests, which need not fall into one minute, nor into these five.
        let after = counts[1..].iter().sum::<usize>();
        assert!((1..=6 * 5 + 3).contains(&after), "{counts:?}");
    }
}
