//! Random histories: whatever other programs do, deltas add up to what a listing says, and what a
//! listing says is what was done.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use backends::contract::Replica;
use backends::local::LocalOptions;
use backends::{FolderRef, Mailbox, Watch};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof};
use proptest::proptest;

use crate::hand::{Home, make_maildir, write_message};

/// What somebody does. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Deliver(u8),
    Link(u8),
    Flag(u8, u8),
    Remove(u8),
    Move(u8, u8),
    Copy(u8),
    MakeFolder(u8),
    RenameFolder(u8, u8),
    RemoveFolder(u8),
    Refresh(u8),
    Watch,
    Unwatch,
}

fn step() -> impl Strategy<Value = Step> {
    let number = any::<u8>;
    prop_oneof![
        6 => number().prop_map(Step::Deliver),
        2 => number().prop_map(Step::Link),
        6 => (number(), number()).prop_map(|(item, flags)| Step::Flag(item, flags)),
        4 => number().prop_map(Step::Remove),
        4 => (number(), number()).prop_map(|(item, to)| Step::Move(item, to)),
        1 => number().prop_map(Step::Copy),
        1 => number().prop_map(Step::MakeFolder),
        1 => (number(), number()).prop_map(|(from, to)| Step::RenameFolder(from, to)),
        1 => number().prop_map(Step::RemoveFolder),
        8 => number().prop_map(Step::Refresh),
        1 => proptest::strategy::Just(Step::Watch),
        1 => proptest::strategy::Just(Step::Unwatch),
    ]
}

/// File names by folder: what is really there.
type Truth = BTreeMap<String, BTreeMap<String, String>>;

struct World {
    home: Arc<Home>,
    truth: Truth,
    replicas: BTreeMap<String, Replica>,
    watch: Option<Watch>,
}

impl World {
    fn pick_item(&self, number: u8) -> Option<(String, String, String)> {
        let all = self.truth.iter().flat_map(|(folder, items)| {
            items
                .iter()
                .map(|(unique, path)| (folder.clone(), unique.clone(), path.clone()))
        });
        let all: Vec<_> = all.collect();
        (!all.is_empty()).then(|| all[usize::from(number) % all.len()].clone())
    }

    fn pick_folder(&self, number: u8) -> String {
        let names: Vec<_> = self.truth.keys().collect();
        names[usize::from(number) % names.len()].clone()
    }

    fn path(&self, folder: &str, path: &str) -> std::path::PathBuf {
        self.home.root.join(folder).join(path)
    }

    fn put(&mut self, folder: &str, unique: &str, path: &str) {
        let items = self.truth.get_mut(folder).unwrap();
        items.insert(unique.to_owned(), path.to_owned());
    }

    async fn apply(&mut self, step: Step) {
        match step {
            Step::Deliver(folder) => self.deliver(folder, |from, to| {
                fs::rename(from, to).unwrap();
            }),
            Step::Link(folder) => self.deliver(folder, |from, to| {
                fs::hard_link(from, to).unwrap();
                // Kept for a moment, so that it can be seen to be a link.
            }),
            Step::Flag(item, flags) => {
                if let Some((folder, unique, path)) = self.pick_item(item) {
                    let letters = ["", "S", "F", "FS", "RS", "T"][usize::from(flags) % 6];
                    self.rename((&folder, &path), &folder, &unique, letters);
                }
            }
            Step::Move(item, to) => {
                if let Some((folder, unique, path)) = self.pick_item(item) {
                    let to = self.pick_folder(to);
                    let letters = path.split(":2,").nth(1).unwrap_or("").to_owned();
                    self.truth.get_mut(&folder).unwrap().remove(&unique);
                    self.rename((&folder, &path), &to, &unique, &letters);
                }
            }
            Step::Remove(item) => {
                if let Some((folder, unique, path)) = self.pick_item(item) {
                    fs::remove_file(self.path(&folder, &path)).unwrap();
                    self.truth.get_mut(&folder).unwrap().remove(&unique);
                }
            }
            Step::Copy(item) => {
                // As mail programs without rename do: link into cur, then remove from new.
                if let Some((folder, unique, path)) = self.pick_item(item)
                    && path.starts_with("new/")
                {
                    let new = format!("cur/{unique}:2,");
                    fs::hard_link(self.path(&folder, &path), self.path(&folder, &new)).unwrap();
                    fs::remove_file(self.path(&folder, &path)).unwrap();
                    self.put(&folder, &unique, &new);
                }
            }
            Step::MakeFolder(_) | Step::RenameFolder(..) | Step::RemoveFolder(_) => {
                self.upheave(&step);
            }
            Step::Refresh(folder) => {
                let folder = self.pick_folder(folder);
                self.refresh(&folder).await;
            }
            Step::Watch => self.watch = Some(self.home.mailbox().watch().await.unwrap()),
            Step::Unwatch => self.watch = None,
        }
    }

