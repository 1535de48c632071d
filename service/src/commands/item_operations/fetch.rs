//! Fetch: an item or an attachment.

use backends::{Class, Item, Kind};
use protocol::command::ItemClass;
use protocol::command::item_operations::{
    ByteRange, FetchAnswer, FetchContent, FetchOperation, FetchOptions, FetchProperties,
    FetchTarget, RangeAsked,
};
use protocol::status::ItemOperationsStatus as Status;

use super::code;
use crate::commands::class;
use crate::commands::context::Context;
use crate::commands::multipart::Parts;
use crate::commands::sync::{collection, options};
use crate::convert::email::{self, BodyWish, Meetings};
use crate::error::{self, Fault};
use crate::ids::{FolderNo, ServerId};

/// The store that holds mail.
const MAILBOX: &str = "Mailbox";

/// Fetches what is wanted, or says why not.
pub(super) async fn fetched(
    context: &mut Context<'_>,
    fetch: FetchOperation,
    parts: Option<&mut Parts>,
) -> Result<FetchAnswer, Fault> {
    context.facts.client.fetches += 1;
    let target = fetch.target.clone();
    let (status, class, properties) = match contents(context, fetch, parts).await {
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
    parts: Option<&mut Parts>,
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
            let (class, item) = read(context, id)
                .await?
                .ok_or(Refused::Status(Status::NotFound))?;
            let wish = wish(&fetch.options, context);
            let content = class::Content::Whole(item);
            let mut shown = class::show(context, (class, id), content, &wish)
                .await
                .ok_or(Refused::Status(Status::ConversionFailed))?;
            if let (Some(parts), Some(body)) = (parts, shown.body_mut()) {
                body.data = body.data.take().map(|data| parts.body(data));
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
            let mut properties = attachment(context, &reference, fetch.options.range).await?;
            if let Some(parts) = parts {
                properties.content = properties.content.map(|content| parts.content(content));
            }
            Ok((None, properties))
        }
        FetchTarget::LongId(_) => Err(Refused::Status(Status::NotFound)),
        FetchTarget::LinkId(_) => Err(Refused::Status(Status::UnknownStore)),
    }
}

/// An item with its content and class, `None` if there is none of that id.
async fn read(context: &Context<'_>, id: ServerId) -> Result<Option<(Class, Item)>, Fault> {
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
    match context
        .mailbox()
        .await?
        .fetch(&reference, &row.reference, &row.version)
        .await
    {
        Ok(item) => Ok(Some((folder.class, item))),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn wish(options: &FetchOptions, context: &Context<'_>) -> BodyWish {
    BodyWish {
        preferences: options.body_preferences.clone(),
        mime_support: options::mime_support(options.mime_support),
        mime_truncation: None,
        meetings: Meetings::AsMail,
        version: context.version(),
    }
}

/// An attachment by its reference, `<folder>:<item>:<part>`.
async fn attachment(
    context: &Context<'_>,
    reference: &str,
    range: Option<RangeAsked>,
) -> Result<FetchProperties, Refused> {
    if range == Some(RangeAsked::Malformed) {
        return Err(Refused::Status(Status::InvalidRange));
    }
    let invalid = || Refused::Status(Status::InvalidAttachment);
    let (id, part) = reference.rsplit_once(':').ok_or_else(invalid)?;
    let id = ServerId::parse(id).ok_or_else(invalid)?;
    // Only messages have attachments.
    let Some((Class::Email, item)) = read(context, id).await? else {
        return Err(invalid());
    };
    let found = email::attachment(&item.content, part).ok_or_else(invalid)?;
    let total = found.bytes.len() as u64;
    let mut properties = FetchProperties {
        content_type: Some(found.content_type),
        ..FetchProperties::default()
    };
    let Some(asked) = range else {
        properties.content = Some(FetchContent::Inline(found.bytes));
        return Ok(properties);
    };
    // Range and Total stand in the answer only if asked for: iOS 10 breaks otherwise.
    let (bytes, given) = cut(found.bytes, asked).ok_or(Refused::Status(Status::InvalidRange))?;
    properties.range = Some(given);
    properties.total = Some(total);
    properties.content = Some(FetchContent::Inline(bytes));
    Ok(properties)
}

/// The bytes of a range, as far as they are there; `None` if it begins after the end.
fn cut(mut bytes: Vec<u8>, asked: RangeAsked) -> Option<(Vec<u8>, ByteRange)> {
    let given = asked.within(bytes.len() as u64)?;
    bytes.truncate(usize::try_from(given.last).ok()?.saturating_add(1));
    bytes.drain(..usize::try_from(given.first).ok()?);
    Some((bytes, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        for (asked, expected) in [
            ("0-3", Some((&b"0123"[..], 0, 3))),
            ("2-2", Some((b"2", 2, 2))),
            ("8-", Some((b"89", 8, 9))),
            ("8-100", Some((b"89", 8, 9))),
            ("10-12", None),
        ] {
            let found = cut(b"0123456789".to_vec(), RangeAsked::parse(asked));
            let expected =
                expected.map(|(bytes, first, last)| (bytes.to_vec(), ByteRange { first, last }));
            assert_eq!(found, expected, "{asked}");
        }
    }
}
