//! Recognising a message that arrives, where the server does not say how it is called.

use std::num::NonZeroU32;

use crate::imap::Session;
use crate::imap::error::Error;
use crate::imap::message::Message;
use crate::imap::session::Access;
use crate::imap::stream::Stream;
use crate::imap::wire::{Command, Content, Fetch, MailboxName, Untagged};

/// How messages are recognised.
const LOOKS: &str = "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])";

/// What a message looks like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Likeness {
    size: u64,
    time: i64,
    /// Its line, as it stands in the header.
    message_id: Vec<u8>,
}

impl Likeness {
    /// Of a message in the mailbox that is open.
    pub(super) async fn of(session: &mut Session<Stream>, uid: NonZeroU32) -> Result<Self, Error> {
        let command = Command::new("UID FETCH").set(&uid.into()).words(LOOKS);
        let reply = session.run(command).await?.ok()?;
        let mut own = reply.untagged.iter().filter_map(|data| match data {
            Untagged::Fetch(fetch) if fetch.uid == Some(uid.get()) => Self::read(fetch),
            _ => None,
        });
        own.next().ok_or(Error::Incomplete)
    }

    fn read(fetch: &Fetch) -> Option<Self> {
        let line = fetch
            .sections
            .iter()
            .find_map(|section| match &section.content {
                Content::Held(bytes) => Some(bytes.trim_ascii().to_vec()),
                Content::Nil | Content::Streamed(_) => None,
            });
        Some(Self {
            size: fetch.size?,
            time: fetch.internal_date?,
            message_id: line?,
        })
    }
}

/// Messages that come into a mailbox from a moment on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Arrivals {
    likeness: Likeness,
    validity: u32,
    first: NonZeroU32,
}

impl Arrivals {
    /// From now on, into that mailbox, which is not opened.
    pub(super) async fn from_now(
        session: &mut Session<Stream>,
        target: &MailboxName,
        likeness: Likeness,
    ) -> Result<Self, Error> {
        let status = Command::new("STATUS").mailbox(target);
        let status = status.words("(UIDNEXT UIDVALIDITY)");
        let reply = session.run(status).await?.ok()?;
        let counters = reply.untagged.iter().find_map(|data| match data {
            Untagged::Status(status) if status.name == *target => {
                Some((status.uid_validity?, NonZeroU32::new(status.uid_next?)?))
            }
            _ => None,
        });
        let (validity, first) = counters.ok_or(Error::Incomplete)?;
        Ok(Self {
            likeness,
            validity,
            first,
        })
    }

    /// The message, if it has come, and nothing that looks like it.
    pub(super) async fn find(
        &self,
        session: &mut Session<Stream>,
        target: &MailboxName,
    ) -> Result<Option<Message>, Error> {
        let fetch = Command::new("UID FETCH").from(self.first).words(LOOKS);
        let mut alike = Vec::new();
        let each = |number, data: Untagged| {
            if let Untagged::Fetch(fetch) = data
                && number == 1
                && Likeness::read(&fetch).as_ref() == Some(&self.likeness)
            {
                // `7:*` is also the last message, if that is before the seventh.
                let uid = fetch.uid.and_then(NonZeroU32::new);
                alike.extend(uid.filter(|uid| *uid >= self.first));
            }
            Ok(())
        };
        let fetch = [fetch];
        let opening = session.select_and(target, Access::Read, &fetch, each);
        let (selected, _replies) = opening.await?;
        alike.dedup();
        let (validity, known) = (self.validity, selected.uid_validity);
        Ok(match alike.as_slice() {
            [uid] if known == Some(validity) => Some(Message {
                validity,
                uid: *uid,
            }),
            _ => None,
        })
    }
}
