//! The change index against random histories.
//!
//! A backend that changes, two phones whose answers get lost or come late, overlapping retries, retries that
//! carry more uploads, crashes between the backend's write and ours, watches that are faster than answers,
//! key 0 in the middle, sliding and jumping windows, pages of all sizes and pages cut short, conflicts, copies
//! that a phone causes elsewhere, renumbered folders, collected tombstones. The phones apply what they are
//! told and nothing else; in the end each must hold exactly what its filter shows, and while it goes on
//! no item may be added twice, no unknown one changed, no phone woken for nothing or told its own change.
//!
//! The same histories run against two engines: the rules over plain vectors ([`fake`], many histories), and
//! the index over SQLite and PostgreSQL ([`real`], fewer). A failing history prints its seed.
//!
//! What happens when a rule is broken on purpose (H: "holds …, should hold …" at the end of a history; L: only
//! a test of `index_life` or of the module fails, since what the phones hold in the end is right all the same):
//!
//! | broken | what happens |
//! |---|---|
//! | own changes are echoed | "an echo of …" |
//! | own changes and copies wake | "woken by itself" |
//! | a page stops behind the change that it did not tell | H |
//! | a page that stops while sliding keeps the new window, or does not fill | H |
//! | sliding tells of rows that changed since | nothing: they are told of once in either step |
//! | a wider window does not fill; a stopped fill counts as filled, or goes on too low | H |
//! | the first fill trusts an earlier place | H, "woken for nothing" |
//! | collected tombstones are not told | H |
//! | cursors take ids in whose end they were not told | "Delete of unknown …" |
//! | batches of collected ids are compared with `>=` | nothing: what tells and what merges still agree |
//! | `seen` does not move with a whole page | never comes to rest |
//! | a page cut short tells of all its commands | H, "Change of unknown …" |
//! | a fill leaves out the rows on the edge of the window | the index is not what the backend is |
//! | a shown key forgets its parent only, or forgotten answers stay | L |
//! | the parent is forgotten when an answer is made; one answer only is kept | status 3 |
//! | key 0 forgets the lineage in use; a shown key forgets newer lineages | status 3 |
//! | repeated Adds are not recognised; uploads are forgotten with the key | "was uploaded twice" |
//! | repeated Changes are not recognised; a lost conflict is forgotten | L: done again, with the same end |
//! | a repeat sends nothing back; no conflicts; a won conflict counts as told | H |
//! | what was changed meanwhile is overwritten | nothing: the next refresh lists the folder and restores it |
//! | an own change that the watch saw first stays foreign | L: an echo |
//! | a repeat after a crash, or every change during an upload, counts as own | H |
//! | a first state that may have been changed since counts as own | H |
//! | a refresh that overtook an upload keeps its token | the index is not what the backend is |
//! | a known state counts as a change | "an echo counted as a change" |
//! | a listing removes nothing | the index is not what the backend is |
//! | an upload does not void a refresh that runs | L |
//! | an uploaded item is not counted to what the device holds | "added twice" |
//! | a begun item takes the name of the repeat | "has a twin" |
//! | what lost answers told stays, or what the answer before told goes | "not what the phone holds" |
//! | older lineages stay, or are not told apart | nothing: ids are told anew; L |
//! | Ping looks at neither the fill nor collected ids | L |

mod fake;
mod history;
mod phone;
mod real;
mod request;
mod together;
mod world;

use std::future::Future;

use backends::ItemState;
use directpush::index::{Begun, Command, Outcome, Upload, Verdict};

use self::history::History;
use self::world::World;

/// What the histories need of an engine. One folder, two devices; one session at a time.
trait Engine {
    type Ticket;

    /// Reads the backend and writes down what changed.
    async fn refresh(&mut self, world: &World, listing: bool);
    /// Opens a session. False: the key is not known.
    async fn open(&mut self, device: usize, key: &str, window: i64) -> bool;
    /// The session asked for a wider window than is indexed.
    fn needs_refresh(&self) -> bool;
    async fn upload(&mut self, upload: &Upload) -> Step<Self::Ticket>;
    /// What the device was told of an item, by the answer that it took.
    async fn base(&mut self, item: u32) -> Option<(u64, i64)>;
    /// The session's answer tells of an item.
    fn tell(&mut self, item: u32, state: (u64, i64));
    async fn settle(&mut self, ticket: Self::Ticket, outcome: &Outcome) -> Option<u32>;
    /// Commands, and how many of them go out in any case, at the end.
    async fn page(&mut self, window: i64, size: usize) -> (Vec<Command>, Vec<Command>, bool);
    async fn commit(&mut self, told: usize) -> String;
    /// Ends a session that answers nothing, without a key. False: it must have one.
    async fn close(&mut self) -> bool;
    /// The request dies.
    async fn abandon(&mut self);
    async fn pending(&mut self, device: usize) -> bool;
    async fn adopt(&mut self, device: usize, state: &ItemState);
    async fn disown(&mut self, device: usize, item: u32);
    async fn collect(&mut self);
    /// What is there, as far as `window` shows it.
    async fn live(&mut self, window: i64) -> Vec<Command>;
    /// Whether an item is there.
    async fn is_there(&mut self, item: u32) -> bool;
    /// Who made the last change of an item, if the engine can tell.
    async fn changed_by(&mut self, item: u32) -> Option<usize>;
}

/// An upload's verdict, with the engine's own ticket.
enum Step<T> {
    Go {
        ticket: T,
        row: Option<directpush::index::IndexedItem>,
        begun: Begun,
        /// What to call a new item.
        name: Option<String>,
    },
    Done(Verdict),
}

/// Runs a history to its end on this thread.
fn drive(history: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(history);
}

/// Runs the histories `first..first + count` on two threads.
fn on_two_threads(first: u64, count: u64, one: fn(u64)) {
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                for seed in (first..first + count).filter(|seed| seed % 2 == half) {
                    let whole = std::panic::catch_unwind(|| one(seed));
                    assert!(whole.is_ok(), "seed {seed}");
                }
            });
        }
    });
}

#[test]
fn the_rules_hold_in_random_histories() {
    on_two_threads(1, 24_000, |seed| {
        drive(History::new(seed).run(fake::Fake::default()));
    });
}

#[test]
fn the_index_holds_in_random_histories() {
    on_two_threads(1_000_000, 240, |seed| {
        drive(async {
            let directory = tempfile::tempdir().unwrap();
            let engine = real::Real::open(directory.path()).await;
            History::new(seed).run(engine).await;
        });
    });
}

#[test]
fn the_index_over_postgres_holds_in_random_histories() {
    on_two_threads(2_000_000, 2, |seed| {
        drive(async {
            let (_server, store) = crate::postgres::fresh().await;
            History::new(seed).run(real::Real::over(store).await).await;
        });
    });
}
