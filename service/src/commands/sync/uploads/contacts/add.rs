//! New contacts. The name of the card is derived from the upload, so that doing it again after a crash finds the
//! first; a repeat is answered with the item that was made.

use backends::{Marks, NewName};
use bytes::Bytes;
use protocol::class::contacts::PropertySet;
use protocol::command::ClientId;
use protocol::command::sync::ApplicationData;
use protocol::status::SyncStatus;

use super::change::Change;
use super::{Place, Sent, own_failure};
use crate::commands::contacts::{self, Trace};
use crate::commands::context::Context;
use crate::commands::sync::uploads::{Terms, fresh};
use crate::error::{Fault, chain};
use crate::ids::ItemNo;
use crate::index::{Begun, Ident, Outcome, Session, Ticket, Upload, Verdict};

pub(crate) async fn add(
    context: &Context<'_>,
    session: &mut Session,
    (client_id, data): (&ClientId, &ApplicationData),
    terms: &Terms<'_>,
) -> Result<Result<ItemNo, SyncStatus>, Fault> {
    let Some(sent) = Sent::read(context, data) else {
        return Ok(Err(SyncStatus::ConversionError));
    };
    let place = match fresh::home(context, session).await {
        Ok(Some(place)) => place,
        Ok(None) => return Ok(Err(SyncStatus::ConversionError)),
        Err(Fault::Backend(error)) => {
            return own_failure(error.kind()).map(Err).ok_or(error.into());
        }
        Err(other) => return Err(other),
    };
    contacts::learn(session, &sent.upload.present);
    let key = terms.collection.sync_key.as_str();
    let name = fresh::name(context, session, &[key, client_id.as_str()])?;
    let Some(content) = card(context, (&sent, &name), terms).await else {
        return Ok(Err(SyncStatus::ConversionError));
    };
    let (mailbox, folder) = &place;
    let upload = Upload {
        ident: Ident::Add(client_id.as_str().to_owned()),
        hash: sent.hash,
        conflict: terms.conflict,
        expected_item: mailbox.item_of(folder, &name),
        expected_version: mailbox.version_of(folder, &content),
        name: Some(name),
    };
    let new = New {
        sent,
        place,
        upload,
        terms,
    };
    match session.upload(&new.upload).await? {
        Verdict::Go(ticket) => new.make(context, session, ticket, content).await,
        Verdict::Repeat(item) => {
            contacts::note(session, item, Trace::of_upload(&new.sent.upload));
            Ok(Ok(item))
        }
        Verdict::Differs(item) => new.change(context, session, item).await.map(Ok),
        Verdict::Lost | Verdict::Gone => Ok(Err(SyncStatus::ServerError)),
    }
}

/// A contact that is to be made.
struct New<'n> {
    sent: Sent,
    place: Place,
    upload: Upload,
    terms: &'n Terms<'n>,
}

impl New<'_> {
    async fn make(
        self,
        context: &Context<'_>,
        session: &mut Session,
        ticket: Ticket,
        content: Bytes,
    ) -> Result<Result<ItemNo, SyncStatus>, Fault> {
        let (mailbox, folder) = &self.place;
        let Some(name) = ticket.name().cloned() else {
            return Err(Fault::Broken("a new item without a name"));
        };
        let content = if Some(&name) == self.upload.name.as_ref() {
            Some(content)
        } else {
            // It was begun under another key: its card is called after the name that it has.
            card(context, (&self.sent, &name), self.terms).await
        };
        let Some(content) = content else {
            session.settle(ticket, &Outcome::Failed).await?;
            return Ok(Err(SyncStatus::ConversionError));
        };
        match mailbox
            .create(folder, &name, &content, &Marks::default())
            .await
        {
            Ok(made) => {
                // It was there, with other content: begun with that, or changed by somebody since.
                let ours = mailbox.version_of(folder, &content);
                let other = ticket.begun == Begun::Before && ours.as_ref() != Some(&made.version);
                let settled = session.settle(ticket, &Outcome::Present(made)).await?;
                let item = settled.ok_or(Fault::Broken("a new item without a number"))?;
                if other {
                    return self.change(context, session, item).await.map(Ok);
                }
                self.note(session, item, &content).await;
                Ok(Ok(item))
            }
            Err(error) => {
                session.settle(ticket, &Outcome::Failed).await?;
                match own_failure(error.kind()) {
                    Some(status) => {
                        tracing::warn!(account = %context.who.account, error = %chain(&error), "contact not made");
                        Ok(Err(status))
                    }
                    None => Err(error.into()),
                }
            }
        }
    }

    async fn note(&self, session: &mut Session, item: ItemNo, content: &Bytes) {
        if let Ok(now) = contacts::shown(content, self.terms.wish).await {
            contacts::note(session, item, Trace::of(&now));
        }
    }

    /// The device made the item before, and says something else of it now. Whatever becomes of that, the item is
    /// there; a conflict that is lost comes back with the page.
    async fn change(
        &self,
        context: &Context<'_>,
        session: &mut Session,
        item: ItemNo,
    ) -> Result<ItemNo, Fault> {
        let change = Change {
            item,
            sent: &self.sent,
            place: self.place.clone(),
            terms: self.terms,
        };
        change.apply(context, session).await?;
        Ok(item)
    }
}

/// The new card. `None`: nothing can be made of the upload.
async fn card(
    context: &Context<'_>,
    (sent, name): (&Sent, &NewName),
    terms: &Terms<'_>,
) -> Option<Bytes> {
    let patch = (&sent.upload, &PropertySet::EMPTY);
    let card = contacts::patched(context, None, patch, (name.as_str(), terms.wish)).await;
    card.ok()
}
