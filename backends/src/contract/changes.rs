//! Deltas: complete, repeatable, current, and never misled by a token.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::contract::folders::Watching;
use crate::contract::{Altered, Bench, Case, Outcome, Replica, TIME};
use crate::item::{Change, DeltaKind, Horizon};
use crate::name::Token;

pub(super) fn cases() -> Vec<(&'static str, Case)> {
    vec![
        ("every change is in the next delta", |bench| {
            Box::pin(every_change(bench, Watching::No))
        }),
        ("every change is in the next delta, watched", |bench| {
            Box::pin(every_change(bench, Watching::Yes))
        }),
        ("items that go are told, the newest first", |bench| {
            Box::pin(newest_first(bench))
        }),
        ("a token gives the same changes or later ones", |bench| {
            Box::pin(repeatable(bench, Watching::No))
        }),
        (
            "a token gives the same changes or later ones, watched",
            |bench| Box::pin(repeatable(bench, Watching::Yes)),
        ),
        ("an unknown token gives a listing", |bench| {
            Box::pin(unknown_token(bench))
        }),
        (
            "the horizon limits a listing and outlives no token",
            |bench| Box::pin(horizon(bench, Watching::No)),
        ),
        (
            "the horizon limits a listing and outlives no token, watched",
            |bench| Box::pin(horizon(bench, Watching::Yes)),
        ),
        ("a token from before a watch means what it meant", |bench| {
            Box::pin(token_across_watches(bench))
        }),
        ("a question that is dropped loses nothing", |bench| {
            Box::pin(dropped(bench))
        }),
        ("changes by others during a listing are not lost", |bench| {
            Box::pin(while_listing(bench, Watching::No))
        }),
        (
            "changes by others during a listing are not lost, watched",
            |bench| Box::pin(while_listing(bench, Watching::Yes)),
        ),
    ]
}

async fn watch(bench: &Bench, watching: Watching) -> Result<Option<crate::Watch>, super::Failure> {
    Ok(match watching {
        Watching::Yes => Some(bench.mailbox.watch().await?),
        Watching::No => None,
    })
}

async fn every_change(bench: Bench, watching: Watching) -> Outcome {
    let _watch = watch(&bench, watching).await?;
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let other = bench.hand.create_folder("Other").await?;
    let (mut here, mut there) = (Replica::default(), Replica::default());
    here.refresh(mailbox, &inbox).await?;
    there.refresh(mailbox, &other).await?;
    assert!(here.items.is_empty() && there.items.is_empty());

    let item = bench.deliver(&inbox, "one").await?;
    here.refresh(mailbox, &inbox).await?;
    let state = here.items.get(&item).ok_or("it is not told")?.clone();
    assert_eq!(state.time, if bench.is_mail() { TIME } else { 0 });
    assert!(state.size > 0);

    bench.alter(&inbox, &item, Altered::Away).await?;
    here.refresh(mailbox, &inbox).await?;
    let marked = here.items.get(&item).ok_or("it is lost")?;
    assert_ne!(marked.version, state.version);
    bench.alter(&inbox, &item, Altered::Back("one")).await?;
    here.refresh(mailbox, &inbox).await?;
    assert_eq!(
        here.items.get(&item),
        Some(&state),
        "a version is the state, not a counter"
    );

    bench.hand.relocate(&inbox, &item, &other).await?;
    here.refresh(mailbox, &inbox).await?;
    there.refresh(mailbox, &other).await?;
    assert!(here.items.is_empty());
    assert_eq!(there.items.len(), 1);
    let moved = there.items.keys().next().ok_or("it is lost")?.clone();
    bench.hand.remove(&other, &moved).await?;
    there.refresh(mailbox, &other).await?;
    assert!(there.items.is_empty());
    here.check(mailbox, &inbox).await?;
    there.check(mailbox, &other).await?;
    Ok(())
}

async fn newest_first(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let mut items = Vec::new();
    for number in 0..4 {
        items.push(bench.deliver(&inbox, &format!("number {number}")).await?);
    }
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    while let Some(newest) = items.pop() {
        bench.hand.remove(&inbox, &newest).await?;
        replica.refresh(mailbox, &inbox).await?;
        assert_eq!(replica.items.len(), items.len());
        replica.check(mailbox, &inbox).await?;
    }
    Ok(())
}

async fn repeatable(bench: Bench, watching: Watching) -> Outcome {
    let _watch = watch(&bench, watching).await?;
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let mut start = Replica::default();
    start.refresh(mailbox, &inbox).await?;
    let mut names = Vec::new();
    for number in 0..5 {
        names.push(bench.deliver(&inbox, &format!("number {number}")).await?);
        // The same token again and again.
        let mut replica = start.clone();
        replica.refresh(mailbox, &inbox).await?;
        assert!(names.iter().all(|name| replica.items.contains_key(name)));
    }
    bench
        .hand
        .remove(&inbox, names.first().ok_or("none")?)
        .await?;
    let mut replica = start.clone();
    replica.refresh(mailbox, &inbox).await?;
    replica.check(mailbox, &inbox).await?;
    assert_eq!(replica.items.len(), 4);
    Ok(())
}

