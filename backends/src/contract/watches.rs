//! Watches: nothing that happens after `watch` has returned goes unreported.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::time::timeout;

use crate::contract::{Altered, Bench, Case, Failure, Outcome, PATIENCE, Replica};
use crate::marks::{Flag, Marks, MarksPatch, Setting};
use crate::name::{FolderRef, NewName, Version};
use crate::watch::{Watch, WatchEvent};

pub(super) fn cases() -> Vec<(&'static str, Case)> {
    vec![
        ("every kind of change is reported", |bench| {
            Box::pin(every_kind(bench))
        }),
        ("changes in other folders are reported", |bench| {
            Box::pin(other_folders(bench))
        }),
        (
            "folders that come, go and change names are reported",
            |bench| Box::pin(hierarchy(bench)),
        ),
        ("a change before anybody waits is reported", |bench| {
            Box::pin(before_waiting(bench))
        }),
        ("a wait that is dropped loses nothing", |bench| {
            Box::pin(dropped_wait(bench))
        }),
        ("all watches are told", |bench| Box::pin(two_watches(bench))),
        ("own writes are reported too", |bench| {
            Box::pin(own_writes(bench))
        }),
        ("a thousand quick deliveries are all seen", |bench| {
            Box::pin(thousand(bench))
        }),
    ]
}

/// Waits until `folder` is reported, or everything is.
async fn reported(watch: &mut Watch, folder: &FolderRef) -> Outcome {
    loop {
        match timeout(PATIENCE, watch.next()).await?? {
            WatchEvent::Changed(changed) if changed == *folder => return Ok(()),
            WatchEvent::Gap => return Ok(()),
            WatchEvent::Changed(_) | WatchEvent::HierarchyChanged => {}
        }
    }
}

pub(super) async fn hierarchy_reported(watch: &mut Watch) -> Outcome {
    loop {
        match timeout(PATIENCE, watch.next()).await?? {
            WatchEvent::HierarchyChanged | WatchEvent::Gap => return Ok(()),
            WatchEvent::Changed(_) => {}
        }
    }
}

/// Takes what is pending.
fn pending(watch: &mut Watch) -> Result<Vec<WatchEvent>, Failure> {
    let mut events = Vec::new();
    loop {
        let mut next = pin!(watch.next());
        match next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => events.push(event?),
            Poll::Pending => return Ok(events),
        }
    }
}

/// Waits until the replica is as the check wants it, going by hints alone.
async fn follow(
    bench: &Bench,
    watch: &mut Watch,
    folder: &FolderRef,
    replica: &mut Replica,
    done: impl Fn(&Replica) -> bool,
) -> Outcome {
    while !done(replica) {
        reported(watch, folder).await?;
        replica.refresh(&*bench.mailbox, folder).await?;
    }
    Ok(())
}

async fn every_kind(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    let other = bench.hand.create_folder("Other").await?;
    let mut watch = bench.mailbox.watch().await?;
    let mut replica = Replica::default();
    replica.refresh(&*bench.mailbox, &inbox).await?;

    let one = bench.deliver(&inbox, "one").await?;
    follow(&bench, &mut watch, &inbox, &mut replica, |replica| {
        replica.items.contains_key(&one)
    })
    .await?;
    let before = replica.items.get(&one).ok_or("lost")?.version.clone();
    bench.alter(&inbox, &one, Altered::Away).await?;
    follow(&bench, &mut watch, &inbox, &mut replica, |replica| {
        replica
            .items
            .get(&one)
            .is_some_and(|state| state.version != before)
    })
    .await?;
    let two = bench.deliver(&inbox, "two").await?;
    bench.hand.remove(&inbox, &one).await?;
    follow(&bench, &mut watch, &inbox, &mut replica, |replica| {
        !replica.items.contains_key(&one) && replica.items.contains_key(&two)
    })
    .await?;
    bench.hand.relocate(&inbox, &two, &other).await?;
    follow(&bench, &mut watch, &inbox, &mut replica, |replica| {
        replica.items.is_empty()
    })
    .await?;
    replica.check(&*bench.mailbox, &inbox).await?;
    Ok(())
}

async fn other_folders(bench: Bench) -> Outcome {
    let before = bench.hand.create_folder("Before").await?;
    let mut watch = bench.mailbox.watch().await?;
    bench.deliver(&before, "one").await?;
    reported(&mut watch, &before).await?;
    // A folder that was made during the watch, with what was put into it at once.
    let during = bench.hand.create_folder("During").await?;
    let item = bench.deliver(&during, "two").await?;
    reported(&mut watch, &during).await?;
    let mut replica = Replica::default();
    replica.refresh(&*bench.mailbox, &during).await?;
    assert!(replica.items.contains_key(&item));
    let item = bench.deliver(&during, "three").await?;
    follow(&bench, &mut watch, &during, &mut replica, |replica| {
        replica.items.contains_key(&item)
    })
    .await
}

