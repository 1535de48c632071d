//! GetItemEstimate: what a Sync would bring, without being one.

use crate::index::line::{KEY_ZERO, Line};
use crate::index::session::pick;
use crate::index::{AnswerId, Index, IndexError, Pair};
use crate::store::answer::Held;
use crate::store::{collection, folder};

/// What GetItemEstimate answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Estimate {
    /// Status 2.
    NoFolder,
    /// Status 3: key 0.
    NotPrimed,
    /// Status 4.
    UnknownKey,
    /// Sync would send something, or not.
    Counted(Counted),
}

/// What Sync would send, and what the shown key proves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counted {
    /// So many commands.
    pub commands: usize,
    /// The device has the newest answer, of which nothing else had said so (R12). To be told by
    /// [`Index::delivered`]: a device that asks for an estimate and is told that there is nothing does not Sync, and
    /// would be told of the same doubt for ever.
    pub proved: Option<AnswerId>,
    /// Whether it is the newest answer: what a Ping compares with.
    pub newest: bool,
}

impl Index {
    /// The sticky Options of a collection, as they were set. The key is not shown by asking for them.
    ///
    /// # Errors
    /// The store's.
    pub async fn options(&self, pair: Pair) -> Result<Option<String>, IndexError> {
        let held = Held {
            who: pair.who,
            folder: pair.folder,
        };
        let mut conn = self.store.read().await?;
        let there = collection::one(&mut conn, held).await?;
        Ok(there.and_then(|there| there.options))
    }

    /// What Sync with that key and window would send, all pages together.
    ///
    /// # Errors
    /// The store's.
    pub async fn estimate(
        &self,
        pair: Pair,
        key: &str,
        window: i64,
    ) -> Result<Estimate, IndexError> {
        let held = Held {
            who: pair.who,
            folder: pair.folder,
        };
        let mut conn = self.store.snapshot().await?;
        if folder::one(&mut conn, pair.who.account, pair.folder)
            .await?
            .is_none()
        {
            return Ok(Estimate::NoFolder);
        }
        if key == KEY_ZERO {
            return Ok(Estimate::NotPrimed);
        }
        let Some((line, cursor)) = Line::open(&mut conn, held, key).await? else {
            return Ok(Estimate::UnknownKey);
        };
        let picker = pick(&mut conn, held, cursor, window, usize::MAX).await?;
        let proved = line.proved_by_key().map(|number| AnswerId {
            folder: pair.folder,
            number,
        });
        Ok(Estimate::Counted(Counted {
            commands: picker.commands().len(),
            proved,
            newest: line.newest(),
        }))
    }
}
