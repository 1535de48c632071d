//! What happens to folders, phones and the service, and whether users' deeds are done.

use std::time::Duration;

use protocol::command::{CollectionId, ServerId};
use protocol::device::{ItemCopy, LocalChange};

use crate::compare::folder;
use crate::core::Core;
use crate::mail::Message;
use crate::plan::{Deed, WEEK_S, plan};
use crate::week::{ACCOUNTS, Week};

/// The service forgets what it told a device that it does not hear of for so long.
const FORGOTTEN_AFTER_S: u64 = 7_200;

/// What a user wants of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Goal {
    Read(bool),
    Flagged(bool),
    In(&'static str),
}

impl Goal {
    fn is_met(self, message: &Message) -> bool {
        match self {
            Self::Read(read) => message.read == read,
            Self::Flagged(flagged) => message.flagged == flagged,
            Self::In(folder) => message.folder == folder,
        }
    }
}

impl Week {
    /// Does all that is planned.
    pub(crate) async fn live(&mut self, seed: u64) {
        for (at, deed) in plan(seed, ACCOUNTS.len(), self.phones.len()) {
            self.wait_until(at).await;
            self.compare_calm();
            self.do_it(deed).await;
            self.calm_since = self.now();
        }
        self.wait_until(WEEK_S).await;
    }

    async fn do_it(&mut self, deed: Deed) {
        let now = self.now();
        match deed {
            Deed::Deliver { account, folder } => self.deliver(account, folder),
            Deed::Mark { account } => {
                if let Some(message) = self.pick(account) {
                    let (read, flagged) = (!message.read, message.flagged);
                    self.mail[account].mark(&message, read, flagged);
                }
            }
            Deed::Erase { account } => {
                if let Some(message) = self.pick(account) {
                    self.mail[account].erase(&message);
                }
            }
            Deed::Touch { phone } => return self.touch(phone).await,
            Deed::Away { phone, seconds } => {
                let phone = &mut self.phones[phone];
                phone.away_until = Some(now + Duration::from_secs(seconds));
                phone.judge.forgotten += usize::from(seconds > FORGOTTEN_AFTER_S);
                phone.cut(self.core.as_ref(), now);
            }
            Deed::Cut { phone } => self.phones[phone].cut(self.core.as_ref(), now),
            Deed::LoseNext { phone } => self.phones[phone].loses_next = true,
            Deed::Restart { drained } => self.restart(drained).await,
            Deed::Tidy => self.core.as_ref().unwrap().tidy().await,
            Deed::Step { seconds } => self.hand.set(self.clock.seconds() + seconds),
        }
        self.core.as_mut().unwrap().heard().await;
    }

    pub(crate) fn deliver(&mut self, account: usize, folder: &str) {
        self.messages += 1;
        let subject = format!("m{}", self.messages);
        self.mail[account].deliver(folder, &subject, self.clock.seconds());
    }

    fn pick(&mut self, account: usize) -> Option<Message> {
        let messages = self.mail[account].messages();
        (!messages.is_empty()).then(|| self.random.pick(&messages).clone())
    }

    /// A user does something. If the phone is on the network, it is done in the folders at once.
    async fn touch(&mut self, number: usize) {
        let Some((subject, goal, change)) = self.choose(number) else {
            return;
        };
        let phone = &mut self.phones[number];
        if let Goal::In(_) = goal {
            phone.taken.insert(subject.clone());
        }
        let online = phone.away_until.is_none() && phone.device.is_parked();
        phone.change(change);
        self.settle().await;
        let messages = self.mail[self.account_of(number)].messages();
        let mut found = messages.iter().filter(|one| one.subject == subject);
        let done = found.next().is_some_and(|one| goal.is_met(one));
        assert!(
            !online || done,
            "{goal:?} of {subject} was not done\n{}",
            self.phones[number].judge.diary()
        );
    }

    /// Stops the service and starts it again.
    async fn restart(&mut self, drained: bool) {
        let core = self.core.take().unwrap();
        let now = self.now();
        self.restarts += 1;
        if drained {
            core.commands.hub.drain(Duration::ZERO).await;
            // The answers arrive.
            while let Some(landed) = self.flights.join_next().await {
                if let Ok(landed) = landed {
                    self.phones[landed.phone].landed(&core, landed, now);
                }
            }
        }
        for phone in &mut self.phones {
            phone.cut(None, now);
        }
        self.flights.shutdown().await;
        core.stop().await;
        self.core = Some(Core::start(self.place.path(), &self.clock).await);
    }

    /// What a user does next: to which message, what, and by which change.
    fn choose(&mut self, number: usize) -> Option<(String, Goal, LocalChange)> {
        let phone = &self.phones[number];
        let away = phone.away_until.is_some();
        let work = folder(phone, ".Work")?.folder.server_id.clone();
        let inbox = folder(phone, "")?;
        let folder = inbox.folder.server_id.clone();
        let items: Vec<(ServerId, ItemCopy)> = inbox.items.clone().into_iter().collect();
        if items.is_empty() {
            return None;
        }
        let (item, copy) = self.random.pick(&items).clone();
        let goal = match self.random.below(10) {
            0..4 => Goal::Read(!copy.read),
            4..6 => Goal::Flagged(!copy.flagged),
            // A phone that is away would move before it marks, and lose the mark.
            6..8 if !away => Goal::In(".Work"),
            _ => Goal::In(".Trash"),
        };
        Some((copy.subject, goal, change((folder, item), goal, work)))
    }
}

fn change((folder, item): (CollectionId, ServerId), goal: Goal, work: CollectionId) -> LocalChange {
    match goal {
        Goal::Read(read) => LocalChange::SetRead { folder, item, read },
        Goal::Flagged(flagged) => LocalChange::SetFlag {
            folder,
            item,
            flagged,
        },
        Goal::In(".Work") => LocalChange::Move {
            folder,
            item,
            target: work,
        },
        Goal::In(_) => LocalChange::Delete { folder, item },
    }
}
