//! Sessions that listen, lent for the look at what they heard.
//!
//! A session that waits with `IDLE` is signed in and has just the folder open in which something changed: who looks at
//! that folder needs no other one. The watch offers it together with its event; whoever asks for changes of the folder
//! takes it, ends the waiting, looks, and gives it back. Nobody is waited for: an offer that nobody takes is withdrawn by
//! the watch, and what takes place meanwhile waits in the connection. It takes none of the account's places, since it has
//! one already.

use std::fmt;
use std::sync::Mutex;

use tokio::sync::oneshot;

use super::locked;
use super::pool::Open;
use crate::name::FolderRef;

/// What an account's watches offer: each of those who listen one session at most.
#[derive(Debug, Default)]
pub(crate) struct Loans {
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    offers: Vec<Offer>,
    made: u64,
}

/// Names an offer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct OfferId(u64);

#[derive(Debug)]
struct Offer {
    id: OfferId,
    folder: FolderRef,
    loan: Loan,
}

/// A session that somebody else listens with. When it is dropped, it is closed.
pub(crate) struct Loan {
    pub(crate) open: Open,
    back: oneshot::Sender<Returned>,
}

/// A session that was lent, with its folder open.
#[derive(Debug)]
pub(crate) struct Returned {
    pub(crate) open: Open,
    /// Something changed in the folder that the look may not have seen.
    pub(crate) more: bool,
}

impl Loans {
    /// Offers a session for the next look at a folder.
    pub(crate) fn offer(
        &self,
        folder: FolderRef,
        open: Open,
        back: oneshot::Sender<Returned>,
    ) -> OfferId {
        let loan = Loan { open, back };
        let mut book = locked(&self.book);
        book.made += 1;
        let id = OfferId(book.made);
        book.offers.push(Offer { id, folder, loan });
        id
    }

    /// Takes what is offered for a folder.
    pub(crate) fn take(&self, folder: &FolderRef) -> Option<Loan> {
        self.pick(|offer| offer.folder == *folder)
    }

    /// Takes an offer back; `None`: somebody has taken it.
    pub(crate) fn withdraw(&self, id: OfferId) -> Option<Loan> {
        self.pick(|offer| offer.id == id)
    }

    fn pick(&self, which: impl FnMut(&Offer) -> bool) -> Option<Loan> {
        let mut book = locked(&self.book);
        let at = book.offers.iter().position(which)?;
        Some(book.offers.swap_remove(at).loan)
    }
}

impl Loan {
    /// Gives it back; closed, if nobody listens any more.
    pub(crate) fn give_back(self, more: bool) {
        let Self { open, back } = self;
        drop(back.send(Returned { open, more }));
    }
}

impl fmt::Debug for Loan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Loan").field(&self.open).finish()
    }
}
