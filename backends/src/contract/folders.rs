//! Folders come, go, and are known again after a rename.

use crate::contract::watches::hierarchy_reported;
use crate::contract::{Bench, Case, Outcome, Replica, refused};
use crate::error::Kind;
use crate::folder::{Folder, Role};
use crate::item::Horizon;
use crate::mailbox::Identity;
use crate::name::FolderRef;

pub(super) fn cases() -> Vec<(&'static str, Case)> {
    vec![
        ("there is one main folder", |bench| {
            Box::pin(one_inbox(bench))
        }),
        ("folders are made, renamed and removed", |bench| {
            Box::pin(reshape(bench))
        }),
        ("folders come and go", |bench| Box::pin(come_and_go(bench))),
        ("a rename keeps identity and items", |bench| {
            Box::pin(rename(bench, Watching::No))
        }),
        ("a rename keeps identity and items, watched", |bench| {
            Box::pin(rename(bench, Watching::Yes))
        }),
        ("a missing folder is not found", |bench| {
            Box::pin(missing(bench))
        }),
    ]
}

/// Whether a watch runs during a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Watching {
    Yes,
    No,
}

async fn one_inbox(bench: Bench) -> Outcome {
    let folders = bench.mailbox.folders().await?;
    let main = (bench.class, bench.main_role());
    let inboxes = folders
        .iter()
        .filter(|folder| (folder.class, folder.role) == main);
    assert_eq!(inboxes.count(), 1, "{folders:?}");
    // Nothing is missing from an account that is well.
    let survey = bench.mailbox.survey().await?;
    assert_eq!((survey.folders, survey.missing), (folders, Vec::new()));
    Ok(())
}

async fn find(bench: &Bench, reference: &FolderRef) -> Result<Option<Folder>, super::Failure> {
    let folders = bench.mailbox.folders().await?;
    Ok(folders
        .into_iter()
        .find(|folder| folder.reference == *reference))
}

async fn come_and_go(bench: Bench) -> Outcome {
    let made = bench.hand.create_folder("Projects").await?;
    let first = find(&bench, &made).await?.ok_or("it is not listed")?;
    assert_eq!((first.name.as_str(), first.role), ("Projects", Role::Plain));
    bench.hand.remove_folder(&made).await?;
    assert_eq!(find(&bench, &made).await?, None);
    let again = bench.hand.create_folder("Projects").await?;
    let second = find(&bench, &again).await?.ok_or("it is not listed")?;
    if bench.mailbox.capability().identity == Identity::Lasting {
        assert_ne!(first.identity, second.identity, "it is another folder");
    }
    Ok(())
}

async fn rename(bench: Bench, watching: Watching) -> Outcome {
    let old = bench.hand.create_folder("Before").await?;
    bench.deliver(&old, "kept").await?;
    let _watch = match watching {
        Watching::Yes => Some(bench.mailbox.watch().await?),
        Watching::No => None,
    };
    let mailbox = &*bench.mailbox;
    let mut replica = Replica::default();
    replica.refresh(mailbox, &old).await?;
    let before = find(&bench, &old).await?.ok_or("it is not listed")?;
    let new = bench.hand.rename_folder(&old, "After").await?;
    let after = find(&bench, &new).await?.ok_or("it is not listed")?;
    if mailbox.capability().identity == Identity::Lasting {
        assert!(before.identity.is_some());
        assert_eq!(before.identity, after.identity);
    }
    assert_eq!(after.name, "After");
    assert_eq!(find(&bench, &old).await?, None);
    // The token goes with the folder: it may be worth something or not, but it must not mislead.
    bench.deliver(&new, "later").await?;
    replica.refresh(mailbox, &new).await?;
    assert_eq!(replica.items.len(), 2);
    replica.check(mailbox, &new).await?;
    Ok(())
}

async fn reshape(bench: Bench) -> Outcome {
    let mailbox = &*bench.mailbox;
    let main = bench.inbox().await?;
    let mut watch = mailbox.watch().await?;
    let made = mailbox.create_folder(None, "Übung", bench.class).await?;
    hierarchy_reported(&mut watch).await?;
    assert_eq!((made.name.as_str(), made.role), ("Übung", Role::Plain));
    assert_eq!((made.class, &made.parent), (bench.class, &None));
    assert_eq!(find(&bench, &made.reference).await?.as_ref(), Some(&made));
    let again = mailbox.create_folder(None, "Übung", bench.class).await;
    assert_eq!(refused(again)?.kind(), Kind::Exists);
    let item = bench.deliver(&made.reference, "kept").await?;
    let other = mailbox.create_folder(None, "Other", bench.class).await?;
    let taken = mailbox.rename_folder(&made.reference, None, "Other").await;
    assert_eq!(refused(taken)?.kind(), Kind::Exists);
    let renamed = mailbox.rename_folder(&made.reference, None, "New").await?;
    assert_eq!(renamed.name, "New");
    if mailbox.capability().identity == Identity::Lasting {
        assert_eq!(renamed.identity, made.identity);
    }
    assert_eq!(
        find(&bench, &renamed.reference).await?.as_ref(),
        Some(&renamed)
    );
    let mut replica = Replica::default();
    replica.refresh(mailbox, &renamed.reference).await?;
    assert!(replica.items.contains_key(&item));
    let removed = mailbox.remove_folder(&main).await;
    assert_eq!(refused(removed)?.kind(), Kind::Refused);
    let renamed_main = mailbox.rename_folder(&main, None, "Main").await;
    assert_eq!(refused(renamed_main)?.kind(), Kind::Refused);
    for folder in [&renamed.reference, &other.reference] {
        mailbox.remove_folder(folder).await?;
        mailbox.remove_folder(folder).await?;
        assert_eq!(find(&bench, folder).await?, None);
    }
    Ok(())
}

async fn missing(bench: Bench) -> Outcome {
    let made = bench.hand.create_folder("Gone").await?;
    bench.hand.remove_folder(&made).await?;
    let changes = bench
        .mailbox
        .changes(&made, None, Horizon::Everything)
        .await;
    assert_eq!(refused(changes)?.kind(), Kind::NotFound);
    Ok(())
}
