//! Writing: each write can be repeated, and does what the trait says when somebody else was
//! faster.

use tokio::io::AsyncReadExt;

use crate::contract::{Altered, Bench, Case, Outcome, Replica, TIME, refused};
use crate::error::Kind;
use crate::mailbox::KeywordSupport;
use crate::marks::{Flag, Keyword, Marks, MarksPatch, Setting};
use crate::name::{FolderRef, ItemRef, NewName, Version};

pub(super) fn cases() -> Vec<(&'static str, Case)> {
    vec![
        ("an opened item reads as it is fetched", |bench| {
            Box::pin(opened(bench))
        }),
        ("spans of an item are what they are of the whole", |bench| {
            Box::pin(opened_in_spans(bench))
        }),
        ("what was delivered is fetched", |bench| {
            Box::pin(fetch(bench))
        }),
        ("marks are set, cleared and predicted", |bench| {
            Box::pin(mark(bench))
        }),
        ("keywords are set and cleared", |bench| {
            Box::pin(keywords(bench))
        }),
        ("a removal can be repeated", |bench| Box::pin(delete(bench))),
        ("many are removed, others stay", |bench| {
            Box::pin(delete_many(bench))
        }),
        (
            "a move keeps marks and time, its repeat is not found",
            |bench| Box::pin(relocate(bench)),
        ),
        ("a new item is made once", |bench| Box::pin(create(bench))),
        ("what is not there cannot be changed", |bench| {
            Box::pin(missing(bench))
        }),
    ]
}

async fn fetch(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    let mut content = bench.content("x");
    // What mail stores keep as it is: some know no NUL, and but one way to end a line.
    content.extend(b"binary \xFF and text\r\n");
    let item = bench.hand.deliver(&inbox, TIME, &content).await?;
    let mut replica = Replica::default();
    replica.refresh(&*bench.mailbox, &inbox).await?;
    let state = replica.items.get(&item).ok_or("it is not told")?;
    for hint in [&state.version, &Version::new("outdated")] {
        let read = bench.mailbox.fetch(&inbox, &item, hint).await?;
        assert_eq!((&read.state, &read.content[..]), (state, &content[..]));
        assert_eq!(read.marks, Marks::default());
        let (again, marks) = bench.mailbox.marks(&inbox, &item, hint).await?;
        assert_eq!((&again, marks), (state, read.marks));
    }
    Ok(())
}

async fn mark(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    if !bench.is_mail() {
        return unmarked(&bench, &inbox).await;
    }
    let item = bench.deliver(&inbox, "one").await?;
    let flagged = Marks::from_iter([Flag::Flagged]);
    bench.hand.set_marks(&inbox, &item, &flagged).await?;
    let hint = Version::new("");
    let (before, _) = mailbox.marks(&inbox, &item, &hint).await?;
    let patch = MarksPatch::new()
        .flag(Flag::Seen, Setting::On)
        .flag(Flag::Answered, Setting::On)
        .flag(Flag::Draft, Setting::Off);
    let predicted = mailbox.version_after(&before.version, &patch);
    let after = mailbox.mark(&inbox, &item, &before.version, &patch).await?;
    assert!(predicted.is_none_or(|version| version == after.version));
    assert_ne!(before.version, after.version);
    let (state, marks) = mailbox.marks(&inbox, &item, &hint).await?;
    assert_eq!(state, after);
    assert_eq!(
        marks.flags,
        [Flag::Flagged, Flag::Answered, Flag::Seen].into()
    );
    assert_eq!(mailbox.mark(&inbox, &item, &hint, &patch).await?, after);
    let nothing = MarksPatch::new();
    assert_eq!(mailbox.mark(&inbox, &item, &hint, &nothing).await?, after);
    let back = MarksPatch::new()
        .flag(Flag::Seen, Setting::Off)
        .flag(Flag::Answered, Setting::Off);
    let cleared = mailbox.mark(&inbox, &item, &after.version, &back).await?;
    assert_eq!(cleared.version, before.version);
    Ok(())
}

/// Where there are no marks, setting some changes nothing.
async fn unmarked(bench: &Bench, folder: &FolderRef) -> Outcome {
    let mailbox = &*bench.mailbox;
    let item = bench.deliver(folder, "one").await?;
    let (before, marks) = mailbox.marks(folder, &item, &Version::new("")).await?;
    assert_eq!(marks, Marks::default());
    let patch = MarksPatch::new().flag(Flag::Seen, Setting::On);
    let after = mailbox.mark(folder, &item, &before.version, &patch).await?;
    assert_eq!(after, before);
    Ok(())
}

