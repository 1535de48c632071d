//! Fetch: an item or an attachment.

use std::sync::Arc;

use backends::{BackendError, Class, FolderRef, ItemStream, Kind, Mailbox};
use protocol::command::ItemClass;
use protocol::command::item_operations::{
    ByteRange, FetchAnswer, FetchOperation, FetchOptions, FetchProperties, FetchTarget, RangeAsked,
};
use protocol::status::ItemOperationsStatus as Status;

use super::code;
use super::payload::{Payload, TooMuch};
use super::piecewise::Piecewise;
use crate::commands::class;
use crate::commands::context::Context;
use crate::commands::reading::{self, Spot};
use crate::commands::sync::{collection, options};
use crate::convert::email::{self, BodyWish, Keep, Located};
use crate::error::{self, Fault};
use crate::ids::{FolderNo, ServerId};
use crate::index::{Action, IndexedItem};

/// The store that holds mail.
const MAILBOX: &str = "Mailbox";

/// Fetches what is wanted, or says why not.
pub(super) async fn fetched(
    context: &mut Context<'_>,
    fetch: FetchOperation,
    payload: &mut Payload,
) -> Result<FetchAnswer, Fault> {
    context.facts.client.fetches += 1;
    let target = fetch.target.clone();
    let (status, class, properties) = match contents(context, fetch, payload).await {
        Ok((class, properties)) => (Status::Success, class, Some(properties)),
        Err(Refused::Status(status)) => (status, None, None),
        Err(Refused::Fault(Fault::Backend(fault))) => {
            tracing::warn!(account = %context.who.account, error = %fault, "item not fetched");
            (error::fetch_status(fault.kind()), None, None)
        }
        Err(Refused::Fault(other)) => return Err(other),
    };
    if status != Status::Success {
        context.facts.client.errors += 1;
    }
    Ok(FetchAnswer {
        status: code(status),
        target,
        class,
        properties,
    })
}

/// Why something was not fetched.
enum Refused {
    Status(Status),
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

async fn contents(
    context: &Context<'_>,
    fetch: FetchOperation,
    payload: &mut Payload,
) -> Result<(Option<ItemClass>, FetchProperties), Refused> {
    if !fetch.store.eq_ignore_ascii_case(MAILBOX) {
        return Err(Refused::Status(Status::UnknownStore));
    }
    match fetch.target {
        FetchTarget::Item {
            collection_id,
            server_id,
        } => {
            let folder = FolderNo::parse(collection_id.as_str());
            let id = ServerId::parse(server_id.as_str())
                .filter(|id| Some(id.folder) == folder)
                .ok_or(Refused::Status(Status::NotFound))?;
            let missing = || Refused::Status(Status::NotFound);
            let found = find(context, id).await?.ok_or_else(missing)?;
            let wish = wish(&fetch.options, context);
            let class = found.class;
            let content = class::read(found.spot(), class, Action::Add, &wish);
            let content = content.await.map_err(|error| match error.kind() {
                Kind::NotFound => missing(),
                _ => error.into(),
            })?;
            let mut shown = class::show(context, (class, id), content, &wish)
                .await
                .ok_or(Refused::Status(Status::ConversionFailed))?;
            if let Some(body) = shown.body_mut() {
                body.data = body.data.take().map(|data| payload.body(data));
            }
            let mut item = shown.properties(context.version());
            if let Some(schema) = &fetch.options.schema {
                item.retain(|property| schema.contains(&property.tag));
            }
            let properties = FetchProperties {
                item,
                ..FetchProperties::default()
            };
            Ok((Some(collection::item_class(class)), properties))
        }
        FetchTarget::FileReference(reference) => {
            let wanted = (reference.as_str(), fetch.options.range);
            Ok((None, attachment(context, wanted, payload).await?))
        }
        FetchTarget::LongId(_) => Err(Refused::Status(Status::NotFound)),
        FetchTarget::LinkId(_) => Err(Refused::Status(Status::UnknownStore)),
    }
}

/// An item that was found.
struct Found {
    class: Class,
    mailbox: Arc<dyn Mailbox>,
    folder: FolderRef,
    row: IndexedItem,
}

impl Found {
    fn spot(&self) -> Spot<'_> {
        Spot {
            mailbox: &*self.mailbox,
            folder: &self.folder,
            row: &self.row,
        }
    }
}

