//! One look at a folder at a time, shared by all who ask meanwhile.
//!
//! Who asks gets a look that began after the question, so that what was done before it is seen. A look that
//! began earlier does not count.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backends::Kind;

use super::refresh::Looked;
use crate::ids::{AccountId, FolderNo};
use crate::push::Seen;

/// What is being looked at. [`FolderNo::ROOT`] stands for the hierarchy.
pub(super) type Place = (AccountId, FolderNo);

/// The folders that are being looked at.
#[derive(Debug, Default)]
pub(super) struct Flights {
    places: Mutex<HashMap<Place, Arc<Flight>>>,
}

/// One folder that is being looked at.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Counts the questions.
    asked: AtomicU64,
    /// When what is looked for was seen first.
    seen: Mutex<Option<Seen>>,
    turn: Arc<tokio::sync::Mutex<Landed>>,
}

/// The newest look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Landed {
    /// Questions that it answers.
    answers: u64,
    result: Option<Result<Looked, Kind>>,
}

/// A question that waits for its answer.
pub(super) struct Ask<'f> {
    flights: &'f Flights,
    place: Place,
    flight: Arc<Flight>,
    number: u64,
}

/// Keeps looks at a folder waiting while it lives.
#[must_use]
pub struct Still<'f> {
    // Order: the turn is given back before the question is taken back.
    _turn: tokio::sync::OwnedMutexGuard<Landed>,
    _ask: Ask<'f>,
}

impl fmt::Debug for Still<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Still").finish_non_exhaustive()
    }
}

/// Whether somebody else's look answers a question.
pub(super) enum Turn<'t> {
    /// It does.
    Answered(Result<Looked, Kind>),
    /// Look, and say with [`Looking::landed`] what you found.
    Look(Looking<'t>),
}

/// The right to look.
pub(super) struct Looking<'t> {
    landed: tokio::sync::MutexGuard<'t, Landed>,
    answers: u64,
    /// When what is looked for was seen first.
    pub(super) seen: Seen,
}

impl Flights {
    /// Asks for a look at a folder, because of what was seen at `seen`.
    pub(super) fn ask(&self, place: Place, seen: Seen) -> Ask<'_> {
        let flight = Arc::clone(self.places().entry(place).or_default());
        let number = flight.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut first = lock(&flight.seen);
        *first = Some(first.unwrap_or(Seen::UNKNOWN).earlier(seen));
        drop(first);
        Ask {
            flights: self,
            place,
            flight,
            number,
        }
    }

    /// Waits for a look that has begun, and keeps the next one waiting.
    pub(super) async fn still(&self, place: Place) -> Still<'_> {
        let ask = self.ask(place, Seen::UNKNOWN);
        Still {
            _turn: Arc::clone(&ask.flight.turn).lock_owned().await,
            _ask: ask,
        }
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Place, Arc<Flight>>> {
        lock(&self.places)
    }
}

impl Ask<'_> {
    /// Waits for the turn.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let landed = self.flight.turn.lock().await;
        if let Some(result) = landed.result.filter(|_| landed.answers >= self.number) {
            return Turn::Answered(result);
        }
        // Everybody who has asked by now is answered by the look that begins here.
        Turn::Look(Looking {
            answers: self.flight.asked.load(Ordering::SeqCst),
            seen: lock(&self.flight.seen).take().unwrap_or(Seen::UNKNOWN),
            landed,
        })
    }
}

impl Looking<'_> {
    /// Shares what was found.
    pub(super) fn landed(mut self, result: Result<Looked, Kind>) {
        *self.landed = Landed {
            answers: self.answers,
            result: Some(result),
        };
    }
}

impl Drop for Ask<'_> {
    fn drop(&mut self) {
        let mut places = self.flights.places();
        // One in the map, one here: nobody else asks.
        if Arc::strong_count(&self.flight) <= 2 {
            places.remove(&self.place);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::ids::Seq;

    fn looked(seq: u64) -> Looked {
        Looked {
            seq: Seq(seq),
            changed: true,
        }
    }

    const PLACE: Place = (AccountId(1), FolderNo(1));

    #[tokio::test]
    async fn questions_during_a_look_share_the_next_one() {
        let flights = Flights::default();
        let first = flights.ask(PLACE, Seen::UNKNOWN);
        let Turn::Look(looking) = first.turn().await else {
            panic!("nobody looked before");
        };
        let second = flights.ask(PLACE, Seen::from_micros(2));
        let third = flights.ask(PLACE, Seen::from_micros(1));
        assert!(second.turn().now_or_never().is_none());
        looking.landed(Ok(looked(1)));
        let Turn::Look(looking) = second.turn().await else {
            panic!("a look that began before the question does not answer it");
        };
        assert_eq!(looking.seen, Seen::from_micros(1));
        looking.landed(Ok(looked(2)));
        let Turn::Answered(result) = third.turn().await else {
            panic!("the look began after the question");
        };
        assert_eq!(result, Ok(looked(2)));
        drop((first, second, third));
        assert!(flights.places().is_empty());
    }

    #[tokio::test]
    async fn a_look_that_was_given_up_answers_nobody() {
        let flights = Flights::default();
        let first = flights.ask(PLACE, Seen::UNKNOWN);
        let second = flights.ask(PLACE, Seen::UNKNOWN);
        drop(first.turn().await);
        assert!(matches!(second.turn().await, Turn::Look(_)));
    }
}
