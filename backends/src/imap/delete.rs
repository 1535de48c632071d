//! Removing messages for good.
//!
//! With UIDPLUS, ours are marked and exactly those are expunged. Without it `EXPUNGE` removes whatever is marked, so
//! what others have marked is unmarked for the moment, and marked again when ours are gone.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;

use super::Session;
use super::error::Error;
use super::extension::Extension;
use super::mark::may_change;
use super::message::Message;
use super::session::Access;
use super::store::{Account, Lease};
use super::stream::Stream;
use super::wire::{Code, Command, MailboxName, UidSet, Untagged};
use crate::error::{BackendError, Kind};
use crate::name::ItemRef;

const OP: &str = "delete item";

/// Longest set of messages in one command, in bytes.
const SET_MAX: usize = 7000;

/// See [`Mailbox::delete_many`](crate::Mailbox::delete_many).
pub(super) async fn delete_many(
    account: &Arc<Account>,
    name: &MailboxName,
    items: &[ItemRef],
) -> Result<(), BackendError> {
    let messages: Vec<Message> = items.iter().filter_map(Message::parse).collect();
    if messages.is_empty() {
        return Ok(());
    }
    let messages = &messages;
    let work = |lease: Lease| remove_all(lease, name, messages).boxed();
    match account.run(OP, work).await {
        Err(error) if error.kind() == Kind::NotFound => Ok(()),
        other => other,
    }
}

async fn remove_all(
    mut lease: Lease,
    name: &MailboxName,
    messages: &[Message],
) -> Result<(), Error> {
    let _reply = lease.select(name, Access::Write, None).await?;
    let validity = lease.selected().and_then(|selected| selected.uid_validity);
    let ours = messages
        .iter()
        .filter(|message| Some(message.validity) == validity);
    let ours: UidSet = ours.map(|message| message.uid).collect();
    for set in ours.split(SET_MAX) {
        remove(&mut lease, &set).await?;
    }
    Ok(())
}

/// Whether messages of the open mailbox may be removed.
pub(super) fn may_remove(session: &Session<Stream>) -> Result<(), Error> {
    let selected = session.selected().ok_or(Error::Incomplete)?;
    if selected.read_only || !may_change(selected, "\\Deleted") {
        return Err(Error::refused("UID STORE", Code::ReadOnly));
    }
    Ok(())
}

/// Removes messages of the mailbox that is open for writing.
pub(super) async fn remove(session: &mut Session<Stream>, uids: &UidSet) -> Result<(), Error> {
    may_remove(session)?;
    if !session.has(Extension::UidPlus) {
        return remove_among_others(session, uids).await;
    }
    let expunge = Command::new("UID EXPUNGE").set(uids);
    for reply in session.run_all(&[store(uids, "+"), expunge]).await? {
        let _reply = reply.ok()?;
    }
    Ok(())
}

fn store(uids: &UidSet, sign: &str) -> Command {
    let store = Command::new("UID STORE").set(uids);
    store.words(format!("{sign}FLAGS.SILENT (\\Deleted)"))
}

async fn remove_among_others(session: &mut Session<Stream>, ours: &UidSet) -> Result<(), Error> {
    let search = Command::new("UID SEARCH").words("DELETED");
    let found = session.run(search).await?.ok()?;
    let mut others = BTreeSet::new();
    for data in &found.untagged {
        if let Untagged::Search(search) = data {
            let numbers = search.numbers.iter().filter(|uid| !ours.contains(**uid));
            others.extend(numbers.copied().filter_map(NonZeroU32::new));
        }
    }
    let others: UidSet = others.into_iter().collect();
    let others = others.split(SET_MAX);
    let mut commands: Vec<Command> = others.iter().map(|set| store(set, "-")).collect();
    commands.push(store(ours, "+"));
    for reply in session.run_all(&commands).await? {
        let _reply = reply.ok()?;
    }
    let mut commands = vec![Command::new("EXPUNGE")];
    commands.extend(others.iter().map(|set| store(set, "+")));
    for reply in session.run_all(&commands).await? {
        let _reply = reply.ok()?;
    }
    Ok(())
}
