//! A device that asks again and again, on a network that is good or bad.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;

use super::*;

const FIRST: ItemNo = ItemNo(7);

/// Answers a page of so many items once, at `now`; what it was answered with comes to `proof`.
fn ask(trials: &mut Trials, whole: usize, proof: Proof, now: Instant) -> Portion {
    let portion = trials.portion(whole, FIRST, Patience::default(), now);
    let (content, alone) = match portion {
        Portion::Part(1) => (true, Some(FIRST)),
        Portion::Whole | Portion::Part(_) => (true, None),
        Portion::PassOver(item) => (false, Some(item)),
    };
    trials.answered(content, alone, now);
    trials.shown_again(Some(proof));
    portion
}

/// The portions of a page that is never taken, asked for each so many seconds.
fn portions(whole: usize, count: u32, pause_s: u64, proof: Proof) -> Vec<Portion> {
    let (mut trials, begun) = (Trials::default(), Instant::now());
    (0..count)
        .map(|at| {
            let now = begun + Duration::from_secs(pause_s) * at;
            ask(&mut trials, whole, proof, now)
        })
        .collect()
}

fn passed_at(portions: &[Portion]) -> Option<usize> {
    portions
        .iter()
        .position(|portion| matches!(portion, Portion::PassOver(_)))
}

#[test]
fn the_page_is_halved_down_to_one_item_which_is_passed_over() {
    use Portion::{Part, PassOver, Whole};
    // What it cannot digest in the end is no item.
    let end = [PassOver(FIRST), PassOver(FIRST), Whole, Whole];
    let begin = [Whole, Whole, Part(5), Part(2)];
    let proved = portions(10, 14, 10, Proof::Proved);
    assert_eq!(proved, [&begin[..], &[Part(1); 6], &end].concat());
    let silent = portions(1, 30, 300, Proof::Unproved);
    assert_eq!(silent, [&begin[..2], &[Part(1); 24], &end].concat());
}

#[test]
fn tries_alone_are_not_enough_and_neither_is_time() {
    assert_eq!(passed_at(&portions(1, 50, 1, Proof::Proved)), None);
    assert_eq!(passed_at(&portions(1, 100, 1, Proof::Proved)), Some(62));
    assert_eq!(passed_at(&portions(1, 100, 3_600, Proof::Proved)), Some(8));
    assert_eq!(passed_at(&portions(1, 1_000, 1, Proof::Unproved)), None);
    assert_eq!(passed_at(&portions(1, 300, 3_600, Proof::Broken)), None);
    assert_eq!(
        passed_at(&portions(1, 400, 3_600, Proof::Broken)),
        Some(2 + 24 * 16)
    );
}

#[test]
fn a_newer_item_in_front_is_not_charged_with_the_older_one_s_guilt() {
    let (mut trials, begun) = (Trials::default(), Instant::now());
    for _ in 0..20 {
        ask(&mut trials, 1, Proof::Proved, begun);
    }
    let (later, patience) = (begun + LATE, Patience::default());
    let portion = |item| trials.portion(2, item, patience, later);
    assert_eq!(portion(ItemNo(8)), Portion::Part(1));
    assert_eq!(portion(FIRST), Portion::PassOver(FIRST));
}

/// What becomes of an answer that does not arrive: nothing is seen of it, or that it broke.
fn losses() -> impl Strategy<Value = Vec<(Proof, u64)>> {
    vec(
        (
            select(vec![Proof::Unproved, Proof::Broken, Proof::Announced]),
            0..120_u64,
        ),
        1..400,
    )
}

proptest! {
    /// Whatever is cut, and however quickly the phone asks again: not within the hour.
    #[test]
    fn nothing_is_passed_over_in_a_dead_zone_of_an_hour(losses in losses(), whole in 1..600_usize) {
        let (mut trials, begun) = (Trials::default(), Instant::now());
        let (mut now, hour) = (begun, Duration::from_secs(3_600));
        for (proof, pause_s) in losses {
            let portion = ask(&mut trials, whole, proof, now);
            prop_assert!(now - begun >= hour || passed_at(&[portion]).is_none());
            now += Duration::from_secs(pause_s);
        }
    }

    /// Longer ones: an answer that gets through moves the key on, and one of four does.
    #[test]
    fn nothing_is_passed_over_where_some_answers_get_through(
        answers in vec((0..4_u8, any::<bool>(), 1..600_u64), 1..500),
    ) {
        let (mut trials, mut now, mut run) = (Trials::default(), Instant::now(), 0);
        for (luck, seen, pause_s) in answers {
            let proof = if seen { Proof::Broken } else { Proof::Unproved };
            let portion = ask(&mut trials, 1, proof, now);
            prop_assert_eq!(passed_at(&[portion]), None);
            if luck == 0 || run >= 20 {
                run = 0;
                trials = Trials::default();
            }
            run += 1;
            now += Duration::from_secs(pause_s);
        }
    }

    /// A device that had it each time is past it after a bounded number of requests and a bounded time, however its
    /// connections are at times.
    #[test]
    fn what_cannot_be_digested_is_passed_over_in_the_end(
        tries in vec((0..10_u8, 10..60_u64), 200),
        whole in 1..513_usize,
    ) {
        let (mut trials, begun) = (Trials::default(), Instant::now());
        let mut now = begun;
        for (requests, (luck, pause_s)) in tries.into_iter().enumerate() {
            let proof = if luck < 4 { Proof::Proved } else { Proof::Broken };
            if passed_at(&[ask(&mut trials, whole, proof, now)]).is_some() {
                return Ok(());
            }
            prop_assert!(requests < 100, "after {:?}", now - begun);
            now += Duration::from_secs(pause_s);
        }
    }
}
