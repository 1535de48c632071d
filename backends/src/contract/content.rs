//! Content that changes: each change is based on a version, and never on one that somebody else has
//! left behind.

use crate::contract::{Altered, Bench, Case, Outcome, Replica, refused};
use crate::error::Kind;
use crate::marks::Marks;
use crate::name::{ItemRef, NewName, Version};

pub(super) fn cases() -> Vec<(&'static str, Case)> {
    vec![
        ("messages never change", |bench| Box::pin(messages(bench))),
        ("content is changed, once, as predicted", |bench| {
            Box::pin(update(bench))
        }),
        ("nobody's change is overwritten", |bench| {
            Box::pin(conflict(bench))
        }),
        ("of two changes at a time one is made", |bench| {
            Box::pin(rivals(bench))
        }),
        ("changes that follow quickly are all seen", |bench| {
            Box::pin(quick(bench))
        }),
        ("the default folder is provided", |bench| {
            Box::pin(provide(bench))
        }),
        ("what is moved keeps its content", |bench| {
            Box::pin(relocate(bench))
        }),
    ]
}

async fn messages(bench: Bench) -> Outcome {
    if !bench.is_mail() {
        return Ok(());
    }
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let content = bench.content("two");
    let changed = bench
        .mailbox
        .update(&inbox, &item, &Version::new(""), &content)
        .await;
    assert_eq!(refused(changed)?.kind(), Kind::Refused);
    Ok(())
}

async fn update(bench: Bench) -> Outcome {
    if bench.is_mail() {
        return Ok(());
    }
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let (before, _) = mailbox.marks(&inbox, &item, &Version::new("")).await?;
    let content = bench.content("two");
    let predicted = mailbox.version_of(&inbox, &content);
    let after = mailbox
        .update(&inbox, &item, &before.version, &content)
        .await?;
    assert!(predicted.is_none_or(|version| version == after.version));
    assert_eq!(after.item, item);
    assert_ne!(after.version, before.version);
    let read = mailbox.fetch(&inbox, &item, &before.version).await?;
    assert_eq!((&read.content[..], &read.state), (&content[..], &after));
    // A repeat that does not know of its success.
    let again = mailbox
        .update(&inbox, &item, &before.version, &content)
        .await?;
    assert_eq!(again, after);
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    assert_eq!(replica.items.values().collect::<Vec<_>>(), [&after]);
    for name in ["invented", "../../etc/passwd", ""] {
        let item = ItemRef::new(name);
        let missing = mailbox
            .update(&inbox, &item, &after.version, &content)
            .await;
        assert_eq!(refused(missing)?.kind(), Kind::NotFound, "{name}");
    }
    Ok(())
}

async fn conflict(bench: Bench) -> Outcome {
    if bench.is_mail() {
        return Ok(());
    }
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let (before, _) = mailbox.marks(&inbox, &item, &Version::new("")).await?;
    bench.alter(&inbox, &item, Altered::Away).await?;
    let content = bench.content("two");
    let late = mailbox
        .update(&inbox, &item, &before.version, &content)
        .await;
    assert_eq!(refused(late)?.kind(), Kind::Conflict);
    let read = mailbox.fetch(&inbox, &item, &before.version).await?;
    assert_eq!(&read.content[..], &bench.content("altered")[..]);
    mailbox
        .update(&inbox, &item, &read.state.version, &content)
        .await?;
    bench.hand.remove(&inbox, &item).await?;
    let gone = mailbox
        .update(&inbox, &item, &before.version, &content)
        .await;
    assert_eq!(refused(gone)?.kind(), Kind::NotFound);
    Ok(())
}

async fn rivals(bench: Bench) -> Outcome {
    if bench.is_mail() {
        return Ok(());
    }
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    for round in 0..20 {
        let (before, _) = mailbox.marks(&inbox, &item, &Version::new("")).await?;
        let texts = [format!("a {round}"), format!("b {round}")];
        let [one, two] = texts.map(|text| bench.content(&text));
        let (first, second) = tokio::join!(
            mailbox.update(&inbox, &item, &before.version, &one),
            mailbox.update(&inbox, &item, &before.version, &two),
        );
        let read = mailbox.fetch(&inbox, &item, &before.version).await?;
        let (won, lost, content) = match (first, second) {
            (Ok(won), Err(lost)) => (won, lost, one),
            (Err(lost), Ok(won)) => (won, lost, two),
            both => return Err(format!("one must win, one must lose: {both:?}").into()),
        };
        assert_eq!(lost.kind(), Kind::Conflict);
        assert_eq!((&read.content[..], read.state), (&content[..], won));
    }
    Ok(())
}

async fn quick(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    for _ in 0..30 {
        for to in [Altered::Away, Altered::Back("one")] {
            let before = replica
                .items
                .get(&item)
                .ok_or("it is lost")?
                .version
                .clone();
            bench.alter(&inbox, &item, to).await?;
            replica.refresh(mailbox, &inbox).await?;
            let after = &replica.items.get(&item).ok_or("it is lost")?.version;
            assert_ne!(after, &before);
        }
    }
    Ok(())
}

async fn provide(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    if bench.is_mail() {
        return Ok(());
    }
    let main = mailbox.provide(bench.class, bench.main_role()).await?;
    assert_eq!(main.reference, bench.inbox().await?);
    let name = NewName::parse("upload").ok_or("no name")?;
    let content = bench.content("one");
    let none = Marks::default();
    mailbox
        .create(&main.reference, &name, &content, &none)
        .await?;
    Ok(())
}

async fn relocate(bench: Bench) -> Outcome {
    if bench.is_mail() {
        return Ok(());
    }
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let other = bench.hand.create_folder("Other").await?;
    let hint = Version::new("");
    // Under one name in both folders, but not the same.
    let name = NewName::parse("twin").ok_or("no name")?;
    let none = Marks::default();
    let (here, there) = (bench.content("here"), bench.content("there"));
    let one = mailbox.create(&inbox, &name, &here, &none).await?;
    let two = mailbox.create(&other, &name, &there, &none).await?;
    let moved = mailbox.relocate(&inbox, &one.item, &hint, &other).await?;
    for (item, content) in [(&moved.item, &here), (&two.item, &there)] {
        let read = mailbox.fetch(&other, item, &hint).await?;
        assert_eq!(&read.content[..], &content[..]);
    }
    Ok(())
}
