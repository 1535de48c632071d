//! What came of the messages of a mailbox, in whatever order and however often.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use crate::imap::flags;
use crate::imap::message::Message;
use crate::imap::wire::{Fetch, Untagged};
use crate::item::ItemState;
use crate::name::Version;

/// Messages that vanished of which the names are kept; with more, a listing says the same in less.
const VANISHED_MAX: u64 = 20_000;

/// What came.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    parts: Vec<Part>,
    vanished: BTreeSet<u32>,
    /// More vanished than is kept.
    flooded: bool,
    /// How many of the messages that the session counts were removed since it has opened the mailbox.
    removed: u64,
}

/// What one response said of one message.
#[derive(Clone, Debug)]
struct Part {
    uid: NonZeroU32,
    version: Option<Version>,
    time: Option<i64>,
    size: Option<u64>,
    vanished: bool,
}

impl Part {
    fn read(fetch: &Fetch) -> Option<Self> {
        let flags = fetch.flags.as_deref();
        Some(Self {
            // Without one it is about a change that the next question will answer.
            uid: NonZeroU32::new(fetch.uid?)?,
            version: flags.map(|flags| flags::version(&flags::marks(flags))),
            time: fetch.internal_date,
            size: fetch.size,
            vanished: false,
        })
    }

    /// Adds what a later response said.
    fn update(&mut self, later: &mut Self) {
        self.version = later.version.take().or_else(|| self.version.take());
        self.time = later.time.or(self.time);
        self.size = later.size.or(self.size);
        self.vanished |= later.vanished;
    }

    fn state(self, validity: u32) -> Option<ItemState> {
        let uid = self.uid;
        Some(ItemState {
            item: Message { validity, uid }.item(),
            version: self.version?,
            time: self.time?,
            size: self.size?,
        })
    }
}

impl Gathered {
    /// Adds what the server said.
    pub(super) fn take(&mut self, data: &Untagged) {
        match data {
            Untagged::Fetch(fetch) => self.parts.extend(Part::read(fetch)),
            Untagged::Expunge(_) => self.removed += 1,
            Untagged::Vanished { earlier, uids } => {
                if !earlier {
                    self.removed = self.removed.saturating_add(uids.len());
                }
                let kept = u64::try_from(self.vanished.len()).unwrap_or(u64::MAX);
                self.flooded |= kept.saturating_add(uids.len()) > VANISHED_MAX;
                if !self.flooded {
                    self.vanished.extend(uids.iter());
                }
                if !earlier {
                    self.remove(|uid| uids.contains(uid));
                }
            }
            _ => {}
        }
    }

    fn remove(&mut self, gone: impl Fn(u32) -> bool) {
        for part in &mut self.parts {
            part.vanished |= gone(part.uid.get());
        }
    }

    /// Whether more vanished than is kept.
    pub(super) fn is_flooded(&self) -> bool {
        self.flooded
    }

    /// How many of the messages that the session counts were removed since it has opened the mailbox.
    pub(super) fn removed(&self) -> u64 {
        self.removed
    }

    /// The messages of which all was said, those below `next` only: each once, in their order.
    pub(super) fn settle(&mut self) {
        self.parts.sort_by_key(|part| part.uid);
        self.parts.dedup_by(|later, first| {
            let same = later.uid == first.uid;
            if same {
                first.update(later);
            }
            same
        });
    }

    /// How many messages of `wanted` all was said of. After [`Self::settle`].
    pub(super) fn complete(&self, wanted: impl Fn(u32) -> bool) -> u64 {
        let complete = self.parts.iter().filter(|part| {
            let known = part.version.is_some() && part.time.is_some() && part.size.is_some();
            known && wanted(part.uid.get())
        });
        u64::try_from(complete.count()).unwrap_or(u64::MAX)
    }

    /// The states of those messages of `wanted` that are there, and the names of those that are not. After
    /// [`Self::settle`].
    pub(super) fn into_states(
        self,
        validity: u32,
        wanted: impl Fn(u32) -> bool,
    ) -> (Vec<ItemState>, BTreeSet<u32>) {
        let mut vanished = self.vanished;
        let parts = self.parts.into_iter();
        let states = parts
            .filter(|part| wanted(part.uid.get()))
            .filter_map(|part| {
                let (uid, gone) = (part.uid.get(), part.vanished);
                let state = part.state(validity).filter(|_| !gone)?;
                // The server says that it had vanished, and shows it.
                vanished.remove(&uid);
                Some(state)
            });
        let states = states.collect();
        vanished.retain(|uid| wanted(*uid));
        (states, vanished)
    }
}
