//! The backend: items by name, and a log of what was touched.

use std::collections::{BTreeMap, BTreeSet};

use backends::{Change, Delta, DeltaKind, Horizon, ItemRef, ItemState, Token, Version};

#[derive(Default)]
pub(super) struct World {
    pub(super) items: BTreeMap<String, (u64, i64)>,
    /// Names that were touched, in order. A token is a position in it.
    log: Vec<String>,
    /// Below this position tokens are not known any more.
    forgotten: usize,
    names: u64,
    /// What phones made, by ClientId.
    uploaded: BTreeMap<String, String>,
}

impl World {
    pub(super) fn state(&self, name: &str) -> ItemState {
        let (version, time) = self.items[name];
        ItemState {
            item: ItemRef::new(name),
            version: Version::new(version.to_string()),
            time,
            size: 0,
        }
    }

    pub(super) fn put(&mut self, name: &str, version: u64, time: i64) {
        self.items.insert(name.to_owned(), (version, time));
        self.log.push(name.to_owned());
    }

    /// A new item that somebody else made.
    pub(super) fn create(&mut self, time: i64) -> String {
        self.names += 1;
        let name = format!("w{}", self.names);
        self.put(&name, 0, time);
        name
    }

    /// A new item that a phone uploads: `again` only after a crash.
    pub(super) fn store(
        &mut self,
        (client, name): (&str, &str),
        time: i64,
        again: bool,
    ) -> ItemState {
        let before = self.uploaded.insert(client.to_owned(), name.to_owned());
        assert!(before.is_none() || again, "{client} was uploaded twice");
        if let Some(before) = &before {
            assert_eq!(before, name, "{client} has a twin");
        } else {
            self.put(name, 0, time);
        }
        if before.is_some() && !self.items.contains_key(name) {
            // It was there, and somebody removed it: a repeat makes it anew.
            self.put(name, 0, time);
        }
        self.state(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.items.remove(name);
        self.log.push(name.to_owned());
    }

    /// All items get new names, and no token is good any more.
    pub(super) fn renumber(&mut self) {
        for (_, state) in std::mem::take(&mut self.items) {
            self.names += 1;
            self.items.insert(format!("w{}", self.names), state);
        }
        self.log.push(String::new());
        self.forgotten = self.log.len();
    }

    pub(super) fn delta(&self, since: Option<&Token>, horizon: Horizon, listing: bool) -> Delta {
        let position: Option<usize> = since.map(|token| token.as_str().parse().unwrap());
        let kind = match position.filter(|at| *at >= self.forgotten && !listing) {
            Some(at) => {
                let touched: BTreeSet<&String> = self.log[at..].iter().collect();
                DeltaKind::Changes(touched.into_iter().map(|name| self.change(name)).collect())
            }
            None => DeltaKind::Listing(
                self.items
                    .keys()
                    .map(|name| self.state(name))
                    .filter(|state| horizon.admits(state.time))
                    .collect(),
            ),
        };
        Delta {
            kind,
            token: Token::new(self.log.len().to_string()),
        }
    }

    fn change(&self, name: &str) -> Change {
        if self.items.contains_key(name) {
            Change::Present(self.state(name))
        } else {
            Change::Gone(ItemRef::new(name))
        }
    }
}
