//! What users see of what servers list.

use super::{folders, is_lasting};
use crate::folder::{Folder, Role};
use crate::imap::store::Scope;
use crate::imap::survey::{Entry, Survey};
use crate::imap::wire::{Listed, MailboxName, MailboxStatus, Namespace, Namespaces};

/// `name attributes…`, with `/` between levels.
fn survey(lines: &[&str]) -> Survey {
    let entries = lines.iter().enumerate().map(|(number, line)| {
        let (name, attributes) = line.split_once(" \\").unwrap_or((line, ""));
        let attributes = attributes.split_whitespace();
        let attributes: Vec<Box<str>> = attributes
            .map(|word| format!("\\{}", word.trim_start_matches('\\')).into())
            .collect();
        let name = MailboxName::new(name);
        let subscribed = attributes.iter().any(|word| &**word == "\\Subscribed");
        Entry {
            status: Some(MailboxStatus {
                uid_validity: Some(100 + u32::try_from(number).unwrap()),
                ..status(name.clone())
            }),
            subscribed,
            listed: Listed {
                name,
                delimiter: Some('/'),
                attributes,
                old_name: None,
                child_info: Vec::new(),
            },
        }
    });
    Survey {
        namespaces: Namespaces::default(),
        entries: entries.collect(),
    }
}

fn status(name: MailboxName) -> MailboxStatus {
    MailboxStatus {
        name,
        messages: None,
        uid_next: None,
        uid_validity: None,
        unseen: None,
        highest_mod_seq: None,
        size: None,
        mailbox_id: None,
    }
}

fn namespace(prefix: &str) -> Namespace {
    Namespace {
        prefix: prefix.into(),
        delimiter: Some('/'),
    }
}

/// `reference = parent > name: role`.
fn told(folders: &[Folder]) -> Vec<String> {
    let told = folders.iter().map(|folder| {
        let parent = folder.parent.as_ref();
        let parent = parent
            .map(|parent| format!("{parent} > "))
            .unwrap_or_default();
        format!("{parent}{}: {:?}", folder.name, folder.role)
    });
    told.collect()
}

#[test]
fn parents_come_first_and_missing_ones_are_part_of_the_name() {
    let survey = survey(&[
        "Z/a/b",
        "Z",
        "inbox/x",
        "INBOX",
        "Y \\Noselect",
        "Y/c",
        "W/d \\NonExistent",
    ]);
    let folders = folders(&survey, Scope::All);
    assert_eq!(
        told(&folders),
        [
            "INBOX: Inbox",
            "INBOX > x: Plain",
            "Y/c: Plain",
            "Z: Plain",
            "Z > a/b: Plain"
        ]
    );
    assert_eq!(folders[4].identity.as_deref(), Some("v100"));
    assert!(!is_lasting(&survey));
}

#[test]
fn what_the_server_says_of_a_role_comes_before_names() {
    let survey = survey(&[
        "Sent",
        "Gesendet \\HasNoChildren \\Sent",
        "Drafts",
        "Entwürfe",
        "A/Trash",
        "INBOX/Spam",
        "Other \\Archive",
        "Another \\Archive",
    ]);
    assert_eq!(
        told(&folders(&survey, Scope::All)),
        [
            "A/Trash: Plain",
            "Another: Archive",
            "Drafts: Drafts",
            "Entwürfe: Plain",
            "Gesendet: Sent",
            "INBOX/Spam: Junk",
            "Other: Plain",
            "Sent: Plain",
        ]
    );
}

#[test]
fn a_prefix_of_all_is_not_part_of_any_name() {
    let mut survey = survey(&["INBOX", "INBOX/Sent", "INBOX/A/b", "INBOX/A"]);
    survey.namespaces.personal = vec![namespace("INBOX/")];
    assert_eq!(
        told(&folders(&survey, Scope::All)),
        [
            "INBOX: Inbox",
            "A: Plain",
            "INBOX/A > b: Plain",
            "Sent: Sent"
        ]
    );
}

#[test]
fn of_others_only_what_is_subscribed_is_shown() {
    let mut survey = survey(&[
        "INBOX",
        "Mine",
        "Public/Team \\Subscribed",
        "Public/Other",
        "Public/Sent \\Subscribed",
    ]);
    survey.namespaces.personal = vec![namespace("")];
    survey.namespaces.shared = vec![namespace("Public/")];
    assert_eq!(
        told(&folders(&survey, Scope::All)),
        [
            "INBOX: Inbox",
            "Mine: Plain",
            "Public/Sent: Plain",
            "Public/Team: Plain"
        ]
    );
    assert_eq!(
        told(&folders(&survey, Scope::Subscribed)),
        ["INBOX: Inbox", "Public/Sent: Plain", "Public/Team: Plain"]
    );
}

#[test]
fn an_identity_that_two_have_is_none() {
    let mut survey = survey(&["INBOX", "A", "B"]);
    for (entry, own) in survey.entries.iter_mut().zip(["x", "y", "y"]) {
        entry.status.as_mut().unwrap().mailbox_id = Some(own.into());
    }
    let identities = folders(&survey, Scope::All)
        .into_iter()
        .map(|folder| folder.identity);
    assert_eq!(
        identities.collect::<Vec<_>>(),
        [Some("x".into()), None, None]
    );
    assert!(is_lasting(&survey));
}

#[test]
fn odd_names_are_shown_as_they_can_be() {
    let mut survey = survey(&["in\u{2215}out/v1\u{2024}2", "FLAT"]);
    survey.entries[1].listed.delimiter = None;
    survey.entries[1].listed.name = MailboxName::from_wire(b"A&B", false);
    let folders = folders(&survey, Scope::All);
    assert_eq!(told(&folders), ["A&B: Plain", "in/out/v1.2: Plain"]);
    assert_eq!(folders[0].reference.as_str(), "A&B");
    assert_eq!(folders[1].reference.as_str(), "in&IhU-out/v1&ICQ-2");
    assert_eq!(folders[0].role, Role::Plain);
}