async fn keywords(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    if !bench.is_mail() || mailbox.capability().keywords == KeywordSupport::Nothing {
        return Ok(());
    }
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let other = bench.deliver(&inbox, "two").await?;
    let (before, _) = mailbox.marks(&inbox, &item, &Version::new("")).await?;
    let word = Keyword::parse("$Label1").ok_or("no keyword")?;
    let set = MarksPatch::new().keyword(word.clone(), Setting::On);
    let after = mailbox.mark(&inbox, &item, &before.version, &set).await?;
    assert_ne!(after.version, before.version);
    let (_, marks) = mailbox.marks(&inbox, &item, &after.version).await?;
    assert_eq!(marks.keywords, [word.clone()].into());
    let (_, marks) = mailbox.marks(&inbox, &other, &before.version).await?;
    assert!(marks.keywords.is_empty());
    let clear = MarksPatch::new().keyword(word, Setting::Off);
    let cleared = mailbox.mark(&inbox, &item, &after.version, &clear).await?;
    assert_eq!(cleared.version, before.version);
    Ok(())
}

async fn opened(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let hint = Version::new("");
    let whole = mailbox.fetch(&inbox, &item, &hint).await?;
    let mut stream = mailbox.open(&inbox, &item, &hint).await?;
    assert_eq!((&stream.state, &stream.marks), (&whole.state, &whole.marks));
    mailbox.delete(&inbox, &item, &hint).await?;
    let mut content = Vec::new();
    stream.reader.read_to_end(&mut content).await?;
    assert_eq!(content, whole.content);
    assert_eq!(u64::try_from(content.len()), Ok(stream.state.size));
    let gone = mailbox.open(&inbox, &item, &hint).await;
    assert_eq!(refused(gone)?.kind(), Kind::NotFound);
    Ok(())
}

async fn opened_in_spans(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let hint = Version::new("");
    let name = NewName::parse("spans").ok_or("no name")?;
    let content = bench.content("one");
    let none = Marks::default();
    let made = mailbox.create(&inbox, &name, &content, &none).await?.item;
    let items = [bench.deliver(&inbox, "one").await?, made];
    for item in &items {
        let whole = mailbox.fetch(&inbox, item, &hint).await?;
        let length = whole.content.len();
        for (start, end) in [
            (0, length),
            (0, 1),
            (3, length - 2),
            (length - 1, length + 10),
            (length + 1, length + 2),
        ] {
            let span = u64::try_from(start)?..u64::try_from(end)?;
            let mut stream = mailbox.open_span(&inbox, item, &hint, span).await?;
            assert_eq!((&stream.state, &stream.marks), (&whole.state, &whole.marks));
            let mut read = Vec::new();
            stream.reader.read_to_end(&mut read).await?;
            let expected = whole.content.get(start..end.min(length));
            assert_eq!(read, expected.unwrap_or_default(), "{start}..{end}");
        }
        for extent in mailbox.extents(&inbox, item, &hint).await? {
            let body = content.len() - "Subject: one\r\n\r\n".len();
            let told = (extent.path.as_str(), extent.size);
            assert_eq!(told, ("1", u64::try_from(body)?));
        }
    }
    let [item, _] = items;
    mailbox.delete(&inbox, &item, &hint).await?;
    let gone = mailbox.open_span(&inbox, &item, &hint, 0..1).await;
    assert_eq!(refused(gone)?.kind(), Kind::NotFound);
    Ok(())
}

async fn delete(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let item = bench.deliver(&inbox, "one").await?;
    let hint = Version::new("");
    mailbox.delete(&inbox, &item, &hint).await?;
    mailbox.delete(&inbox, &item, &hint).await?;
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    assert!(replica.items.is_empty());
    let other = bench.hand.create_folder("Gone").await?;
    bench.hand.remove_folder(&other).await?;
    mailbox.delete(&other, &item, &hint).await?;
    Ok(())
}

async fn delete_many(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let one = bench.deliver(&inbox, "one").await?;
    let two = bench.deliver(&inbox, "two").await?;
    let three = bench.deliver(&inbox, "three").await?;
    bench.hand.remove(&inbox, &two).await?;
    let doomed = [one, two, ItemRef::new("unknown")];
    for _ in 0..2 {
        mailbox.delete_many(&inbox, &doomed).await?;
    }
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    let left: Vec<_> = replica.items.keys().collect();
    assert_eq!(left, [&three]);
    Ok(())
}

