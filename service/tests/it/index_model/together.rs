//! Everything at once: two phones, their uploads and a watcher on several threads over one store. What races
//! here is decided by the store (R11) and by the lock of a collection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use backends::ItemState;
use directpush::ids::{AccountId, FolderNo, ItemNo};
use directpush::index::{
    Action, Applied, Conflict, Ident, Index, Opening, Outcome, Pair, Session, Upload, Verdict, Wake,
};

use super::phone::Dice;
use super::real::Real;
use super::world::World;
use directpush::store::Store;

const ROUNDS: u64 = 60;

/// What all of them see.
#[derive(Clone)]
struct House {
    index: Index,
    account: AccountId,
    folder: FolderNo,
    world: Arc<Mutex<World>>,
}

impl House {
    /// Reads the backend until nobody was faster.
    async fn refresh(&self) {
        loop {
            let from = self
                .index
                .read_from(self.account, self.folder)
                .await
                .unwrap();
            let Some(from) = from else { return };
            let delta = {
                let world = self.world.lock().unwrap();
                world.delta(from.token.as_ref(), from.horizon, false)
            };
            tokio::task::yield_now().await;
            let applied = self
                .index
                .apply(self.account, self.folder, &from, &delta)
                .await;
            if applied.unwrap() != Applied::LostRace {
                return;
            }
        }
    }

    async fn watch(self) {
        let mut dice = Dice::new(1);
        for round in 0..ROUNDS {
            self.disturb(&mut dice, round * 2);
            self.refresh().await;
            tokio::task::yield_now().await;
        }
    }

    fn disturb(&self, dice: &mut Dice, version: u64) {
        let mut world = self.world.lock().unwrap();
        let names: Vec<String> = world.items.keys().cloned().collect();
        let time = dice.time(0, 50);
        match dice.roll(4) {
            0 if !names.is_empty() => world.remove(&dice.pick(&names)),
            1 if !names.is_empty() => world.put(&dice.pick(&names), version + 1000, time),
            _ => {
                world.create(time);
            }
        }
    }
}

struct Phone {
    house: House,
    pair: Pair,
    key: String,
    items: BTreeMap<u32, (u64, i64)>,
    dice: Dice,
    serial: u64,
}

impl Phone {
    async fn live(mut self) -> Self {
        for _ in 0..ROUNDS {
            self.sync().await;
            tokio::task::yield_now().await;
        }
        self
    }

    async fn open(&self) -> Session {
        match self.house.index.open(self.pair, &self.key).await.unwrap() {
            Opening::Open(session) => *session,
            other => panic!("{other:?}"),
        }
    }

    async fn sync(&mut self) {
        let lost = self.dice.percent(20);
        let (account, folder) = (self.house.account, self.house.folder);
        if self
            .house
            .index
            .widen(account, folder, i64::MIN)
            .await
            .unwrap()
        {
            self.house.refresh().await;
        }
        let mut session = self.open().await;
        let mut mine = None;
        if !session.initial() && self.dice.percent(40) {
            mine = self.upload(&mut session).await;
        }
        if session.initial() {
            self.key = session.commit(0, 1).await.unwrap().key;
            return;
        }
        let size = self.dice.pick(&[1, 3, 100]);
        let page = session.page(i64::MIN, size).await.unwrap();
        let key = session.commit(page.commands.len(), 1).await.unwrap().key;
        if lost && mine.is_none() {
            return;
        }
        self.key = key;
        self.items.extend(mine);
        for told in page.commands.iter().chain(&page.again) {
            let item = told.item.0;
            let held = self.items.contains_key(&item);
            assert_eq!(
                held,
                told.action != Action::Add,
                "{:?} of {item}",
                told.action
            );
            match (told.action, &told.row) {
                (Action::Add | Action::Change, Some(row)) => {
                    let version = row.version.as_str().parse().unwrap();
                    self.items.insert(item, (version, row.time));
                }
                _ => {
                    self.items.remove(&item);
                }
            }
        }
    }

