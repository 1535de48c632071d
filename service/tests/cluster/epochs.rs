//! Connections that are lost, and come back as a new epoch.

use std::time::Instant;

use backends::servers::{Redis, RedisOptions};
use directpush::metrics::HintFate;
use directpush::push::{Epoch, RedisSettings};
use zeroize::Zeroizing;

use crate::wire::{Node, at, everything, redis};

#[tokio::test]
async fn a_killed_subscriber_is_a_new_epoch() {
    let redis = redis().await;
    let (one, two) = (
        Node::connected(at(redis.port())).await,
        Node::connected(at(redis.port())).await,
    );
    redis.command("CLIENT KILL TYPE pubsub").await.unwrap();
    for node in [&one, &two] {
        node.up(2).await;
        let heard = node
            .until("down", |heard| heard.epochs.contains(&Epoch::Down(1)))
            .await;
        let down = heard
            .epochs
            .iter()
            .position(|epoch| *epoch == Epoch::Down(1));
        let live = heard
            .epochs
            .iter()
            .position(|epoch| *epoch == Epoch::Live(2));
        assert!(down < live, "{heard:?}");
    }
    one.channel.publish(everything(1)).await.unwrap();
    two.hears(everything(1)).await;
}

#[tokio::test]
async fn a_node_that_is_cut_off_tells_the_others_when_it_is_back() {
    let options = RedisOptions {
        lines: vec!["user one on >secret allchannels allkeys +@all".to_owned()],
        ..RedisOptions::default()
    };
    let redis = Redis::start(&options).await.unwrap();
    let settings = RedisSettings {
        user: Some("one".to_owned()),
        password: Some(Zeroizing::new("secret".to_owned())),
        ..at(redis.port())
    };
    let (one, two) = (
        Node::connected(settings).await,
        Node::connected(at(redis.port())).await,
    );
    redis.command("ACL SETUSER one off").await.unwrap();
    redis.command("CLIENT KILL USER one").await.unwrap();
    one.until("down", |heard| heard.epochs.contains(&Epoch::Down(1)))
        .await;
    assert_eq!(one.metrics.channel.up.get(), 0);
    one.channel.publish(everything(4)).await.unwrap();
    one.hears(everything(4)).await;
    assert_eq!(one.metrics.channel.hints.of(HintFate::Owed).get(), 1);
    redis.command("ACL SETUSER one on").await.unwrap();
    one.up(2).await;
    two.hears(everything(4)).await;
    assert_eq!(two.channel.epoch(), Epoch::Live(1));
}

#[tokio::test]
async fn a_server_that_starts_again_is_a_new_epoch_for_all() {
    let mut redis = redis().await;
    let (one, two) = (
        Node::connected(at(redis.port())).await,
        Node::connected(at(redis.port())).await,
    );
    redis.kill();
    redis.restart().await.unwrap();
    one.up(2).await;
    two.up(2).await;
    one.channel.publish(everything(4)).await.unwrap();
    two.hears(everything(4)).await;
}

#[tokio::test]
async fn a_server_that_stands_still_is_found_within_ten_seconds() {
    let redis = redis().await;
    let node = Node::connected(at(redis.port())).await;
    redis.pause().unwrap();
    let since = Instant::now();
    node.until("down", |heard| heard.epochs.contains(&Epoch::Down(1)))
        .await;
    assert!(since.elapsed().as_secs() < 10, "{:?}", since.elapsed());
    redis.resume().unwrap();
    node.up(2).await;
}

#[tokio::test]
async fn a_subscriber_that_was_too_slow_comes_back() {
    let options = RedisOptions {
        lines: vec!["client-output-buffer-limit pubsub 32kb 0 0".to_owned()],
        ..RedisOptions::default()
    };
    let redis = Redis::start(&options).await.unwrap();
    let node = Node::connected(at(redis.port())).await;
    // More than the server keeps for anybody.
    let much = "x".repeat(50_000);
    redis
        .command(&format!("PUBLISH directpush:{{0}}:hints {much}"))
        .await
        .unwrap();
    node.up(2).await;
}
