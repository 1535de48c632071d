//! Drafts on their way out.

use backends::Item;
use protocol::command::StatusCode;
use protocol::status::CommonStatus;
use sha2::{Digest, Sha256};

use super::write::{self, Replacement};
use super::{Change, Changed};
use crate::commands::context::Context;
use crate::commands::send;
use crate::convert::email::compose::Drafted;
use crate::error::{Fault, Unsent};
use crate::index::{Ident, IndexedItem, Outcome, Session, Ticket, Upload, Verdict};

/// A draft that is there and is to go.
pub(super) struct Letter<'l> {
    pub(super) change: &'l Change<'l>,
    /// What is there.
    pub(super) stored: &'l Item,
    /// What goes.
    pub(super) drafted: &'l Drafted,
    /// Whether all that was changed with it is in what is there.
    pub(super) kept: bool,
}

impl Letter<'_> {
    /// Sends it, and removes the draft: the page tells the device so. If it cannot go, the draft stays, and has in it
    /// what the device changed.
    pub(super) async fn go(
        &self,
        context: &mut Context<'_>,
        session: &mut Session,
        (ticket, row): (Ticket, &IndexedItem),
    ) -> Result<Option<Changed>, Fault> {
        let Change { item, sent, .. } = self.change;
        let parts = [&*item.to_string(), &*sent.digest()];
        let ident = ident(context, session, &parts);
        let sent = send::draft(context, ident, self.drafted.message.clone()).await;
        if let Some(status) = refused(sent)? {
            session.settle(ticket, &Outcome::Failed).await?;
            self.keep(context, session).await?;
            return Ok(Some(Changed { status, data: None }));
        }
        let account = context.who.account;
        let still = context.parts.supervisor.still(account, session.folder().no);
        let still = still.await;
        let (mailbox, folder) = &self.change.place;
        let removed = mailbox.delete(folder, &row.reference, &row.version).await;
        if let Err(error) = removed {
            // It went. The repeat removes it, and sends nothing.
            tracing::warn!(%account, %error, "sent draft not removed");
            return Err(error.into());
        }
        session.settle(ticket, &Outcome::Removed).await?;
        drop(still);
        Ok(None)
    }

    /// Writes down what was changed, under a hash of its own, so that the repeat is sent.
    async fn keep(&self, context: &Context<'_>, session: &mut Session) -> Result<(), Fault> {
        let change = self.change;
        let upload = Upload {
            ident: Ident::Change(change.item),
            hash: hash_kept(&change.sent.hash),
            conflict: change.conflict,
            name: None,
            expected_item: change.place.0.item_of(&change.place.1, &change.name),
            expected_version: None,
        };
        let Verdict::Go(ticket) = session.upload(&upload).await? else {
            return Ok(());
        };
        if self.kept {
            // It is noted again: trying to send it took the place of the note.
            let there = Outcome::Present(self.stored.state.clone());
            session.settle(ticket, &there).await?;
            return Ok(());
        }
        let new = Replacement {
            name: &change.name,
            stored: self.stored,
            marks: &change.sent.draft.marks,
            drafted: self.drafted,
        };
        // Why it cannot be kept is logged; the device hears why it did not go.
        let refused = write::replace(context, session, (ticket, &change.place), &new).await?;
        if refused.is_none() {
            session.tell_again(change.item);
        }
        Ok(())
    }
}

/// By what a change is known that was kept without being sent.
pub(super) fn hash_kept(hash: &[u8; 32]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update("kept");
    digest.update(hash);
    digest.finalize().into()
}

/// What the device is told of a draft that was not sent.
pub(super) fn refused(sent: Result<(), Fault>) -> Result<Option<StatusCode>, Fault> {
    let status = match sent {
        Ok(()) => return Ok(None),
        Err(Fault::Unsent(Unsent::Unreachable | Unsent::Refused)) => {
            CommonStatus::InvalidRecipients
        }
        Err(Fault::Unsent(why)) => why.status(),
        Err(other) => return Err(other),
    };
    Ok(Some(StatusCode::new(status.code())))
}

/// What tells a repeat of this draft's sending.
pub(super) fn ident(context: &Context<'_>, session: &Session, parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update("draft");
    let (device, folder) = (
        context.who.device.to_string(),
        session.folder().no.to_string(),
    );
    for part in [device.as_str(), folder.as_str()].iter().chain(parts) {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
