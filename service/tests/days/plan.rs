//! What happens in a week, chosen by a seed.

use crate::random::Random;

/// A week, in seconds.
pub(crate) const WEEK_S: u64 = 7 * DAY_S;
const DAY_S: u64 = 86_400;
const HOUR_S: u64 = 3_600;

/// Something that happens. Accounts and phones by their numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Deed {
    /// A message comes into the INBOX, or into the user's own folder.
    Deliver {
        account: usize,
        folder: &'static str,
    },
    /// Another program marks a message.
    Mark { account: usize },
    /// Another program deletes a message for good.
    Erase { account: usize },
    /// The user of a phone does something.
    Touch { phone: usize },
    /// A phone is away for so many seconds.
    Away { phone: usize, seconds: u64 },
    /// A phone's connections break.
    Cut { phone: usize },
    /// The next answer to a phone gets lost.
    LoseNext { phone: usize },
    /// The service is stopped and started.
    Restart { drained: bool },
    /// The service tidies its store.
    Tidy,
    /// The wall clock is set by so many seconds.
    Step { seconds: i64 },
}

/// How likely a message comes in an hour, in a hundred: by the hour of the day.
const RHYTHM: [u64; 24] = [
    5, 5, 2, 2, 2, 10, 40, 120, 250, 300, 260, 220, 150, 200, 260, 260, 240, 200, 120, 80, 80, 60,
    30, 10,
];

/// Everything that happens, by the second of the week.
pub(crate) fn plan(seed: u64, accounts: usize, phones: usize) -> Vec<(u64, Deed)> {
    let mut random = Random::new(seed);
    let mut deeds = Vec::new();
    for account in 0..accounts {
        for hour in 0..WEEK_S / HOUR_S {
            let rhythm = RHYTHM[usize::try_from(hour % 24).unwrap()];
            let certain = rhythm / 100 + u64::from(random.percent(rhythm % 100));
            for _ in 0..certain {
                let folder = if random.percent(20) { ".Work" } else { "" };
                deeds.push((within(&mut random, hour), Deed::Deliver { account, folder }));
            }
        }
        for day in 0..7 {
            for _ in 0..8 {
                deeds.push((daytime(&mut random, day), Deed::Mark { account }));
            }
            for _ in 0..3 {
                deeds.push((daytime(&mut random, day), Deed::Erase { account }));
            }
        }
    }
    for phone in 0..phones {
        for day in 0..7 {
            for _ in 0..10 {
                deeds.push((daytime(&mut random, day), Deed::Touch { phone }));
            }
            for _ in 0..4 {
                deeds.push((daytime(&mut random, day), Deed::Cut { phone }));
            }
            for _ in 0..2 {
                deeds.push((daytime(&mut random, day), Deed::LoseNext { phone }));
            }
            // A lift, a cellar, a night flight.
            for longest in [10 * 60, HOUR_S, 9 * HOUR_S] {
                let seconds = 60 + random.below(longest);
                deeds.push((daytime(&mut random, day), Deed::Away { phone, seconds }));
            }
        }
    }
    for quarter in 1..28 {
        deeds.push((quarter * 6 * HOUR_S, Deed::Tidy));
    }
    for day in 0..7 {
        let drained = random.percent(50);
        deeds.push((daytime(&mut random, day), Deed::Restart { drained }));
    }
    // Around noon, so that no window moves with it.
    deeds.push((2 * DAY_S + 12 * HOUR_S, Deed::Step { seconds: 7_200 }));
    deeds.push((4 * DAY_S + 12 * HOUR_S, Deed::Step { seconds: -3_600 }));
    // What is done last is to be everywhere in the end.
    deeds.retain(|(at, deed)| {
        let takes = match deed {
            Deed::Away { seconds, .. } => *seconds,
            _ => 0,
        };
        at + takes < WEEK_S - HOUR_S
    });
    deeds.sort_by_key(|(at, _)| *at);
    deeds
}

fn within(random: &mut Random, hour: u64) -> u64 {
    hour * HOUR_S + random.below(HOUR_S)
}

fn daytime(random: &mut Random, day: u64) -> u64 {
    day * DAY_S + 6 * HOUR_S + random.below(17 * HOUR_S)
}
