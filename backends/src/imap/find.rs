//! Looking for messages by their header. The server searches; nothing is read.

use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;

use super::Session;
use super::error::Error;
use super::message::Message;
use super::session::{Access, Selected};
use super::store::{Account, Lease};
use super::stream::Stream;
use super::wire::{Command, MailboxName, Untagged};
use crate::error::BackendError;
use crate::name::ItemRef;

/// See [`Mailbox::find_message`](crate::Mailbox::find_message).
pub(super) async fn find(
    account: &Arc<Account>,
    name: &MailboxName,
    id: &str,
) -> Result<Option<ItemRef>, BackendError> {
    let id = format!("<{id}>");
    let id = id.as_str();
    let work = |mut lease: Lease| {
        async move {
            let search = Command::new("UID SEARCH").words("HEADER");
            let search = search.text("Message-ID").text(id);
            let (selected, uids) = searched(&mut lease, name, Access::Read, search).await?;
            let validity = selected.uid_validity.ok_or(Error::Incomplete)?;
            let newest = uids.and_then(|(_, last)| NonZeroU32::new(last));
            Ok(newest.map(|uid| Message { validity, uid }.item()))
        }
        .boxed()
    };
    account.run("find item", work).await
}

/// Opens a mailbox and searches it; the lowest and the highest identifier that was found.
pub(super) async fn searched(
    session: &mut Session<Stream>,
    name: &MailboxName,
    access: Access,
    search: Command,
) -> Result<(Selected, Option<(u32, u32)>), Error> {
    let mut found: Option<(u32, u32)> = None;
    let mut note = |low: u32, high: u32| {
        let (least, most) = found.unwrap_or((low, high));
        found = Some((least.min(low), most.max(high)));
    };
    let each = |number, data: Untagged| {
        match data {
            Untagged::Search(search) if number == 1 => {
                search.numbers.iter().for_each(|uid| note(*uid, *uid));
            }
            Untagged::Esearch(search) if number == 1 => {
                let all = search.all.iter().flat_map(|all| all.ranges());
                all.for_each(|(low, high)| note(low, high));
            }
            _ => {}
        }
        Ok(())
    };
    let (selected, replies) = session.select_and(name, access, &[search], each).await?;
    for reply in replies {
        let _reply = reply.ok()?;
    }
    Ok((selected, found))
}
