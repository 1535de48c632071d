//! How a listing of folders becomes rows: decided without I/O.

use std::collections::{HashMap, HashSet};

use backends::{Class, Folder, FolderRef, Role, Survey};

use crate::ids::{FolderNo, Seq};
use crate::store::account::Counters;
use crate::store::folder::{FolderRow, Head};

/// The folders without which phones hide a class or stumble, and what they are called where the backend has
/// none.
const REQUIRED: [(Class, Role, &str); 9] = [
    (Class::Email, Role::Inbox, "Inbox"),
    (Class::Email, Role::Drafts, "Drafts"),
    (Class::Email, Role::Sent, "Sent"),
    (Class::Email, Role::Trash, "Trash"),
    (Class::Email, Role::Outbox, "Outbox"),
    (Class::Calendar, Role::Default, "Calendar"),
    (Class::Contacts, Role::Default, "Contacts"),
    (Class::Tasks, Role::Default, "Tasks"),
    (Class::Notes, Role::Default, "Notes"),
];

/// What is to be written.
#[derive(Debug)]
pub(super) struct Plan {
    pub rows: Vec<FolderRow>,
    pub counters: Counters,
}

struct Planner<'a> {
    before: &'a [FolderRow],
    matched: HashSet<FolderNo>,
    numbers: HashMap<&'a FolderRef, FolderNo>,
    plan: Plan,
}

/// Plans the writing of what was listed.
pub(super) fn plan(before: &[FolderRow], survey: &Survey, counters: Counters) -> Plan {
    let listed = &survey.folders;
    let mut planner = Planner {
        before,
        matched: HashSet::new(),
        numbers: HashMap::new(),
        plan: Plan {
            rows: Vec::new(),
            counters,
        },
    };
    // Identities first, for all: a folder that took another one's name must not take its number.
    let by_identity: Vec<Option<&FolderRow>> = listed
        .iter()
        .map(|folder| planner.same_identity(folder))
        .collect();
    for (folder, found) in listed.iter().zip(by_identity) {
        planner.place(folder, found);
    }
    planner.remove_unlisted(&survey.missing);
    planner.require();
    planner.plan
}