async fn relocate(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let other = bench.hand.create_folder("Other").await?;
    let item = bench.deliver(&inbox, "one").await?;
    let mut patch = MarksPatch::new().flag(Flag::Seen, Setting::On);
    if bench.is_mail() && mailbox.capability().keywords != KeywordSupport::Nothing {
        let word = Keyword::parse("Work").ok_or("no keyword")?;
        patch = patch.keyword(word, Setting::On);
    }
    let hint = Version::new("");
    let before = mailbox.mark(&inbox, &item, &hint, &patch).await?;
    let (_, marks) = mailbox.marks(&inbox, &item, &hint).await?;
    let stays = mailbox.relocate(&inbox, &item, &hint, &inbox).await?;
    assert_eq!(stays, before);
    let moved = mailbox
        .relocate(&inbox, &item, &before.version, &other)
        .await?;
    assert_eq!((moved.time, moved.size), (before.time, before.size));
    let (_, kept) = mailbox.marks(&other, &moved.item, &moved.version).await?;
    assert_eq!(kept, marks);
    let again = mailbox.relocate(&inbox, &item, &hint, &other).await;
    assert_eq!(refused(again)?.kind(), Kind::NotFound);
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    assert!(replica.items.is_empty());
    replica = Replica::default();
    replica.refresh(mailbox, &other).await?;
    assert_eq!(replica.items.values().collect::<Vec<_>>(), [&moved]);
    bench.hand.remove_folder(&other).await?;
    let item = bench.deliver(&inbox, "two").await?;
    let nowhere = mailbox.relocate(&inbox, &item, &hint, &other).await;
    assert_eq!(refused(nowhere)?.kind(), Kind::NotFound);
    mailbox.marks(&inbox, &item, &hint).await?;
    Ok(())
}

async fn create(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let name = NewName::parse("upload-1").ok_or("no name")?;
    let marks = match bench.is_mail() {
        true => Marks::from_iter([Flag::Seen, Flag::Draft]),
        false => Marks::default(),
    };
    let content = &bench.content("draft");
    let (one, two) = tokio::join!(
        mailbox.create(&inbox, &name, content, &marks),
        mailbox.create(&inbox, &name, content, &marks),
    );
    let made = one?;
    assert_eq!(made, two?);
    let foretold = mailbox.item_of(&inbox, &name);
    assert!(foretold.as_ref().is_none_or(|item| *item == made.item));
    let read = mailbox.fetch(&inbox, &made.item, &made.version).await?;
    assert_eq!(read.marks, marks);
    // Whatever the store keeps with it to find it by, nobody is shown.
    assert_eq!(&read.content[..], &content[..]);
    let mut stream = mailbox.open(&inbox, &made.item, &made.version).await?;
    let mut opened = Vec::new();
    stream.reader.read_to_end(&mut opened).await?;
    assert_eq!(&opened[..], &content[..]);
    assert_eq!(u64::try_from(opened.len()), Ok(stream.state.size));
    // Changed by somebody since: the repeat finds it as it is now.
    if bench.is_mail() {
        let none = Marks::default();
        bench.hand.set_marks(&inbox, &made.item, &none).await?;
    } else {
        bench.alter(&inbox, &made.item, Altered::Away).await?;
    }
    let again = mailbox.create(&inbox, &name, content, &marks).await?;
    assert_eq!(again.item, made.item);
    assert_ne!(again.version, made.version);
    let other = NewName::parse("upload-2").ok_or("no name")?;
    let second = mailbox.create(&inbox, &other, content, &marks).await?;
    assert_ne!(second.item, made.item);
    let mut replica = Replica::default();
    replica.refresh(mailbox, &inbox).await?;
    assert_eq!(replica.items.len(), 2);
    Ok(())
}

async fn missing(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let hint = Version::new("");
    let seen = MarksPatch::new().flag(Flag::Seen, Setting::On);
    for name in ["invented", "../../etc/passwd", "", "a\0b", ".hidden"] {
        let item = ItemRef::new(name);
        let fetched = mailbox.fetch(&inbox, &item, &hint).await;
        assert_eq!(refused(fetched)?.kind(), Kind::NotFound, "{name}");
        let marked = mailbox.mark(&inbox, &item, &hint, &seen).await;
        assert_eq!(refused(marked)?.kind(), Kind::NotFound, "{name}");
        mailbox.delete(&inbox, &item, &hint).await?;
    }
    Ok(())
}
