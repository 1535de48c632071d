//! How the park table says which accounts need a watcher.

use crate::ids::AccountId;

/// Keeps an account watched until it is dropped. Dropping neither blocks nor calls the park table.
pub type Interest = Box<dyn Send + Sync>;

/// Watches accounts while somebody is interested in them.
pub trait Watching: Send + Sync + 'static {
    /// Starts to watch the account, or keeps on. Neither blocks nor calls the park table: it is called with a
    /// lock held.
    fn interest(&self, account: AccountId) -> Interest;
}
