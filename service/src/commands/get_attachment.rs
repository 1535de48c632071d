//! GetAttachment: an attachment as it is, up to 12.1 (MS-ASCMD 2.2.1.8).

use http::{HeaderValue, StatusCode as Http};

use crate::commands::attachment::{self, Attachment};
use crate::commands::context::Context;
use crate::commands::piecewise::{Form, Piecewise};
use crate::convert::email::AttachmentData;
use crate::error::Fault;
use crate::http::answer::{Answer, Content, Refusal, Streamed};

/// What cannot be said of a type.
const UNKNOWN: HeaderValue = HeaderValue::from_static("application/octet-stream");

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    context.facts.client.fetches += 1;
    let name = context.request.line.attachment_name.clone();
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Ok(refused(
            context,
            Http::BAD_REQUEST,
            "no name of an attachment",
        ));
    };
    let Some(found) = attachment::opened(context, &name).await? else {
        return Ok(refused(context, Http::NOT_FOUND, "no such attachment"));
    };
    Ok(match found {
        Attachment::Held(AttachmentData {
            content_type,
            bytes,
        }) => Answer::from(Content::Raw {
            content_type: header(&content_type),
            bytes: bytes.into(),
        }),
        Attachment::Large(large) => {
            let shown = (header(&large.part.content_type), bytes::Bytes::new());
            let Some(content) = large.open(None).await? else {
                return Ok(refused(context, Http::NOT_FOUND, "no such attachment"));
            };
            let length = content.length();
            let next = |mut content: Piecewise| async move {
                let bytes = content.next(Form::Raw).await?;
                Ok(bytes.map(|bytes| (bytes, content)))
            };
            let body = Box::pin(futures_util::stream::try_unfold(content, next));
            Answer::from(Content::Streamed(Box::new(Streamed::new(
                shown, length, body,
            ))))
        }
    })
}

fn refused(context: &mut Context<'_>, status: Http, reason: &'static str) -> Answer {
    context.facts.client.errors += 1;
    Refusal::new(status, reason).into()
}

/// A media type; whoever wrote the message chose it.
fn header(content_type: &str) -> HeaderValue {
    HeaderValue::from_str(content_type).unwrap_or(UNKNOWN)
}
