//! A transaction that writes, on either database.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::store::postgres::Alone;
use crate::store::writer::Shared;
use crate::store::{Conn, StoreError};

/// A transaction. Dropped without [`Write::commit`], it is undone.
pub struct Write<'a>(Kind<'a>);

enum Kind<'a> {
    /// SQLite: it may share its commit with others.
    Shared(Shared<'a>),
    /// PostgreSQL: one by itself, and the only one of its account.
    Alone(Alone<'a>),
}

impl Write<'_> {
    /// Commits: when this returns, what was written is on the disk.
    ///
    /// # Errors
    /// `Database`, `Commit`, `Away`: it is not written, or (after a failure of the medium, or of the way to the
    /// database) nobody knows.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Kind::Shared(shared) => shared.commit().await,
            Kind::Alone(alone) => alone.commit().await,
        }
    }
}

impl<'a> From<Shared<'a>> for Write<'a> {
    fn from(shared: Shared<'a>) -> Self {
        Self(Kind::Shared(shared))
    }
}

impl<'a> From<Alone<'a>> for Write<'a> {
    fn from(alone: Alone<'a>) -> Self {
        Self(Kind::Alone(alone))
    }
}

impl Deref for Write<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        match &self.0 {
            Kind::Shared(shared) => shared,
            Kind::Alone(alone) => alone,
        }
    }
}

impl DerefMut for Write<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        match &mut self.0 {
            Kind::Shared(shared) => shared,
            Kind::Alone(alone) => alone,
        }
    }
}

impl fmt::Debug for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write").finish_non_exhaustive()
    }
}
