//! What mail servers call to tell, on its way to the watches of the accounts that it is about.
//!
//! A mark is a hint like any other: it says where to look, and what is lost of it is found by looking. Marks are kept
//! only for who listens: whoever begins to listen compares afterwards (rule R5), so that a mark before that is not
//! needed. Nobody who marks ever waits, and what is kept of one account is bounded: too many folders are everything.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use tokio::sync::Notify;

/// Folders of one account that are marked one by one.
const FOLDERS_MAX: usize = 256;

/// What changed in an account.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Mark {
    /// It is not known what: all of it is to be compared.
    Everything,
    /// Folders came, went or were renamed.
    Hierarchy,
    /// Something in a folder. As whoever told calls it, which need not be how the folder is called elsewhere.
    Folder(String),
}

/// Takes marks and hands them to who listens. Clones are the same feed.
#[derive(Clone, Default)]
pub struct HookFeed {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    listeners: HashMap<String, Vec<Weak<Ears>>>,
    heard: Option<Instant>,
}

/// What one listener has not taken yet.
#[derive(Default)]
struct Ears {
    pending: Mutex<Pending>,
    news: Notify,
}

#[derive(Default)]
struct Pending {
    everything: bool,
    hierarchy: bool,
    folders: BTreeSet<String>,
}

/// Somebody who listens for one account. Dropping it ends that.
pub struct HookListener {
    ears: Arc<Ears>,
    names: Vec<String>,
    feed: HookFeed,
}

impl HookFeed {
    /// Notes that something changed in the account that the server calls `user`, in whatever case. Answers whether
    /// anybody listens for it.
    ///
    /// Servers may leave the domain out or add it: without an account of that very name, those whose names differ by
    /// the domain alone are meant.
    pub fn mark(&self, user: &str, mark: &Mark) -> bool {
        let user = user.trim().to_lowercase();
        let mut state = self.state();
        state.heard = Some(Instant::now());
        let mut ears = state.listening(&user);
        if ears.is_empty() {
            ears = state.listening(&without_domain(&user));
        }
        drop(state);
        for ears in &ears {
            ears.hear(mark);
        }
        !ears.is_empty()
    }

    /// Notes that something may have been lost on the way, of anybody.
    pub fn gap(&self) {
        let state = self.state();
        let all: Vec<_> = state.listeners.values().flatten().cloned().collect();
        drop(state);
        for ears in all.iter().filter_map(Weak::upgrade) {
            ears.hear(&Mark::Everything);
        }
    }

    /// When anything was told last, of whomever: silence says that either nothing happens or nobody tells.
    #[must_use]
    pub fn heard(&self) -> Option<Instant> {
        self.state().heard
    }