impl<'a> Planner<'a> {
    fn live(&self) -> impl Iterator<Item = &'a FolderRow> {
        self.before.iter().filter(|row| !row.removed)
    }

    /// Those that no listed folder was recognised as yet.
    fn free(&self) -> impl Iterator<Item = &'a FolderRow> {
        self.live().filter(|row| !self.matched.contains(&row.no))
    }

    fn same_identity(&mut self, folder: &Folder) -> Option<&'a FolderRow> {
        let identity = folder.identity.as_ref()?;
        let found = self
            .free()
            .find(|row| row.identity.as_ref() == Some(identity) && row.class == folder.class)?;
        self.matched.insert(found.no);
        Some(found)
    }

    fn same_reference(&self, folder: &Folder) -> Option<&'a FolderRow> {
        let differs = |row: &FolderRow| row.identity.is_some() && folder.identity.is_some();
        self.free().find(|row| {
            row.reference.as_ref() == Some(&folder.reference)
                && row.class == folder.class
                && !differs(row)
        })
    }

    /// The virtual folder that this one makes real.
    fn virtual_of(&self, folder: &Folder) -> Option<&'a FolderRow> {
        let special = REQUIRED
            .iter()
            .any(|(class, role, _)| (*class, *role) == (folder.class, folder.role));
        let same = |row: &FolderRow| (row.class, row.role) == (folder.class, folder.role);
        let mut free = self.free();
        free.find(|row| special && row.reference.is_none() && same(row))
    }

    fn place(&mut self, folder: &'a Folder, found: Option<&'a FolderRow>) {
        let found = found
            .or_else(|| self.same_reference(folder))
            .or_else(|| self.virtual_of(folder));
        let no = found.map_or_else(|| self.next_no(), |row| row.no);
        self.matched.insert(no);
        self.numbers.insert(&folder.reference, no);
        let parent = folder
            .parent
            .as_ref()
            .and_then(|parent| self.numbers.get(parent));
        let after = FolderRow {
            no,
            parent: parent.copied().unwrap_or(FolderNo::ROOT),
            name: folder.name.clone(),
            class: folder.class,
            role: folder.role,
            reference: Some(folder.reference.clone()),
            identity: folder.identity.clone(),
            changed: found.map_or(Seq(0), |row| row.changed),
            removed: false,
            head: found.map_or_else(Head::default, |row| row.head.clone()),
        };
        self.write(found, after);
    }

    /// What is not listed is gone, unless its class could not be listed.
    fn remove_unlisted(&mut self, missing: &[Class]) {
        let gone: Vec<FolderRow> = self
            .free()
            .filter(|row| row.reference.is_some() && !missing.contains(&row.class))
            .cloned()
            .collect();
        for row in gone {
            self.matched.insert(row.no);
            self.bury(row);
        }
    }

    /// Exactly one of each: a virtual one if there is no other.
    fn require(&mut self) {
        for (class, role, name) in REQUIRED {
            let is = |row: &FolderRow| (row.class, row.role, row.removed) == (class, role, false);
            let listed = self.matched.iter().any(|no| self.now(*no).is_some_and(is));
            let stand_in = self.free().find(|row| is(row)).cloned();
            match stand_in {
                Some(row) if listed => {
                    self.matched.insert(row.no);
                    self.bury(row);
                }
                None if !listed => {
                    let row = FolderRow {
                        no: self.next_no(),
                        parent: FolderNo::ROOT,
                        name: name.to_owned(),
                        class,
                        role,
                        reference: None,
                        identity: None,
                        changed: Seq(0),
                        removed: false,
                        head: Head::default(),
                    };
                    self.write(None, row);
                }
                Some(_) | None => {}
            }
        }
    }

    /// A folder as it will be.
    fn now(&self, no: FolderNo) -> Option<&FolderRow> {
        let planned = self.plan.rows.iter().find(|row| row.no == no);
        planned.or_else(|| self.before.iter().find(|row| row.no == no))
    }

    fn bury(&mut self, row: FolderRow) {
        let changed = self.next_seq();
        self.plan.rows.push(FolderRow {
            removed: true,
            reference: None,
            identity: None,
            changed,
            ..row
        });
    }

    /// Plans a row; it takes a number if devices see the difference.
    fn write(&mut self, before: Option<&FolderRow>, mut after: FolderRow) {
        let seen = |row: &FolderRow| (row.name.clone(), row.parent, row.role);
        if before.is_none_or(|before| seen(before) != seen(&after)) {
            after.changed = self.next_seq();
        }
        if before != Some(&after) {
            self.plan.rows.push(after);
        }
    }

    fn next_no(&mut self) -> FolderNo {
        self.plan.counters.last_folder += 1;
        FolderNo(self.plan.counters.last_folder)
    }

    fn next_seq(&mut self) -> Seq {
        let seq = &mut self.plan.counters.seq;
        *seq = Seq(seq.0 + 1);
        *seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(reference: &str, identity: Option<&str>, role: Role) -> Folder {
        Folder {
            reference: FolderRef::new(reference),
            identity: identity.map(Into::into),
            parent: None,
            name: reference.to_owned(),
            class: Class::Email,
            role,
        }
    }

    /// Applies a listing to rows, as the store would.
    fn refresh(rows: &mut Vec<FolderRow>, counters: &mut Counters, listed: &[Folder]) -> usize {
        survey(rows, counters, listed, &[])
    }

    fn survey(
        rows: &mut Vec<FolderRow>,
        counters: &mut Counters,
        listed: &[Folder],
        missing: &[Class],
    ) -> usize {
        let survey = Survey {
            folders: listed.to_vec(),
            missing: missing.to_vec(),
        };
        let plan = plan(rows, &survey, *counters);
        *counters = plan.counters;
        let written = plan.rows.len();
        for row in plan.rows {
            rows.retain(|old| old.no != row.no);
            rows.push(row);
        }
        written
    }

    fn number(rows: &[FolderRow], name: &str) -> Option<u32> {
        let mut live = rows.iter().filter(|row| !row.removed);
        live.find(|row| row.name == name).map(|row| row.no.0)
    }

    #[test]
    fn special_folders_exist_and_become_real_under_their_number() {
        let (mut rows, mut counters) = (Vec::new(), Counters::default());
        refresh(&mut rows, &mut counters, &[folder("", None, Role::Inbox)]);
        assert_eq!(rows.len(), 9);
        let sent = number(&rows, "Sent").unwrap();
        let listed = [
            folder("", None, Role::Inbox),
            folder("Gesendet", None, Role::Sent),
        ];
        assert_eq!(refresh(&mut rows, &mut counters, &listed), 1);
        assert_eq!(number(&rows, "Gesendet"), Some(sent));
        assert_eq!(refresh(&mut rows, &mut counters, &listed), 0, "nothing new");
        // It goes: an empty stand-in comes, under a number of its own.
        refresh(&mut rows, &mut counters, &listed[..1]);
        assert_eq!(number(&rows, "Gesendet"), None);
        assert_eq!(number(&rows, "Sent"), Some(10));
    }

    #[test]
    fn a_folder_that_gets_a_role_replaces_the_stand_in() {
        let (mut rows, mut counters) = (Vec::new(), Counters::default());
        refresh(
            &mut rows,
            &mut counters,
            &[folder("Bin", None, Role::Plain)],
        );
        let bin = number(&rows, "Bin");
        refresh(
            &mut rows,
            &mut counters,
            &[folder("Bin", None, Role::Trash)],
        );
        assert_eq!(number(&rows, "Bin"), bin);
        assert_eq!(number(&rows, "Trash"), None);
    }

    #[test]
    fn identity_comes_before_the_name() {
        let (mut rows, mut counters) = (Vec::new(), Counters::default());
        let listed = [
            folder("a", Some("1"), Role::Plain),
            folder("b", Some("2"), Role::Plain),
        ];
        refresh(&mut rows, &mut counters, &listed);
        let (a, b) = (number(&rows, "a"), number(&rows, "b"));
        // They change names; then one is removed and another one made under its name.
        let listed = [
            folder("b", Some("1"), Role::Plain),
            folder("a", Some("2"), Role::Plain),
        ];
        refresh(&mut rows, &mut counters, &listed);
        assert_eq!((number(&rows, "b"), number(&rows, "a")), (a, b));
        let last = counters.last_folder;
        let listed = [
            folder("b", Some("1"), Role::Plain),
            folder("a", Some("3"), Role::Plain),
        ];
        refresh(&mut rows, &mut counters, &listed);
        assert_eq!(
            (number(&rows, "b"), number(&rows, "a")),
            (a, Some(last + 1))
        );
    }

    #[test]
    fn without_identity_the_name_must_do() {
        let (mut rows, mut counters) = (Vec::new(), Counters::default());
        refresh(&mut rows, &mut counters, &[folder("a", None, Role::Plain)]);
        let a = number(&rows, "a");
        // The backend learns to tell identities: no new folder for that.
        refresh(
            &mut rows,
            &mut counters,
            &[folder("a", Some("1"), Role::Plain)],
        );
        assert_eq!(number(&rows, "a"), a);
        // Removed and made again: never the old number.
        refresh(&mut rows, &mut counters, &[]);
        refresh(
            &mut rows,
            &mut counters,
            &[folder("a", Some("1"), Role::Plain)],
        );
        assert_ne!(number(&rows, "a"), a);
    }

    #[test]
    fn folders_of_a_store_that_is_down_stay() {
        let (mut rows, mut counters) = (Vec::new(), Counters::default());
        let book = |reference, role| Folder {
            class: Class::Contacts,
            ..folder(reference, Some(reference), role)
        };
        let books = [book("people", Role::Default), book("work", Role::Plain)];
        let mail = folder("mail", Some("mail"), Role::Plain);
        let all = [mail.clone(), books[0].clone(), books[1].clone()];
        // Down from the beginning: there is a stand-in, which becomes real.
        survey(&mut rows, &mut counters, &[mail], &[Class::Contacts]);
        let stand_in = number(&rows, "Contacts");
        refresh(&mut rows, &mut counters, &all);
        assert_eq!(number(&rows, "people"), stand_in);
        let before = (number(&rows, "people"), number(&rows, "work"));
        let written = survey(&mut rows, &mut counters, &[], &[Class::Contacts]);
        assert_eq!(written, 1, "the mail folder is gone");
        assert_eq!((number(&rows, "people"), number(&rows, "work")), before);
        assert_eq!(number(&rows, "Contacts"), None, "no second default folder");
        refresh(&mut rows, &mut counters, &books[..1]);
        assert_eq!(number(&rows, "work"), None);
    }

    #[test]
    fn a_child_finds_its_parent() {
        let (mut rows, mut counters) = (Vec::new(), Counters::default());
        let child = Folder {
            parent: Some(FolderRef::new("a")),
            ..folder("a/c", None, Role::Plain)
        };
        refresh(
            &mut rows,
            &mut counters,
            &[folder("a", None, Role::Plain), child],
        );
        let parent = rows.iter().find(|row| row.name == "a/c").unwrap().parent;
        assert_eq!(Some(parent.0), number(&rows, "a"));
    }
}
