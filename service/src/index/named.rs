//! Items by the names that their backend has for them.

use std::collections::HashMap;

use backends::ItemRef;

use crate::ids::{AccountId, FolderNo};
use crate::index::cursor::Row;
use crate::index::{Index, IndexError, IndexedItem};
use crate::store::item::{self, At};

impl Index {
    /// Those of these items that are there, as far as the folder is indexed.
    ///
    /// # Errors
    /// The store's.
    pub async fn named(
        &self,
        account: AccountId,
        folder: FolderNo,
        references: impl IntoIterator<Item = &ItemRef> + Send,
    ) -> Result<HashMap<ItemRef, IndexedItem>, IndexError> {
        let references: Vec<&ItemRef> = references.into_iter().collect();
        let mut conn = self.store.read().await?;
        let mut known = HashMap::new();
        for reference in references {
            let row = item::by_reference(&mut conn, At { account, folder }, reference).await?;
            known.extend(
                row.as_ref()
                    .map(Row::indexed)
                    .map(|row| (reference.clone(), row)),
            );
        }
        Ok(known)
    }
}
