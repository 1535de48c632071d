//! A server that means well, as small as can be: folders that are counted, keys, and what was told under which.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use protocol::command::folder_sync::{Folder, FolderChanges, FolderSyncResponse, FolderType};
use protocol::command::ping::{PingRequest, PingResponse};
use protocol::command::sync::{CollectionAnswer, SyncCollection};
use protocol::command::{CollectionId, StatusCode, SyncKeyText};
use protocol::flow::cached_sync::CachedSync;

use crate::device::phone::add;

/// How long an answer may be in doubt before a Ping announces it.
const GRACE: Duration = Duration::from_secs(60);
/// Keys of a folder that are kept.
const KEYS_MAX: usize = 4;

#[derive(Debug)]
struct Key {
    text: String,
    told: u32,
    content: bool,
    at: Instant,
    announced: bool,
}

/// A folder, in which nothing happens but that more comes.
#[derive(Debug)]
struct Content {
    since: u32,
    total: u32,
    keys: Vec<Key>,
    made: u32,
    announced: bool,
    /// How often news were announced without a Sync since, and when they are next, as the park table does it.
    paced: usize,
    again: Option<Instant>,
}

/// Between two announcements of a folder that is not synced, in seconds.
const PACE_S: [u64; 4] = [1, 5, 15, 60];

#[derive(Debug, Default)]
pub(crate) struct Server {
    folders: BTreeMap<u32, Content>,
    removed: BTreeMap<u32, u32>,
    /// Counts what happened to the hierarchy, and how much of it the phone was told.
    hierarchy: u32,
    hierarchy_told: u32,
    /// Mailboxes cannot be read.
    pub(crate) down: bool,
    pub(crate) ping: PingRequest,
    pub(crate) sync: Option<CachedSync>,
}

/// What a folder of a Sync comes to.
pub(crate) enum Told {
    Nothing,
    Moved(CollectionAnswer),
    Refused(CollectionAnswer),
}

impl Server {
    pub(crate) fn make_folder(&mut self, total: u32) {
        self.hierarchy += 1;
        let content = Content {
            since: self.hierarchy,
            total,
            keys: Vec::new(),
            made: 0,
            announced: false,
            paced: 0,
            again: None,
        };
        self.folders.insert(self.hierarchy, content);
    }

    /// The folder at a place, never the last one.
    pub(crate) fn remove_folder(&mut self, at: usize) {
        if self.folders.len() > 1
            && let Some(id) = self.nth(at)
        {
            self.hierarchy += 1;
            self.folders.remove(&id);
            self.removed.insert(id, self.hierarchy);
        }
    }

    pub(crate) fn nth(&self, at: usize) -> Option<u32> {
        let count = self.folders.len().max(1);
        self.folders.keys().nth(at % count).copied()
    }

    pub(crate) fn deliver(&mut self, at: usize, count: u32) {
        let id = self.nth(at);
        if let Some(content) = id.and_then(|id| self.folders.get_mut(&id)) {
            content.total += count;
        }
    }

    /// A message is moved to a folder.
    pub(crate) fn come(&mut self, id: &CollectionId) {
        let content = number(id).and_then(|id| self.folders.get_mut(&id));
        content.into_iter().for_each(|content| content.total += 1);
    }

    /// What is only remembered in memory goes.
    pub(crate) fn forget(&mut self) {
        self.ping = PingRequest::default();
        self.sync = None;
    }

    /// The answer to a FolderSync, and whether it says anything.
    pub(crate) fn folder_sync(&mut self, key: &str) -> (FolderSyncResponse, bool) {
        let told = key.trim_start_matches('h').parse().unwrap_or(0);
        let adds = self.folders.iter().filter(|(_, one)| one.since > told);
        let changes = FolderChanges {
            adds: adds.map(|(id, _)| folder(*id)).collect(),
            deletes: self
                .removed
                .iter()
                .filter(|(_, since)| **since > told)
                .map(|(id, _)| CollectionId::from_number(*id))
                .collect(),
            ..FolderChanges::default()
        };
        self.hierarchy_told = self.hierarchy;
        let news = !changes.adds.is_empty() || !changes.deletes.is_empty();
        let answer = FolderSyncResponse {
            status: StatusCode::SUCCESS,
            sync_key: SyncKeyText::parse(&format!("h{}", self.hierarchy)).ok(),
            changes: Some(changes),
        };
        (answer, news)
    }

    pub(crate) fn estimate(&self, id: &CollectionId, key: &str) -> (StatusCode, Option<u32>) {
        let Some(content) = number(id).and_then(|id| self.folders.get(&id)) else {
            return (StatusCode::new(2), None);
        };
        match content.keys.iter().find(|one| one.text == key) {
            Some(key) => (StatusCode::SUCCESS, Some(content.total - key.told)),
            None => (StatusCode::new(4), None),
        }
    }

