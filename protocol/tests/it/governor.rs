//! Who is well never meets the governor, whatever network, users and other programs do; who runs in circles always does.

mod circles;
mod server;
mod twins;
mod world;

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use protocol::command::CollectionId;
use protocol::device::{Heartbeats, LocalChange, Profile, PushStyle};

use world::{Weather, World};

/// What happens to a phone.
#[derive(Clone, Debug)]
enum Deed {
    /// Messages come.
    Deliver {
        folder: usize,
        count: u32,
    },
    /// An impatient user pulls folders down, in turn, and gives up for some minutes.
    Pull {
        folder: usize,
        folders: usize,
        times: usize,
        pace_ms: u64,
    },
    /// The user reads, flags or deletes so many messages, one after the other.
    Edit {
        folder: usize,
        times: usize,
        pace_ms: u64,
    },
    /// The user tidies up: so many messages, one after the other, to another folder.
    File {
        folder: usize,
        times: usize,
    },
    MakeFolder(u32),
    RemoveFolder(usize),
    /// No network for so long.
    Outage(u64),
    /// Answers get lost: so many of a hundred, for so long, and meanwhile messages come.
    Lossy {
        percent: u64,
        seconds: u64,
    },
    /// The phone is off for so many hours.
    Off(u64),
    /// The service is restarted.
    Restart,
    /// Mailboxes cannot be read for so long.
    Down(u64),
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, u64)>> {
    let folder = 0..8_usize;
    let deed = prop_oneof![
        4 => (folder.clone(), 1..60_u32).prop_map(|(folder, count)| Deed::Deliver { folder, count }),
        4 => (folder.clone(), 1..3_usize, 1..=12_usize, 1_000..8_000_u64).prop_map(
            |(folder, folders, times, pace_ms)| Deed::Pull { folder, folders, times, pace_ms }
        ),
        3 => (folder.clone(), 1..30_usize, 300..4_000_u64)
            .prop_map(|(folder, times, pace_ms)| Deed::Edit { folder, times, pace_ms }),
        1 => (folder.clone(), 1..30_usize).prop_map(|(folder, times)| Deed::File { folder, times }),
        1 => (0..50_u32).prop_map(Deed::MakeFolder),
        1 => folder.prop_map(Deed::RemoveFolder),
        2 => (1..3_000_u64).prop_map(Deed::Outage),
        2 => (10..90_u64, 10..1_800_u64)
            .prop_map(|(percent, seconds)| Deed::Lossy { percent, seconds }),
        1 => (1..200_u64).prop_map(Deed::Off),
        1 => Just(Deed::Restart),
        1 => (1..1_800_u64).prop_map(Deed::Down),
    ];
    let pause = prop_oneof![1..60_u64, 60..7_200_u64];
    vec((deed, pause), 1..25)
}

/// Families of phones, with their ways of waiting mixed.
fn profiles() -> impl Strategy<Value = Profile> {
    let families = prop_oneof![
        Just(Profile::ios()),
        Just(Profile::aosp()),
        Just(Profile::samsung())
    ];
    let styles = prop_oneof![
        Just(PushStyle::Ping),
        Just(PushStyle::Sync),
        Just(PushStyle::Mixed)
    ];
    let own = (any::<bool>(), any::<bool>(), 1..=50_u32);
    (families, styles, own).prop_map(|(family, style, (own_way, minute, window_size))| Profile {
        push_style: if own_way { family.push_style } else { style },
        heartbeats: if minute {
            Heartbeats {
                start_s: 60,
                min_s: 60,
                max_s: 60,
                step_s: 0,
                patience_s: 10,
            }
        } else {
            family.heartbeats
        },
        window_size,
        ..family
    })
}

/// Between two fits of impatience.
const REST: Duration = Duration::from_secs(300);

fn play(world: &mut World, deed: &Deed) {
    match *deed {
        Deed::Deliver { folder, count } => world.server.deliver(folder, count),
        Deed::Pull {
            folder,
            folders,
            times,
            pace_ms,
        } => {
            for _ in 0..times.div_ceil(folders) {
                for at in folder..folder + folders {
                    pull(world, at);
                    world.live(Duration::from_millis(pace_ms));
                }
            }
            world.live(REST);
        }
        Deed::Edit {
            folder,
            times,
            pace_ms,
        } => {
            for at in 0..times {
                edit(world, folder, at);
                world.live(Duration::from_millis(pace_ms));
            }
        }
        Deed::File { folder, times } => {
            for at in 0..times {
                file(world, folder, at);
                world.live(Duration::from_secs(1));
            }
        }
        Deed::MakeFolder(total) => world.server.make_folder(total),
        Deed::RemoveFolder(at) => world.server.remove_folder(at),
        Deed::Outage(seconds) => {
            world.change_weather(Weather::None);
            world.live(Duration::from_secs(seconds));
            world.weather = Weather::Fine;
        }
        Deed::Lossy { percent, seconds } => lose(world, percent, seconds),
        Deed::Off(hours) => world.sleep(Duration::from_secs(hours * 3_600)),
        Deed::Restart => {
            world.server.forget();
            world.sleep(Duration::ZERO);
        }
        Deed::Down(seconds) => {
            world.server.down = true;
            world.live(Duration::from_secs(seconds));
            world.server.down = false;
        }
    }
}

fn lose(world: &mut World, percent: u64, seconds: u64) {
    world.weather = Weather::Lossy(percent);
    for _ in 0..10 {
        let folder = usize::try_from(world.random(8)).unwrap();
        world.server.deliver(folder, 1);
        world.live(Duration::from_secs(seconds / 10));
    }
    world.weather = Weather::Fine;
}

fn id(world: &World, at: usize) -> Option<CollectionId> {
    world.server.nth(at).map(CollectionId::from_number)
}

fn pull(world: &mut World, at: usize) {
    if let Some(folder) = id(world, at) {
        world.device.change(LocalChange::Refresh(folder));
    }
}

fn file(world: &mut World, folder: usize, at: usize) {
    if let (Some(from), Some(target)) = (id(world, folder), id(world, folder + 1))
        && from != target
        && let Some((folder, item)) = item(world, from, at)
    {
        world.device.change(LocalChange::Move {
            folder,
            item,
            target,
        });
    }
}

fn item(
    world: &World,
    folder: CollectionId,
    at: usize,
) -> Option<(CollectionId, protocol::command::ServerId)> {
    let items = &world.device.replica().folders.get(&folder)?.items;
    let item = items.keys().nth(at % items.len().max(1))?.clone();
    Some((folder, item))
}

fn edit(world: &mut World, folder: usize, at: usize) {
    let there = id(world, folder).and_then(|folder| item(world, folder, at));
    let Some((folder, item)) = there else { return };
    world.device.change(match at % 3 {
        0 => LocalChange::SetRead {
            folder,
            item,
            read: true,
        },
        1 => LocalChange::SetFlag {
            folder,
            item,
            flagged: at.is_multiple_of(2),
        },
        _ => LocalChange::Delete { folder, item },
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_healthy_phone_is_never_held(
        profile in profiles(),
        folders in vec(0..400_u32, 1..9),
        deeds in deeds(),
        noise in any::<u64>(),
    ) {
        let mut world = World::new(profile, &folders, noise);
        world.live(Duration::from_secs(600));
        prop_assert!(world.paced.is_empty(), "at first: {:?}", world.paced.first());
        for (deed, pause) in deeds {
            play(&mut world, &deed);
            world.live(Duration::from_secs(pause));
            prop_assert!(world.paced.is_empty(), "{:?}: {:?}", deed, world.paced.first());
        }
        prop_assert!(world.requests > 4);
    }
}
