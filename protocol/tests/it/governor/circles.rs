//! Circles as phones were seen to run in them: each comes to six requests a minute.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};
use protocol::flow::governor::{Act, Governor, HOLD_MAX, Loop, Verdict};

/// A minute, in which a circle comes to so many requests.
const MINUTE: Duration = Duration::from_secs(60);
const A_MINUTE: u32 = 6;

/// The pauses of a quick round together: by so much may one round begin later than another.
const PAUSES: Duration = Duration::from_secs(3);

/// A round of a circle, with the way that it is known by; `None` is a request that nobody minds.
type Round = (Loop, Vec<Option<Act>>);

fn circles() -> impl Strategy<Value = Round> {
    let keys = vec((0..99_u32, any::<u64>()), 1..70).prop_map(|mut keys| {
        keys.sort_unstable();
        keys.dedup_by_key(|(folder, _)| *folder);
        keys
    });
    // An estimate before each Sync, or two; and a held Sync after it.
    let same_key = (keys, 1..4_usize).prop_map(|(keys, times)| {
        let shows = Some(Act::Shows(keys));
        (Loop::SameKey, vec![shows; times])
    });
    // Key 0, the key that is not known any more, and possibly what was there.
    let starts = (any::<u32>(), 1..3_usize, any::<bool>()).prop_map(|(folder, times, fills)| {
        let mut round = vec![Some(Act::StartsOver(folder)); times];
        if fills {
            round.push(None);
        }
        (Loop::StartOver, round)
    });
    let unknown = (any::<u32>(), any::<bool>()).prop_map(|(folder, asks)| {
        let asks = asks.then_some(Some(Act::LearnsNothing));
        let round = std::iter::once(Some(Act::MissesFolder(folder))).chain(asks);
        (Loop::UnknownFolder, round.collect())
    });
    prop_oneof![
        3 => same_key,
        1 => starts,
        1 => unknown,
        1 => Just((Loop::DeadHierarchy, vec![Some(Act::MissesHierarchy)])),
        1 => Just((Loop::IdleHierarchy, vec![Some(Act::LearnsNothing)])),
        1 => any::<u32>().prop_map(|what| (Loop::Refused, vec![Some(Act::IsRefused(what))])),
    ]
}

/// When a client makes its requests that goes round for so long, with such pauses after its answers.
fn walk(round: &[Option<Act>], pauses: &[u64], span: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let (mut now, mut governor) = (begun, Governor::default());
    let mut made = Vec::new();
    for (act, pause_ms) in round.iter().cycle().zip(pauses.iter().cycle()) {
        now += Duration::from_millis(*pause_ms);
        if now - begun >= span {
            break;
        }
        made.push(now - begun);
        now += match act.as_ref().map(|act| governor.judge(act, now)) {
            None | Some(Verdict::Go) => Duration::ZERO,
            Some(Verdict::Hold(_, wait)) => wait,
            Some(Verdict::Refuse(_)) => HOLD_MAX,
        };
    }
    made
}

/// The most requests in any minute that begins with one.
fn busiest(made: &[Duration]) -> usize {
    let counts = made.iter().enumerate().map(|(at, from)| {
        let later = made.iter().skip(at);
        later
            .take_while(|time| **time < *from + MINUTE - PAUSES)
            .count()
    });
    counts.max().unwrap_or(0)
}

proptest! {
    #[test]
    fn a_circle_comes_to_six_requests_a_minute_after_the_first(
        (kind, round) in circles(),
        pauses in vec(20..1_000_u64, 1..9),
    ) {
        let made = walk(&round, &pauses, 12 * MINUTE);
        let first = made.iter().filter(|time| **time < MINUTE).count();
        prop_assert!(first <= 40, "{kind:?}: {first} in the first minute");
        let later: Vec<_> = made.into_iter().filter(|time| *time >= MINUTE).collect();
        prop_assert!(busiest(&later) <= A_MINUTE as usize, "{kind:?}: {later:?}");
        prop_assert!(later.len() >= 2 * 11, "{kind:?} still gets its answers: {later:?}");
    }

    /// A slower circle uses up what is free more slowly: all in all it has no more.
    #[test]
    fn a_circle_of_any_pace_has_what_is_free_once(
        (kind, round) in circles(),
        pauses in vec(20..15_000_u64, 1..9),
        minutes in 1..120_u32,
    ) {
        let made = walk(&round, &pauses, minutes * MINUTE);
        let free = (kind.rate().burst + 1) * u32::try_from(round.len()).unwrap();
        let most = usize::try_from(A_MINUTE * minutes + free).unwrap();
        prop_assert!(made.len() <= most, "{kind:?}: {} in {minutes} min", made.len());
    }
}
