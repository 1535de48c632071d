//! What every channel owes.

use std::sync::Arc;

use directpush::ids::{AccountId, FolderNo, Seq};
use directpush::metrics::{HintFate, Metrics};
use directpush::push::{Epoch, Hint, LocalChannel, Seen, Topic};
use directpush::tasks::Tasks;

use crate::wire::{Node, at, everything, hint, redis};

fn hints() -> Vec<Hint> {
    let seen = Seen::from_micros(1_700_000_000_000_000);
    let topics = [
        Topic::Folder(FolderNo(3), Seq(9)),
        Topic::Hierarchy,
        Topic::Everything,
        Topic::Revoked,
    ];
    let hint = |(account, topic)| Hint {
        account: AccountId(account),
        topic,
        seen,
    };
    (1..).zip(topics).map(hint).collect()
}

/// All hints published at one end come out of all.
async fn delivers(from: &Node, to: &[&Node]) {
    for hint in hints() {
        from.channel.publish(hint).await.unwrap();
        for node in to {
            node.hears(hint).await;
        }
    }
}

#[tokio::test]
async fn the_channel_of_one_process_delivers() {
    let node = Node::on(
        Arc::new(LocalChannel::default()),
        Metrics::new().unwrap(),
        Tasks::new(),
    );
    delivers(&node, &[&node]).await;
    assert!(matches!(node.channel.epoch(), Epoch::Live(_)));
}

#[tokio::test]
async fn redis_delivers_to_every_node() {
    let redis = redis().await;
    let (one, two) = (
        Node::connected(at(redis.port())).await,
        Node::connected(at(redis.port())).await,
    );
    delivers(&one, &[&one, &two]).await;
    delivers(&two, &[&one, &two]).await;
    // Once each: the node that publishes does not hear itself again.
    one.channel.publish(everything(50)).await.unwrap();
    two.channel.publish(everything(50)).await.unwrap();
    let twice = |heard: &crate::wire::Heard| {
        heard
            .hints
            .iter()
            .filter(|hint| **hint == everything(50))
            .count()
            == 2
    };
    one.until("both", twice).await;
    two.until("both", twice).await;
}

#[tokio::test]
async fn what_others_publish_there_does_no_harm() {
    let redis = redis().await;
    let node = Node::connected(at(redis.port())).await;
    for shard in 0..256 {
        redis
            .command(&format!("PUBLISH directpush:{{{shard}}}:hints rubbish"))
            .await
            .unwrap();
    }
    // From a node of a later version, about account 5.
    redis
        .command("PUBLISH directpush:{0}:hints \"9 5 aa something new\"")
        .await
        .unwrap();
    node.hears(hint(5, Topic::Everything)).await;
    assert_eq!(node.metrics.channel.hints.of(HintFate::Rubbish).get(), 256);
}
