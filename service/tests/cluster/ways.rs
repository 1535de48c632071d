//! The ways in which Redis is set up.

use backends::servers::{Certificate, Redis, RedisOptions};
use directpush::push::{RedisKind, RedisSettings};
use zeroize::Zeroizing;

use crate::wire::{Node, at, everything, redis};

async fn carries(settings: RedisSettings) {
    let (one, two) = (
        Node::connected(settings.clone()).await,
        Node::connected(settings).await,
    );
    for account in 0..300 {
        one.channel.publish(everything(account)).await.unwrap();
    }
    two.until("all", |heard| heard.hints.len() == 300).await;
}

#[tokio::test]
async fn a_user_who_may_do_little_is_enough() {
    let user = "user node on >secret resetchannels &directpush:* ~directpush:* -@all +@pubsub +@connection \
                +@scripting +set +get +del +pexpire +role +cluster|slots";
    let options = RedisOptions {
        lines: vec![user.to_owned(), "user default off".to_owned()],
        ..RedisOptions::default()
    };
    let redis = Redis::start(&options).await.unwrap();
    carries(RedisSettings {
        user: Some("node".to_owned()),
        password: Some(Zeroizing::new("secret".to_owned())),
        ..at(redis.port())
    })
    .await;
}

#[tokio::test]
async fn tls_with_an_authority_of_our_own() {
    let certificate = Certificate::new(&["localhost", "127.0.0.1"]).unwrap();
    let authority = certificate.authority.clone();
    let options = RedisOptions {
        certificate: Some(certificate),
        ..RedisOptions::default()
    };
    let redis = Redis::start(&options).await.unwrap();
    carries(RedisSettings {
        tls: true,
        authorities: Some(authority.into_bytes()),
        ..at(redis.tls_port())
    })
    .await;
}

#[tokio::test]
async fn a_cluster_with_channels_by_slot() {
    let options = RedisOptions {
        cluster: true,
        ..RedisOptions::default()
    };
    let redis = Redis::start(&options).await.unwrap();
    carries(RedisSettings {
        kind: RedisKind::Cluster,
        ..at(redis.port())
    })
    .await;
}

#[tokio::test]
async fn a_sentinel_says_where_the_master_is() {
    let master = redis().await;
    let options = RedisOptions {
        sentinel_of: Some(("push".to_owned(), master.port())),
        ..RedisOptions::default()
    };
    let sentinel = Redis::start(&options).await.unwrap();
    carries(RedisSettings {
        kind: RedisKind::Sentinel("push".to_owned()),
        ..at(sentinel.port())
    })
    .await;
}
