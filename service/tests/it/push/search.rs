//! Random interleavings of everything that may happen to two devices and two folders: no change is lost, and
//! none wakes the device that made it.
//!
//! Reads of the truth are taken apart into looking and answering, publishing is taken apart from writing,
//! and hints may be lost when the channel breaks. When all of that has come to rest, whoever is parked must
//! hold everything: a heartbeat lasts longer than any test, so nothing is saved by its end.
//!
//! The rules were tried by removing them, one at a time, and then this search was run:
//!
//! | removed | what happens |
//! |---|---|
//! | R1: hints do not count before the first read is done | a change is lost |
//! | a hint during a read does not repeat it | a change is lost |
//! | R2: the epochs before and after a read are not compared | nothing: R3 reads again for what is being read, too |
//! | R3: a reconnect compares nothing | a change is lost |
//! | R4: the hint goes out before the change is written | a change is lost |
//! | R9: a hint that was refused is forgotten | a change is lost |
//! | a hint wakes without a read | a device is woken for nothing |
//! | a hint's number counts as read | a change is lost |
//! | a read's numbers are noted one too high | a change is lost |
//! | a read that failed is not tried again | a change is lost |
//! | what is paced is not announced later | a change is lost |
//! | the alarm stays where it was | a change is lost |
//! | a worker forgets an entry | a change is lost |
//! | a new Ping supersedes itself | it is answered in place of the older one |
//! | a future that is dropped keeps its place | a place is left over |
//!
//! R5 to R7, R10 and R11 are the watcher's, R12 is the index's: they are tried in `watch` and `index`.

use std::collections::BTreeMap;
use std::time::Duration;

use directpush::ids::{DeviceId, FolderNo, Principal, Seq};
use directpush::push::{Channel, Hint, HubConfig, Outcome};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::Index;
use tokio::time;

use super::scene::{INBOX, PHONE, Parked, SENT, Scene, TABLET, pass, poll};

/// Longer than all that a history can take.
const FOR_EVER: Duration = Duration::from_secs(1_000_000);

/// Rounds after which everything has come to rest: more than the pacing has steps.
const ROUNDS: usize = 8;

const FOLDERS: [FolderNo; 2] = [INBOX, SENT];
const DEVICES: [Principal; 2] = [PHONE, TABLET];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// Somebody else changes a folder, or a device does. The hint is still to be published.
    Change { folder: usize, by: Option<usize> },
    /// A hint that is to be published is; while the channel is down it stays (R9).
    Publish(Index),
    /// The channel does not take a hint; it stays (R9).
    Refuse(Index),
    /// Everything was published into a connection that was broken already.
    Lose,
    /// The channel breaks.
    Cut,
    /// The channel is back.
    Join,
    /// A device pings, for one folder or both.
    Ping { device: usize, folders: usize },
    /// A device goes away.
    Leave(usize),
    /// A request is polled.
    Poll(usize),
    /// A read goes one step on.
    Read(Index),
    /// A device syncs a folder, announced or not.
    Sync { device: usize, folder: usize },
    /// The store goes away, or comes back.
    Store(Store),
    /// Time passes, in milliseconds.
    Pass(u64),
}

#[derive(Clone, Copy, Debug)]
enum Store {
    Gone,
    Back,
}

fn event() -> impl Strategy<Value = Event> {
    let by = prop_oneof![3 => Just(None), 1 => (0..2_usize).prop_map(Some)];
    prop_oneof![
        5 => (0..2_usize, by).prop_map(|(folder, by)| Event::Change { folder, by }),
        5 => any::<Index>().prop_map(Event::Publish),
        2 => any::<Index>().prop_map(Event::Refuse),
        2 => Just(Event::Lose),
        1 => Just(Event::Cut),
        2 => Just(Event::Join),
        4 => (0..2_usize, 0..3_usize).prop_map(|(device, folders)| Event::Ping { device, folders }),
        1 => (0..2_usize).prop_map(Event::Leave),
        4 => (0..2_usize).prop_map(Event::Poll),
        10 => any::<Index>().prop_map(Event::Read),
        3 => (0..2_usize, 0..2_usize).prop_map(|(device, folder)| Event::Sync { device, folder }),
        1 => Just(Event::Store(Store::Gone)),
        2 => Just(Event::Store(Store::Back)),
        2 => prop_oneof![0..2000_u64, 0..70_000_u64].prop_map(Event::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_change_is_lost(
        events in prop::collection::vec(event(), 1..40), parked in 0..3_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            for device in 0..parked {
                world.ping(device, 2);
            }
            world.finish_reads().await;
            for event in events {
                world.happen(event).await;
            }
            world.come_to_rest().await;
            world.check();
        });
    }
}

/// A parked request, with what the device had been told when it was made.
struct Ping {
    parked: Parked,
    folders: Vec<FolderNo>,
    told: BTreeMap<FolderNo, Seq>,
}

struct World {
    scene: Scene,
    pings: [Option<Ping>; 2],
    /// Hints that are to be published.
    hints: Vec<Hint>,
}

