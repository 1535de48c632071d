//! Changes of contacts, and who wins when another program changed one too.

use backends::{BackendError, Item, Kind};
use bytes::Bytes;
use protocol::class::contacts::PropertySet;
use protocol::command::ServerId as WireId;
use protocol::command::sync::ApplicationData;
use protocol::status::SyncStatus;

use super::{Place, Sent, look_again, own_failure};
use crate::commands::contacts::{self, Trace};
use crate::commands::context::Context;
use crate::commands::sync::uploads::{Refused, Terms, item_of, place};
use crate::convert::contact::merge;
use crate::error::{Fault, chain};
use crate::ids::ItemNo;
use crate::index::{Conflict, Ident, Outcome, Session, Ticket, Told, Upload, Verdict};

/// How often a contact is read anew because another program was faster. Then that program wins.
const ATTEMPTS_MAX: usize = 4;

pub(crate) async fn change(
    context: &Context<'_>,
    session: &mut Session,
    (id, data): (&WireId, &ApplicationData),
    terms: &Terms<'_>,
) -> Result<Refused, Fault> {
    let Some(sent) = Sent::read(context, data) else {
        return Ok(Some(SyncStatus::ConversionError));
    };
    let (Some(item), Some(place)) = (item_of(session, id), place(context, session).await?) else {
        return Ok(Some(SyncStatus::ObjectNotFound));
    };
    let change = Change {
        item,
        sent: &sent,
        place,
        terms,
    };
    change.apply(context, session).await
}

/// A change of an item that is there.
pub(super) struct Change<'c> {
    pub(super) item: ItemNo,
    pub(super) sent: &'c Sent,
    pub(super) place: Place,
    pub(super) terms: &'c Terms<'c>,
}

/// What is to be written.
struct Plan {
    content: Bytes,
    /// How it is to be judged.
    conflict: Conflict,
    /// Something that the device changed was changed otherwise meanwhile, and stays so.
    lost: bool,
}

/// How one attempt ended.
enum Attempt {
    Done(Refused),
    /// Another program was faster; what was written down of this attempt.
    TooLate(Option<Ticket>),
}

