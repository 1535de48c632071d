//! Looking for messages by what is in them: the server looks, folder by folder.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};

use super::Session;
use super::error::Error;
use super::extension::Extension;
use super::look::{self, Look};
use super::message::Message;
use super::session::Access;
use super::store::{Account, Lease};
use super::stream::Stream;
use super::wire::{Code, Command, MailboxName, UidSet, Untagged};
use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::name::FolderRef;
use crate::search::{Field, Findings, Hit, Question, Term};

const OP: &str = "search";

/// Folders that are looked into at once: half of the sessions stay for others.
const AT_ONCE: usize = 2;

/// Of so many messages of a folder the time is asked, those that came last.
const LOOKED_AT: usize = 5_000;

/// So many more messages than were counted at the opening a search may find.
const VARIATION: u64 = 10_000;

/// Longest set of messages in one command, in bytes.
const SET_MAX: usize = 7_000;

/// The zones in which servers see dates differ by less.
const DAY: i64 = 86_400;

/// Shortest part of a text that is looked for where the server reads nothing but ASCII, in characters.
const ASCII_MIN: usize = 3;

/// See [`Mailbox::search`](crate::Mailbox::search).
pub(super) async fn search(
    account: &Arc<Account>,
    question: &Question,
) -> Result<Findings, BackendError> {
    let folders = question.folders.iter().cloned();
    let looks = folders.map(|folder| in_folder(account, question, folder));
    // Collected, as the compiler cannot follow the borrows of a closure that is kept.
    let looks: Vec<_> = looks.collect();
    let mut looks = stream::iter(looks).buffer_unordered(AT_ONCE);
    let mut findings = Findings::nothing();
    while let Some(found) = looks.next().await {
        findings.merge(found?, question.most);
    }
    Ok(findings)
}

/// What is in one folder.
async fn in_folder(
    account: &Arc<Account>,
    question: &Question,
    folder: FolderRef,
) -> Result<Findings, BackendError> {
    let name = MailboxName::from_reference(folder.as_str());
    let name = &name;
    let work = |mut lease: Lease| async move { within(&mut lease, name, question).await }.boxed();
    let (states, complete) = match account.run(OP, work).await {
        Ok(looked) => looked,
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Forbidden) => {
            return Ok(Findings::nothing());
        }
        Err(error) => return Err(error),
    };
    let states = states
        .into_iter()
        .filter(|state| question.admits(state.time));
    let hits = states.map(|state| Hit {
        folder: folder.clone(),
        state,
    });
    Ok(Findings {
        hits: hits.collect(),
        complete,
    })
}

/// What was found, and whether it is all.
type Looked = (Vec<ItemState>, bool);

/// Looks into one folder.
async fn within(
    session: &mut Session<Stream>,
    name: &MailboxName,
    question: &Question,
) -> Result<Looked, Error> {
    let found = found(session, name, question, &question.terms).await;
    let (validity, mut uids) = match found {
        Err(Error::Refused(refusal)) if is_charset(refusal.code.as_ref()) => {
            let terms = in_ascii(&question.terms).ok_or(Error::Refused(refusal))?;
            self::found(session, name, question, &terms).await?
        }
        // No mailbox can be called so.
        Err(Error::Refused(refusal)) if refusal.command == "EXAMINE" => {
            let error = Error::Refused(refusal);
            return match error.kind() {
                Kind::Refused => Ok((Vec::new(), true)),
                _ => Err(error),
            };
        }
        found => found?,
    };
    uids.sort_unstable();
    uids.dedup();
    let older = uids.len().saturating_sub(LOOKED_AT);
    uids.drain(..older);
    Ok((states(session, validity, &uids).await?, older == 0))
}

/// The messages that the server finds, and the validity of their numbers.
async fn found(
    session: &mut Session<Stream>,
    name: &MailboxName,
    question: &Question,
    terms: &[Term],
) -> Result<(u32, Vec<NonZeroU32>), Error> {
    let command = command(session, question, terms);
    let mut numbers = Vec::new();
    let mut ranges: Vec<UidSet> = Vec::new();
    let each = |number, data: Untagged| {
        match data {
            Untagged::Search(search) if number == 1 => numbers.extend(search.numbers),
            Untagged::Esearch(search) if number == 1 => ranges.extend(search.all),
            _ => {}
        }
        Ok(())
    };
    let command = [command];
    let opening = session.select_and(name, Access::Read, &command, each);
    let (selected, replies) = opening.await?;
    for reply in replies {
        let _reply = reply.ok()?;
    }
    for range in ranges {
        if range.len() > u64::from(selected.exists) + VARIATION {
            return Err(Error::Flood);
        }
        numbers.extend(last(&range, LOOKED_AT + 1));
    }
    let validity = selected.uid_validity.ok_or(Error::Incomplete)?;
    Ok((
        validity,
        numbers.into_iter().filter_map(NonZeroU32::new).collect(),
    ))
}

/// The highest numbers of a set, so many at most: a few bytes can say billions.
fn last(set: &UidSet, most: usize) -> impl Iterator<Item = u32> {
    let mut ranges: Vec<(u32, u32)> = set.ranges().collect();
    ranges.sort_unstable_by_key(|(_, high)| Reverse(*high));
    let numbers = ranges
        .into_iter()
        .flat_map(|(low, high)| (low..=high).rev());
    numbers.take(most)
}

