//! Folders made, renamed and removed through the mailbox.

use std::fs;

use backends::contract::{Hand, Replica};
use backends::{Class, Folder, FolderRef, Identity, Kind, Mailbox, Role, WatchEvent};

use crate::hand::{Home, inbox, make_maildir};

/// `name parent` of all folders but the inbox.
async fn shown(home: &Home) -> Vec<String> {
    let folders = home.mailbox().folders().await.unwrap();
    let name_of = |reference: &FolderRef| {
        let found = folders.iter().find(|one| one.reference == *reference);
        found.unwrap().name.clone()
    };
    let shown = folders.iter().filter(|one| one.role != Role::Inbox);
    shown
        .map(|one| match &one.parent {
            None => one.name.clone(),
            Some(parent) => format!("{} in {}", one.name, name_of(parent)),
        })
        .collect()
}

async fn make(home: &Home, parent: Option<&FolderRef>, name: &str) -> Folder {
    let made = home.mailbox();
    let made = made.create_folder(parent, name, Class::Email).await;
    made.unwrap()
}

async fn refused(home: &Home, parent: Option<&FolderRef>, name: &str) -> Kind {
    let made = home.mailbox();
    let made = made.create_folder(parent, name, Class::Email).await;
    made.unwrap_err().kind()
}

#[tokio::test]
async fn folders_are_made_where_they_are_wanted() {
    let home = Home::new();
    let top = make(&home, None, "Grün & blau").await;
    assert_eq!(top.reference, FolderRef::new(".Gr&APw-n &- blau"));
    assert_eq!((top.name.as_str(), top.role), ("Grün & blau", Role::Plain));
    let below = make(&home, Some(&top.reference), "v1.2/a").await;
    assert_eq!(below.name, "v1.2/a");
    assert_eq!(below.parent.as_ref(), Some(&top.reference));
    let kept = make(&home, Some(&inbox()), "Kept").await;
    assert_eq!(kept.reference, FolderRef::new(".INBOX.Kept"));
    assert_eq!(kept.parent, Some(inbox()));
    for part in ["tmp", "new", "cur", "maildirfolder"] {
        assert!(home.dir(&below.reference).join(part).exists(), "{part}");
    }
    let mut all = shown(&home).await;
    all.sort_unstable();
    let expected = ["Grün & blau", "Kept in INBOX", "v1.2/a in Grün & blau"];
    assert_eq!(all, expected);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let home = Home::new();
    make(&home, None, "Sent").await;
    let gone = FolderRef::new(".Gone");
    let long = "n".repeat(255);
    for (parent, name, kind) in [
        (None, "Sent", Kind::Exists),
        (None, "inbox", Kind::Exists),
        (Some(&gone), "x", Kind::NotFound),
        (None, "", Kind::Refused),
        (None, " x", Kind::Refused),
        (None, "a\u{7}b", Kind::Refused),
        (None, &long, Kind::Refused),
    ] {
        assert_eq!(refused(&home, parent, name).await, kind, "{name:?}");
    }
    // A better name for a role would take it from the folder that has it.
    fs::rename(home.root.join(".Sent"), home.root.join(".Sent Items")).unwrap();
    assert_eq!(refused(&home, None, "Sent").await, Kind::Exists);
    make(&home, None, "Gesendet").await;
    assert_eq!(
        make(&home, Some(&inbox()), "Inbox").await.parent,
        Some(inbox())
    );
    let made = home.mailbox();
    let made = made.create_folder(None, "People", Class::Contacts).await;
    assert_eq!(made.unwrap_err().kind(), Kind::Refused);
    // What a crash left of a folder is completed.
    fs::create_dir_all(home.root.join(".Begun/tmp")).unwrap();
    make(&home, None, "Begun").await;
}

#[tokio::test]
async fn a_rename_moves_what_is_below_and_keeps_identities() {
    let home = Home::new();
    assert_eq!(
        home.mailbox().capability().identity,
        Identity::Lasting,
        "what follows relies on it"
    );
    let a = make(&home, None, "A").await;
    let x = make(&home, Some(&a.reference), "x").await;
    make(&home, Some(&x.reference), "y").await;
    make(&home, None, "AB").await;
    let b = make(&home, None, "B").await;
    home.deliver(&x.reference, 1, b"Subject: kept\n\n")
        .await
        .unwrap();
    let mailbox = home.mailbox();
    let moved = mailbox
        .rename_folder(&a.reference, Some(&b.reference), "New.A")
        .await
        .unwrap();
    assert_eq!(moved.identity, a.identity);
    assert_eq!(
        shown(&home).await,
        ["AB", "B", "New.A in B", "x in New.A", "y in x"]
    );
    let x = FolderRef::new(format!("{}.x", moved.reference));
    let mut replica = Replica::default();
    replica.refresh(&mailbox, &x).await.unwrap();
    assert_eq!(replica.items.len(), 1);
    // The same once more, and back to the top.
    let again = mailbox.rename_folder(&moved.reference, Some(&b.reference), "New.A");
    assert_eq!(again.await.unwrap(), moved);
    let back = mailbox.rename_folder(&moved.reference, None, "A").await;
    assert_eq!(back.unwrap().identity, a.identity);
    assert_eq!(shown(&home).await, ["A", "x in A", "y in x", "AB", "B"]);
}

