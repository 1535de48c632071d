//! A server or a connection that is gone in the middle of a question, and the question again.

use std::collections::BTreeSet;

use backends::contract::Hand;
use backends::imap::{Extension, ImapMailbox};
use backends::servers::{Dovecot, DovecotOptions, ImapHand};
use backends::{
    Flag, FolderRef, Horizon, ItemRef, Kind, Mailbox, Marks, MarksPatch, NewName, Setting, Version,
};
use futures_util::future::join_all;

use super::tap::{Cut, Tap};
use super::{Site, plain, without};
use crate::servers::mail;

/// Anna's account behind a tap.
struct Scene {
    dovecot: Dovecot,
    tap: Tap,
    site: Site,
    hand: ImapHand,
    inbox: FolderRef,
}

impl Scene {
    async fn new(disabled: &[Extension]) -> Self {
        let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
        let tap = Tap::new(dovecot.imap_port()).await;
        Self {
            hand: dovecot.hand("anna").await.unwrap(),
            site: Site::new(without(tap.port(), disabled)),
            inbox: FolderRef::new("INBOX"),
            tap,
            dovecot,
        }
    }

    fn mailbox(&self) -> ImapMailbox {
        self.site.mailbox("anna")
    }

    async fn deliver(&self, subject: &str) -> ItemRef {
        let message = mail(subject);
        let made = self.hand.deliver(&self.inbox, 1_700_000_000, &message);
        made.await.unwrap()
    }

    async fn count(&self, folder: &str) -> u32 {
        self.hand.count(folder).await.unwrap()
    }
}

