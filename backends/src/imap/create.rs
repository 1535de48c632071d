//! Storing a new message.
//!
//! The name that it is stored under travels with it, in a header field of its own before all others: so a repeat finds
//! it, whatever its text is by then, and whichever process asks. Nobody else's field would do: drafts keep their
//! `Message-ID` from one version to the next.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures_util::FutureExt;

use super::Session;
use super::error::Error;
use super::extension::Extension;
use super::find::searched;
use super::flags;
use super::look::look;
use super::mark::{keywords, list};
use super::message::Message;
use super::session::{Access, Reply, Selected};
use super::store::{Account, Lease};
use super::stream::Stream;
use super::wire::{Code, Command, MailboxName};
use crate::error::BackendError;
use crate::item::ItemState;
use crate::marks::{Flag, Marks};
use crate::name::NewName;

const OP: &str = "store item";

/// The field with the name.
const FIELD: &str = "X-Directpush-Id";

/// No field with a name is longer, in bytes; nor are all those that a text may begin with.
pub(super) const FIELDS_MAX: usize = 1024;

/// How long ago the message may have been stored that a repeat finds. Searching all messages would take too long where
/// the server keeps no index of the field.
const REPEAT_S: i64 = 3 * 86_400;

/// A message to be stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct New<'n> {
    /// Where.
    pub(super) mailbox: &'n MailboxName,
    /// Under which name.
    pub(super) name: &'n NewName,
    /// Its text.
    pub(super) content: &'n [u8],
    /// Its marks.
    pub(super) marks: &'n Marks,
}

/// See [`Mailbox::create`](crate::Mailbox::create).
pub(super) async fn create(
    account: &Arc<Account>,
    new: New<'_>,
) -> Result<ItemState, BackendError> {
    let _turn = account.maker(new.name.as_str()).lock().await;
    let work = |lease: Lease| new.begin(lease).boxed();
    // What comes after this is not done twice.
    match account.run(OP, work).await? {
        Begun::There(state) => Ok(state),
        Begun::Ready(mut lease, selected) => {
            let stored = new.store(&mut lease, &selected).await;
            stored.map_err(|error| error.during(OP))
        }
    }
}

/// What the mailbox had of it.
enum Begun {
    /// It was stored before.
    There(ItemState),
    /// Nothing: it can be stored now.
    Ready(Lease, Box<Selected>),
}

impl New<'_> {
    async fn begin(self, mut lease: Lease) -> Result<Begun, Error> {
        let (selected, known) = self.find(&mut lease, Access::Write).await?;
        if let Some(message) = known
            && let Some((state, _)) = look(&mut lease, self.mailbox, message).await?
        {
            return Ok(Begun::There(state));
        }
        Ok(Begun::Ready(lease, Box::new(selected)))
    }

    async fn store(
        self,
        session: &mut Session<Stream>,
        selected: &Selected,
    ) -> Result<ItemState, Error> {
        let reply = session.run(self.append(session, selected)?).await?.ok()?;
        let message = match appended(&reply) {
            Some(message) => message,
            None => {
                let (_, found) = self.find(session, Access::Read).await?;
                found.ok_or(Error::Incomplete)?
            }
        };
        Ok(match look(session, self.mailbox, message).await? {
            Some((state, _)) => state,
            // Somebody has moved or removed it already.
            None => ItemState {
                item: message.item(),
                version: flags::version(self.marks),
                time: now(),
                size: u64::try_from(self.content.len()).unwrap_or(u64::MAX),
            },
        })
    }

    fn append(self, session: &Session<Stream>, selected: &Selected) -> Result<Command, Error> {
        let mut text = format!("{FIELD}: {}\r\n", self.key()).into_bytes();
        text.extend_from_slice(self.content);
        let limit = session.extensions().and_then(|known| known.append_limit());
        if limit.is_some_and(|limit| u64::try_from(text.len()).is_ok_and(|size| size > limit)) {
            return Err(Error::refused("APPEND", Code::TooBig));
        }
        let flags = self.marks.flags.iter();
        let flags = flags.filter(|flag| **flag != Flag::Forwarded);
        let mut words: Vec<&str> = flags.map(|flag| flags::word(*flag)).collect();
        words.extend(keywords(selected, self.marks));
        let command = list(Command::new("APPEND").mailbox(self.mailbox), &words);
        let text = Bytes::from(text);
        Ok(match text.contains(&0) && session.has(Extension::Binary) {
            true => command.binary(text),
            false => command.literal(text),
        })
    }

    /// The name, so that it is part of no other.
    fn key(self) -> String {
        format!("<{}>", self.name.as_str())
    }

    /// Opens the mailbox and looks for the message.
    async fn find(
        self,
        session: &mut Session<Stream>,
        access: Access,
    ) -> Result<(Selected, Option<Message>), Error> {
        let search = Command::new("UID SEARCH").words("SINCE");
        let search = search.date(now().saturating_sub(REPEAT_S));
        let search = search.words("HEADER").text(FIELD).text(&self.key());
        let (selected, found) = searched(session, self.mailbox, access, search).await?;
        let validity = selected.uid_validity.ok_or(Error::Incomplete)?;
        let uid = found.and_then(|(first, _)| NonZeroU32::new(first));
        Ok((selected, uid.map(|uid| Message { validity, uid })))
    }
}

/// How many bytes of a text the fields are that [`create`] put before it. The beginning of the text is enough.
pub(super) fn fields_len(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some(after) = rest
        .strip_prefix(FIELD.as_bytes())
        .and_then(|rest| rest.strip_prefix(b": <"))
        && let Some(end) = after.windows(3).position(|end| end == b">\r\n")
        && end <= NewName::LEN_MAX
    {
        rest = after.get(end + 3..).unwrap_or_default();
    }
    text.len() - rest.len()
}

fn appended(reply: &Reply) -> Option<Message> {
    match &reply.code {
        Some(Code::AppendUid { validity, uids }) => {
            let uid = uids.iter().next().and_then(NonZeroU32::new)?;
            let validity = *validity;
            Some(Message { validity, uid })
        }
        _ => None,
    }
}

fn now() -> i64 {
    let since = UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::fields_len;

    #[test]
    fn only_whole_fields_at_the_beginning_are_ours() {
        for (text, ours) in [
            ("X-Directpush-Id: <a-1>\r\nTo: b\r\n", 24),
            // Written over a text that had one.
            ("X-Directpush-Id: <a>\r\nX-Directpush-Id: <b>\r\n\r\n", 44),
            ("X-Directpush-Id: <a>\r\n", 22),
            ("To: b\r\nX-Directpush-Id: <a>\r\n", 0),
            ("X-Directpush-Id: <a", 0),
            ("X-Directpush-Id: other\r\nX: >\r\n", 0),
            ("", 0),
        ] {
            assert_eq!(fields_len(text.as_bytes()), ours, "{text:?}");
        }
        let long = format!("X-Directpush-Id: <{}>\r\n", "x".repeat(65));
        assert_eq!(fields_len(long.as_bytes()), 0);
    }
}