impl Change<'_> {
    /// Judges and writes, anew whenever another program was faster.
    pub(super) async fn apply(
        &self,
        context: &Context<'_>,
        session: &mut Session,
    ) -> Result<Refused, Fault> {
        contacts::learn(session, &self.sent.upload.present);
        let mut begun = None;
        for _ in 0..ATTEMPTS_MAX {
            match self.attempt(context, session).await? {
                Attempt::Done(refused) => return Ok(refused),
                Attempt::TooLate(ticket) => begun = ticket.or(begun),
            }
            look_again(context, session).await?;
        }
        if let Some(ticket) = begun {
            session.settle(ticket, &Outcome::Conflict).await?;
        }
        Ok(Some(SyncStatus::Conflict))
    }

    async fn attempt(
        &self,
        context: &Context<'_>,
        session: &mut Session,
    ) -> Result<Attempt, Fault> {
        let (mailbox, folder) = &self.place;
        let Some((row, told)) = session.held(self.item).await? else {
            return Ok(Attempt::Done(Some(SyncStatus::ObjectNotFound)));
        };
        let stored = match mailbox.fetch(folder, &row.reference, &row.version).await {
            Ok(stored) => stored,
            Err(error) if error.kind() == Kind::NotFound => {
                look_again(context, session).await?; // so that the page says it
                return Ok(Attempt::Done(Some(SyncStatus::ObjectNotFound)));
            }
            Err(error) => return own(error).map(|status| Attempt::Done(Some(status))),
        };
        if stored.state.version != row.version {
            return Ok(Attempt::TooLate(None));
        }
        let Some(plan) = self.plan(context, session, (told, &stored)).await? else {
            return Ok(Attempt::Done(Some(SyncStatus::ConversionError)));
        };
        let upload = Upload {
            ident: Ident::Change(self.item),
            hash: self.sent.hash,
            conflict: plan.conflict,
            name: None,
            expected_item: Some(row.reference.clone()),
            expected_version: mailbox.version_of(folder, &plan.content),
        };
        match session.upload(&upload).await? {
            Verdict::Go(ticket) => self.write(context, session, ticket, (&stored, &plan)).await,
            Verdict::Repeat(_) | Verdict::Differs(_) => Ok(Attempt::Done(None)),
            Verdict::Lost => Ok(Attempt::Done(Some(SyncStatus::Conflict))),
            Verdict::Gone => Ok(Attempt::Done(Some(SyncStatus::ObjectNotFound))),
        }
    }

    /// What the card becomes. `None`: it is no card, and nothing can be made of it.
    async fn plan(
        &self,
        context: &Context<'_>,
        session: &mut Session,
        (told, stored): (Told, &Item),
    ) -> Result<Option<Plan>, Fault> {
        let wish = self.terms.wish;
        let clears = contacts::clears(session);
        let upload = &self.sent.upload;
        let (conflict, lost, patch) = match (told, self.terms.conflict) {
            (Told::All, conflict) | (Told::NotAll, conflict @ Conflict::ClientWins) => {
                let patch = (upload, &clears);
                let patched =
                    contacts::patched(context, Some(&stored.content), patch, ("", wish)).await;
                (conflict, false, patched)
            }
            (Told::NotAll, Conflict::ServerWins) => {
                (Conflict::ServerWins, true, Ok(stored.content.clone()))
            }
            (Told::NotAll, Conflict::Merge) => {
                let base = session.base(self.item).await?;
                let base = contacts::base(base.as_deref());
                let Ok(server) = contacts::shown(&stored.content, wish).await else {
                    return Ok(None);
                };
                let merged = merge(base.as_ref(), &server, &upload.clone().clearing(&clears));
                let patch = (&merged.upload, &PropertySet::EMPTY);
                let patched =
                    contacts::patched(context, Some(&stored.content), patch, ("", wish)).await;
                let lost = !merged.lost.is_empty();
                let nothing = patched.as_ref().is_ok_and(|card| *card == stored.content);
                let conflict = if lost && nothing {
                    Conflict::ServerWins
                } else {
                    Conflict::Merge
                };
                (conflict, lost, patched)
            }
        };
        Ok(patch.ok().map(|content| Plan {
            content,
            conflict,
            lost,
        }))
    }

    async fn write(
        &self,
        context: &Context<'_>,
        session: &mut Session,
        ticket: Ticket,
        (stored, plan): (&Item, &Plan),
    ) -> Result<Attempt, Fault> {
        let (mailbox, folder) = &self.place;
        let (item, version) = (&stored.state.item, &stored.state.version);
        let written = mailbox.update(folder, item, version, &plan.content).await;
        let error = match written {
            Ok(state) => {
                let told = ticket.told();
                session.settle(ticket, &Outcome::Present(state)).await?;
                self.note(session, told, &plan.content).await;
                let refused = plan.lost.then_some(SyncStatus::Conflict);
                return Ok(Attempt::Done(refused));
            }
            Err(error) => error,
        };
        match own_failure(error.kind()) {
            Some(SyncStatus::Conflict) => Ok(Attempt::TooLate(Some(ticket))),
            Some(SyncStatus::ObjectNotFound) => {
                session.settle(ticket, &Outcome::Removed).await?;
                Ok(Attempt::Done(Some(SyncStatus::ObjectNotFound)))
            }
            Some(status) => {
                tracing::warn!(account = %context.who.account, error = %chain(&error), "contact not changed");
                session.settle(ticket, &Outcome::Refused).await?;
                Ok(Attempt::Done(Some(status)))
            }
            None => {
                session.settle(ticket, &Outcome::Failed).await?;
                Err(error.into())
            }
        }
    }

    /// Notes what the device has now. After a conflict the page tells it, so that is noted then.
    async fn note(&self, session: &mut Session, told: Told, content: &Bytes) {
        if told == Told::All
            && let Ok(now) = contacts::shown(content, self.terms.wish).await
        {
            contacts::note(session, self.item, Trace::of(&now));
        }
    }
}

/// A failure to read.
fn own(error: BackendError) -> Result<SyncStatus, Fault> {
    own_failure(error.kind()).ok_or_else(|| error.into())
}
