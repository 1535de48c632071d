//! Drafts that a device makes, changes and sends (16.0 and later, MS-ASEMAIL 3.2.5.2).
//!
//! A draft is written anew under another name, then the old one is removed, and the index calls the new one what the old
//! one was called: the device's item stays. The name comes of what is changed and how, so that doing it again after a crash
//! finds the first. Nobody looks at the folder meanwhile.

mod sending;
mod write;

use backends::{Class, Kind, NewName, Role};
use protocol::airsyncbase::{Attachment, AttachmentMethod, Attachments};
use protocol::class::email::{DraftContent, DraftUpload, Email};
use protocol::command::sync::ApplicationData;
use protocol::command::{ClientId, ServerId as WireId, StatusCode};
use protocol::status::SyncStatus;
use protocol::version::Version;

use self::sending::{ident, refused};
use self::write::{Place, Replacement, composed};
use crate::commands::class::Shown;
use crate::commands::context::Context;
use crate::commands::send;
use crate::commands::sync::uploads::{Added, Changed, Terms, code, fresh, hash, item_of, place};
use crate::convert::email::compose::Drafted;
use crate::error::Fault;
use crate::ids::{ItemNo, ServerId};
use crate::index::{Begun, Conflict, Ident, Outcome, Session, Ticket, Told, Upload, Verdict};

/// Whether a device may write messages here.
pub(super) fn are_taken(context: &Context<'_>, session: &Session) -> bool {
    let folder = session.folder();
    (folder.class, folder.role) == (Class::Email, Role::Drafts)
        && context.version() >= Version::V16_0
}

/// What a device sent.
struct Sent {
    draft: DraftUpload,
    hash: [u8; 32],
}

impl Sent {
    /// `None`: it is no draft.
    fn read(data: &ApplicationData) -> Option<Self> {
        Some(Self {
            draft: DraftUpload::parse(data.element()).ok()?,
            hash: hash(data),
        })
    }

    /// The same, but nothing is changed.
    fn without_content(&self) -> DraftUpload {
        DraftUpload {
            content: DraftContent::Parts(Box::default()),
            ..self.draft.clone()
        }
    }

