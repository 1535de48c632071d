//! A search in several stores at once.

use futures_util::future::join_all;

use super::{Composite, Part, same};
use crate::error::{BackendError, Kind};
use crate::name::FolderRef;
use crate::search::{Findings, Hit, Question};

/// Each part looks in its own folders. One that cannot look has found nothing, unless nobody else was asked.
pub(super) async fn search(
    account: &Composite,
    question: &Question,
) -> Result<Findings, BackendError> {
    let ask = async |part: &'_ Part| {
        let own = own(account, part, question)?;
        Some(part.mailbox.search(&own).await)
    };
    let answers = join_all(account.parts.iter().map(|part| ask(part))).await;
    let mut findings = Findings::nothing();
    let mut answered = question.folders.is_empty();
    let mut refused = None;
    for (part, answer) in account.parts.iter().zip(answers) {
        let Some(answer) = answer else {
            continue;
        };
        match answer {
            Ok(found) => {
                answered = true;
                findings.merge(outer(part, found), question.most);
            }
            Err(error) if error.kind() == Kind::Refused => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if !answered => Err(error),
        Some(_) | None => Ok(findings),
    }
}

/// What of a question is for a part; `None`: nothing.
fn own(account: &Composite, part: &Part, question: &Question) -> Option<Question> {
    let folders = question.folders.iter().filter_map(|folder| {
        let (owner, inner) = account.part(folder);
        same(owner, part).then_some(inner)
    });
    let folders: Vec<FolderRef> = folders.collect();
    let own = Question {
        folders,
        ..question.clone()
    };
    (!own.folders.is_empty()).then_some(own)
}

/// What a part found, as the account calls it.
fn outer(part: &Part, found: Findings) -> Findings {
    let hits = found.hits.into_iter().map(|hit| Hit {
        folder: part.outer(&hit.folder),
        ..hit
    });
    Findings {
        hits: hits.collect(),
        ..found
    }
}
