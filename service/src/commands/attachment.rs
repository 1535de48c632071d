//! One attachment of a message: small ones whole, those of large messages read while they are sent.

use backends::{BackendError, Class, ItemStream, Kind};

use crate::commands::context::Context;
use crate::commands::located;
use crate::commands::reading;
use crate::convert::email::{self, AttachmentData, Keep, Located};
use crate::error::Fault;
use crate::ids::long_id::LongId;

/// An attachment that is there.
pub(super) enum Attachment {
    /// Its content.
    Held(AttachmentData),
    /// Where it is in its message, and the message from its beginning.
    Large(Box<Located>, ItemStream),
}

/// Finds an attachment by its reference, `<item>:<part>`; `None` if there is none.
pub(super) async fn opened(
    context: &Context<'_>,
    reference: &str,
) -> Result<Option<Attachment>, Fault> {
    let Some((id, part)) = reference.rsplit_once(':') else {
        return Ok(None);
    };
    let Some(id) = LongId::parse(id) else {
        return Ok(None);
    };
    let found = located::locate(context, &id).await?;
    let Some(found) = found.filter(|found| found.class == Class::Email) else {
        return Ok(None);
    };
    match read(found.spot(), part).await {
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        read => Ok(read?),
    }
}

async fn read(spot: reading::Spot<'_>, part: &str) -> Result<Option<Attachment>, BackendError> {
    let stream = spot.open().await?;
    if stream.state.size > reading::WHOLE_MAX {
        // The content is read from this one, also if the message is moved or removed in between.
        let content = spot.open().await?;
        if let Some(outline) = reading::outline(spot, stream, Keep::headers()).await? {
            let located = outline.leaf(part).cloned().map(Box::new);
            return Ok(located.map(|located| Attachment::Large(located, content)));
        }
    }
    let item = spot.fetch().await?;
    Ok(email::attachment(&item.content, part).map(Attachment::Held))
}
