//! Hints that comparing gives.

use super::Sweep;
use crate::imap::store::Scope;
use crate::imap::survey::{Entry, Survey};
use crate::imap::wire::{Listed, MailboxName, MailboxStatus, Namespaces};
use crate::name::FolderRef;
use crate::watch::WatchEvent::{self, Changed, HierarchyChanged};

fn status(name: &str, mod_seq: Option<u64>) -> MailboxStatus {
    MailboxStatus {
        name: MailboxName::new(name),
        messages: Some(3),
        uid_next: Some(4),
        uid_validity: name
            .bytes()
            .map(u32::from)
            .reduce(|sum, byte| sum * 31 + byte),
        unseen: Some(1),
        highest_mod_seq: mod_seq,
        size: None,
        mailbox_id: None,
    }
}

fn entry(status: MailboxStatus) -> Entry {
    Entry {
        listed: Listed {
            name: status.name.clone(),
            delimiter: Some('/'),
            attributes: Vec::new(),
            old_name: None,
            child_info: Vec::new(),
        },
        subscribed: true,
        status: Some(status),
    }
}

fn survey(names: &[&str], mod_seq: Option<u64>) -> Survey {
    Survey {
        namespaces: Namespaces::default(),
        entries: names
            .iter()
            .map(|name| entry(status(name, mod_seq)))
            .collect(),
    }
}

fn changed(name: &str) -> WatchEvent {
    Changed(FolderRef::new(name))
}

#[test]
fn every_counter_counts() {
    let mut now = survey(&["INBOX", "A", "B"], Some(7));
    let mut sweep = Sweep::new(&now, Scope::All);
    assert_eq!(sweep.compare(&now), []);
    let changes: [fn(&mut MailboxStatus); 4] = [
        |status| status.messages = Some(9),
        |status| status.uid_next = Some(9),
        |status| status.unseen = Some(9),
        |status| status.highest_mod_seq = Some(9),
    ];
    for change in changes {
        change(now.entries[1].status.as_mut().unwrap());
        assert_eq!(sweep.compare(&now), [changed("A")]);
        assert_eq!(sweep.compare(&now), []);
    }
    // What is not said is not different.
    now.entries[1].status = None;
    assert_eq!(
        sweep.compare(&now),
        [HierarchyChanged],
        "perhaps it is another one"
    );
    assert_eq!(sweep.turn(), None);
}

#[test]
fn folders_that_come_and_go() {
    let mut sweep = Sweep::new(&survey(&["INBOX", "A"], Some(7)), Scope::All);
    let both = [HierarchyChanged, changed("B")];
    assert_eq!(sweep.compare(&survey(&["INBOX", "A", "B"], Some(7))), both);
    assert_eq!(
        sweep.compare(&survey(&["INBOX", "B"], Some(7))),
        [HierarchyChanged]
    );
    // Removed and made anew under its name.
    let mut now = survey(&["INBOX", "B"], Some(7));
    now.entries[1].status.as_mut().unwrap().uid_validity = Some(9);
    assert_eq!(sweep.compare(&now), both);
}

#[test]
fn where_marks_leave_no_trace_each_folder_has_its_turn() {
    let mut now = survey(&["INBOX", "A", "B", "Empty"], None);
    now.entries[3].status.as_mut().unwrap().messages = Some(0);
    let mut sweep = Sweep::new(&now, Scope::All);
    let turns: Vec<_> = (0..5).filter_map(|_| sweep.turn()).collect();
    let expected = ["A", "INBOX", "B", "INBOX", "A"].map(FolderRef::new);
    assert_eq!(turns, expected);
}