/// Finds an item, `None` if there is none of that id.
async fn find(context: &Context<'_>, id: ServerId) -> Result<Option<Found>, Fault> {
    let account = context.who.account;
    let Some(folder) = context.parts.index.folder(account, id.folder).await? else {
        return Ok(None);
    };
    let Some(reference) = folder.reference.filter(|_| class::is_served(folder.class)) else {
        return Ok(None);
    };
    let Some(row) = context.parts.index.item(account, id).await? else {
        return Ok(None);
    };
    Ok(Some(Found {
        class: folder.class,
        mailbox: context.mailbox().await?,
        folder: reference,
        row,
    }))
}

fn wish(options: &FetchOptions, context: &Context<'_>) -> BodyWish {
    BodyWish {
        preferences: options.body_preferences.clone(),
        mime_support: options::mime_support(options.mime_support),
        mime_truncation: None,
        part: options.body_part_preference,
        version: context.version(),
    }
}

/// An attachment by its reference, `<folder>:<item>:<part>`.
async fn attachment(
    context: &Context<'_>,
    (reference, range): (&str, Option<RangeAsked>),
    payload: &mut Payload,
) -> Result<FetchProperties, Refused> {
    if range == Some(RangeAsked::Malformed) {
        return Err(Refused::Status(Status::InvalidRange));
    }
    let invalid = || Refused::Status(Status::InvalidAttachment);
    let (id, part) = reference.rsplit_once(':').ok_or_else(invalid)?;
    let id = ServerId::parse(id).ok_or_else(invalid)?;
    let found = find(context, id).await?.ok_or_else(invalid)?;
    let found = Some(found).filter(|found| found.class == Class::Email);
    let found = found.ok_or_else(invalid)?;
    let spot = found.spot();
    let gone = |error: BackendError| match error.kind() {
        Kind::NotFound => invalid(),
        _ => error.into(),
    };
    let stream = spot.open().await.map_err(gone)?;
    if stream.state.size > reading::WHOLE_MAX {
        // The content is read from this one, also if the message is moved or removed in between.
        let content = spot.open().await.map_err(gone)?;
        let outline = reading::outline(spot, stream, Keep::headers()).await;
        if let Some(outline) = outline.map_err(gone)? {
            let located = outline.leaf(part).ok_or_else(invalid)?;
            return large(located, content, range, payload);
        }
    }
    let item = spot.fetch().await.map_err(gone)?;
    let part = email::attachment(&item.content, part).ok_or_else(invalid)?;
    let mut properties = described(part.content_type, part.bytes.len() as u64, range)?;
    let bytes = properties
        .range
        .map_or(Some(part.bytes.as_slice()), |given| cut(&part.bytes, given));
    let bytes = bytes.ok_or(Refused::Status(Status::InvalidRange))?;
    properties.content = Some(payload.content(bytes.to_vec()));
    Ok(properties)
}

/// An attachment of a large message: read while it is sent.
fn large(
    located: &Located,
    content: ItemStream,
    range: Option<RangeAsked>,
    payload: &mut Payload,
) -> Result<FetchProperties, Refused> {
    let mut properties = described(located.content_type.clone(), located.size, range)?;
    let attachment = Piecewise::new(content.reader, located, properties.range);
    let place = payload.streamed(attachment)?;
    properties.content = Some(place.map_err(|TooMuch| Refused::Status(Status::TooLarge))?);
    Ok(properties)
}

/// Type and length of an attachment.
fn described(
    content_type: String,
    size: u64,
    range: Option<RangeAsked>,
) -> Result<FetchProperties, Refused> {
    let mut properties = FetchProperties {
        content_type: Some(content_type),
        ..FetchProperties::default()
    };
    // Range and Total stand in the answer only if asked for: iOS 10 breaks otherwise.
    if let Some(asked) = range {
        let given = asked.within(size);
        properties.range = Some(given.ok_or(Refused::Status(Status::InvalidRange))?);
        properties.total = Some(size);
    }
    Ok(properties)
}

/// The bytes of a range.
fn cut(bytes: &[u8], given: ByteRange) -> Option<&[u8]> {
    let first = usize::try_from(given.first).ok()?;
    let end = usize::try_from(given.last).ok()?.checked_add(1)?;
    bytes.get(first..end)
}
