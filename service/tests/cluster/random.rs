//! Whatever breaks in which order: in the end every node has read what changed.

use std::sync::Arc;
use std::time::Duration;

use directpush::ids::AccountId;
use directpush::push::Epoch;
use tokio::time::{Instant, sleep};

use crate::wire::{Ledger, Node, PATIENCE, at, everything, redis};

/// Accounts that change.
const ACCOUNTS: u64 = 40;

/// Numbers that look random and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

#[tokio::test]
async fn nothing_is_lost_in_any_order() {
    let mut redis = redis().await;
    let ledger = Arc::new(Ledger::default());
    let settings = || at(redis.port());
    let nodes = [
        Node::sharing(settings(), Arc::clone(&ledger)).await,
        Node::sharing(settings(), Arc::clone(&ledger)).await,
    ];
    let mut dice = Dice(1);
    let mut faults = 0;
    for _ in 0..600 {
        match dice.throw(60) {
            0 => {
                faults += 1;
                let _ended = redis.command("CLIENT KILL TYPE pubsub").await;
            }
            1 => {
                faults += 1;
                let _ended = redis.command("CLIENT KILL TYPE normal SKIPME yes").await;
            }
            2 if dice.throw(3) == 0 => {
                faults += 1;
                redis.kill();
                redis.restart().await.unwrap();
            }
            3 => sleep(Duration::from_millis(dice.throw(200))).await,
            _ => {
                let account = dice.throw(ACCOUNTS).cast_signed();
                // R4: first the truth, then the hint. R9: a hint that is not taken is published again.
                ledger.change(AccountId(account));
                let node = &nodes[usize::try_from(dice.throw(2)).unwrap()];
                while node.channel.publish(everything(account)).await.is_err() {
                    sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }
    assert!(faults > 6, "{faults}");
    let until = Instant::now() + PATIENCE;
    for node in &nodes {
        while node.read() != ledger.all() || !matches!(node.channel.epoch(), Epoch::Live(_)) {
            assert!(
                Instant::now() < until,
                "{:?} is not {:?}",
                node.read(),
                ledger.all()
            );
            // What is owed is told with the next beat, of which nothing tells when there is nothing to be told.
            sleep(Duration::from_millis(20)).await;
        }
    }
}
