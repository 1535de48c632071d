//! Setting and clearing marks.

use std::sync::Arc;

use futures_util::FutureExt;

use super::error::Error;
use super::flags;
use super::look::{self, Look};
use super::message::Message;
use super::session::{Access, Selected};
use super::store::{Account, Lease};
use super::wire::{Code, Command, MailboxName, Status, UidSet};
use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::marks::{Flag, Marks, MarksPatch};
use crate::name::ItemRef;

const OP: &str = "mark item";

/// See [`Mailbox::mark`](crate::Mailbox::mark).
pub(super) async fn mark(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
    patch: &MarksPatch,
) -> Result<ItemState, BackendError> {
    let missing = || BackendError::new(Kind::NotFound, OP);
    let message = Message::parse(item).ok_or_else(missing)?;
    let work = |lease: Lease| store(lease, name, message, patch).boxed();
    let found = account.run(OP, work).await?;
    Ok(found.ok_or_else(missing)?.0)
}

/// `None`: there is no such message.
async fn store(
    mut lease: Lease,
    name: &MailboxName,
    message: Message,
    patch: &MarksPatch,
) -> Result<Option<(ItemState, Marks)>, Error> {
    let _reply = lease.select(name, Access::Write, None).await?;
    let selected = lease.selected().ok_or(Error::Incomplete)?;
    if selected.uid_validity != Some(message.validity) {
        return Ok(None);
    }
    let stores = stores(selected, &message.uid.into(), patch)?;
    let mut commands: Vec<Command> = stores.iter().map(|(command, _)| command.clone()).collect();
    commands.push(look::ask(&message.uid.into()));
    let replies = lease.run_all(&commands).await?;
    let mut look = Look::new(message);
    let data = replies.iter().flat_map(|reply| &reply.untagged);
    data.for_each(|data| look.take(data));
    let mut needs = stores.into_iter().map(|(_, need)| need);
    for reply in replies {
        let may_fail = needs.next() == Some(Need::Wish);
        if !(may_fail && reply.status == Status::No) {
            let _reply = reply.ok()?;
        }
    }
    look.found()
}

/// What follows if a mark cannot be stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Need {
    /// It is an error.
    Must,
    /// Nothing: stores have room for so many keywords.
    Wish,
}

/// The commands that change marks as the patch says.
fn stores(
    selected: &Selected,
    uids: &UidSet,
    patch: &MarksPatch,
) -> Result<Vec<(Command, Need)>, Error> {
    let (on, off) = patch.sides();
    let mut commands = Vec::new();
    for (sign, marks) in [("+FLAGS.SILENT", &on), ("-FLAGS.SILENT", &off)] {
        let flags = system_flags(selected, marks)?;
        let words = keywords(selected, marks);
        for (words, need) in [(flags, Need::Must), (words, Need::Wish)] {
            if !words.is_empty() {
                let store = Command::new("UID STORE").set(uids).words(sign);
                commands.push((list(store, &words), need));
            }
        }
    }
    Ok(commands)
}

/// Adds a list of flags.
pub(super) fn list(command: Command, words: &[&str]) -> Command {
    let command = command.open();
    let command = words
        .iter()
        .fold(command, |command, word| command.flag(word));
    command.close()
}

/// The flags of `marks` that every mailbox has.
///
/// # Errors
/// The user may not change them.
fn system_flags(selected: &Selected, marks: &Marks) -> Result<Vec<&'static str>, Error> {
    let flags = marks.flags.iter().filter(|flag| **flag != Flag::Forwarded);
    let words: Vec<_> = flags.map(|flag| flags::word(*flag)).collect();
    let forbidden = |word: &&str| selected.read_only || !may_change(selected, word);
    if words.iter().any(forbidden) {
        return Err(Error::refused("UID STORE", Code::ReadOnly));
    }
    Ok(words)
}

/// The keywords of `marks` that this mailbox has room for.
pub(super) fn keywords<'m>(selected: &Selected, marks: &'m Marks) -> Vec<&'m str> {
    let forwarded = marks.has(Flag::Forwarded);
    let forwarded = forwarded.then(|| flags::word(Flag::Forwarded));
    let words = marks.keywords.iter().map(|keyword| keyword.as_str());
    let room = |word: &&str| {
        !selected.read_only && (selected.takes_new_keywords() || may_change(selected, word))
    };
    words.chain(forwarded).filter(room).collect()
}

/// Whether a flag can be changed for good; of a mailbox that says nothing about that, all can.
pub(super) fn may_change(selected: &Selected, word: &str) -> bool {
    let mut permanent = selected.permanent_flags.iter();
    permanent.len() == 0 || permanent.any(|flag| flag.eq_ignore_ascii_case(word))
}