    fn upheave(&mut self, step: &Step) {
        match *step {
            Step::MakeFolder(name) => {
                let name = format!(".F{}", name % 3);
                if !self.truth.contains_key(&name) {
                    make_maildir(&self.home.root.join(&name)).unwrap();
                    self.truth.insert(name, BTreeMap::new());
                }
            }
            Step::RenameFolder(from, to) => {
                let (from, to) = (self.pick_folder(from), format!(".F{}", to % 3));
                if !from.is_empty() && !self.truth.contains_key(&to) {
                    let root = &self.home.root;
                    fs::rename(root.join(&from), root.join(&to)).unwrap();
                    let items = self.truth.remove(&from).unwrap();
                    self.truth.insert(to.clone(), items);
                    // The caller knows a folder by its identity: what it was told goes along.
                    let replica = self.replicas.remove(&from).unwrap_or_default();
                    self.replicas.insert(to, replica);
                }
            }
            Step::RemoveFolder(name) => {
                let name = self.pick_folder(name);
                if !name.is_empty() {
                    fs::remove_dir_all(self.home.root.join(&name)).unwrap();
                    self.truth.remove(&name);
                    self.replicas.remove(&name);
                }
            }
            _ => {}
        }
    }

    fn deliver(&mut self, folder: u8, place: impl Fn(&std::path::Path, &std::path::Path)) {
        let folder = self.pick_folder(folder);
        let unique = self.home.next_name(1_700_000_000);
        let draft = self.path(&folder, "tmp").join(&unique);
        write_message(&draft, 1_700_000_000, b"text");
        let path = format!("new/{unique}");
        place(&draft, &self.path(&folder, &path));
        self.put(&folder, &unique, &path);
    }

    fn rename(&mut self, from: (&str, &str), to: &str, unique: &str, letters: &str) {
        let new = format!("cur/{unique}:2,{letters}");
        fs::rename(self.path(from.0, from.1), self.path(to, &new)).unwrap();
        self.put(to, unique, &new);
    }

    async fn refresh(&mut self, folder: &str) {
        let reference = FolderRef::new(folder);
        let mailbox = self.home.mailbox();
        let replica = self.replicas.entry(folder.to_owned()).or_default();
        replica.refresh(&mailbox, &reference).await.unwrap();
        let letters = |path: &str| {
            let mut letters: Vec<_> = path.split(":2,").nth(1).unwrap_or("").chars().collect();
            letters.sort_unstable();
            letters.into_iter().collect::<String>()
        };
        let truth: Vec<_> = self.truth[folder]
            .iter()
            .map(|(unique, path)| (unique.clone(), letters(path)))
            .collect();
        let told: Vec<_> = replica
            .items
            .values()
            .map(|state| (state.item.to_string(), state.version.to_string()))
            .collect();
        assert_eq!(told, truth, "deltas differ from what was done");
        replica.check(&mailbox, &reference).await.unwrap();
    }
}

async fn run(steps: Vec<Step>, journal_max: usize) {
    let home = Home::with(LocalOptions {
        poll_every: Duration::from_millis(20),
        journal_max,
        ..LocalOptions::default()
    });
    let mut world = World {
        home,
        truth: BTreeMap::from([(String::new(), BTreeMap::new())]),
        replicas: BTreeMap::new(),
        watch: None,
    };
    for step in steps {
        world.apply(step).await;
    }
    for folder in world.truth.keys().cloned().collect::<Vec<_>>() {
        world.refresh(&folder).await;
    }
    let listed = world.home.mailbox().folders().await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|folder| folder.reference.as_str())
        .collect();
    assert_eq!(names, world.truth.keys().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn deltas_add_up_to_what_was_done(
        steps in vec(step(), 1..60),
        journal_max in prop_oneof![proptest::strategy::Just(4096_usize), 1..6_usize],
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run(steps, journal_max));
    }
}
