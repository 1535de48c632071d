//! Random histories of address books: whatever other programs do, and whatever we do between, deltas
//! add up to what a listing says, and what a listing says is what is in the files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use backends::contract::Replica;
use backends::local::LocalOptions;
use backends::{FolderRef, ItemRef, Kind, Mailbox, Marks, NewName, Version, Watch};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::proptest;

use crate::shelf::Shelf;

/// What somebody does. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Write(u8, u8, u8),
    Replace(u8, u8),
    /// In place, as long as before, with the time of writing set back.
    Disguise(u8, u8),
    Link(u8, u8),
    Rename(u8, u8, u8),
    Remove(u8),
    Litter(u8),
    MakeFolder(u8),
    RenameFolder(u8, u8),
    RemoveFolder(u8),
    Create(u8, u8, u8),
    Update(u8, u8),
    /// Based on a version that is not there.
    Late(u8, u8),
    Delete(u8),
    Relocate(u8, u8),
    Refresh(u8),
    Watch,
    Unwatch,
}

fn step() -> impl Strategy<Value = Step> {
    let n = any::<u8>;
    prop_oneof![
        6 => (n(), n(), n()).prop_map(|(folder, name, text)| Step::Write(folder, name, text)),
        5 => (n(), n()).prop_map(|(item, text)| Step::Replace(item, text)),
        5 => (n(), n()).prop_map(|(item, text)| Step::Disguise(item, text)),
        1 => (n(), n()).prop_map(|(item, name)| Step::Link(item, name)),
        3 => (n(), n(), n()).prop_map(|(item, to, name)| Step::Rename(item, to, name)),
        3 => n().prop_map(Step::Remove),
        1 => n().prop_map(Step::Litter),
        1 => n().prop_map(Step::MakeFolder),
        1 => (n(), n()).prop_map(|(from, to)| Step::RenameFolder(from, to)),
        1 => n().prop_map(Step::RemoveFolder),
        2 => (n(), n(), n()).prop_map(|(folder, name, text)| Step::Create(folder, name, text)),
        3 => (n(), n()).prop_map(|(item, text)| Step::Update(item, text)),
        1 => (n(), n()).prop_map(|(item, text)| Step::Late(item, text)),
        2 => n().prop_map(Step::Delete),
        2 => (n(), n()).prop_map(|(item, to)| Step::Relocate(item, to)),
        10 => n().prop_map(Step::Refresh),
        1 => Just(Step::Watch),
        1 => Just(Step::Unwatch),
    ]
}

struct World {
    shelf: Arc<Shelf>,
    /// Contents by folder and name: what is really there.
    truth: BTreeMap<String, BTreeMap<String, String>>,
    replicas: BTreeMap<String, Replica>,
    watch: Option<Watch>,
}

/// All of one length.
fn text(number: u8) -> String {
    format!("BEGIN:VCARD\nFN:{number:03}\nEND:VCARD\n")
}

fn name(number: u8) -> String {
    format!("n{}.vcf", number % 7)
}

impl World {
    fn new(options: LocalOptions) -> Self {
        Self {
            shelf: Shelf::with(options, ""),
            truth: BTreeMap::from([("contacts".to_owned(), BTreeMap::new())]),
            replicas: BTreeMap::new(),
            watch: None,
        }
    }

    fn folder(&self, number: u8) -> String {
        let names: Vec<_> = self.truth.keys().collect();
        names[usize::from(number) % names.len()].clone()
    }

    fn item(&self, number: u8) -> Option<(String, String)> {
        let all: Vec<_> = self
            .truth
            .iter()
            .flat_map(|(folder, items)| items.keys().map(|name| (folder.clone(), name.clone())))
            .collect();
        (!all.is_empty()).then(|| all[usize::from(number) % all.len()].clone())
    }

    fn path(&self, folder: &str, name: &str) -> PathBuf {
        self.shelf.root.join(folder).join(name)
    }

    fn put(&mut self, folder: &str, name: &str, content: String) {
        let items = self.truth.get_mut(folder).unwrap();
        items.insert(name.to_owned(), content);
    }

    fn take(&mut self, folder: &str, name: &str) -> String {
        self.truth.get_mut(folder).unwrap().remove(name).unwrap()
    }

