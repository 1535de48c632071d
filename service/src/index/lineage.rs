//! SyncKeys: which answer did the device take?
//!
//! Every answer has a key and a cursor of its own. The key that the device shows next says which answer it
//! took: the one that it came from and its siblings are then forgotten. Until then the older key is good
//! too, so a lost answer costs nothing, and a delayed one that overtakes its retry does no harm. Key 0 opens a
//! new lineage; the older one stays good until the new one's key is shown (iOS sends a second key 0 while
//! the first fill runs).

use crate::index::IndexError;
pub use crate::store::answer::{Answer, Proof};

/// How many answers to one key are kept open.
pub const OPEN_MAX: usize = 3;

/// How many lineages that no key was shown of are kept beside the one in use: as many as answers.
pub const FRESH_MAX: usize = 3;

/// What a delay or a loss teaches about a device's answers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Lesson {
    /// An answer was lost: doubt quickly again.
    Lost,
    /// It was lost, and a Ping had announced it.
    Founded,
    /// A Ping announced an answer that had arrived: doubt more slowly.
    Unfounded,
}

/// What showing a key does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Taken {
    /// The answer whose key was shown.
    pub number: u64,
    /// Its lineage.
    pub lineage: u64,
    /// Whether it was shown for the first time: only then is there anything to write.
    pub newly: bool,
    /// Answers to forget.
    pub forget: Vec<u64>,
    /// The newest answer that stays: what a Ping compares with.
    pub newest: u64,
    /// What was learnt.
    pub lesson: Option<Lesson>,
}

impl Taken {
    /// Whether it must be written down before anything else: a Ping must no longer compare with an answer
    /// that the device did not take.
    #[must_use]
    pub fn turns_back(&self) -> bool {
        self.newly && self.newest == self.number && self.forget.iter().any(|n| *n > self.number)
    }
}

/// Judges a key; `None`: it is not known.
#[must_use]
pub fn show(answers: &[Answer], key: &str) -> Option<Taken> {
    let shown = answers.iter().find(|answer| answer.key == key)?;
    let kin = |answer: &&Answer| answer.lineage == shown.lineage && answer.number != shown.number;
    if shown.taken {
        let newest = answers.iter().map(|answer| answer.number).max()?;
        let lost = answers
            .iter()
            .filter(kin)
            .max_by_key(|answer| answer.number);
        return Some(Taken {
            number: shown.number,
            lineage: shown.lineage,
            newly: false,
            forget: Vec::new(),
            newest,
            lesson: lost.and_then(|answer| lesson_of_loss(answer.proof)),
        });
    }
    let stays = |answer: &&Answer| answer.lineage > shown.lineage || answer.number == shown.number;
    Some(Taken {
        number: shown.number,
        lineage: shown.lineage,
        newly: true,
        forget: answers
            .iter()
            .filter(|answer| !stays(answer))
            .map(|answer| answer.number)
            .collect(),
        newest: answers
            .iter()
            .filter(stays)
            .map(|answer| answer.number)
            .max()?,
        lesson: (shown.proof == Proof::Announced).then_some(Lesson::Unfounded),
    })
}

/// The device came back with the older key: the answer to it did not arrive.
fn lesson_of_loss(proof: Proof) -> Option<Lesson> {
    match proof {
        Proof::Announced => Some(Lesson::Founded),
        Proof::Unproved | Proof::Broken => Some(Lesson::Lost),
        Proof::Empty | Proof::Proved => None,
    }
}

/// Which open answers go when one more is made in `lineage`: the oldest above [`OPEN_MAX`].
#[must_use]
pub fn crowded_out(answers: &[Answer], lineage: u64) -> Option<u64> {
    let open = || answers.iter().filter(|a| a.lineage == lineage && !a.taken);
    (open().count() >= OPEN_MAX).then(|| open().map(|a| a.number).min())?
}

/// Which answers go when key 0 opens one more lineage: those of all lineages that no key was shown of but the
/// newest ones.
#[must_use]
pub fn abandoned(answers: &[Answer]) -> Vec<u64> {
    let used = |lineage| answers.iter().any(|a| a.lineage == lineage && a.taken);
    let mut fresh: Vec<u64> = answers
        .iter()
        .filter(|answer| !used(answer.lineage))
        .map(|answer| answer.number)
        .collect();
    fresh.sort_unstable();
    fresh.truncate((fresh.len() + 1).saturating_sub(FRESH_MAX));
    fresh
}