    pub(crate) fn sync(&mut self, asked: &SyncCollection, now: Instant) -> Told {
        let refused = |code| {
            let key = asked.sync_key.clone();
            let id = asked.collection_id.clone();
            Told::Refused(CollectionAnswer::new(id, key, StatusCode::new(code)))
        };
        let content = number(&asked.collection_id).and_then(|id| self.folders.get_mut(&id));
        let Some(content) = content else {
            return refused(12);
        };
        if asked.sync_key.is_initial() {
            return Told::Moved(content.answer(asked, 0, 0, now));
        }
        let Some(told) = content.show(asked.sync_key.as_str()) else {
            return refused(3);
        };
        if self.down {
            return refused(5);
        }
        let page = asked.window_size().min(content.total - told);
        if page == 0 && asked.commands.is_empty() {
            content.synced();
            return Told::Nothing;
        }
        Told::Moved(content.answer(asked, told, page, now))
    }

    /// What a Ping for these folders is answered at once.
    pub(crate) fn announce(&mut self, ids: &[CollectionId], now: Instant) -> Option<PingResponse> {
        let numbers: BTreeSet<u32> = ids.iter().filter_map(number).collect();
        let known = numbers.iter().all(|id| self.folders.contains_key(id));
        if self.hierarchy_moved() || !known {
            return Some(PingResponse::hierarchy_changed());
        }
        let mut changed = Vec::new();
        for id in numbers {
            let content = self.folders.get_mut(&id);
            if content.is_some_and(|content| content.has_news(now)) {
                changed.push(CollectionId::from_number(id));
            }
        }
        (!changed.is_empty()).then(|| PingResponse::changes(changed))
    }

    /// The phone was not told of all folders.
    pub(crate) fn hierarchy_moved(&self) -> bool {
        self.hierarchy != self.hierarchy_told
    }

    /// When a Ping is to be looked at again, at the latest.
    pub(crate) fn next_doubt(&self, now: Instant) -> Option<Instant> {
        let newest = self
            .folders
            .values()
            .filter_map(|content| content.keys.last());
        let doubts = newest.filter(|key| key.content && !key.announced);
        let paced = self.folders.values().filter_map(|content| content.again);
        doubts
            .map(|key| key.at + GRACE)
            .chain(paced)
            .filter(|at| *at > now)
            .min()
    }

    /// Whether a Sync that is held has something to say.
    pub(crate) fn stirs(&self, collections: &[SyncCollection]) -> bool {
        self.hierarchy_moved()
            || collections.iter().any(|asked| {
                let content = number(&asked.collection_id).and_then(|id| self.folders.get(&id));
                content.is_none_or(|content| {
                    let shown = content.keys.iter();
                    let mut shown = shown.filter(|key| key.text == asked.sync_key.as_str());
                    shown.next().is_none_or(|key| key.told < content.total)
                })
            })
    }
}

impl Content {
    /// What was told under a key; its elders are forgotten.
    fn show(&mut self, text: &str) -> Option<u32> {
        let at = self.keys.iter().position(|key| key.text == text)?;
        self.keys.drain(..at);
        let key = self.keys.first_mut()?;
        key.content = false;
        Some(key.told)
    }

    fn answer(
        &mut self,
        asked: &SyncCollection,
        told: u32,
        page: u32,
        now: Instant,
    ) -> CollectionAnswer {
        self.made += 1;
        self.synced();
        let text = format!("{}-{}", asked.collection_id.as_str(), self.made);
        let key = SyncKeyText::parse(&text).unwrap();
        let mut answer =
            CollectionAnswer::new(asked.collection_id.clone(), key, StatusCode::SUCCESS);
        answer.commands = (told..told + page).map(|item| add(item, "x")).collect();
        answer.more_available = page > 0 && told + page < self.total;
        self.keys.push(Key {
            text,
            told: told + page,
            content: page > 0 || !asked.commands.is_empty(),
            at: now,
            announced: false,
        });
        if self.keys.len() > KEYS_MAX {
            self.keys.remove(1);
        }
        answer
    }

    fn has_news(&mut self, now: Instant) -> bool {
        let Some(newest) = self.keys.last_mut() else {
            // Never synced: announced once.
            return !std::mem::replace(&mut self.announced, true);
        };
        let doubt = newest.content && !newest.announced && newest.at + GRACE <= now;
        newest.announced |= doubt;
        let news = newest.told < self.total && self.again.is_none_or(|at| at <= now);
        if news {
            let pause = PACE_S[self.paced.min(PACE_S.len() - 1)];
            self.again = Some(now + Duration::from_secs(pause));
            self.paced += 1;
        }
        doubt || news
    }

    /// The phone synced it.
    fn synced(&mut self) {
        (self.paced, self.again) = (0, None);
    }
}

fn number(id: &CollectionId) -> Option<u32> {
    id.as_str().parse().ok()
}

fn folder(id: u32) -> Folder {
    let folder_type = match id {
        1 => FolderType::Inbox,
        2 => FolderType::SentItems,
        3 => FolderType::DeletedItems,
        4 => FolderType::Drafts,
        _ => FolderType::UserMail,
    };
    Folder {
        server_id: CollectionId::from_number(id),
        parent_id: None,
        display_name: format!("folder {id}"),
        folder_type,
    }
}
