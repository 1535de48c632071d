//! Asking what changed: an [`Inquiry`] over a session.

use std::num::NonZeroU64;

use super::Session;
use super::error::Error;
use super::extension::Extension;
use super::inquiry::{Abilities, Ask, End, Inquiry, Next, Opened};
use super::look::{self, STATE};
use super::session::{Access, Reply, Selected};
use super::stream::Stream;
use super::token::Point;
use super::wire::{Code, Command, MailboxName, Status, Untagged};
use crate::item::{Delta, Horizon};

/// So many responses to one question are taken.
const RESPONSES_MAX: usize = 4_000_000;

/// What happened in a mailbox since `point`, or all that is in it.
pub(super) async fn changes(
    session: &mut Session<Stream>,
    name: &MailboxName,
    point: Option<Point>,
    horizon: Horizon,
) -> Result<Delta, Error> {
    let abilities = Abilities {
        changed: session.has(Extension::CondStore),
        vanished: session.is_enabled(Extension::Qresync),
    };
    let (mut inquiry, mut asks) = Inquiry::begin(point, horizon, abilities);
    loop {
        let replies = round(session, name, &asks, &mut inquiry).await?;
        let lost = replies.iter().map(|reply| reply.malformed).sum();
        let opening = asks.first() == Some(&Ask::Open);
        let mut ends: Vec<End> = replies.iter().map(end).collect();
        if opening {
            ends.insert(0, End::Answered);
        }
        match inquiry.next(&ends, lost) {
            Next::Ask(next) => asks = next,
            Next::Answer(delta) => return Ok(delta),
            Next::Refused(at) => {
                let at = at.saturating_sub(usize::from(opening));
                let reply = replies.into_iter().nth(at);
                return match reply.map(Reply::ok) {
                    Some(Err(error)) => Err(error),
                    _ => Err(Error::Incomplete),
                };
            }
            Next::Incomplete => return Err(Error::Incomplete),
        }
    }
}

/// Asks all at once; the replies to what follows the opening.
async fn round(
    session: &mut Session<Stream>,
    name: &MailboxName,
    asks: &[Ask],
    inquiry: &mut Inquiry,
) -> Result<Vec<Reply>, Error> {
    let counting = session.has(Extension::Esearch);
    let commands = asks.iter().filter_map(|ask| command(ask, counting));
    let commands: Vec<Command> = commands.collect();
    let mut taken = 0;
    let mut each = |number, data: Untagged| {
        taken += 1;
        if taken > RESPONSES_MAX {
            return Err(Error::Flood);
        }
        inquiry.data(number, &data);
        Ok(())
    };
    if asks.first() == Some(&Ask::Open) {
        let opening = session.select_and(name, Access::Read, &commands, each);
        let (selected, replies) = opening.await?;
        inquiry.opened(opened(&selected)?);
        return Ok(replies);
    }
    let mut replies = Vec::with_capacity(commands.len());
    for (number, command) in commands.into_iter().enumerate() {
        replies.push(session.run_each(command, |data| each(number, data)).await?);
    }
    Ok(replies)
}

fn opened(selected: &Selected) -> Result<Opened, Error> {
    Ok(Opened {
        validity: selected.uid_validity.ok_or(Error::Incomplete)?,
        next: selected.uid_next.unwrap_or(0),
        mod_seq: selected.highest_mod_seq.and_then(NonZeroU64::new),
        exists: selected.exists,
    })
}

fn end(reply: &Reply) -> End {
    match (reply.status, &reply.code) {
        (Status::No, Some(Code::ExpungeIssued)) => End::Expunged,
        (Status::Ok, _) => End::Answered,
        (Status::No | Status::Bad, _) => End::Refused,
    }
}

/// `None` for the opening.
fn command(ask: &Ask, counting: bool) -> Option<Command> {
    let fetch = || Command::new("UID FETCH");
    let search = |wanted: &str| match counting {
        true => Command::new("UID SEARCH").words(format!("RETURN ({wanted})")),
        false => Command::new("UID SEARCH"),
    };
    Some(match ask {
        Ask::Open => return None,
        Ask::Changed { since, vanished } => {
            let vanished = if *vanished { " VANISHED" } else { "" };
            let modifier = format!("(CHANGEDSINCE {since}{vanished})");
            // Not `1:*`: that ends with the last message that is there, and those behind it would vanish unnoticed.
            let all = format!("1:{}", u32::MAX);
            fetch().words(all).words(STATE).words(modifier)
        }
        Ask::CountBelow(first) => {
            let last = first.get().saturating_sub(1);
            search("COUNT").words(format!("UID 1:{last}"))
        }
        Ask::All => fetch().words("1:*").words(STATE),
        Ask::Since(day) => search("ALL").words("SINCE").date(*day),
        Ask::These(uids) => look::ask(uids),
        Ask::Noop => Command::new("NOOP"),
    })
}