async fn unknown_token(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    for text in ["", "invented", "local1;j=1.1", "vdir1;j=1.1;d=1", "😀"] {
        let token = Token::new(text);
        let delta = bench
            .mailbox
            .changes(&inbox, Some(&token), Horizon::Everything)
            .await?;
        let DeltaKind::Listing(states) = delta.kind else {
            return Err("an unknown token must give a listing".into());
        };
        assert!(states.iter().any(|state| state.item == item));
    }
    Ok(())
}

async fn horizon(bench: Bench, watching: Watching) -> Outcome {
    // Other items have no time that filters look at.
    if !bench.is_mail() {
        return Ok(());
    }
    let _watch = watch(&bench, watching).await?;
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let (old, new) = (bench.content("old"), bench.content("new"));
    let old = bench.hand.deliver(&inbox, TIME - 1000, &old).await?;
    let new = bench.hand.deliver(&inbox, TIME, &new).await?;
    let narrow = Horizon::NotBefore(TIME - 10);
    let first = mailbox.changes(&inbox, None, narrow).await?;
    let DeltaKind::Listing(states) = &first.kind else {
        return Err("without a token there must be a listing".into());
    };
    let names: Vec<_> = states.iter().map(|state| &state.item).collect();
    assert_eq!(names, [&new]);
    // Narrower: the token is good. Wider: it says nothing of what is between.
    let narrower = Horizon::NotBefore(TIME - 5);
    let token = Some(&first.token);
    let next = mailbox.changes(&inbox, token, narrower).await?;
    let gone = |kind: &DeltaKind| match kind {
        DeltaKind::Changes(changes) => changes
            .iter()
            .any(|change| matches!(change, Change::Gone(item) if *item == new)),
        DeltaKind::Listing(states) => states.iter().all(|state| state.item != new),
    };
    assert!(!gone(&next.kind), "{next:?}");
    let wide = mailbox.changes(&inbox, token, Horizon::Everything).await?;
    let DeltaKind::Listing(states) = wide.kind else {
        return Err("a wider horizon must give a listing".into());
    };
    assert!(states.iter().any(|state| state.item == old));
    Ok(())
}

async fn token_across_watches(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let mut replica = Replica::default();
    for round in 0..3 {
        bench.deliver(&inbox, &format!("before {round}")).await?;
        replica.refresh(mailbox, &inbox).await?;
        replica.check(mailbox, &inbox).await?;
        let watch = mailbox.watch().await?;
        bench.deliver(&inbox, &format!("during {round}")).await?;
        replica.refresh(mailbox, &inbox).await?;
        replica.check(mailbox, &inbox).await?;
        drop(watch);
        bench.deliver(&inbox, &format!("after {round}")).await?;
        replica.refresh(mailbox, &inbox).await?;
        replica.check(mailbox, &inbox).await?;
    }
    assert_eq!(replica.items.len(), 9);
    Ok(())
}

async fn dropped(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let mut replica = Replica::default();
    for number in 0..5 {
        bench.deliver(&inbox, &format!("number {number}")).await?;
        let token = replica.token.clone();
        let mut question = pin!(mailbox.changes(&inbox, token.as_ref(), Horizon::Everything));
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(delta) = question.as_mut().poll(&mut context) {
            replica.apply(delta?);
        }
    }
    replica.refresh(mailbox, &inbox).await?;
    assert_eq!(replica.items.len(), 5);
    replica.check(mailbox, &inbox).await?;
    Ok(())
}

async fn while_listing(bench: Bench, watching: Watching) -> Outcome {
    const ITEMS: usize = 60;
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let mut names = Vec::new();
    for number in 0..ITEMS {
        names.push(bench.deliver(&inbox, &format!("number {number}")).await?);
    }
    let _watch = watch(&bench, watching).await?;
    let changing = async {
        for name in &names {
            bench.alter(&inbox, name, Altered::Away).await?;
            tokio::task::yield_now().await;
        }
        Outcome::Ok(())
    };
    let listing = async {
        for _ in 0..10 {
            let mut replica = Replica::default();
            replica.refresh(mailbox, &inbox).await?;
            assert_eq!(replica.items.len(), ITEMS, "a listing missed something");
        }
        Outcome::Ok(())
    };
    let (changed, listed) = tokio::join!(changing, listing);
    changed.and(listed)
}
