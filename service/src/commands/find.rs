//! Find: the same as Search for devices of 16.1, which show a list of results first (MS-ASCMD 2.2.1.5).
//!
//! Results are named as other commands name them, so only what the index knows can be told.

use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::command::find::{
    FindCriterion, FindPage, FindQuery, FindRequest, FindResponse, FindResults, MailMatch,
};
use protocol::command::{CollectionId, ItemClass, ServerId as WireId};
use protocol::status::{CommonStatus, FindResponseStatus, FindStatus};

use crate::commands::context::Context;
use crate::commands::search::{self, Asked, Depth, Failed, Subject};
use crate::convert::email::{self, BodyWish};
use crate::error::{self, Fault};
use crate::http::answer::Answer;

/// So much of a text is read for a preview, in bytes.
const PREVIEW: u32 = 2 << 10;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let response = match answered(context).await {
        Ok(response) => response,
        Err(Failed::Late) => return Err(Fault::Common(CommonStatus::ServerErrorRetryLater)),
        Err(Failed::Fault(Fault::Backend(fault))) if !error::is_credentials(&fault) => {
            tracing::warn!(account = %context.who.account, error = %error::chain(&fault), "search failed");
            return Err(Fault::Common(CommonStatus::ServerErrorRetryLater));
        }
        Err(Failed::Fault(fault)) => return Err(fault),
    };
    let answer = response.answer.as_ref();
    let status = answer.map_or(response.status, |answer| answer.status);
    context.facts.eas_status = Some(status.code());
    Ok(context.answer(&response))
}

async fn answered(context: &mut Context<'_>) -> Result<FindResponse, Failed> {
    let request = context.body::<FindRequest>()?;
    let (query, depth) = match &request.criterion {
        FindCriterion::Mailbox {
            query,
            deep_traversal,
        } => match deep_traversal {
            true => (query, Depth::Deep),
            false => (query, Depth::Alone),
        },
        // There is no address list: nobody is in it.
        FindCriterion::Gal { .. } => {
            return Ok(FindResponse::found(FindResults::Gal(Vec::new()), 0, 0));
        }
    };
    let nothing = FindResponse::found(FindResults::Mailbox(Vec::new()), 0, 0);
    if query.class.is_some_and(|class| class != ItemClass::Email) {
        return Ok(nothing);
    }
    let asked = query.collection_id.as_ref().map(std::slice::from_ref);
    let Some(places) = search::places(context, asked, depth).await? else {
        return Ok(FindResponse::failed(FindStatus::FolderSyncRequired));
    };
    context.facts.folder_count = u32::try_from(places.len()).ok();
    let subject = subject(&request.search_id, query, &places);
    let searches = &context.parts.searches;
    let page = match searches.kept(context.who.device, &subject) {
        Some(_) => FindPage::Later,
        None => FindPage::First,
    };
    let range = match request.range(page) {
        Ok(range) => range,
        Err(status) => return Ok(FindResponse::refused(status)),
    };
    if subject.question.terms.is_empty() && !bounded(&subject) {
        return Ok(FindResponse::refused(FindResponseStatus::InvalidRequest));
    }
    let found = search::found(context, subject, range).await?;
    let mut named = search::named(context, &found, &places).await?;
    named.retain(|one| one.id.indexed().is_some());
    let total = u32::try_from(named.len()).unwrap_or(u32::MAX);
    let total = total.max(if found.complete {
        0
    } else {
        search::total(&found)
    });
    let wish = BodyWish {
        preferences: vec![BodyPreference {
            kind: BodyType::Plain,
            truncation_size: Some(PREVIEW),
            all_or_none: false,
            preview: None,
        }],
        ..BodyWish::nothing_said(context.version())
    };
    let shown = search::shown(context, named, range, &wish).await?;
    let matches = shown.into_iter().filter_map(|one| {
        let id = one.id.indexed()?;
        Some(MailMatch {
            class: Some(ItemClass::Email),
            server_id: WireId::from_numbers(id.folder.0, id.item.0),
            collection_id: CollectionId::from_number(id.folder.0),
            mail: email::found(&one.email),
        })
    });
    let matches = FindResults::Mailbox(matches.collect());
    Ok(FindResponse::found(matches, range.first(), total))
}

fn subject(name: &str, query: &FindQuery, places: &search::Places) -> Subject {
    let mut asked = Asked::default();
    asked.add(&query.free_text);
    Subject {
        name: Some(name.to_owned()),
        question: search::question(asked, places),
        conversation: None,
    }
}

/// Whether it is about a time, at least.
fn bounded(subject: &Subject) -> bool {
    subject.question.after.is_some() || subject.question.before.is_some()
}
