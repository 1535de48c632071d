//! The index over SQLite.

use std::path::Path;

use backends::{Class, Folder, FolderRef, ItemState, Role};
use directpush::ids::{AccountId, FolderNo, ItemNo, Principal, ServerId};
use directpush::index::{
    Applied, Command, Estimate, Index, Opening, Outcome, Pair, Session, Ticket, Upload, Verdict,
    Wake,
};
use directpush::store::{DeviceName, Durability, Store};

use super::world::World;
use super::{Engine, Step};

pub(super) struct Real {
    index: Index,
    account: AccountId,
    folder: FolderNo,
    devices: [Principal; 2],
    session: Option<(Session, usize, String)>,
    uploaded: bool,
    /// Whether the index reaches as far as the session asks.
    narrow: bool,
}

impl Real {
    pub(super) async fn open(directory: &Path) -> Self {
        let path = directory.join("state.db");
        Self::over(Store::open_with(&path, Durability::None).await.unwrap()).await
    }

    pub(super) async fn over(store: Store) -> Self {
        let index = Index::new(store);
        let account = index.store().account("ada", 1).await.unwrap();
        let mut devices = Vec::new();
        for id in ["A", "B"] {
            let name = DeviceName { id, kind: "Model" };
            let device = index.store().device(account, name, 1).await.unwrap().id;
            devices.push(Principal { account, device });
        }
        let inbox = Folder {
            reference: FolderRef::new(""),
            identity: None,
            parent: None,
            name: "Inbox".into(),
            class: Class::Email,
            role: Role::Inbox,
        };
        index.refresh_hierarchy(account, &[inbox]).await.unwrap();
        let folders = index.folders(account).await.unwrap();
        let inbox = folders.iter().find(|folder| folder.role == Role::Inbox);
        Self {
            folder: inbox.unwrap().no,
            index,
            account,
            devices: devices.try_into().unwrap(),
            session: None,
            uploaded: false,
            narrow: false,
        }
    }

    /// The index, and whose it is.
    pub(super) fn parts(self) -> (Index, AccountId, FolderNo, [Principal; 2]) {
        (self.index, self.account, self.folder, self.devices)
    }

    fn pair(&self, device: usize) -> Pair {
        Pair {
            who: self.devices[device],
            folder: self.folder,
        }
    }

    fn session(&mut self) -> &mut Session {
        &mut self.session.as_mut().unwrap().0
    }
}

impl Engine for Real {
    type Ticket = Ticket;

    async fn refresh(&mut self, world: &World, listing: bool) {
        let from = self
            .index
            .read_from(self.account, self.folder)
            .await
            .unwrap();
        let Some(from) = from else { return };
        let delta = world.delta(from.token.as_ref(), from.horizon, listing || self.narrow);
        self.narrow = false;
        let applied = self
            .index
            .apply(self.account, self.folder, &from, &delta)
            .await;
        assert!(matches!(applied.unwrap(), Applied::Wrote { .. }));
    }

    async fn open(&mut self, device: usize, key: &str, window: i64) -> bool {
        self.narrow |= self
            .index
            .widen(self.account, self.folder, window)
            .await
            .unwrap();
        self.uploaded = false;
        match self.index.open(self.pair(device), key).await.unwrap() {
            Opening::Open(session) => {
                self.session = Some((*session, device, key.to_owned()));
                true
            }
            Opening::NoFolder | Opening::UnknownKey | Opening::Busy => false,
        }
    }

    fn needs_refresh(&self) -> bool {
        self.narrow
    }

    async fn upload(&mut self, upload: &Upload) -> Step<Ticket> {
        self.uploaded = true;
        match self.session().upload(upload).await.unwrap() {
            Verdict::Go(ticket) => Step::Go {
                row: ticket.row.clone(),
                begun: ticket.begun,
                name: ticket.name().map(|name| name.as_str().to_owned()),
                ticket,
            },
            verdict => Step::Done(verdict),
        }
    }

    async fn base(&mut self, item: u32) -> Option<(u64, i64)> {
        let print = self.session().base(ItemNo(item)).await.unwrap()?;
        let (version, time) = print.split_at(8);
        Some((
            u64::from_be_bytes(version.try_into().unwrap()),
            i64::from_be_bytes(time.try_into().unwrap()),
        ))
    }

    fn tell(&mut self, item: u32, (version, time): (u64, i64)) {
        let print = [version.to_be_bytes(), time.to_be_bytes()].concat();
        self.session().tell(ItemNo(item), print);
    }

    async fn settle(&mut self, ticket: Ticket, outcome: &Outcome) -> Option<u32> {
        let item = self.session().settle(ticket, outcome).await.unwrap();
        item.map(|item| item.0)
    }

    async fn page(&mut self, window: i64, size: usize) -> (Vec<Command>, Vec<Command>, bool) {
        if !self.uploaded {
            let (_, device, key) = self.session.as_ref().unwrap();
            let estimate = self.index.estimate(self.pair(*device), key, window).await;
            let all = self.session().page(window, usize::MAX).await.unwrap();
            let Estimate::Counted(counted) = estimate.unwrap() else {
                panic!("the key is known");
            };
            assert_eq!(counted.commands, all.commands.len());
        }
        let page = self.session().page(window, size).await.unwrap();
        (page.commands, page.again, page.more)
    }

    async fn commit(&mut self, told: usize) -> String {
        let (session, ..) = self.session.take().unwrap();
        session.commit(told, 1).await.unwrap().key
    }

    async fn close(&mut self) -> bool {
        if !self.session().may_close() {
            return false;
        }
        let (session, ..) = self.session.take().unwrap();
        session.close().await.unwrap();
        true
    }

    async fn abandon(&mut self) {
        self.session = None;
    }

    async fn pending(&mut self, device: usize) -> bool {
        let all = self
            .index
            .verify(self.devices[device], &[self.folder])
            .await;
        matches!(all.unwrap()[0].wake, Wake::Changed | Wake::Invalid)
    }

    async fn adopt(&mut self, device: usize, state: &ItemState) {
        let who = self.devices[device];
        self.index.adopt(who, self.folder, state).await.unwrap();
    }

    async fn disown(&mut self, device: usize, item: u32) {
        let id = ServerId {
            folder: self.folder,
            item: ItemNo(item),
        };
        self.index.disown(self.devices[device], id).await.unwrap();
    }

    async fn collect(&mut self) {
        self.index.collect(self.account, self.folder).await.unwrap();
    }

    async fn live(&mut self, window: i64) -> Vec<Command> {
        let pair = self.pair(0);
        match self.index.open(pair, "0").await.unwrap() {
            Opening::Open(mut session) => session.page(window, usize::MAX).await.unwrap().commands,
            Opening::NoFolder | Opening::UnknownKey | Opening::Busy => Vec::new(),
        }
    }

    async fn is_there(&mut self, item: u32) -> bool {
        let id = ServerId {
            folder: self.folder,
            item: ItemNo(item),
        };
        let found = self.index.item(self.account, id).await;
        found.unwrap().is_some()
    }

    async fn changed_by(&mut self, _item: u32) -> Option<usize> {
        None
    }
}