#[tokio::test]
async fn what_cannot_be_renamed_stays() {
    let home = Home::new();
    let a = make(&home, None, "A").await;
    make(&home, Some(&a.reference), "x").await;
    make(&home, None, "B").await;
    make_maildir(&home.root.join(".C.x")).unwrap();
    let before = shown(&home).await;
    let (gone, long) = (FolderRef::new(".Gone"), "n".repeat(253));
    for (folder, parent, name, kind) in [
        (&inbox(), None, "Post", Kind::Refused),
        (&gone, None, "Post", Kind::NotFound),
        (&a.reference, Some(&gone), "A", Kind::NotFound),
        (&a.reference, None, "B", Kind::Exists),
        (&a.reference, None, "C", Kind::Exists),
        (&a.reference, Some(&a.reference), "A", Kind::Refused),
        (&a.reference, None, "", Kind::Refused),
        // Long enough for itself, not for what is below it.
        (&a.reference, None, &long, Kind::Refused),
    ] {
        let mailbox = home.mailbox();
        let renamed = mailbox.rename_folder(folder, parent, name).await;
        assert_eq!(renamed.unwrap_err().kind(), kind, "{name:?}");
        assert_eq!(shown(&home).await, before);
    }
}

#[tokio::test]
async fn a_rename_that_a_crash_cut_is_completed_by_the_next_one() {
    let home = Home::new();
    let a = make(&home, None, "A").await;
    make(&home, Some(&a.reference), "x").await;
    make(&home, Some(&a.reference), "y").await;
    fs::rename(home.root.join(".A.y"), home.root.join(".T.y")).unwrap();
    let mailbox = home.mailbox();
    let renamed = mailbox.rename_folder(&a.reference, None, "T").await;
    assert_eq!(renamed.unwrap().identity, a.identity);
    assert_eq!(shown(&home).await, ["T", "x in T", "y in T"]);
}

#[tokio::test]
async fn a_removed_folder_goes_with_all_that_is_in_and_below_it() {
    let home = Home::new();
    let a = make(&home, None, "A").await;
    let x = make(&home, Some(&a.reference), "x").await;
    make(&home, None, "AB").await;
    for folder in [&a, &x] {
        home.deliver(&folder.reference, 1, b"Subject: gone\n\n")
            .await
            .unwrap();
    }
    // Left behind by an earlier life.
    fs::create_dir_all(home.root.join("..directpush-removed-1/cur")).unwrap();
    let mailbox = home.mailbox();
    for _ in 0..2 {
        mailbox.remove_folder(&a.reference).await.unwrap();
        assert_eq!(shown(&home).await, ["AB"]);
    }
    let names = fs::read_dir(&home.root).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, [".AB", "cur", "new", "tmp"]);
    let refused = mailbox.remove_folder(&inbox()).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    mailbox
        .remove_folder(&FolderRef::new("../other"))
        .await
        .unwrap();
    let new = make(&home, None, "A").await;
    assert_ne!(new.identity, a.identity);
}

#[tokio::test]
async fn who_watches_hears_of_it_and_of_what_comes_later() {
    let home = Home::new();
    let mailbox = home.mailbox();
    let mut watch = mailbox.watch().await.unwrap();
    let a = make(&home, None, "A").await;
    while Home::next(&mut watch).await != WatchEvent::HierarchyChanged {}
    let mut replica = Replica::default();
    replica.refresh(&mailbox, &a.reference).await.unwrap();
    let b = mailbox
        .rename_folder(&a.reference, None, "B")
        .await
        .unwrap();
    while Home::next(&mut watch).await != WatchEvent::HierarchyChanged {}
    home.deliver(&b.reference, 1, b"Subject: later\n\n")
        .await
        .unwrap();
    while Home::next(&mut watch).await != WatchEvent::Changed(b.reference.clone()) {}
    replica.refresh(&mailbox, &b.reference).await.unwrap();
    assert_eq!(replica.items.len(), 1);
    mailbox.remove_folder(&b.reference).await.unwrap();
    while Home::next(&mut watch).await != WatchEvent::HierarchyChanged {}
}
