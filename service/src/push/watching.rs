//! How the park table says which accounts need a watcher.

use crate::ids::{AccountId, FolderNo};

/// Keeps an account watched until it is dropped. Dropping neither blocks nor calls the park table.
pub type Interest = Box<dyn Interested>;

/// Somebody's interest in an account.
pub trait Interested: Send + Sync {
    /// Says which folders are waited for now, in ascending order. Neither blocks nor calls the park table: it is called
    /// with a lock held.
    fn wait_for(&self, folders: &[FolderNo]) {
        let _not_asked = folders;
    }
}

/// Watches accounts while somebody is interested in them.
pub trait Watching: Send + Sync + 'static {
    /// Starts to watch the account, or keeps on. Neither blocks nor calls the park table: it is called with a
    /// lock held.
    fn interest(&self, account: AccountId) -> Interest;
}