/// Does something with the line cut, and again: the first time it is not known how it went.
async fn twice<T>(
    scene: &Scene,
    cut: Cut,
    work: impl AsyncFn() -> Result<T, backends::BackendError>,
) -> Result<T, Kind> {
    scene.tap.cut(cut);
    let first = work().await.map(drop).map_err(|error| error.kind());
    assert!(scene.tap.was_cut(), "{cut:?} never came");
    assert_eq!(first, Err(Kind::Unavailable), "{cut:?}");
    work().await.map_err(|error| error.kind())
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_in_a_new_session() {
    let scene = Scene::new(&[]).await;
    let item = scene.deliver("one").await;
    let mailbox = scene.mailbox();
    let (inbox, hint) = (&scene.inbox, Version::new(""));
    // Kept from the question before, and dead: nobody notices.
    mailbox.folders().await.unwrap();
    scene.tap.cut(Cut::Before("EXAMINE"));
    mailbox.marks(inbox, &item, &hint).await.unwrap();
    assert!(scene.tap.was_cut());
    scene.dovecot.kick("anna").unwrap();
    mailbox.fetch(inbox, &item, &hint).await.unwrap();
    // In a new one it is an error.
    for cut in [
        Cut::Before("FETCH"),
        Cut::After("FETCH"),
        Cut::After("BODY"),
    ] {
        let site = Site::new(plain(scene.tap.port()));
        let mailbox = site.mailbox("anna");
        let read = twice(&scene, cut, async || {
            mailbox.fetch(inbox, &item, &hint).await
        });
        assert_eq!(read.await.unwrap().content, mail("one"));
    }
    for cut in [Cut::Before("EXAMINE"), Cut::After("FETCH")] {
        let site = Site::new(plain(scene.tap.port()));
        let mailbox = site.mailbox("anna");
        let all = Horizon::Everything;
        twice(&scene, cut, async || {
            mailbox.changes(inbox, None, all).await
        })
        .await
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_is_not_stored_again() {
    let scene = Scene::new(&[]).await;
    let mailbox = scene.mailbox();
    let marks = Marks::from_iter([Flag::Seen]);
    let mut expected = 0;
    for cut in [Cut::Before("APPEND"), Cut::After("APPEND")] {
        expected += 1;
        let name = NewName::parse(&format!("name-{expected}")).unwrap();
        let content = mail("new");
        let create = async || mailbox.create(&scene.inbox, &name, &content, &marks).await;
        twice(&scene, cut, create).await.unwrap();
        assert_eq!(scene.count("INBOX").await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_and_removals_can_be_repeated() {
    for disabled in [&[][..], &[Extension::UidPlus]] {
        let scene = Scene::new(disabled).await;
        let item = scene.deliver("one").await;
        let seen = MarksPatch::new().flag(Flag::Seen, Setting::On);
        let hint = Version::new("");
        let fresh = || Site::new(without(scene.tap.port(), disabled)).mailbox("anna");
        for cut in [Cut::Before("UID STORE"), Cut::After("UID STORE")] {
            let mailbox = fresh();
            let mark = async || mailbox.mark(&scene.inbox, &item, &hint, &seen).await;
            assert_eq!(
                twice(&scene, cut, mark).await.unwrap().version.as_str(),
                "S"
            );
        }
        scene.deliver("stays").await;
        for cut in [Cut::Before("EXPUNGE"), Cut::After("EXPUNGE")] {
            let item = scene.deliver("goes").await;
            let mailbox = fresh();
            let delete = async || mailbox.delete(&scene.inbox, &item, &hint).await;
            twice(&scene, cut, delete).await.unwrap();
            assert_eq!(scene.count("INBOX").await, 2);
        }
    }
}

/// Without MOVE a message is for a moment in both folders, and a crash leaves it so: the repeat must not make a third.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_makes_no_twin() {
    for (disabled, cuts) in [
        (
            &[][..],
            &[Cut::Before("UID MOVE"), Cut::After("UID MOVE")][..],
        ),
        (&[Extension::UidPlus], &[Cut::After("UID MOVE")]),
        (
            &[Extension::Move],
            &[
                Cut::Before("UID COPY"),
                Cut::After("UID COPY"),
                Cut::After("UID EXPUNGE"),
            ],
        ),
        (
            &[Extension::Move, Extension::UidPlus],
            &[
                Cut::After("UID COPY"),
                Cut::Before("EXPUNGE"),
                Cut::After("EXPUNGE"),
            ],
        ),
    ] {
        let scene = Scene::new(disabled).await;
        let target = scene.hand.create_folder("Other").await.unwrap();
        let hint = Version::new("");
        for (number, cut) in cuts.iter().enumerate() {
            let item = scene.deliver("one").await;
            let mailbox = scene.mailbox();
            let relocate = async || mailbox.relocate(&scene.inbox, &item, &hint, &target).await;
            let moved = twice(&scene, *cut, relocate).await;
            // If the server had done it, there is nothing left to be moved.
            match moved {
                Ok(state) => {
                    mailbox.marks(&target, &state.item, &hint).await.unwrap();
                }
                Err(kind) => assert_eq!(kind, Kind::NotFound, "{cut:?} without {disabled:?}"),
            }
            assert_eq!(
                scene.count("INBOX").await,
                0,
                "{cut:?} without {disabled:?}"
            );
            let expected = u32::try_from(number).unwrap() + 1;
            assert_eq!(
                scene.count("Other").await,
                expected,
                "{cut:?} without {disabled:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_can_be_asked_for_again() {
    let scene = Scene::new(&[]).await;
    let mailbox = scene.mailbox();
    let class = backends::Class::Email;
    let create = async || mailbox.create_folder(None, "New", class).await;
    // It was made: the caller finds it in the next listing.
    assert_eq!(
        twice(&scene, Cut::After("CREATE"), create).await,
        Err(Kind::Exists)
    );
    let made = FolderRef::new("New");
    let rename = async || mailbox.rename_folder(&made, None, "Newer").await;
    let renamed = twice(&scene, Cut::After("RENAME"), rename).await;
    assert_eq!(renamed, Err(Kind::NotFound));
    // What can be repeated is, by itself, if the session had been kept.
    scene.tap.cut(Cut::After("DELETE"));
    mailbox
        .remove_folder(&FolderRef::new("Newer"))
        .await
        .unwrap();
    assert!(scene.tap.was_cut());
    scene.tap.cut(Cut::After("LIST"));
    let folders = mailbox.folders().await.unwrap();
    assert!(scene.tap.was_cut());
    assert!(folders.iter().all(|folder| !folder.name.starts_with("New")));
}

/// The server itself, in the middle of many things at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_the_middle_loses_and_doubles_nothing() {
    const COUNT: usize = 60;
    let mut scene = Scene::new(&[]).await;
    let site = Site::new(plain(scene.dovecot.imap_port()));
    let mailbox = site.mailbox("anna");
    let names: Vec<_> = (0..COUNT)
        .map(|number| NewName::parse(&format!("n{number}")).unwrap())
        .collect();
    let marks = Marks::default();
    for round in 0..4_usize {
        let content = mail("new");
        let storing = join_all(
            names
                .iter()
                .map(async |name| mailbox.create(&scene.inbox, name, &content, &marks).await),
        );
        let crash = async {
            // After some of them.
            let hand = &scene.hand;
            while hand.count("INBOX").await.unwrap() < u32::try_from(round * 12 + 1).unwrap() {
                tokio::task::yield_now().await;
            }
        };
        tokio::pin!(storing);
        tokio::select! {
            _ = &mut storing => {}
            () = crash => {}
        }
        scene.dovecot.kill();
        for failed in storing.await.into_iter().filter_map(Result::err) {
            assert_eq!(failed.kind(), Kind::Unavailable, "{failed:?}");
        }
        // What a killed Dovecot had locked stays so for two minutes.
        let lock = scene
            .dovecot
            .home("anna")
            .join("Maildir/dovecot-uidlist.lock");
        let _left = std::fs::remove_file(lock);
        scene.dovecot.restart().await.unwrap();
        scene.hand = scene.dovecot.hand("anna").await.unwrap();
    }
    let mut stored = BTreeSet::new();
    for name in &names {
        let create = async || {
            mailbox
                .create(&scene.inbox, name, &mail("new"), &marks)
                .await
        };
        let mut made = create().await;
        // The server is thought to be down for a moment.
        while made
            .as_ref()
            .is_err_and(|error| error.kind() == Kind::Unavailable)
        {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            made = create().await;
        }
        stored.insert(made.unwrap().item);
    }
    assert_eq!(stored.len(), COUNT);
    assert_eq!(scene.count("INBOX").await, u32::try_from(COUNT).unwrap());
}
