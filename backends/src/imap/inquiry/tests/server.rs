//! A mailbox on a server, as sessions see it: a session has a picture of it, which follows the mailbox only when the
//! server speaks of a change.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::{NonZeroU32, NonZeroU64};

use super::Deed;
use crate::imap::flags;
use crate::imap::inquiry::{Ask, End, Opened};
use crate::imap::message::Message;
use crate::imap::wire::{Esearch, Fetch, Search, UidSet, Untagged};
use crate::item::ItemState;
use crate::name::ItemRef;

/// What the server can do and how it goes about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quirks {
    pub(super) changed: bool,
    pub(super) vanished: bool,
    pub(super) esearch: bool,
    /// Says only at `NOOP` that messages are gone.
    pub(super) late_expunges: bool,
    /// Names more as vanished than ever were.
    pub(super) wide_vanished: bool,
    /// So many hours before UTC is where it lives.
    pub(super) zone: i8,
}

#[derive(Clone, Debug)]
struct Mail {
    flags: Vec<Box<str>>,
    time: i64,
    mod_seq: u64,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) quirks: Quirks,
    /// What others do while a question is answered.
    pub(super) meanwhile: Vec<Deed>,
    /// What was touched.
    pub(super) touched: BTreeSet<ItemRef>,
    pub(super) asked: Vec<Ask>,
    validity: u32,
    next: u32,
    mod_seq: u64,
    mails: BTreeMap<u32, Mail>,
    gone: BTreeMap<u32, u64>,
    /// What the session counts.
    picture: Vec<u32>,
    opened: Option<Opened>,
    unsaid: VecDeque<u32>,
}

/// When the message of that number was received: three in a day.
pub(super) fn time(number: u32) -> i64 {
    1_700_000_000 + i64::from(number) * 30_000
}

impl Server {
    pub(super) fn new(quirks: Quirks) -> Self {
        Self {
            quirks,
            meanwhile: Vec::new(),
            touched: BTreeSet::new(),
            asked: Vec::new(),
            validity: 1,
            next: 1,
            mod_seq: 1,
            mails: BTreeMap::new(),
            gone: BTreeMap::new(),
            picture: Vec::new(),
            opened: None,
            unsaid: VecDeque::new(),
        }
    }

    pub(super) fn opened(&self) -> Opened {
        self.opened.unwrap()
    }

    fn item(&self, uid: u32) -> ItemRef {
        let (validity, uid) = (self.validity, NonZeroU32::new(uid).unwrap());
        Message { validity, uid }.item()
    }

    pub(super) fn truth(&self) -> BTreeMap<ItemRef, ItemState> {
        let states = self.mails.iter().map(|(uid, mail)| ItemState {
            item: self.item(*uid),
            version: flags::version(&flags::marks(&mail.flags)),
            time: mail.time,
            size: 100 + u64::from(*uid),
        });
        states.map(|state| (state.item.clone(), state)).collect()
    }

    fn pick(&self, number: u8) -> Option<u32> {
        let uids: Vec<_> = self.mails.keys().copied().collect();
        (!uids.is_empty()).then(|| uids[usize::from(number) % uids.len()])
    }

    pub(super) fn apply(&mut self, deed: Deed) {
        self.mod_seq += 1;
        match deed {
            Deed::Deliver(number) => {
                let uid = self.next;
                // Identifiers may leave gaps.
                self.next += 1 + u32::from(number % 3);
                let mail = Mail {
                    flags: Vec::new(),
                    time: time(number.into()),
                    mod_seq: self.mod_seq,
                };
                self.mails.insert(uid, mail);
                self.touched.insert(self.item(uid));
            }
            Deed::Flag(number, flags) => {
                let Some(uid) = self.pick(number) else { return };
                let words = ["", "\\Seen", "\\Flagged", "\\Seen work"][usize::from(flags) % 4];
                let mail = self.mails.get_mut(&uid).unwrap();
                mail.flags = words.split_whitespace().map(Into::into).collect();
                mail.mod_seq = self.mod_seq;
                self.touched.insert(self.item(uid));
            }
            Deed::Expunge(number) => {
                let Some(uid) = self.pick(number) else { return };
                self.mails.remove(&uid);
                self.gone.insert(uid, self.mod_seq);
                self.unsaid.push_back(uid);
                self.touched.insert(self.item(uid));
            }
            Deed::Rebuild => {
                self.validity += 1;
                self.next = 1;
                self.mails.clear();
                self.gone.clear();
                self.mod_seq = 1;
            }
            Deed::Nothing => {}
        }
    }

    /// Something happens.
    fn stir(&mut self) {
        if let Some(deed) = self.meanwhile.pop() {
            self.apply(deed);
        }
    }