    /// Adds or changes an item; gives what the phone holds of it.
    async fn upload(&mut self, session: &mut Session) -> Option<(u32, (u64, i64))> {
        self.serial += 1;
        let held: Vec<u32> = self.items.keys().copied().collect();
        let change = !held.is_empty() && self.dice.percent(50);
        let name = format!("d{}-{}", self.pair.who.device, self.serial);
        let version = 1_000_000 * u64::try_from(self.pair.who.device.0).unwrap() + self.serial;
        let upload = Upload {
            ident: if change {
                Ident::Change(ItemNo(self.dice.pick(&held)))
            } else {
                Ident::Add(name.clone())
            },
            hash: [u8::try_from(self.serial % 251).unwrap(); 32],
            conflict: Conflict::ServerWins,
            name: None,
            expected_item: None,
            expected_version: None,
        };
        let Verdict::Go(ticket) = session.upload(&upload).await.unwrap() else {
            return None;
        };
        let made = self.write(ticket.row.as_ref(), &name, version);
        tokio::task::yield_now().await; // the watcher may be faster
        let outcome = made.clone().map_or(Outcome::Conflict, Outcome::Present);
        let item = session.settle(ticket, &outcome).await.unwrap()?;
        if made.is_none() {
            self.house.refresh().await;
        }
        made.map(|made| (item.0, (made.version.as_str().parse().unwrap(), made.time)))
    }

    /// What the backend does: a change only over the version that the index knows.
    fn write(
        &mut self,
        row: Option<&directpush::index::IndexedItem>,
        name: &str,
        version: u64,
    ) -> Option<ItemState> {
        let mut world = self.house.world.lock().unwrap();
        let Some(row) = row else {
            return Some(world.store((name, name), self.dice.time(0, 50), false));
        };
        let name = row.reference.as_str();
        let (now, time) = *world.items.get(name)?;
        if row.version.as_str() != now.to_string() {
            return None;
        }
        world.put(name, version, time);
        Some(world.state(name))
    }

    /// Until nothing is pending.
    async fn rest(&mut self) {
        loop {
            self.sync().await;
            let folders = [self.house.folder];
            let stands = self
                .house
                .index
                .verify(self.pair.who, &folders)
                .await
                .unwrap();
            // The newest answer may be one that was lost: only an empty one proves that all is told.
            if stands[0].wake == Wake::Quiet && self.told_all().await {
                return;
            }
        }
    }

    async fn told_all(&self) -> bool {
        let mut session = self.open().await;
        session.page(i64::MIN, 1).await.unwrap().commands.is_empty()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn phones_and_watchers_that_race_agree_in_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let real = Real::open(directory.path()).await;
    agree(real, None).await;
}

/// Each phone, and each watcher, has a node of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_race_over_one_postgres_agree_in_the_end() {
    let server = backends::servers::Postgres::shared();
    let server = server.await.unwrap();
    let url = crate::postgres::options(&server.database().unwrap());
    let open = || async { Store::open_postgres(&url).await.unwrap() };
    let real = Real::over(open().await).await;
    agree(real, Some(Index::new(open().await))).await;
}

/// Lets all of them go on at once, and compares in the end.
async fn agree(real: Real, other: Option<Index>) {
    let (index, account, folder, devices) = real.parts();
    let house = House {
        index,
        account,
        folder,
        world: Arc::new(Mutex::new(World::default())),
    };
    let there = House {
        index: other.unwrap_or_else(|| house.index.clone()),
        ..house.clone()
    };
    let mut nodes = [&house, &there].into_iter();
    let mut phones = tokio::task::JoinSet::new();
    for (who, seed) in devices.into_iter().zip(7..) {
        let phone = Phone {
            house: nodes.next().unwrap().clone(),
            pair: Pair { who, folder },
            key: "0".into(),
            items: BTreeMap::new(),
            dice: Dice::new(seed),
            serial: 0,
        };
        phones.spawn(phone.live());
    }
    let mut watchers = tokio::task::JoinSet::new();
    watchers.spawn(house.clone().watch());
    watchers.spawn(there.clone().watch());
    let phones = phones.join_all().await;
    watchers.join_all().await;
    house.refresh().await;
    for mut phone in phones {
        phone.rest().await;
        let mut held: Vec<_> = phone.items.values().copied().collect();
        let mut there: Vec<_> = house
            .world
            .lock()
            .unwrap()
            .items
            .values()
            .copied()
            .collect();
        held.sort_unstable();
        there.sort_unstable();
        assert_eq!(held, there, "{:?}", phone.pair.who);
    }
}
