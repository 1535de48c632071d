//! Moving a message to another mailbox.
//!
//! `MOVE` where there is one; else the message is copied, and the original removed. How it is called in the target is
//! said by UIDPLUS; else it is what came since and cannot be mistaken for anything else. A copy of which nobody knows
//! how it went is looked for in the same way before it is made again.

mod arrival;

use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;

use super::Session;
use super::delete::{may_remove, remove};
use super::error::Error;
use super::extension::Extension;
use super::look::{Look, ask, look};
use super::message::Message;
use super::session::{Access, Reply};
use super::store::{Account, Lease};
use super::stream::Stream;
use super::wire::{Code, Command, MailboxName, UidSet, Untagged};
use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::name::ItemRef;

use arrival::{Arrivals, Likeness};

const OP: &str = "move item";

/// A copy that was begun.
#[derive(Debug)]
pub(super) struct Copied {
    source: MailboxName,
    message: Message,
    target: MailboxName,
    arrivals: Arrivals,
}

impl Copied {
    /// Whether it is the same message and the same target.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.is(&other.source, other.message, &other.target)
    }

    fn is(&self, source: &MailboxName, message: Message, target: &MailboxName) -> bool {
        self.message == message && self.source == *source && self.target == *target
    }
}

/// See [`Mailbox::relocate`](crate::Mailbox::relocate).
pub(super) async fn relocate(
    account: &Arc<Account>,
    source: &MailboxName,
    item: &ItemRef,
    target: &MailboxName,
) -> Result<ItemState, BackendError> {
    let missing = || BackendError::new(Kind::NotFound, OP);
    let message = Message::parse(item).ok_or_else(missing)?;
    if source == target {
        let work =
            |mut lease: Lease| async move { look(&mut lease, source, message).await }.boxed();
        let found = account.run(OP, work).await?;
        return Ok(found.ok_or_else(missing)?.0);
    }
    // What comes after this is not done twice.
    let work = |lease: Lease| begin(lease, source, message).boxed();
    let Some((mut lease, state)) = account.run(OP, work).await? else {
        return Err(missing());
    };
    let journey = Journey {
        account,
        source,
        message,
        state: &state,
        target,
    };
    let moved = journey.run(&mut lease).await;
    moved.map_err(|error| error.during(OP))
}

/// Opens the mailbox for writing; `None`: the message is not there.
async fn begin(
    mut lease: Lease,
    source: &MailboxName,
    message: Message,
) -> Result<Option<(Lease, ItemState)>, Error> {
    let mut look = Look::new(message);
    let command = ask(&message.uid.into());
    let each = |number, data: Untagged| {
        if number == 1 {
            look.take(&data);
        }
        Ok(())
    };
    let commands = [command];
    let opening = lease.select_and(source, Access::Write, &commands, each);
    let (selected, replies) = opening.await?;
    if selected.uid_validity != Some(message.validity) {
        return Ok(None);
    }
    for reply in replies {
        let _reply = reply.ok()?;
    }
    may_remove(&lease)?;
    Ok(look.found()?.map(|(state, _)| (lease, state)))
}

/// One move.
struct Journey<'j> {
    account: &'j Arc<Account>,
    source: &'j MailboxName,
    message: Message,
    state: &'j ItemState,
    target: &'j MailboxName,
}