    fn version(&self, content: &str) -> Version {
        let folder = FolderRef::new("");
        let vdir = self.shelf.vdir();
        vdir.version_of(&folder, content.as_bytes()).unwrap()
    }

    async fn apply(&mut self, step: Step) {
        match step {
            Step::Refresh(folder) => self.refresh(&self.folder(folder)).await,
            Step::Watch => self.watch = Some(self.shelf.vdir().watch().await.unwrap()),
            Step::Unwatch => self.watch = None,
            Step::MakeFolder(_) | Step::RenameFolder(..) | Step::RemoveFolder(_) => {
                self.reshape(&step);
            }
            Step::Create(folder, number, content) => {
                self.create(&self.folder(folder), number, text(content))
                    .await;
            }
            Step::Write(folder, number, content) => {
                let (folder, name) = (self.folder(folder), name(number));
                fs::write(self.path(&folder, &name), text(content)).unwrap();
                self.put(&folder, &name, text(content));
            }
            Step::Litter(folder) => {
                let folder = self.folder(folder);
                for name in [".hidden.vcf", "x.vcf.tmp", "notes.txt"] {
                    fs::write(self.path(&folder, name), "litter").unwrap();
                }
            }
            Step::Replace(item, _)
            | Step::Disguise(item, _)
            | Step::Link(item, _)
            | Step::Rename(item, ..)
            | Step::Remove(item) => {
                if let Some((folder, name)) = self.item(item) {
                    self.outside(&step, &folder, &name);
                }
            }
            Step::Update(item, _)
            | Step::Late(item, _)
            | Step::Delete(item)
            | Step::Relocate(item, _) => {
                if let Some((folder, name)) = self.item(item) {
                    self.ourselves(&step, &folder, &name).await;
                }
            }
        }
    }

    /// Another program does something to an item.
    fn outside(&mut self, step: &Step, folder: &str, old: &str) {
        let path = self.path(folder, old);
        match *step {
            Step::Replace(_, content) => {
                let draft = self.path(folder, ".draft.tmp");
                fs::write(&draft, text(content)).unwrap();
                fs::rename(draft, &path).unwrap();
                self.put(folder, old, text(content));
            }
            Step::Disguise(_, content) => {
                fs::write(&path, text(content)).unwrap();
                let file = File::options().write(true).open(&path).unwrap();
                file.set_modified(UNIX_EPOCH + Duration::from_secs(7))
                    .unwrap();
                self.put(folder, old, text(content));
            }
            Step::Link(_, number) => {
                let new = format!("l{}.vcf", number % 3);
                let draft = self.path(folder, ".link.tmp");
                fs::copy(&path, &draft).unwrap();
                let target = self.path(folder, &new);
                if !target.exists() {
                    fs::hard_link(&draft, target).unwrap();
                    let content = self.truth[folder][old].clone();
                    self.put(folder, &new, content);
                }
                fs::remove_file(draft).unwrap();
            }
            Step::Rename(_, to, number) => {
                let (to, new) = (self.folder(to), name(number));
                fs::rename(&path, self.path(&to, &new)).unwrap();
                let content = self.take(folder, old);
                self.put(&to, &new, content);
            }
            Step::Remove(_) => {
                fs::remove_file(&path).unwrap();
                self.take(folder, old);
            }
            _ => unreachable!(),
        }
    }

    /// We do something to an item.
    async fn ourselves(&mut self, step: &Step, folder: &str, old: &str) {
        let vdir = self.shelf.vdir();
        let (reference, item) = (FolderRef::new(folder), ItemRef::new(old));
        let before = self.truth[folder][old].clone();
        let current = self.version(&before);
        match *step {
            Step::Update(_, content) => {
                let new = text(content);
                let state = vdir
                    .update(&reference, &item, &current, new.as_bytes())
                    .await
                    .unwrap();
                assert_eq!(state.version, self.version(&new));
                self.put(folder, old, new);
            }
            Step::Late(_, content) => {
                let (new, invented) = (text(content), Version::new("invented"));
                let late = vdir
                    .update(&reference, &item, &invented, new.as_bytes())
                    .await;
                match late {
                    Ok(state) => assert_eq!((state.version, new), (current, before)),
                    Err(error) => assert_eq!(error.kind(), Kind::Conflict),
                }
            }
            Step::Delete(_) => {
                vdir.delete(&reference, &item, &current).await.unwrap();
                self.take(folder, old);
            }
            Step::Relocate(_, to) => {
                let to = self.folder(to);
                let target = FolderRef::new(&*to);
                let state = vdir
                    .relocate(&reference, &item, &current, &target)
                    .await
                    .unwrap();
                assert_eq!(state.version, current);
                let content = self.take(folder, old);
                let new = state.item.to_string();
                let twin = self.truth[&to]
                    .get(&new)
                    .is_none_or(|twin| *twin == content);
                assert!(twin, "{new} was overwritten");
                self.put(&to, &new, content);
            }
            _ => unreachable!(),
        }
    }