    pub(super) fn answer(&mut self, ask: &Ask) -> (End, Vec<Untagged>) {
        self.asked.push(ask.clone());
        self.stir();
        let mut out = Vec::new();
        let picture = self.picture.clone();
        match ask {
            Ask::Open => {
                self.open();
                out.extend(of_another_mailbox());
            }
            Ask::Changed { since, vanished } => {
                if *vanished {
                    out.extend(self.vanished_since(since.get()));
                }
                self.fetch(&picture, since.get(), &mut out);
            }
            Ask::CountBelow(first) => {
                let below = picture.iter().filter(|uid| **uid < first.get());
                let left = below.filter(|uid| self.mails.contains_key(uid));
                let count = u32::try_from(left.clone().count()).unwrap();
                let numbers = left.copied().collect();
                out.push(self.search(numbers, Some(count)));
            }
            Ask::All => self.fetch(&picture, 0, &mut out),
            Ask::Since(day) => {
                let zone = i64::from(self.quirks.zone) * 3600;
                let first = day.div_euclid(86_400);
                let mails = self.mails.iter();
                let found = mails.filter(|(uid, mail)| {
                    let own = (mail.time + zone).div_euclid(86_400);
                    picture.contains(uid) && own >= first
                });
                let numbers = found.map(|(uid, _)| *uid).collect();
                out.push(self.search(numbers, None));
            }
            Ask::These(set) => {
                let asked: Vec<u32> = picture
                    .into_iter()
                    .filter(|uid| set.contains(*uid))
                    .collect();
                self.fetch(&asked, 0, &mut out);
            }
            Ask::Noop => self.say_expunges(&mut out),
        }
        if !self.quirks.late_expunges && !matches!(ask, Ask::Open) {
            self.say_expunges(&mut out);
        }
        (End::Answered, out)
    }

    fn open(&mut self) {
        self.unsaid.clear();
        self.picture = self.mails.keys().copied().collect();
        self.opened = Some(Opened {
            validity: self.validity,
            next: self.next,
            mod_seq: NonZeroU64::new(self.mod_seq).filter(|_| self.quirks.changed),
            exists: u32::try_from(self.picture.len()).unwrap(),
        });
    }

    fn vanished_since(&self, since: u64) -> Option<Untagged> {
        let wide = self.quirks.wide_vanished;
        let gone = self.gone.iter();
        let gone = gone.filter(|(_, mod_seq)| **mod_seq > since || wide);
        // And some that it then shows all the same.
        let mails = self.mails.iter();
        let there = mails.filter(|(_, mail)| mail.mod_seq > since && wide);
        let uids = gone.map(|(uid, _)| *uid).chain(there.map(|(uid, _)| *uid));
        let uids: UidSet = uids.filter_map(NonZeroU32::new).collect();
        (!uids.is_empty()).then_some(Untagged::Vanished {
            earlier: true,
            uids,
        })
    }

    /// Those that changed since; a message that is gone is passed over.
    fn fetch(&mut self, uids: &[u32], since: u64, out: &mut Vec<Untagged>) {
        for uid in uids {
            self.stir();
            let Some(mail) = self.mails.get(uid) else {
                continue;
            };
            if mail.mod_seq > since {
                out.push(Untagged::Fetch(Box::new(Fetch {
                    uid: Some(*uid),
                    flags: Some(mail.flags.clone()),
                    internal_date: Some(mail.time),
                    size: Some(100 + u64::from(*uid)),
                    ..Fetch::default()
                })));
            }
            // Also unasked: changes of messages that the session counts, some without a name.
            if let Some((other, mail)) =
                self.mails.iter().find(|(other, _)| **other % 3 == *uid % 3)
            {
                out.push(Untagged::Fetch(Box::new(Fetch {
                    uid: self.quirks.vanished.then_some(*other),
                    flags: Some(mail.flags.clone()),
                    ..Fetch::default()
                })));
            }
        }
    }

    fn search(&self, numbers: Vec<u32>, count: Option<u32>) -> Untagged {
        if !self.quirks.esearch {
            return Untagged::Search(Search {
                numbers,
                mod_seq: None,
            });
        }
        let set: UidSet = numbers.into_iter().filter_map(NonZeroU32::new).collect();
        let all = Some(set).filter(|set| !set.is_empty() && count.is_none());
        Untagged::Esearch(Box::new(Esearch {
            uid: true,
            count,
            all,
            ..Esearch::default()
        }))
    }

    fn say_expunges(&mut self, out: &mut Vec<Untagged>) {
        while let Some(uid) = self.unsaid.pop_front() {
            let Some(at) = self.picture.iter().position(|own| *own == uid) else {
                continue;
            };
            self.picture.remove(at);
            out.push(if self.quirks.vanished {
                Untagged::Vanished {
                    earlier: false,
                    uids: NonZeroU32::new(uid).unwrap().into(),
                }
            } else {
                Untagged::Expunge(u32::try_from(at).unwrap() + 1)
            });
        }
    }
}

/// What may still come of the mailbox that was open before.
fn of_another_mailbox() -> [Untagged; 2] {
    let fetch = Fetch {
        uid: Some(1),
        flags: Some(vec!["\\Answered".into()]),
        internal_date: Some(time(200)),
        size: Some(77),
        ..Fetch::default()
    };
    [Untagged::Fetch(Box::new(fetch)), Untagged::Expunge(1)]
}