    /// Listens for an account by the names that a server may call it: under which it signs in there, and our own.
    #[must_use]
    pub fn listen(&self, names: &[&str]) -> HookListener {
        let ears = Arc::new(Ears::default());
        let own = names.iter().map(|name| name.trim().to_lowercase());
        let names: BTreeSet<String> = own.flat_map(|name| [without_domain(&name), name]).collect();
        let mut state = self.state();
        for name in &names {
            let listeners = state.listeners.entry(name.clone()).or_default();
            listeners.push(Arc::downgrade(&ears));
        }
        drop(state);
        HookListener {
            ears,
            names: names.into_iter().collect(),
            feed: self.clone(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under which key accounts are found whatever their domain: no name has a control character in it.
fn without_domain(name: &str) -> String {
    let local = name.split_once('@').map_or(name, |(local, _)| local);
    format!("\u{1}{local}")
}

impl State {
    fn listening(&self, name: &str) -> Vec<Arc<Ears>> {
        let listeners = self.listeners.get(name).into_iter().flatten();
        listeners.filter_map(Weak::upgrade).collect()
    }
}

impl Ears {
    fn hear(&self, mark: &Mark) {
        self.pending().add(mark);
        self.news.notify_one();
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn add(&mut self, mark: &Mark) {
        match mark {
            Mark::Hierarchy => self.hierarchy = true,
            Mark::Folder(folder) if self.folders.len() < FOLDERS_MAX => {
                self.folders.insert(folder.clone());
            }
            Mark::Folder(folder) if self.folders.contains(folder) => {}
            Mark::Folder(_) | Mark::Everything => self.everything = true,
        }
    }

    /// The widest first, since it contains the others.
    fn take(&mut self) -> Option<Mark> {
        if std::mem::take(&mut self.everything) {
            *self = Self::default();
            return Some(Mark::Everything);
        }
        if std::mem::take(&mut self.hierarchy) {
            return Some(Mark::Hierarchy);
        }
        self.folders.pop_first().map(Mark::Folder)
    }
}

impl HookListener {
    /// Waits for the next mark. Marks of one folder that nobody took yet are one.
    ///
    /// Cancel-safe: a mark is handed out or kept.
    pub async fn next(&mut self) -> Mark {
        loop {
            let news = self.ears.news.notified();
            if let Some(mark) = self.ears.pending().take() {
                return mark;
            }
            news.await;
        }
    }
}

impl Drop for HookListener {
    fn drop(&mut self) {
        let own = Arc::downgrade(&self.ears);
        let mut state = self.feed.state();
        for name in &self.names {
            if let Some(listeners) = state.listeners.get_mut(name) {
                listeners.retain(|other| !other.ptr_eq(&own));
                if listeners.is_empty() {
                    state.listeners.remove(name);
                }
            }
        }
    }
}

impl fmt::Debug for HookFeed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HookFeed").finish_non_exhaustive()
    }
}

impl fmt::Debug for HookListener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HookListener").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn folder(name: &str) -> Mark {
        Mark::Folder(name.to_owned())
    }

    fn taken(listener: &mut HookListener) -> Vec<Mark> {
        std::iter::from_fn(|| listener.next().now_or_never()).collect()
    }

    #[test]
    fn marks_of_one_folder_are_one_and_nobody_else_hears_them() {
        let feed = HookFeed::default();
        let mut anna = feed.listen(&["anna", "anna@example.org"]);
        let mut second = feed.listen(&["anna"]);
        let mut bo = feed.listen(&["bo"]);
        for name in ["INBOX", "Work", "INBOX"] {
            assert!(feed.mark("Anna", &folder(name)));
        }
        assert!(feed.mark("anna@example.org", &Mark::Hierarchy));
        assert!(!feed.mark("carl", &folder("INBOX")));
        let both = [folder("INBOX"), folder("Work")];
        let mut all = vec![Mark::Hierarchy];
        all.extend(both.clone());
        assert_eq!(taken(&mut anna), all);
        assert_eq!(taken(&mut second), both);
        assert_eq!(taken(&mut bo), []);
        assert!(feed.heard().is_some());
    }

    #[test]
    fn a_domain_that_is_missing_or_more_is_no_matter() {
        let feed = HookFeed::default();
        let mut full = feed.listen(&["anna@example.org"]);
        let mut other = feed.listen(&["anna@branch.example"]);
        let mut bare = feed.listen(&["bo"]);
        assert!(feed.mark("anna", &Mark::Hierarchy));
        assert_eq!(taken(&mut full), [Mark::Hierarchy]);
        assert_eq!(taken(&mut other), [Mark::Hierarchy]);
        assert!(feed.mark("anna@branch.example", &Mark::Hierarchy));
        assert_eq!(taken(&mut full), []);
        assert!(feed.mark("bo@example.org", &Mark::Hierarchy));
        assert_eq!(taken(&mut bare), [Mark::Hierarchy]);
    }

    #[test]
    fn too_many_folders_are_everything_and_so_is_a_gap() {
        let feed = HookFeed::default();
        let mut anna = feed.listen(&["anna"]);
        for number in 0..=FOLDERS_MAX {
            feed.mark("anna", &folder(&number.to_string()));
        }
        assert_eq!(taken(&mut anna), [Mark::Everything]);
        feed.mark("anna", &Mark::Hierarchy);
        feed.gap();
        assert_eq!(taken(&mut anna), [Mark::Everything]);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_and_a_wait_that_is_given_up_loses_nothing() {
        let feed = HookFeed::default();
        let mut anna = feed.listen(&["anna"]);
        assert_eq!(anna.next().now_or_never(), None);
        let marking = async { feed.mark("anna", &folder("INBOX")) };
        let (mark, heard) = tokio::join!(anna.next(), marking);
        assert_eq!((mark, heard), (folder("INBOX"), true));
    }

    #[test]
    fn who_no_longer_listens_leaves_nothing_behind() {
        let feed = HookFeed::default();
        let (one, two) = (feed.listen(&["anna"]), feed.listen(&["anna"]));
        drop(one);
        assert!(feed.mark("anna", &Mark::Hierarchy));
        drop(two);
        assert!(!feed.mark("anna", &Mark::Hierarchy));
        assert!(feed.state().listeners.is_empty());
    }
}