    async fn create(&mut self, folder: &str, number: u8, content: String) {
        let stem = NewName::parse(&format!("n{}", number % 7)).unwrap();
        let reference = FolderRef::new(folder);
        let none = Marks::default();
        let vdir = self.shelf.vdir();
        let made = vdir.create(&reference, &stem, content.as_bytes(), &none);
        let made = made.await.unwrap();
        let items = self.truth.get_mut(folder).unwrap();
        let there = items.entry(name(number)).or_insert(content).clone();
        assert_eq!(made.version, self.version(&there));
    }

    fn reshape(&mut self, step: &Step) {
        let root = &self.shelf.root;
        let folder = |number: u8| format!("f{}", number % 3);
        match *step {
            Step::MakeFolder(number) => {
                self.truth.entry(folder(number)).or_insert_with(|| {
                    fs::create_dir(root.join(folder(number))).unwrap();
                    BTreeMap::new()
                });
            }
            Step::RenameFolder(from, to) => {
                let (from, to) = (self.folder(from), folder(to));
                if from != "contacts" && !self.truth.contains_key(&to) {
                    fs::rename(root.join(&from), root.join(&to)).unwrap();
                    let items = self.truth.remove(&from).unwrap();
                    self.truth.insert(to.clone(), items);
                    // The caller knows a folder by its identity: what it was told goes along.
                    let replica = self.replicas.remove(&from).unwrap_or_default();
                    self.replicas.insert(to, replica);
                }
            }
            Step::RemoveFolder(number) => {
                let name = self.folder(number);
                if name != "contacts" {
                    fs::remove_dir_all(root.join(&name)).unwrap();
                    self.truth.remove(&name);
                    self.replicas.remove(&name);
                }
            }
            _ => unreachable!(),
        }
    }

    async fn refresh(&mut self, folder: &str) {
        let (reference, vdir) = (FolderRef::new(folder), self.shelf.vdir());
        let replica = self.replicas.entry(folder.to_owned()).or_default();
        replica.refresh(&vdir, &reference).await.unwrap();
        let told: Vec<_> = replica
            .items
            .values()
            .map(|state| (state.item.to_string(), state.version.clone()))
            .collect();
        replica.check(&vdir, &reference).await.unwrap();
        let truth: Vec<_> = self.truth[folder]
            .iter()
            .map(|(name, content)| (name.clone(), self.version(content)))
            .collect();
        assert_eq!(told, truth, "deltas differ from what was done");
    }
}

async fn run(steps: Vec<Step>, options: LocalOptions) {
    let mut world = World::new(options);
    for step in steps {
        world.apply(step).await;
    }
    for folder in world.truth.keys().cloned().collect::<Vec<_>>() {
        world.refresh(&folder).await;
    }
    let listed = world.shelf.vdir().folders().await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|folder| folder.reference.as_str())
        .collect();
    assert_eq!(names, world.truth.keys().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn deltas_add_up_to_what_is_in_the_files(
        steps in vec(step(), 1..60),
        journal_max in prop_oneof![Just(4096_usize), 1..6_usize],
        vdir_files_max in prop_oneof![Just(4096_usize), 0..12_usize],
        watches_max in prop_oneof![4 => Just(usize::MAX), 1 => 0..4_usize],
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run(steps, LocalOptions {
            poll_every: Duration::from_millis(20),
            journal_max,
            vdir_files_max,
            watches_max,
            ..LocalOptions::default()
        }));
    }
}