async fn hierarchy(bench: Bench) -> Outcome {
    let mut watch = bench.mailbox.watch().await?;
    let one = bench.hand.create_folder("One").await?;
    hierarchy_reported(&mut watch).await?;
    bench.deliver(&one, "in it").await?;
    let two = bench.hand.rename_folder(&one, "Two").await?;
    loop {
        hierarchy_reported(&mut watch).await?;
        let folders = bench.mailbox.folders().await?;
        if folders.iter().any(|folder| folder.reference == two) {
            break;
        }
    }
    let item = bench.deliver(&two, "later").await?;
    let mut replica = Replica::default();
    follow(&bench, &mut watch, &two, &mut replica, |replica| {
        replica.items.contains_key(&item) && replica.items.len() == 2
    })
    .await?;
    bench.hand.remove_folder(&two).await?;
    loop {
        hierarchy_reported(&mut watch).await?;
        let folders = bench.mailbox.folders().await?;
        if folders.iter().all(|folder| folder.reference != two) {
            return Ok(());
        }
    }
}

async fn before_waiting(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    let mut watch = bench.mailbox.watch().await?;
    bench.deliver(&inbox, "one").await?;
    reported(&mut watch, &inbox).await
}

async fn dropped_wait(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    let mut watch = bench.mailbox.watch().await?;
    let mut replica = Replica::default();
    for number in 0..20 {
        let none = pending(&mut watch)?;
        let item = bench.deliver(&inbox, &format!("number {number}")).await?;
        drop(none);
        // Begun and dropped, at whatever moment the hint comes.
        for _ in 0..number {
            let mut wait = pin!(watch.next());
            let poll = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(event) = poll {
                event?;
                replica.refresh(&*bench.mailbox, &inbox).await?;
                break;
            }
            tokio::task::yield_now().await;
        }
        follow(&bench, &mut watch, &inbox, &mut replica, |replica| {
            replica.items.contains_key(&item)
        })
        .await?;
    }
    Ok(())
}

async fn two_watches(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    let mut one = bench.mailbox.watch().await?;
    let mut two = bench.mailbox.watch().await?;
    bench.deliver(&inbox, "one").await?;
    reported(&mut one, &inbox).await?;
    reported(&mut two, &inbox).await?;
    drop(one);
    bench.deliver(&inbox, "two").await?;
    reported(&mut two, &inbox).await
}

async fn own_writes(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let other = bench.hand.create_folder("Other").await?;
    let mut watch = mailbox.watch().await?;
    let name = NewName::parse("upload").ok_or("no name")?;
    let made = mailbox
        .create(&inbox, &name, &bench.content("text"), &Marks::default())
        .await?;
    reported(&mut watch, &inbox).await?;
    let marked = if bench.is_mail() {
        let seen = MarksPatch::new().flag(Flag::Seen, Setting::On);
        mailbox
            .mark(&inbox, &made.item, &made.version, &seen)
            .await?
    } else {
        let content = bench.content("other text");
        mailbox
            .update(&inbox, &made.item, &made.version, &content)
            .await?
    };
    reported(&mut watch, &inbox).await?;
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    assert_eq!(replica.items.get(&made.item), Some(&marked));
    let moved = mailbox
        .relocate(&inbox, &made.item, &marked.version, &other)
        .await?;
    reported(&mut watch, &other).await?;
    mailbox
        .delete(&other, &moved.item, &Version::new(""))
        .await?;
    reported(&mut watch, &other).await
}

async fn thousand(bench: Bench) -> Outcome {
    const COUNT: usize = 1000;
    let inbox = bench.inbox().await?;
    let mut watch = bench.mailbox.watch().await?;
    let mut replica = Replica::default();
    replica.refresh(&*bench.mailbox, &inbox).await?;
    let delivering = async {
        for number in 0..COUNT {
            bench.deliver(&inbox, &format!("number {number}")).await?;
        }
        Outcome::Ok(())
    };
    let following = follow(&bench, &mut watch, &inbox, &mut replica, |replica| {
        replica.items.len() == COUNT
    });
    let (delivered, followed) = tokio::join!(delivering, following);
    delivered.and(followed)?;
    replica.check(&*bench.mailbox, &inbox).await?;
    Ok(())
}
