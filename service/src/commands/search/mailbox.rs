//! Looking into the account's folders: which ones, for how long, and for which conversation.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use backends::{BackendError, Class, Findings, FolderRef, Hit, Mailbox};
use futures_util::{StreamExt, stream};
use protocol::command::{CollectionId, ResultRange};

use super::running::Subject;
use crate::commands::context::Context;
use crate::commands::reading::{self, Spot};
use crate::convert::email;
use crate::error::Fault;
use crate::ids::FolderNo;

/// So many are found at first: most people look at the first page only.
const FEW: u32 = 200;

/// How many messages are asked for their conversation, the newest first.
const LOOKED_AT: usize = 1_000;

/// How many are read at a time.
const READ_AHEAD: usize = 8;

/// Why nothing can be said.
pub(in crate::commands) enum Failed {
    /// It took too long, or the device has begun another search.
    Late,
    /// Of something else.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Folders to look into, by the backend's names of them.
pub(in crate::commands) type Places = HashMap<FolderRef, FolderNo>;

/// Whether what is below a folder is searched, too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::commands) enum Depth {
    /// Only the folder.
    Alone,
    /// Everything below it.
    Deep,
}

/// The folders of mail that the device knows: those asked for, or all of them (`None`). No answer: one that is asked for is
/// none of these.
pub(in crate::commands) async fn places(
    context: &Context<'_>,
    asked: Option<&[CollectionId]>,
    depth: Depth,
) -> Result<Option<Places>, Fault> {
    let index = &context.parts.index;
    let folders = index.folders(context.who.account).await?;
    let numbers: Vec<FolderNo> = folders.iter().map(|folder| folder.no).collect();
    let held = index.hierarchy_holds(context.who, &numbers).await?;
    let folders: Vec<_> = folders
        .into_iter()
        .zip(held)
        .filter_map(|(folder, held)| held.then_some(folder))
        .collect();
    let wanted = match asked {
        None => None,
        Some(asked) => {
            let number = |id: &CollectionId| FolderNo::parse(id.as_str());
            let known = |no: &FolderNo| folders.iter().any(|folder| folder.no == *no);
            let numbers = asked.iter().map(|id| number(id).filter(known));
            let Some(mut wanted) = numbers.collect::<Option<BTreeSet<_>>>() else {
                return Ok(None);
            };
            if depth == Depth::Deep {
                // Parents come before their children.
                for folder in &folders {
                    if wanted.contains(&folder.parent) {
                        wanted.insert(folder.no);
                    }
                }
            }
            Some(wanted)
        }
    };
    let mail = folders.into_iter().filter(|folder| {
        let wanted = wanted.as_ref();
        folder.class == Class::Email && wanted.is_none_or(|wanted| wanted.contains(&folder.no))
    });
    Ok(Some(
        mail.filter_map(|folder| Some((folder.reference?, folder.no)))
            .collect(),
    ))
}

/// What is found of a subject, so far that the range is in it if there is so much.
pub(in crate::commands) async fn found(
    context: &Context<'_>,
    subject: Subject,
    range: ResultRange,
) -> Result<Arc<Findings>, Failed> {
    let (searches, device) = (&context.parts.searches, context.who.device);
    let turn = searches.begin(device);
    let enough = |found: &Findings| {
        let last = usize::try_from(range.last()).unwrap_or(usize::MAX);
        found.complete || found.hits.len() > last
    };
    if range.first() > 0
        && let Some(found) = searches
            .kept(device, &subject)
            .filter(|found| enough(found))
    {
        return Ok(found);
    }
    let most = match range.last() < FEW {
        true => FEW,
        false => ResultRange::LAST_MAX + 1,
    };
    let work = async {
        let _place = turn.place().await;
        look(
            context,
            &subject,
            usize::try_from(most).unwrap_or(LOOKED_AT),
        )
        .await
    };
    let found = tokio::select! {
        biased;
        () = turn.replaced() => return Err(Failed::Late),
        found = context.budget.wait(work) => found.map_err(|_late| Failed::Late)??,
    };
    let found = Arc::new(found);
    searches.keep(device, subject, &found);
    Ok(found)
}

async fn look(context: &Context<'_>, subject: &Subject, most: usize) -> Result<Findings, Fault> {
    let mailbox = context.mailbox().await?;
    let Some(conversation) = &subject.conversation else {
        let question = backends::Question {
            most,
            ..subject.question.clone()
        };
        return Ok(mailbox.search(&question).await?);
    };
    let question = backends::Question {
        most: LOOKED_AT,
        ..subject.question.clone()
    };
    let mut found = mailbox.search(&question).await?;
    let hits = std::mem::take(&mut found.hits).into_iter();
    // Collected, as the compiler cannot follow the borrows of a closure that is kept.
    let reads: Vec<_> = hits
        .map(|hit| belongs(&*mailbox, hit, conversation))
        .collect();
    let mut reads = stream::iter(reads).buffered(READ_AHEAD);
    while let Some(read) = reads.next().await {
        found.hits.extend(read?);
    }
    Ok(found)
}

/// The message, if it is of that conversation.
async fn belongs(
    mailbox: &dyn Mailbox,
    hit: Hit,
    conversation: &[u8],
) -> Result<Option<Hit>, BackendError> {
    let spot = Spot {
        mailbox,
        folder: &hit.folder,
        item: &hit.state.item,
        version: &hit.state.version,
    };
    let header = reading::header(spot).await?;
    let is_of = header.is_some_and(|header| email::conversation(&header) == conversation);
    Ok(is_of.then_some(hit))
}
