//! The histories that phones live through.

use std::collections::BTreeMap;

use directpush::index::{Action, Conflict};

use super::Engine;
use super::phone::{Dice, Phone, Request, Told, state};
use super::world::World;

pub(super) struct History {
    pub(super) dice: Dice,
    pub(super) world: World,
    pub(super) version: u64,
    pub(super) clock: i64,
    pub(super) serial: u64,
    pub(super) conflict: Conflict,
}

impl History {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            conflict: dice.pick(&[Conflict::ClientWins, Conflict::ServerWins, Conflict::Merge]),
            dice,
            world: World::default(),
            version: 1,
            clock: 20,
            serial: 0,
        }
    }

    pub(super) async fn run<E: Engine>(mut self, mut engine: E) {
        let mut phones = [Phone::new(0), Phone::new(1)];
        for _ in 0..5 + self.dice.roll(116) {
            self.version += 2;
            match self.dice.roll(100) {
                0..46 => {
                    self.change_backend();
                    if self.dice.percent(85) {
                        self.refresh(&mut engine).await;
                    }
                }
                46 => self.echo(&mut engine).await,
                47 => engine.collect().await,
                48..54 => self.clock += self.dice.time(0, 4),
                54..58 => {
                    let phone = self.dice.roll(2);
                    self.elsewhere(&mut engine, &mut phones[phone]).await;
                }
                58..60 => {
                    let phone = self.dice.roll(2);
                    self.key_zero(&mut engine, &mut phones[phone]).await;
                }
                _ => {
                    let phone = self.dice.roll(2);
                    self.sync(&mut engine, &mut phones[phone], false).await;
                }
            }
        }
        for phone in &mut phones {
            self.come_to_rest(&mut engine, phone).await;
        }
    }

    pub(super) async fn refresh<E: Engine>(&mut self, engine: &mut E) {
        let listing = self.dice.percent(15);
        engine.refresh(&self.world, listing).await;
    }

    /// The backend tells of an item that is as it was.
    async fn echo<E: Engine>(&mut self, engine: &mut E) {
        self.refresh(engine).await;
        let before = (engine.pending(0).await, engine.pending(1).await);
        let names: Vec<String> = self.world.items.keys().cloned().collect();
        if !names.is_empty() {
            let name = self.dice.pick(&names);
            let (version, time) = self.world.items[&name];
            self.world.put(&name, version, time);
        }
        self.refresh(engine).await;
        let after = (engine.pending(0).await, engine.pending(1).await);
        assert_eq!(before, after, "an echo counted as a change");
    }

    pub(super) fn change_backend(&mut self) {
        let names: Vec<String> = self.world.items.keys().cloned().collect();
        let roll = self.dice.roll(46);
        let time = self.dice.time(0, self.clock + 5);
        if roll < 20 || names.is_empty() {
            self.world.create(time);
            return;
        }
        let name = self.dice.pick(&names);
        let (version, old) = self.world.items[&name];
        match roll {
            20..24 => self.world.put(&name, version, old), // touched, and as it was
            24..32 => self.world.put(&name, self.version, old),
            32..38 => self.world.put(&name, self.version, time),
            38..45 => self.world.remove(&name),
            _ => self.world.renumber(),
        }
    }

    /// The phone sends mail, or moves an item away: told at its next Sync, but no reason to wake it.
    async fn elsewhere<E: Engine>(&mut self, engine: &mut E, phone: &mut Phone) {
        let overtaken = self.dice.percent(15);
        let before = engine.pending(phone.device).await;
        if self.dice.percent(50) {
            let time = self.dice.time(0, self.clock + 5);
            let name = self.world.create(time);
            if overtaken {
                self.refresh(engine).await; // the watch was faster
            }
            let made = self.world.state(&name);
            engine.adopt(phone.device, &made).await;
            phone.caused.insert(name);
        } else {
            self.move_away(engine, phone).await;
        }
        let at_rest = phone.clean && phone.shown.is_some() && !before && !overtaken;
        let woken = at_rest && engine.pending(phone.device).await;
        assert!(!woken, "phone {}: woken by itself", phone.device);
    }

    async fn move_away<E: Engine>(&mut self, engine: &mut E, phone: &mut Phone) {
        let mut known = Vec::new();
        for told in engine.live(0).await {
            let name = told.row.as_ref().unwrap().reference.to_string();
            if phone.items.contains_key(&told.item.0) && self.world.items.contains_key(&name) {
                known.push((told.item.0, name));
            }
        }
        if !known.is_empty() {
            let (item, name) = self.dice.pick(&known);
            self.world.remove(&name);
            engine.disown(phone.device, item).await;
            phone.removed.insert(item);
        }
    }

    /// Key 0 in the middle: a phone that starts over, or one that sends it beside what it does.
    async fn key_zero<E: Engine>(&mut self, engine: &mut E, phone: &mut Phone) {
        match (self.dice.roll(3), phone.second.take()) {
            (0, _) => phone.start_over("0".into()),
            (_, Some(key)) => phone.start_over(key),
            (_, None) if !phone.used => {}
            (_, None) => {
                assert!(engine.open(phone.device, "0", phone.window).await);
                phone.second = Some(engine.commit(0).await);
                phone.clean = false;
            }
        }
    }

    async fn come_to_rest<E: Engine>(&mut self, engine: &mut E, phone: &mut Phone) {
        engine.refresh(&self.world, false).await;
        let mut rounds = 0;
        while self.sync(engine, phone, true).await
            || phone.request.is_some()
            || engine.pending(phone.device).await
        {
            rounds += 1;
            assert!(rounds < 300, "phone {}: never comes to rest", phone.device);
        }
        let mine = |told: &Told| match told.action {
            Action::Add => told
                .name
                .as_ref()
                .is_some_and(|name| phone.caused.contains(name)),
            Action::Delete => phone.removed.contains(&told.item),
            Action::Change | Action::SoftDelete => false,
        };
        let request = Request {
            window: phone.window,
            size: 999,
            uploads: Vec::new(),
        };
        let answer = self.serve(engine, phone, &request, true).await.unwrap();
        for told in &answer.commands {
            assert!(
                mine(told),
                "phone {}: pending missed {told:?}",
                phone.device
            );
        }
        phone.take(answer);
        let live = engine.live(phone.window).await;
        let want: BTreeMap<u32, (u64, i64)> = live.iter().map(|c| (c.item.0, state(c))).collect();
        let there = self
            .world
            .items
            .values()
            .filter(|(_, time)| *time >= phone.window);
        assert_eq!(
            want.len(),
            there.count(),
            "the index is not what the backend is"
        );
        assert_eq!(
            phone.items, want,
            "phone {}: holds (left), should hold (right)",
            phone.device
        );
    }
}
