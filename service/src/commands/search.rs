//! Search: messages of the account that are about something, also those that the device does not have (MS-ASCMD 2.2.1.16).
//!
//! Nothing is written, so the work ends with its client.

mod keywords;
mod mailbox;
mod results;
mod running;

use backends::Question;
use protocol::class::email::Email;
use protocol::command::search::{
    MailResult, MailboxQuery, SearchOptions, SearchRequest, SearchResponse, SearchResults,
    SearchStore, StoreAnswer,
};
use protocol::command::{BodyError, CollectionId, ItemClass};
use protocol::status::SearchStoreStatus as Status;

pub(super) use self::keywords::Asked;
pub(super) use self::mailbox::{Depth, Failed, Places, found, places};
pub(super) use self::results::{named, shown, total};
pub use self::running::Searches;
pub(super) use self::running::Subject;
use crate::commands::class::Shown;
use crate::commands::context::Context;
use crate::commands::sync::options;
use crate::convert::email::BodyWish;
use crate::error::{self, Fault};
use crate::http::answer::Answer;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let response = match answered(context).await {
        Ok(store) => SearchResponse::of(store),
        Err(Refused::Status(status)) => SearchResponse::refused(status),
        Err(Refused::Unreadable(error)) => match SearchResponse::malformed(&error) {
            Some(response) => response,
            None => return Err(Fault::Body(error)),
        },
        Err(Refused::Fault(Fault::Backend(fault))) if !error::is_credentials(&fault) => {
            tracing::warn!(account = %context.who.account, error = %error::chain(&fault), "search failed");
            SearchResponse::refused(error::search_status(fault.kind()))
        }
        Err(Refused::Fault(fault)) => return Err(fault),
    };
    let store = response.store.as_ref();
    context.facts.eas_status = store.map(|store| store.status.code());
    Ok(context.answer(&response))
}

/// Why there are no results.
enum Refused {
    Status(Status),
    Unreadable(BodyError),
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Body(error) => Self::Unreadable(error),
            fault => Self::Fault(fault),
        }
    }
}

impl From<Failed> for Refused {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Late => Self::Status(Status::TimedOut),
            Failed::Fault(fault) => Self::Fault(fault),
        }
    }
}

async fn answered(context: &mut Context<'_>) -> Result<StoreAnswer, Refused> {
    let request = context.body::<SearchRequest>()?;
    let range = request.options.range().map_err(Refused::Status)?;
    let query = match request.store {
        SearchStore::Mailbox(query) => query,
        // There is no address list: nobody is in it.
        SearchStore::Gal(_) => {
            return Ok(StoreAnswer::found(SearchResults::Gal(Vec::new()), 0, 0));
        }
        SearchStore::DocumentLibrary(_) => return Err(Refused::Status(Status::BadLink)),
    };
    let nothing = StoreAnswer::found(SearchResults::Mailbox(Vec::new()), 0, 0);
    if !query.classes.is_empty() && !query.classes.contains(&ItemClass::Email) {
        return Ok(nothing);
    }
    let depth = match request.options.deep_traversal {
        true => Depth::Deep,
        false => Depth::Alone,
    };
    let places = places(context, query.folders(), depth).await?;
    let places = places.ok_or(Refused::Status(Status::FolderSyncRequired))?;
    context.facts.folder_count = u32::try_from(places.len()).ok();
    let found = found(context, subject(query, &places), range).await?;
    let total = total(&found);
    let named = named(context, &found, &places).await?;
    let wish = wish(&request.options, context);
    let shown = shown(context, named, range, &wish).await?;
    let has_body = !request.options.body_preferences.is_empty();
    let version = context.version();
    let results = shown.into_iter().map(|one| {
        let folder = one.id.folder;
        let email = Email {
            body: one.email.body.filter(|_| has_body),
            ..one.email
        };
        Ok(MailResult {
            class: Some(ItemClass::Email),
            long_id: one.id.to_string(),
            collection_id: Some(CollectionId::from_number(folder.0)),
            properties: Shown::Mail(Box::new(email)).properties(version),
        })
    });
    let results = results.collect::<Result<Vec<_>, Fault>>()?;
    let results = SearchResults::Mailbox(results);
    Ok(StoreAnswer::found(results, range.first(), total))
}

/// What is searched for.
fn subject(query: MailboxQuery, places: &mailbox::Places) -> Subject {
    let mut asked = Asked::default();
    for text in &query.free_text {
        asked.add(text);
    }
    asked.between(query.received_after, query.received_before);
    Subject {
        name: None,
        question: question(asked, places),
        conversation: query.conversation_id,
    }
}

/// The question for the backend; how much is wanted is said later.
pub(super) fn question(asked: Asked, places: &mailbox::Places) -> Question {
    let mut folders: Vec<_> = places.keys().cloned().collect();
    folders.sort();
    Question {
        folders,
        terms: asked.terms,
        after: asked.after,
        before: asked.before,
        most: 0,
    }
}

fn wish(options: &SearchOptions, context: &Context<'_>) -> BodyWish {
    BodyWish {
        preferences: options.body_preferences.clone(),
        mime_support: options::mime_support(options.mime_support),
        mime_truncation: None,
        part: options.body_part_preference,
        version: context.version(),
    }
}
