//! The index, one property at a time.

mod anew;
mod cut;
mod hierarchy;
mod keys;
mod push;
mod races;
mod uploads;

use std::path::Path;

use backends::{
    Change, Class, Delta, DeltaKind, Folder, FolderRef, ItemRef, ItemState, Role, Token, Version,
};
use directpush::ids::{AccountId, FolderNo, ItemNo, Principal};
use directpush::index::{
    Action, Applied, Conflict, Doubt, FolderSync, HierarchyPage, Ident, Index, Notes, Opening,
    Pair, Receipt, Session, Upload, Verdict, Wake,
};
use directpush::store::{DeviceName, Store};

const ALL: i64 = i64::MIN;

/// An account with an inbox and two devices, over a store in a directory of its own.
struct House {
    directory: tempfile::TempDir,
    index: Index,
    account: AccountId,
    inbox: FolderNo,
    a: Principal,
    b: Principal,
    serial: u32,
}

fn mail(reference: &str, role: Role) -> Folder {
    Folder {
        reference: FolderRef::new(reference),
        identity: None,
        parent: None,
        name: reference.to_owned(),
        class: Class::Email,
        role,
    }
}

fn state(item: &str, version: &str, time: i64) -> ItemState {
    ItemState {
        item: ItemRef::new(item),
        version: Version::new(version),
        time,
        size: 1,
    }
}

async fn open_store(directory: &Path) -> Store {
    crate::postgres::store_in(directory).await
}

impl House {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let index = Index::new(open_store(directory.path()).await);
        let account = index.store().account("ada", 5).await.unwrap();
        let mut devices = Vec::new();
        for id in ["A", "B"] {
            let name = DeviceName { id, kind: "Test" };
            let device = index.store().device(account, name, 5).await.unwrap().id;
            devices.push(Principal { account, device });
        }
        let listed = [mail("Inbox", Role::Inbox), mail("Gesendet", Role::Sent)];
        index.refresh_hierarchy(account, &listed).await.unwrap();
        let folders = index.folders(account).await.unwrap();
        let inbox = folders
            .iter()
            .find(|folder| folder.role == Role::Inbox)
            .unwrap()
            .no;
        index.widen(account, inbox, ALL).await.unwrap();
        Self {
            directory,
            index,
            account,
            inbox,
            a: devices[0],
            b: devices[1],
            serial: 0,
        }
    }

    fn pair(&self, who: Principal) -> Pair {
        Pair {
            who,
            folder: self.inbox,
        }
    }

    /// The backend reports changes.
    async fn refresh(&mut self, changes: Vec<Change>) -> Applied {
        let from = self
            .index
            .read_from(self.account, self.inbox)
            .await
            .unwrap()
            .unwrap();
        self.serial += 1;
        let delta = Delta {
            kind: DeltaKind::Changes(changes),
            token: Token::new(self.serial.to_string()),
        };
        self.index
            .apply(self.account, self.inbox, &from, &delta)
            .await
            .unwrap()
    }

    async fn present(&mut self, item: &str, version: &str, time: i64) {
        let applied = self
            .refresh(vec![Change::Present(state(item, version, time))])
            .await;
        assert!(matches!(applied, Applied::Wrote { changed: true, .. }));
    }

    async fn open(&self, who: Principal, key: &str) -> Session {
        match self.index.open(self.pair(who), key).await.unwrap() {
            Opening::Open(session) => *session,
            other => panic!("{other:?}"),
        }
    }

    async fn unknown(&self, who: Principal, key: &str) -> bool {
        let opening = self.index.open(self.pair(who), key).await.unwrap();
        matches!(opening, Opening::UnknownKey)
    }

    /// One Sync without uploads.
    async fn sync(&self, who: Principal, key: &str, now: i64) -> (Receipt, Vec<(Action, u32)>) {
        let mut session = self.open(who, key).await;
        if session.initial() {
            return (session.commit(0, now).await.unwrap(), Vec::new());
        }
        let page = session.page(ALL, 100).await.unwrap();
        let told = page.commands.iter().chain(&page.again);
        let told = told
            .map(|command| (command.action, command.item.0))
            .collect();
        (
            session.commit(page.commands.len(), now).await.unwrap(),
            told,
        )
    }

    /// Key 0 and all pages; the last key.
    async fn fill(&self, who: Principal) -> String {
        let (first, _) = self.sync(who, "0", 10).await;
        let (second, _) = self.sync(who, &first.key, 10).await;
        let (third, told) = self.sync(who, &second.key, 10).await;
        assert_eq!(told, []);
        third.key
    }

    async fn wake(&self, who: Principal) -> Wake {
        self.index.verify(who, &[self.inbox]).await.unwrap()[0].wake
    }

    async fn doubt(&self, who: Principal) -> Option<Doubt> {
        self.index.verify(who, &[self.inbox]).await.unwrap()[0].doubt
    }

    async fn folder_sync(&self, who: Principal, key: &str) -> HierarchyPage {
        match self
            .index
            .folder_sync(who, key, Notes::Shown, 1)
            .await
            .unwrap()
        {
            FolderSync::Page(page) => page,
            FolderSync::UnknownKey => panic!("unknown key"),
        }
    }
}

fn change(item: u32, content: u8) -> Upload {
    Upload {
        ident: Ident::Change(ItemNo(item)),
        hash: [content; 32],
        conflict: Conflict::ServerWins,
        name: None,
        expected_item: None,
        expected_version: None,
    }
}

fn add(client: &str) -> Upload {
    Upload {
        ident: Ident::Add(client.to_owned()),
        ..change(0, 1)
    }
}

async fn go(session: &mut Session, upload: &Upload) -> directpush::index::Ticket {
    match session.upload(upload).await.unwrap() {
        Verdict::Go(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}