impl World {
    fn new() -> Self {
        let scene = Scene::with(HubConfig {
            park_max: FOR_EVER,
            ..HubConfig::default()
        });
        scene.ledger.state().held = true;
        for device in DEVICES {
            for folder in FOLDERS {
                scene.ledger.sync(device, folder);
            }
        }
        Self {
            scene,
            pings: [None, None],
            hints: Vec::new(),
        }
    }

    async fn happen(&mut self, event: Event) {
        match event {
            Event::Change { folder, by } => {
                let by: Option<DeviceId> = by.map(|number| DEVICES[number].device);
                // R4: written first; the hint goes out later.
                let hint = self.scene.ledger.change(FOLDERS[folder], by);
                self.hints.push(hint);
            }
            Event::Publish(which) if !self.hints.is_empty() => {
                let number = which.index(self.hints.len());
                self.publish(number).await;
            }
            Event::Refuse(which) if !self.hints.is_empty() => {
                self.scene.channel.refuse();
                self.publish(which.index(self.hints.len())).await;
            }
            Event::Publish(_) | Event::Refuse(_) => {}
            Event::Lose => {
                if !self.scene.channel.is_down() {
                    self.hints.clear();
                }
                self.scene.channel.cut();
            }
            Event::Cut => self.scene.channel.cut(),
            Event::Join if self.scene.channel.is_down() => self.scene.channel.join(),
            Event::Join => {}
            Event::Ping { device, folders } => self.ping(device, folders),
            Event::Leave(device) => self.pings[device] = None,
            Event::Poll(device) => self.poll(device),
            Event::Read(which) => {
                let waiting = self.scene.ledger.waiting();
                if waiting > 0 {
                    self.scene.ledger.step(which.index(waiting));
                }
            }
            Event::Sync { device, folder } => self.sync(DEVICES[device], FOLDERS[folder]),
            Event::Store(store) => {
                self.scene.ledger.state().broken = matches!(store, Store::Gone);
            }
            Event::Pass(millis) => time::advance(Duration::from_millis(millis)).await,
        }
        pass().await;
    }

    async fn publish(&mut self, number: usize) {
        let hint = self.hints.swap_remove(number);
        if self.scene.channel.publish(hint).await.is_err() {
            // R9: what was not published is published again.
            self.hints.push(hint);
        }
    }

    fn ping(&mut self, device: usize, folders: usize) {
        let who = DEVICES[device];
        let folders = match folders {
            0 => vec![INBOX],
            1 => vec![SENT],
            _ => FOLDERS.to_vec(),
        };
        let state = self.scene.ledger.state();
        let told = folders
            .iter()
            .map(|folder| (*folder, state.told[&(who.device, *folder)]))
            .collect();
        drop(state);
        let parked = self.scene.ping(who, &folders, FOR_EVER);
        let older = self.pings[device].replace(Ping {
            parked,
            folders,
            told,
        });
        self.poll(device);
        // The older connection ends a little later than the new one begins.
        drop(older);
    }

    fn poll(&mut self, device: usize) {
        let Some(ping) = &mut self.pings[device] else {
            return;
        };
        let Some(ended) = poll(&mut ping.parked) else {
            return;
        };
        let Outcome::Changed(folders) = ended.outcome else {
            panic!("{:?}", ended.outcome);
        };
        let state = self.scene.ledger.state();
        for folder in &folders {
            let told = ping.told[folder];
            let device = DEVICES[device].device;
            assert!(state.is_behind(device, *folder, told), "woken for nothing");
        }
        drop(state);
        self.pings[device] = None;
    }

    fn sync(&self, who: Principal, folder: FolderNo) {
        self.scene.ledger.sync(who, folder);
        self.scene.hub.moved(who, folder);
    }

    /// Everything that is under way arrives.
    async fn come_to_rest(&mut self) {
        self.scene.ledger.state().broken = false;
        for _ in 0..ROUNDS {
            if self.scene.channel.is_down() {
                self.scene.channel.join();
            }
            while !self.hints.is_empty() {
                self.publish(0).await;
            }
            self.finish_reads().await;
            // Longer than the longest pause of the pacing.
            time::advance(Duration::from_secs(61)).await;
            self.finish_reads().await;
        }
    }

    async fn finish_reads(&mut self) {
        pass().await;
        for device in 0..DEVICES.len() {
            self.poll(device);
        }
        pass().await;
        while self.scene.ledger.waiting() > 0 {
            self.scene.ledger.step(0);
            pass().await;
            for device in 0..DEVICES.len() {
                self.poll(device);
            }
            pass().await;
        }
    }

    /// Whoever is parked holds everything.
    fn check(&self) {
        let state = self.scene.ledger.state();
        for (device, ping) in DEVICES.iter().zip(&self.pings) {
            for folder in ping.iter().flat_map(|ping| &ping.folders) {
                let told = state.told[&(device.device, *folder)];
                let lost = state.is_behind(device.device, *folder, told);
                assert!(!lost, "{device:?} waits and was not told of {folder}");
            }
        }
        drop(state);
        let parked = self.pings.iter().flatten().count();
        assert_eq!(self.scene.hub.list().len(), parked, "a place is left over");
        assert_eq!(self.scene.interests.count(), u64::from(parked > 0));
    }
}
