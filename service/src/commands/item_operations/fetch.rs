//! Fetch: an item or an attachment.

use backends::Kind;
use protocol::command::ItemClass;
use protocol::command::item_operations::{
    ByteRange, FetchAnswer, FetchOperation, FetchOptions, FetchProperties, FetchTarget, RangeAsked,
};
use protocol::status::ItemOperationsStatus as Status;

use super::code;
use super::payload::{Payload, TooMuch};
use crate::commands::attachment::{self, Attachment, Large};
use crate::commands::class;
use crate::commands::context::Context;
use crate::commands::located;
use crate::commands::sync::{collection, options};
use crate::convert::email::BodyWish;
use crate::error::{self, Fault};
use crate::ids::long_id::LongId;
use crate::ids::{FolderNo, ServerId};
use crate::index::Action;

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
            item(context, &id.into(), &fetch.options, payload).await
        }
        FetchTarget::LongId(text) => {
            let id = LongId::parse(&text).ok_or(Refused::Status(Status::NotFound))?;
            item(context, &id, &fetch.options, payload).await
        }
        FetchTarget::FileReference(reference) => {
            let wanted = (reference.as_str(), fetch.options.range);
            Ok((None, attached(context, wanted, payload).await?))
        }
        FetchTarget::LinkId(_) => Err(Refused::Status(Status::UnknownStore)),
    }
}

/// An item, as far as it is wanted.
async fn item(
    context: &Context<'_>,
    id: &LongId,
    options: &FetchOptions,
    payload: &mut Payload,
) -> Result<(Option<ItemClass>, FetchProperties), Refused> {
    let missing = || Refused::Status(Status::NotFound);
    let found = located::locate(context, id).await?.ok_or_else(missing)?;
    let wish = wish(options, context);
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
    if let Some(schema) = &options.schema {
        item.retain(|property| schema.contains(&property.tag));
    }
    let properties = FetchProperties {
        item,
        ..FetchProperties::default()
    };
    Ok((Some(collection::item_class(class)), properties))
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

/// An attachment by its reference.
async fn attached(
    context: &Context<'_>,
    (reference, range): (&str, Option<RangeAsked>),
    payload: &mut Payload,
) -> Result<FetchProperties, Refused> {
    if range == Some(RangeAsked::Malformed) {
        return Err(Refused::Status(Status::InvalidRange));
    }
    let found = attachment::opened(context, reference).await?;
    let part = match found.ok_or(Refused::Status(Status::InvalidAttachment))? {
        Attachment::Large(part) => return large(*part, range, payload).await,
        Attachment::Held(part) => part,
    };
    let mut properties = described(part.content_type, part.bytes.len() as u64, range)?;
    let bytes = properties
        .range
        .map_or(Some(part.bytes.as_slice()), |given| cut(&part.bytes, given));
    let bytes = bytes.ok_or(Refused::Status(Status::InvalidRange))?;
    properties.content = Some(payload.content(bytes.to_vec()));
    Ok(properties)
}

/// An attachment of a large message: read while it is sent.
async fn large(
    large: Large,
    range: Option<RangeAsked>,
    payload: &mut Payload,
) -> Result<FetchProperties, Refused> {
    let part = &large.part;
    let mut properties = described(part.content_type.clone(), part.size, range)?;
    let attachment = match payload.is_streamed() {
        true => large.open_later(properties.range),
        false => {
            let attachment = large.open(properties.range).await?;
            attachment.ok_or(Refused::Status(Status::InvalidAttachment))?
        }
    };
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
