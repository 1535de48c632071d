//! Opens the store where the configuration says that it is.

use crate::config::Place;
use crate::store::{Store, StoreError};

impl Store {
    /// Opens the store of a place, makes it if it is not there, brings its schema up to date.
    ///
    /// # Errors
    /// Those of [`Self::open`] and [`Self::open_postgres`].
    pub async fn open_at(place: &Place) -> Result<Self, StoreError> {
        match place {
            Place::File(path) => Self::open(path).await,
            Place::Server(options) => Self::open_postgres(options).await,
        }
    }

    /// Opens the store of a place to look at it.
    ///
    /// # Errors
    /// Those of [`Self::open_to_read`] and [`Self::open_postgres_to_read`].
    pub async fn open_at_to_read(place: &Place) -> Result<Self, StoreError> {
        match place {
            Place::File(path) => Self::open_to_read(path).await,
            Place::Server(options) => Self::open_postgres_to_read(options).await,
        }
    }
}
