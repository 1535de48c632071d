//! Looking at one message.

use super::Session;
use super::error::Error;
use super::flags;
use super::message::Message;
use super::session::Access;
use super::stream::Stream;
use super::wire::{Command, MailboxName, UidSet, Untagged};
use crate::item::ItemState;
use crate::marks::Marks;

/// What makes the state of a message.
pub(super) const STATE: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE)";

/// Asks for the state of messages.
pub(super) fn ask(uids: &UidSet) -> Command {
    Command::new("UID FETCH").set(uids).words(STATE)
}

/// What was said of one message.
#[derive(Debug)]
pub(super) struct Look {
    message: Message,
    flags: Option<Vec<Box<str>>>,
    time: Option<i64>,
    size: Option<u64>,
}

impl Look {
    pub(super) fn new(message: Message) -> Self {
        Self {
            message,
            flags: None,
            time: None,
            size: None,
        }
    }

    /// Takes what the server said, if it is about the message.
    pub(super) fn take(&mut self, data: &Untagged) {
        if let Untagged::Fetch(fetch) = data
            && fetch.uid == Some(self.message.uid.get())
        {
            if let Some(flags) = &fetch.flags {
                self.flags = Some(flags.clone());
            }
            self.time = fetch.internal_date.or(self.time);
            self.size = fetch.size.or(self.size);
        }
    }

    /// The state; `None`: there is no such message.
    ///
    /// # Errors
    /// Only a part of it was said.
    pub(super) fn found(self) -> Result<Option<(ItemState, Marks)>, Error> {
        match (self.flags, self.time, self.size) {
            (Some(flags), Some(time), Some(size)) => {
                let marks = flags::marks(&flags);
                let state = ItemState {
                    item: self.message.item(),
                    version: flags::version(&marks),
                    time,
                    size,
                };
                Ok(Some((state, marks)))
            }
            // Flags that changed are also told of messages that go.
            (_, None, None) => Ok(None),
            _ => Err(Error::Incomplete),
        }
    }
}

/// Opens a mailbox for reading and looks at a message of it; `None`: it is not there.
pub(super) async fn look(
    session: &mut Session<Stream>,
    name: &MailboxName,
    message: Message,
) -> Result<Option<(ItemState, Marks)>, Error> {
    let mut look = Look::new(message);
    let command = ask(&message.uid.into());
    let each = |number, data: Untagged| {
        if number == 1 {
            look.take(&data);
        }
        Ok(())
    };
    let opened = session
        .select_and(name, Access::Read, &[command], each)
        .await;
    let (selected, replies) = opened?;
    if selected.uid_validity != Some(message.validity) {
        return Ok(None);
    }
    for reply in replies {
        let _reply = reply.ok()?;
    }
    look.found()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::Look;
    use crate::imap::error::Error;
    use crate::imap::message::Message;
    use crate::imap::wire::{Fetch, Untagged};
    use crate::marks::Flag;

    fn fetch(uid: u32) -> Fetch {
        Fetch {
            uid: Some(uid),
            ..Fetch::default()
        }
    }

    #[test]
    fn the_latest_word_on_the_message_counts() {
        let uid = NonZeroU32::new(7).unwrap();
        let message = Message { validity: 1, uid };
        let flags = |words: &[&str]| Some(words.iter().map(|word| Box::from(*word)).collect());
        let all = Fetch {
            flags: flags(&[]),
            internal_date: Some(5),
            size: Some(6),
            ..fetch(7)
        };
        let mut look = Look::new(message);
        for fetch in [
            all.clone(),
            Fetch {
                flags: flags(&["\\Seen"]),
                ..fetch(7)
            },
            Fetch {
                flags: flags(&["\\Flagged"]),
                ..fetch(8)
            },
        ] {
            look.take(&Untagged::Fetch(Box::new(fetch)));
        }
        let (state, marks) = look.found().unwrap().unwrap();
        assert_eq!((state.item.as_str(), state.version.as_str()), ("1.7", "S"));
        assert!(marks.has(Flag::Seen) && marks.flags.len() == 1);
        assert!(Look::new(message).found().unwrap().is_none());
        let mut part = Look::new(message);
        part.take(&Untagged::Fetch(Box::new(Fetch { flags: None, ..all })));
        assert!(matches!(part.found(), Err(Error::Incomplete)));
    }
}
