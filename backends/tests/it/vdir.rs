//! Address books in a vdir, beside what the contract asks for: what programs write in place, what
//! comes and goes above them, and what the file system does not tell.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use backends::contract::{PATIENCE, Replica};
use backends::local::{LocalOptions, LocalStore, LocalVdir};
use backends::{
    Class, DeltaKind, FolderRef, Horizon, ItemRef, Kind, Mailbox, Marks, NewName, Role, Version,
    Watch, WatchEvent, WatchMode,
};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A vdir in a directory of its own, with a store that watches.
struct Books {
    root: PathBuf,
    store: LocalStore,
    _dir: TempDir,
    _driver: JoinSet<()>,
}

impl Books {
    /// A root that is not there.
    fn missing() -> Arc<Self> {
        let dir = tempfile::tempdir().unwrap();
        let (store, driver) = LocalStore::new(LocalOptions {
            vdir_bytes_max: 1000,
            ..LocalOptions::default()
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(driver.run(CancellationToken::new()));
        Arc::new(Self {
            root: dir.path().join("anna/contacts"),
            store,
            _dir: dir,
            _driver: tasks,
        })
    }

    /// One empty address book.
    fn new() -> Arc<Self> {
        let books = Self::missing();
        fs::create_dir_all(books.root.join("people")).unwrap();
        books
    }

    fn vdir(&self) -> LocalVdir {
        self.store.address_books(&self.root)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.root.join(path), card(text)).unwrap();
    }
}

fn card(text: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{text}\r\nEND:VCARD\r\n")
}

fn people() -> FolderRef {
    FolderRef::new("people")
}

async fn next(watch: &mut Watch) -> WatchEvent {
    timeout(PATIENCE, watch.next()).await.unwrap().unwrap()
}

/// Follows hints until the replica is as the check wants it.
async fn follow(
    vdir: &LocalVdir,
    watch: &mut Watch,
    replica: &mut Replica,
    done: impl Fn(&Replica) -> bool,
) {
    while !done(replica) {
        next(watch).await;
        replica.refresh(vdir, &people()).await.unwrap();
    }
}

#[tokio::test]
async fn two_changes_within_one_tick_are_both_seen() {
    let books = Books::new();
    let vdir = books.vdir();
    let mut replica = Replica::default();
    let mut versions = std::collections::BTreeSet::new();
    for round in 0..200 {
        // As long as before, and in place: nothing but the time may differ, and it may not either.
        books.write("people/a.vcf", &format!("{round:03}"));
        replica.refresh(&vdir, &people()).await.unwrap();
        let state = replica.items.values().next().unwrap();
        let truth = vdir.version_of(&people(), card(&format!("{round:03}")).as_bytes());
        assert_eq!(Some(&state.version), truth.as_ref());
        versions.insert(state.version.clone());
    }
    assert_eq!(versions.len(), 200);
}

#[tokio::test]
async fn whatever_a_program_does_to_a_card_is_told() {
    let books = Books::new();
    let vdir = books.vdir();
    let mut watch = vdir.watch().await.unwrap();
    assert_eq!(watch.mode(), WatchMode::Push);
    let mut replica = Replica::default();
    replica.refresh(&vdir, &people()).await.unwrap();
    let version = |text: &str| vdir.version_of(&people(), card(text).as_bytes()).unwrap();
    let has = |name: &str, text: &str| {
        let (name, version) = (ItemRef::new(name), version(text));
        move |replica: &Replica| {
            let state = replica.items.get(&name);
            state.is_some_and(|state| state.version == version)
        }
    };
    books.write("people/a.vcf", "one");
    follow(&vdir, &mut watch, &mut replica, has("a.vcf", "one")).await;
    books.write("people/a.vcf", "two");
    follow(&vdir, &mut watch, &mut replica, has("a.vcf", "two")).await;
    // Replaced, under a temporary name that the specification asks for.
    books.write("people/.a.vcf.tmp", "three");
    let path = |name: &str| books.root.join("people").join(name);
    fs::rename(path(".a.vcf.tmp"), path("a.vcf")).unwrap();
    follow(&vdir, &mut watch, &mut replica, has("a.vcf", "three")).await;
    fs::hard_link(path("a.vcf"), path("b.vcf")).unwrap();
    follow(&vdir, &mut watch, &mut replica, has("b.vcf", "three")).await;
    fs::rename(path("b.vcf"), path("c.vcf")).unwrap();
    follow(&vdir, &mut watch, &mut replica, has("c.vcf", "three")).await;
    assert_eq!(replica.items.len(), 2);
    fs::remove_file(path("c.vcf")).unwrap();
    follow(&vdir, &mut watch, &mut replica, |replica| {
        replica.items.len() == 1
    })
    .await;
    // A writer that keeps the file open.
    let mut open = fs::File::create(path("d.vcf")).unwrap();
    std::io::Write::write_all(&mut open, card("four").as_bytes()).unwrap();
    follow(&vdir, &mut watch, &mut replica, has("d.vcf", "four")).await;
    replica.check(&vdir, &people()).await.unwrap();
}

#[tokio::test]
async fn a_root_that_is_not_there_is_noticed_when_it_appears() {
    let books = Books::missing();
    let vdir = books.vdir();
    assert_eq!(vdir.folders().await.unwrap_err().kind(), Kind::NotFound);
    let listed = vdir.changes(&people(), None, Horizon::Everything).await;
    assert_eq!(listed.unwrap_err().kind(), Kind::Unavailable);
    let mut watch = vdir.watch().await.unwrap();
    assert_eq!(watch.mode(), WatchMode::Push);
    fs::create_dir(books.root.parent().unwrap()).unwrap();
    assert_eq!(next(&mut watch).await, WatchEvent::Gap);
    fs::create_dir_all(books.root.join("people")).unwrap();
    assert_eq!(next(&mut watch).await, WatchEvent::Gap);
    books.write("people/a.vcf", "one");
    let mut replica = Replica::default();
    follow(&vdir, &mut watch, &mut replica, |replica| {
        replica.items.len() == 1
    })
    .await;
    // It goes with everything, and comes back.
    fs::remove_dir_all(books.root.parent().unwrap()).unwrap();
    while next(&mut watch).await != WatchEvent::Gap {}
    assert_eq!(vdir.folders().await.unwrap_err().kind(), Kind::NotFound);
    let made = vdir.provide(Class::Contacts, Role::Default).await.unwrap();
    while next(&mut watch).await != WatchEvent::Gap {}
    let name = NewName::parse("upload").unwrap();
    let content = card("one");
    let made = vdir
        .create(
            &made.reference,
            &name,
            content.as_bytes(),
            &Marks::default(),
        )
        .await
        .unwrap();
    assert_eq!(made.item.as_str(), "upload.vcf");
    assert_eq!(vdir.item_of(&people(), &name), Some(made.item));
}

#[tokio::test]
async fn an_update_never_overwrites_what_it_does_not_know() {
    let books = Books::new();
    let vdir = books.vdir();
    books.write("people/a.vcf", "one");
    let (folder, item) = (people(), ItemRef::new("a.vcf"));
    let version = |text: &str| vdir.version_of(&folder, card(text).as_bytes()).unwrap();
    let update = async |from: &str, to: &str| {
        let content = card(to);
        vdir.update(&folder, &item, &version(from), content.as_bytes())
            .await
            .map(|state| state.version)
            .map_err(|error| error.kind())
    };
    let path = books.root.join("people/a.vcf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(update("one", "two").await, Ok(version("two")));
    assert_eq!(update("one", "two").await, Ok(version("two")), "a repeat");
    assert_eq!(update("one", "three").await, Err(Kind::Conflict));
    assert_eq!(fs::read_to_string(&path).unwrap(), card("two"));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    fs::remove_file(&path).unwrap();
    assert_eq!(update("two", "three").await, Err(Kind::NotFound));
    // Two cards in one file: devices see one of them.
    fs::write(&path, card("one").repeat(2)).unwrap();
    let double = card("one").repeat(2);
    let current = vdir.version_of(&folder, double.as_bytes()).unwrap();
    let refused = [
        vdir.update(&folder, &item, &current, card("x").as_bytes())
            .await
            .unwrap_err(),
        vdir.delete(&folder, &item, &current).await.unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.kind() == Kind::Refused));
    assert_eq!(fs::read_to_string(&path).unwrap(), double);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_concerns_nobody_else() {
    let books = Books::new();
    let vdir = books.vdir();
    books.write("people/a.vcf", "one");
    books.write("people/big.vcf", &"x".repeat(2000));
    let mut replica = Replica::default();
    replica.refresh(&vdir, &people()).await.unwrap();
    assert_eq!(replica.items.len(), 2);
    let hint = Version::new("");
    let big = vdir.fetch(&people(), &ItemRef::new("big.vcf"), &hint).await;
    assert_eq!(big.unwrap_err().kind(), Kind::TooLarge);
    let one = vdir.fetch(&people(), &ItemRef::new("a.vcf"), &hint).await;
    assert_eq!(one.unwrap().content, card("one"));
    // It gets smaller, and another version with that.
    let before = replica.items[&ItemRef::new("big.vcf")].version.clone();
    books.write("people/big.vcf", "small");
    replica.refresh(&vdir, &people()).await.unwrap();
    assert_ne!(replica.items[&ItemRef::new("big.vcf")].version, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_is_renamed_while_it_is_read_never_looks_empty() {
    const CARDS: usize = 50;
    let books = Books::new();
    for number in 0..CARDS {
        books.write(&format!("people/{number}.vcf"), "x");
    }
    let stop = CancellationToken::new();
    let (stopped, root) = (stop.clone(), books.root.clone());
    let renaming = std::thread::spawn(move || {
        let (people, others) = (root.join("people"), root.join("others"));
        while !stopped.is_cancelled() && fs::rename(&people, &others).is_ok() {
            fs::rename(&others, &people).unwrap();
        }
    });
    let vdir = books.vdir();
    let mut answers = 0;
    while answers < 300 {
        match vdir.changes(&people(), None, Horizon::Everything).await {
            Ok(delta) => {
                let DeltaKind::Listing(states) = delta.kind else {
                    panic!("there is no token")
                };
                assert_eq!(states.len(), CARDS);
                answers += 1;
            }
            // As it is called otherwise half of the time.
            Err(error) => assert!(matches!(error.kind(), Kind::NotFound | Kind::Unavailable)),
        }
    }
    stop.cancel();
    renaming.join().unwrap();
}