    /// The hash as text.
    fn digest(&self) -> String {
        self.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

pub(super) async fn add(
    context: &mut Context<'_>,
    session: &mut Session,
    (client_id, data): (&ClientId, &ApplicationData),
    terms: &Terms<'_>,
) -> Result<Result<Added, StatusCode>, Fault> {
    let Some(sent) = Sent::read(data) else {
        return Ok(Err(code(SyncStatus::ConversionError)));
    };
    let key = terms.collection.sync_key.as_str();
    let name = fresh::name(context, session, &[key, client_id.as_str()])?;
    let Some(drafted) = composed(context, &sent.draft, None, name.as_str()).await else {
        return Ok(Err(code(SyncStatus::ConversionError)));
    };
    if sent.draft.send {
        let ident = ident(context, session, &[client_id.as_str(), &sent.digest()]);
        let refused = refused(send::draft(context, ident, drafted.message).await)?;
        let nothing = Added {
            item: None,
            data: None,
        };
        return Ok(refused.map_or(Ok(nothing), Err));
    }
    let Some(place) = fresh::home(context, session).await? else {
        return Ok(Err(code(SyncStatus::ConversionError)));
    };
    let upload = Upload {
        ident: Ident::Add(client_id.as_str().to_owned()),
        hash: sent.hash,
        conflict: terms.conflict,
        expected_item: place.0.item_of(&place.1, &name),
        expected_version: None,
        name: Some(name),
    };
    let item = match session.upload(&upload).await? {
        Verdict::Go(ticket) => {
            let begun = ticket.begun;
            let made = write::make(context, session, (ticket, &place), (&sent.draft, &drafted));
            match made.await? {
                // It may have been begun with other content.
                Ok(item) if begun == Begun::Before => {
                    change_item(context, session, (item, &sent), terms).await?;
                    item
                }
                Ok(item) => item,
                Err(status) => return Ok(Err(code(status))),
            }
        }
        Verdict::Repeat(item) => item,
        Verdict::Differs(item) => {
            change_item(context, session, (item, &sent), terms).await?;
            item
        }
        Verdict::Lost | Verdict::Gone => return Ok(Err(code(SyncStatus::ServerError))),
    };
    Ok(Ok(Added {
        item: Some(item),
        data: told(context, session, item, &drafted),
    }))
}

pub(super) async fn change(
    context: &mut Context<'_>,
    session: &mut Session,
    (id, data): (&WireId, &ApplicationData),
    terms: &Terms<'_>,
) -> Result<Option<Changed>, Fault> {
    let Some(sent) = Sent::read(data) else {
        return Ok(Some(Changed::refused(SyncStatus::ConversionError)));
    };
    match item_of(session, id) {
        Some(item) => change_item(context, session, (item, &sent), terms).await,
        None => Ok(Some(Changed::refused(SyncStatus::ObjectNotFound))),
    }
}

async fn change_item(
    context: &mut Context<'_>,
    session: &mut Session,
    (item, sent): (ItemNo, &Sent),
    terms: &Terms<'_>,
) -> Result<Option<Changed>, Fault> {
    let Some(place) = place(context, session).await? else {
        return Ok(Some(Changed::refused(SyncStatus::ObjectNotFound)));
    };
    let row = session.item(item).await?;
    let old = row.as_ref().map_or("", |row| row.reference.as_str());
    let name = fresh::name(context, session, &[&item.to_string(), old, &sent.digest()])?;
    let upload = Upload {
        ident: Ident::Change(item),
        hash: sent.hash,
        conflict: terms.conflict,
        name: None,
        expected_item: place.0.item_of(&place.1, &name),
        expected_version: None,
    };
    // It was to be sent before and could not be, but was changed.
    let kept = sent.draft.send
        && session
            .has_done(&upload.ident, &sending::hash_kept(&sent.hash))
            .await?;
    // What was sent is gone, and its repeat is known all the same.
    let refused = match session.upload(&upload).await? {
        Verdict::Go(ticket) => {
            let change = Change {
                item,
                sent,
                place,
                name,
                conflict: terms.conflict,
                kept,
            };
            return change.apply(context, session, ticket).await;
        }
        Verdict::Repeat(_) | Verdict::Differs(_) => None,
        Verdict::Lost => Some(SyncStatus::Conflict),
        Verdict::Gone => Some(SyncStatus::ObjectNotFound),
    };
    Ok(refused.map(Changed::refused))
}

/// A change that is to be done.
struct Change<'c> {
    item: ItemNo,
    sent: &'c Sent,
    place: Place,
    /// What the draft is called then.
    name: NewName,
    conflict: Conflict,
    /// Whether all of it but the sending was done before.
    kept: bool,
}

impl Change<'_> {
    async fn apply(
        &self,
        context: &mut Context<'_>,
        session: &mut Session,
        ticket: Ticket,
    ) -> Result<Option<Changed>, Fault> {
        let (mailbox, folder) = &self.place;
        let draft = &self.sent.draft;
        let Some(row) = ticket.row.clone() else {
            return Err(Fault::Broken("a change of nothing"));
        };
        let stored = match mailbox.fetch(folder, &row.reference, &row.version).await {
            Ok(stored) => stored,
            Err(error) if error.kind() == Kind::NotFound => {
                // It was sent and removed, and the process ended before that was written down; else somebody removed it.
                let was_sent = draft.send && ticket.begun == Begun::Before;
                session.settle(ticket, &Outcome::Removed).await?;
                let gone = || Changed::refused(SyncStatus::ObjectNotFound);
                return Ok((!was_sent).then(gone));
            }
            Err(error) => {
                session.settle(ticket, &Outcome::Failed).await?;
                return Err(error.into());
            }
        };
        let before = Some(stored.content.clone());
        let whole;
        let kept = self.kept && ticket.told() == Told::All;
        let draft = match kept {
            // All that the device says is in it already; its attachments would be there twice.
            true => {
                whole = self.sent.without_content();
                &whole
            }
            false => draft,
        };
        let Some(drafted) = composed(context, draft, before, self.name.as_str()).await else {
            session.settle(ticket, &Outcome::Refused).await?;
            return Ok(Some(Changed::refused(SyncStatus::ConversionError)));
        };
        if draft.send {
            let letter = sending::Letter {
                change: self,
                stored: &stored,
                drafted: &drafted,
                kept,
            };
            return letter.go(context, session, (ticket, &row)).await;
        }
        let new = Replacement {
            name: &self.name,
            stored: &stored,
            marks: &draft.marks,
            drafted: &drafted,
        };
        let refused = write::replace(context, session, (ticket, &self.place), &new).await?;
        if let Some(status) = refused {
            return Ok(Some(Changed::refused(status)));
        }
        if drafted.moved {
            // What stayed attached is called otherwise now.
            session.tell_again(self.item);
        }
        let data = told(context, session, self.item, &drafted);
        Ok(data.map(|data| Changed {
            status: StatusCode::SUCCESS,
            data: Some(data),
        }))
    }
}

/// Where the device finds what it attached.
fn told(
    context: &Context<'_>,
    session: &Session,
    item: ItemNo,
    drafted: &Drafted,
) -> Option<ApplicationData> {
    if drafted.added.is_empty() {
        return None;
    }
    let id = ServerId {
        folder: session.folder().no,
        item,
    };
    let one = |(client_id, part): &(String, String)| Attachment {
        display_name: None,
        file_reference: format!("{id}:{part}"),
        client_id: Some(client_id.clone()),
        method: AttachmentMethod::Normal,
        estimated_data_size: None,
        content_id: None,
        content_location: None,
        is_inline: false,
        voice: None,
    };
    let email = Email {
        attachments: Attachments {
            listed: drafted.added.iter().map(one).collect(),
            ..Attachments::default()
        },
        ..Email::default()
    };
    let shown = Shown::Mail(Box::new(email));
    Some(shown.data(context.version()))
}