/// The question as the server understands it. Its days are wider than what is asked for.
fn command(session: &Session<Stream>, question: &Question, terms: &[Term]) -> Command {
    let mut command = Command::new("UID SEARCH");
    if session.has(Extension::Esearch) {
        command = command.words("RETURN (ALL)");
    }
    // With UTF8=ACCEPT everything is UTF-8, and a charset is not to be named (RFC 6855 section 3).
    let plain = terms.iter().all(|term| term.text.is_ascii());
    if !plain && !session.is_enabled(Extension::Utf8Accept) {
        command = command.words("CHARSET UTF-8");
    }
    if terms.is_empty() && question.after.is_none() && question.before.is_none() {
        command = command.words("ALL");
    }
    if let Some(after) = question.after {
        command = command.words("SINCE").date(after.saturating_sub(DAY));
    }
    if let Some(before) = question.before {
        command = command.words("BEFORE").date(before.saturating_add(2 * DAY));
    }
    terms.iter().fold(command, key)
}

/// Adds what must occur. Not `TEXT`, which looks into fields that nobody sees.
fn key(command: Command, term: &Term) -> Command {
    let keys: &[&str] = match term.field {
        Field::Any => &["SUBJECT", "FROM", "TO", "CC", "BCC", "BODY"],
        Field::Subject => &["SUBJECT"],
        Field::From => &["FROM"],
        Field::To => &["TO", "CC", "BCC"],
        Field::Body => &["BODY"],
    };
    let last = keys.len().saturating_sub(1);
    let either = |command: Command, (at, key): (usize, &&str)| {
        let command = match at < last {
            true => command.words("OR"),
            false => command,
        };
        command.words(key).text(&term.text)
    };
    keys.iter().enumerate().fold(command, either)
}

/// Whether a server does not read UTF-8 (RFC 3501 section 6.4.4).
fn is_charset(code: Option<&Code>) -> bool {
    matches!(code, Some(Code::Other(name)) if &**name == "BADCHARSET")
}

/// What of the terms is ASCII: it is in whatever has the terms themselves. `None`: nothing of any.
fn in_ascii(terms: &[Term]) -> Option<Vec<Term>> {
    let ascii = |term: &Term| {
        let pieces = term.text.split(|char: char| !char.is_ascii());
        let longest = pieces.map(str::trim).max_by_key(|piece| piece.len())?;
        (longest.len() >= ASCII_MIN).then(|| Term {
            text: longest.to_owned(),
            ..*term
        })
    };
    let terms: Vec<Term> = terms.iter().filter_map(ascii).collect();
    (!terms.is_empty()).then_some(terms)
}

/// The state of messages of the mailbox that is open; those that went meanwhile are left out.
async fn states(
    session: &mut Session<Stream>,
    validity: u32,
    uids: &[NonZeroU32],
) -> Result<Vec<ItemState>, Error> {
    let look = |uid: &NonZeroU32| {
        let message = Message {
            validity,
            uid: *uid,
        };
        (uid.get(), Look::new(message))
    };
    let mut looks: BTreeMap<u32, Look> = uids.iter().map(look).collect();
    let set: UidSet = uids.iter().copied().collect();
    for piece in set.split(SET_MAX) {
        let each = |data: Untagged| {
            if let Untagged::Fetch(fetch) = &data
                && let Some(look) = fetch.uid.and_then(|uid| looks.get_mut(&uid))
            {
                look.take(&data);
            }
            Ok(())
        };
        let reply = session.run_each(look::ask(&piece), each).await?;
        match reply.ok() {
            Err(error) if error.code() == Some(&Code::ExpungeIssued) => {}
            reply => drop(reply?),
        }
    }
    let found = looks.into_values().map(Look::found);
    let there = found.filter_map(Result::transpose);
    there
        .map(|found| found.map(|(state, _marks)| state))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{in_ascii, last};
    use crate::imap::wire::UidSet;
    use crate::search::{Field, Term};

    #[test]
    fn what_is_ascii_of_a_text_is_looked_for_if_it_says_anything() {
        let term = |text: &str| Term {
            field: Field::Subject,
            text: text.to_owned(),
        };
        let texts = |terms: &[Term]| -> Option<Vec<String>> {
            Some(in_ascii(terms)?.into_iter().map(|term| term.text).collect())
        };
        let both = [term("Gr\u{fc}nstra\u{df}e 12"), term("x\u{fc}")];
        assert_eq!(texts(&both), Some(vec!["nstra".to_owned()]));
        assert_eq!(texts(&[term("\u{65e5}\u{672c}")]), None);
        assert_eq!(texts(&[term("plain")]), Some(vec!["plain".to_owned()]));
    }

    #[test]
    fn of_a_set_of_billions_the_last_ones_are_taken() {
        let set = |text: &str| UidSet::parse(text.as_bytes()).unwrap();
        let found: Vec<u32> = last(&set("1:3,7:4294967295"), 3).collect();
        assert_eq!(found, [u32::MAX, u32::MAX - 1, u32::MAX - 2]);
        assert_eq!(last(&set("1:3,7"), 9).collect::<Vec<_>>(), [7, 3, 2, 1]);
    }
}