impl Journey<'_> {
    async fn run(&self, session: &mut Session<Stream>) -> Result<ItemState, Error> {
        let moves = session.has(Extension::Move);
        let names = session.has(Extension::UidPlus);
        let arrived = if moves && names {
            let reply = self.say(session, "UID MOVE").await?;
            // Nothing was moved: others were faster.
            arrived(&reply, self.message.uid).ok_or_else(gone)?
        } else if moves {
            let arrivals = self.arrivals(session).await?;
            let _reply = self.say(session, "UID MOVE").await?;
            self.find(session, &arrivals)
                .await?
                .ok_or(Error::Incomplete)?
        } else {
            self.copy(session).await?
        };
        let found = look(session, self.target, arrived).await?;
        Ok(match found {
            Some((state, _)) => state,
            // It has gone on already.
            None => ItemState {
                item: arrived.item(),
                ..self.state.clone()
            },
        })
    }

    async fn copy(&self, session: &mut Session<Stream>) -> Result<Message, Error> {
        let same = |other: &Copied| other.is(self.source, self.message, self.target);
        let before = match self.account.take_copy(same) {
            Some(copied) => self
                .find(session, &copied.arrivals)
                .await?
                .map(|found| (copied.arrivals, found)),
            None => None,
        };
        let (arrivals, known) = match before {
            Some((arrivals, found)) => (arrivals, Some(found)),
            None => {
                self.reopen(session).await?;
                (self.arrivals(session).await?, None)
            }
        };
        let note = || Copied {
            source: self.source.clone(),
            message: self.message,
            target: self.target.clone(),
            arrivals: arrivals.clone(),
        };
        self.account.note_copy(note());
        let found = match known {
            Some(found) => found,
            None => {
                self.reopen(session).await?;
                let copied = self.say(session, "UID COPY").await;
                let reply = copied.inspect_err(|error| {
                    if matches!(error, Error::Refused(_)) {
                        self.account.take_copy(same);
                    }
                })?;
                match arrived(&reply, self.message.uid) {
                    Some(found) => found,
                    None => self
                        .find(session, &arrivals)
                        .await?
                        .ok_or(Error::Incomplete)?,
                }
            }
        };
        self.reopen(session).await?;
        remove(session, &self.message.uid.into()).await?;
        self.account.take_copy(same);
        Ok(found)
    }

    /// Opens the mailbox that it comes from, if another is open.
    async fn reopen(&self, session: &mut Session<Stream>) -> Result<(), Error> {
        let open = session.selected();
        if open.is_none_or(|open| open.name != *self.source || open.read_only) {
            let _reply = session.select(self.source, Access::Write, None).await?;
        }
        let open = session.selected().and_then(|open| open.uid_validity);
        if open == Some(self.message.validity) {
            return Ok(());
        }
        Err(gone())
    }

    async fn say(&self, session: &mut Session<Stream>, verb: &'static str) -> Result<Reply, Error> {
        let command = Command::new(verb).set(&self.message.uid.into());
        session.run(command.mailbox(self.target)).await?.ok()
    }

    /// What will tell it from all other messages of the target, if the server does not say how it is called there.
    async fn arrivals(&self, session: &mut Session<Stream>) -> Result<Arrivals, Error> {
        let likeness = Likeness::of(session, self.message.uid).await?;
        Arrivals::from_now(session, self.target, likeness).await
    }

    async fn find(
        &self,
        session: &mut Session<Stream>,
        arrivals: &Arrivals,
    ) -> Result<Option<Message>, Error> {
        arrivals.find(session, self.target).await
    }
}

/// How a message is called where it was copied or moved to, if the server says so.
fn arrived(reply: &Reply, uid: NonZeroU32) -> Option<Message> {
    let untagged = reply.untagged.iter().filter_map(|data| match data {
        Untagged::Condition { code, .. } => code.as_ref(),
        _ => None,
    });
    let mut codes = untagged.chain(&reply.code);
    codes.find_map(|code| match code {
        Code::CopyUid {
            validity,
            source,
            target,
        } if source.contains(uid.get()) => only(target).map(|uid| Message {
            validity: *validity,
            uid,
        }),
        _ => None,
    })
}

fn only(set: &UidSet) -> Option<NonZeroU32> {
    (set.len() == 1).then(|| set.iter().next().and_then(NonZeroU32::new))?
}

/// What a server would say of a message that is not there.
fn gone() -> Error {
    Error::refused("UID MOVE", Code::NonExistent)
}
