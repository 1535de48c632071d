//! What a device knows of an item: judged before an upload to it is put together, and kept for those who merge.

use crate::ids::ItemNo;
use crate::index::line::Telling;
use crate::index::upload::{self as rules, Told};
use crate::index::{IndexError, IndexedItem, KnownFolder, Session};
use crate::store::{folder, item, told};

impl Session {
    /// An item that the device holds and that is there, and whether the device knows all of it. An upload is judged
    /// again when it is written down.
    ///
    /// # Errors
    /// The store's.
    pub async fn held(&self, item: ItemNo) -> Result<Option<(IndexedItem, Told)>, IndexError> {
        let mut conn = self.index.store.read().await?;
        let row = item::one(&mut conn, self.at(), item).await?;
        let row = row.filter(|row| !row.removed && self.cursor.known.contains(row.item.0));
        Ok(row.map(|row| {
            let told = rules::told(&row, &self.cursor, self.line.held.who.device);
            (row.indexed(), told)
        }))
    }

    /// What the device was last told of an item, as [`Self::tell`] was given it, by the answer that it took or by
    /// one before that.
    ///
    /// # Errors
    /// The store's.
    pub async fn base(&mut self, item: ItemNo) -> Result<Option<Vec<u8>>, IndexError> {
        // What answers told that were not taken must be forgotten first.
        self.turn_now().await?;
        let Some(step) = self.line.step() else {
            return Ok(None);
        };
        let mut conn = self.index.store.read().await?;
        Ok(told::base(&mut conn, self.line.held, step, item).await?)
    }

    /// Keeps what this answer tells of an item, or what the device told of it; stored by [`Self::commit`].
    pub fn tell(&mut self, item: ItemNo, print: Vec<u8>) {
        if let Telling::Prints(prints) = &mut self.telling {
            prints.insert(item, print);
        }
    }

    /// Nothing is kept of what this answer tells: what was kept before is void, since the device will hold more.
    pub fn tell_nothing(&mut self) {
        self.telling = Telling::Nothing;
    }

    /// The properties that the device ever sent or was sent, as they were set.
    #[must_use]
    pub fn properties(&self) -> Option<&str> {
        self.line.collection.properties.as_deref()
    }

    /// Replaces them; stored by [`Self::commit`].
    pub fn set_properties(&mut self, properties: String) {
        self.line.collection.properties = Some(properties);
    }

    /// Looks at the folder again: a virtual one may have become real.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn look_again(&mut self) -> Result<&KnownFolder, IndexError> {
        let held = self.line.held;
        let mut conn = self.index.store.read().await?;
        let row = folder::one(&mut conn, held.who.account, held.folder).await?;
        self.folder = row.ok_or(IndexError::NoFolder)?.into();
        Ok(&self.folder)
    }
}