/// The key of a new answer: its number and 128 random bits, so that keys cannot be guessed and a key of an
/// earlier life of the collection is not taken for one of this.
///
/// # Errors
/// `NoRandomness`.
pub fn new_key(number: u64) -> Result<String, IndexError> {
    let mut noise = [0; 16];
    getrandom::fill(&mut noise).map_err(|_| IndexError::NoRandomness)?;
    Ok(format!("{number}.{:032x}", u128::from_be_bytes(noise)))
}

/// The shortest time that a written answer is given to be proved received, in seconds.
pub const GRACE_MIN: i64 = crate::store::device::GRACE;

/// The longest, in seconds.
pub const GRACE_MAX: i64 = 900;

/// A device's next grace, in seconds, after a lesson.
#[must_use]
pub fn grace_after(grace: i64, lesson: Lesson) -> i64 {
    match lesson {
        Lesson::Lost | Lesson::Founded => GRACE_MIN,
        Lesson::Unfounded => grace.saturating_mul(2).clamp(GRACE_MIN, GRACE_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(number: u64, lineage: u64, taken: bool) -> Answer {
        Answer {
            number,
            lineage,
            key: format!("k{number}"),
            taken,
            proof: Proof::Empty,
            uploads: Vec::new(),
        }
    }

    #[test]
    fn a_shown_answer_forgets_parent_and_siblings() {
        let answers = [answer(1, 1, true), answer(2, 1, false), answer(3, 1, false)];
        let taken = show(&answers, "k2").unwrap();
        assert_eq!(
            (taken.newly, taken.forget.clone(), taken.newest),
            (true, vec![1, 3], 2)
        );
        assert!(taken.turns_back());
        let again = show(&answers, "k1").unwrap();
        assert_eq!(
            (again.newly, again.forget.len(), again.newest),
            (false, 0, 3)
        );
        assert_eq!(show(&answers, "k4"), None);
    }

    #[test]
    fn a_second_key_0_leaves_the_first_lineage_alone_until_it_is_used() {
        // First fill runs in lineage 1, then key 0 again.
        let answers = [answer(1, 1, true), answer(2, 1, false), answer(3, 3, false)];
        let first = show(&answers, "k2").unwrap();
        assert_eq!((first.forget.clone(), first.newest), (vec![1], 3));
        assert!(!first.turns_back());
        let second = show(&answers, "k3").unwrap();
        assert_eq!((second.forget, second.newest), (vec![1, 2], 3));
    }

    #[test]
    fn of_lineages_never_used_the_newest_stay() {
        let answers = [
            answer(1, 1, true),
            answer(2, 2, false),
            answer(3, 3, false),
            answer(4, 4, false),
        ];
        assert_eq!(abandoned(&answers), [2]);
        assert_eq!(abandoned(&answers[..3]), [0; 0]);
        assert_eq!(crowded_out(&answers, 2), None);
        let crowd = [
            answer(1, 1, true),
            answer(2, 1, false),
            answer(3, 1, false),
            answer(4, 1, false),
        ];
        assert_eq!(crowded_out(&crowd, 1), Some(2));
    }

    #[test]
    fn grace_doubles_while_doubts_are_unfounded() {
        let mut grace = GRACE_MIN;
        for expected in [120, 240, 480, 900, 900] {
            grace = grace_after(grace, Lesson::Unfounded);
            assert_eq!(grace, expected);
        }
        assert_eq!(grace_after(grace, Lesson::Founded), 60);
        assert_eq!(grace_after(grace, Lesson::Lost), 60);
    }

    #[test]
    fn lessons() {
        let with = |number, taken, proof| Answer {
            proof,
            ..answer(number, 1, taken)
        };
        for (proof, by_old_key, by_new_key) in [
            (Proof::Empty, None, None),
            (Proof::Unproved, Some(Lesson::Lost), None),
            (Proof::Broken, Some(Lesson::Lost), None),
            (Proof::Proved, None, None),
            (
                Proof::Announced,
                Some(Lesson::Founded),
                Some(Lesson::Unfounded),
            ),
        ] {
            let answers = [with(1, true, Proof::Proved), with(2, false, proof)];
            assert_eq!(
                show(&answers, "k1").unwrap().lesson,
                by_old_key,
                "{proof:?}"
            );
            assert_eq!(
                show(&answers, "k2").unwrap().lesson,
                by_new_key,
                "{proof:?}"
            );
        }
    }
}
