//! One attachment of a message: small ones whole, those of large messages read while they are sent.

use std::io;

use backends::{BackendError, Class, Kind};
use protocol::command::item_operations::ByteRange;

use crate::commands::context::Context;
use crate::commands::located;
use crate::commands::piecewise::{Piecewise, Source, Wanted};
use crate::commands::reading;
use crate::convert::email::{self, AttachmentData, Keep, Located};
use crate::error::Fault;
use crate::ids::long_id::LongId;

/// An attachment that is there.
pub(super) enum Attachment {
    /// Its content.
    Held(AttachmentData),
    /// Where it is.
    Large(Box<Large>),
}

/// An attachment of a large message.
pub(super) struct Large {
    /// Where it is in its message.
    pub(super) part: Located,
    /// The message.
    message: located::Located,
}

impl Large {
    /// Opens a range of it; `None` for all. Only that is read. `None`: the message is gone.
    ///
    /// # Errors
    /// The backend's.
    pub(super) async fn open(
        &self,
        range: Option<ByteRange>,
    ) -> Result<Option<Piecewise>, BackendError> {
        let wanted = Wanted::of(&self.part, range);
        match self.message.spot().download(wanted.span.clone()).await {
            Ok(content) => {
                let source = Source::Open(content.reader);
                Ok(Some(Piecewise::new(source, &self.part, &wanted)))
            }
            Err(error) if error.kind() == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same, but opened when it is its turn: an answer with many of them holds the store for one at a time.
    pub(super) fn open_later(self, range: Option<ByteRange>) -> Piecewise {
        let Self { part, message } = self;
        let wanted = Wanted::of(&part, range);
        let span = wanted.span.clone();
        let opening = async move {
            let opened = message.spot().download(span).await;
            opened
                .map(|content| content.reader)
                .map_err(io::Error::other)
        };
        Piecewise::new(Source::Later(Box::pin(opening)), &part, &wanted)
    }
}

/// Attachments of messages above this size are read while they are sent, in bytes.
const PIECEWISE_MIN: u64 = 128 << 10;

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
    match read(found, part).await {
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        read => Ok(read?),
    }
}

async fn read(message: located::Located, part: &str) -> Result<Option<Attachment>, BackendError> {
    let spot = message.spot();
    let begun = spot.begin().await?;
    if begun.state.size > PIECEWISE_MIN
        && let Some(outline) = reading::outline(spot, &begun, Keep::headers()).await?
    {
        let part = outline.leaf(part).cloned();
        return Ok(part.map(|part| Attachment::Large(Box::new(Large { part, message }))));
    }
    let item = spot.fetch().await?;
    Ok(email::attachment(&item.content, part).map(Attachment::Held))
}
