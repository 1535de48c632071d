//! Folders as people have them: in any script, with odd names, others' and everybody's; and what they are for.

use std::collections::BTreeMap;

use backends::imap::Extension;
use backends::servers::{Dovecot, DovecotOptions};
use backends::{DeltaKind, Folder, FolderRef, Horizon, Mailbox, Role};

use super::{Site, plain, without};

/// By the path of names that people read.
async fn folders(mailbox: &dyn Mailbox) -> BTreeMap<String, Folder> {
    let listed = mailbox.folders().await.unwrap();
    let mut paths: BTreeMap<FolderRef, String> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for folder in listed {
        let above = folder.parent.as_ref().map(|parent| &paths[parent]);
        let path = above.map_or_else(
            || folder.name.clone(),
            |above| format!("{above} > {}", folder.name),
        );
        paths.insert(folder.reference.clone(), path.clone());
        assert!(found.insert(path, folder).is_none(), "told twice");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_have_the_names_that_people_gave_them() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut connection = dovecot.connect("anna").await.unwrap();
    for name in [
        "Gr&APwA3w-e",
        "Gr&APwA3w-e/&ZeVnLIqe-",
        "\"a &- b\"",
        "\"say \\\"hi\\\" \\\\o/\"",
        "\" blank\"",
        "\"100%*\"",
    ] {
        // Not every name is one to Dovecot: what it takes is to be shown as it was meant.
        let _taken = connection.command(&format!("CREATE {name}")).await.unwrap();
    }
    let mailbox = Site::new(plain(dovecot.imap_port())).mailbox("anna");
    let found = folders(&mailbox).await;
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    for name in ["Grüße", "Grüße > 日本語", "a & b", "say \"hi\" \\o"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    // What was read is what is opened.
    for folder in found.values() {
        let delta = mailbox.changes(&folder.reference, None, Horizon::Everything);
        let delta = delta.await.unwrap();
        assert_eq!(
            delta.kind,
            DeltaKind::Listing(Vec::new()),
            "{}",
            folder.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_everybody_may_see_is_shown_to_who_subscribed_to_it() {
    let options = DovecotOptions {
        shared: true,
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let mailbox = Site::new(plain(dovecot.imap_port())).mailbox("anna");
    let team = |found: &BTreeMap<String, Folder>| {
        let team = found.values().find(|folder| folder.name == "Public/Team");
        team.map(|folder| (folder.reference.clone(), folder.role))
    };
    assert_eq!(team(&folders(&mailbox).await), None);
    let mut connection = dovecot.connect("anna").await.unwrap();
    connection.run("SUBSCRIBE Public/Team").await.unwrap();
    let (reference, role) = team(&folders(&mailbox).await).unwrap();
    assert_eq!(role, Role::Plain);
    connection
        .run("APPEND Public/Team {7+}\r\na: b\r\n\r\n")
        .await
        .unwrap();
    let delta = mailbox
        .changes(&reference, None, Horizon::Everything)
        .await
        .unwrap();
    assert!(matches!(delta.kind, DeltaKind::Listing(items) if items.len() == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_folders_are_for_is_said_by_the_server_or_by_their_names() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let says = without(dovecot.imap_port(), &[]);
    let by_names = without(dovecot.imap_port(), &[Extension::SpecialUse]);
    for server in [says, by_names] {
        let mailbox = Site::new(server).mailbox("anna");
        let found = folders(&mailbox).await;
        for (name, role) in [
            ("INBOX", Role::Inbox),
            ("Drafts", Role::Drafts),
            ("Sent", Role::Sent),
            ("Trash", Role::Trash),
            ("Junk", Role::Junk),
            ("Archive", Role::Archive),
        ] {
            let folder = found.values().find(|folder| folder.role == role);
            let folder = folder.unwrap_or_else(|| panic!("{role:?}: {found:?}"));
            assert!(folder.name.eq_ignore_ascii_case(name), "{folder:?}");
        }
    }
}
