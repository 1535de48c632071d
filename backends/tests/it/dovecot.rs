//! Dovecot on the same Maildir: what it does is seen, and what we do it understands.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use backends::contract::Replica;
use backends::{
    Class, Flag, FolderRef, Keyword, Mailbox, Marks, MarksPatch, NewName, Setting, Version,
    WatchEvent,
};

use crate::hand::{Home, inbox};

/// Dovecot's administration tool, which works on the folders itself: no server runs.
struct Dovecot {
    config: PathBuf,
    home: PathBuf,
}

impl Dovecot {
    /// Dovecot refuses to work as root, so then it works as nobody.
    fn new(home: &Home) -> Self {
        let dir = home.root.parent().unwrap().to_owned();
        let own = fs::metadata("/proc/self").unwrap();
        let nobody = 65_534;
        let (uid, gid) = match own.uid() {
            0 => (nobody, nobody),
            uid => (uid, own.gid()),
        };
        fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
        for path in ["", "new", "cur", "tmp"] {
            chown(home.root.join(path), Some(uid), Some(gid)).unwrap();
        }
        let config = dir.join("dovecot.conf");
        let root = home.root.display();
        let text = format!(
            "base_dir = {}/run\nlog_path = /dev/stderr\nssl = no\nmail_location = maildir:{root}\n\
             first_valid_uid = 0\nfirst_valid_gid = 0\nmail_uid = {uid}\nmail_gid = {gid}\n\
             namespace inbox {{\n  inbox = yes\n  separator = /\n}}\n",
            dir.display()
        );
        fs::write(&config, text).unwrap();
        Self { config, home: dir }
    }

    fn run(&self, arguments: &[&str], input: &str) -> String {
        let command = Command::new("doveadm")
            .arg("-c")
            .arg(&self.config)
            .args(arguments)
            .env("HOME", &self.home)
            .env("USER", "somebody")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = command
            .expect("Dovecot is missing: apt-get install -y --no-install-recommends dovecot-core");
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn words(list: &[&str]) -> Vec<Keyword> {
    list.iter()
        .map(|word| Keyword::parse(word).unwrap())
        .collect()
}

async fn only_marks(home: &Home, folder: &FolderRef, replica: &Replica) -> Marks {
    let state = replica.items.values().next().unwrap();
    let hint = Version::new("");
    let marks = home.mailbox().marks(folder, &state.item, &hint).await;
    marks.unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn what_dovecot_does_is_seen() {
    let home = Home::new();
    let dovecot = Dovecot::new(&home);
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();

    dovecot.run(&["save", "-m", "INBOX"], "Subject: one\n\ntext\n");
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 1)
        .await;
    let before = replica.items.values().next().unwrap().version.clone();
    let flags = "\\Seen \\Flagged Work $Forwarded";
    dovecot.run(&["flags", "add", flags, "mailbox", "INBOX", "all"], "");
    home.follow(&mut watch, &mut replica, |replica| {
        let version = replica.items.values().next().unwrap().version.as_str();
        version == "FPS Work"
    })
    .await;
    let marks = only_marks(&home, &inbox(), &replica).await;
    assert_eq!(
        marks.flags,
        [Flag::Flagged, Flag::Forwarded, Flag::Seen].into()
    );
    assert_eq!(marks.keywords, words(&["Work"]).into_iter().collect());
    dovecot.run(&["flags", "remove", flags, "mailbox", "INBOX", "all"], "");
    home.follow(&mut watch, &mut replica, |replica| {
        replica.items.values().next().unwrap().version == before
    })
    .await;

    dovecot.run(&["mailbox", "create", "Grün/Sub"], "");
    dovecot.run(&["move", "Grün/Sub", "mailbox", "INBOX", "all"], "");
    home.follow(&mut watch, &mut replica, |replica| replica.items.is_empty())
        .await;
    let folders = home.mailbox().folders().await.unwrap();
    let made = folders
        .iter()
        .find(|folder| folder.name.ends_with("Sub"))
        .unwrap();
    dovecot.run(&["mailbox", "rename", "Grün", "Blau"], "");
    while Home::next(&mut watch).await != WatchEvent::HierarchyChanged {}
    let folders = home.mailbox().folders().await.unwrap();
    let renamed = folders
        .iter()
        .find(|folder| folder.name.ends_with("Sub"))
        .unwrap();
    assert_eq!(renamed.name, "Blau/Sub");
    assert_eq!(renamed.identity, made.identity);
    let mut moved = Replica::default();
    moved
        .refresh(&home.mailbox(), &renamed.reference)
        .await
        .unwrap();
    assert_eq!(moved.items.len(), 1);
    dovecot.run(&["expunge", "mailbox", "Blau/Sub", "all"], "");
    while !moved.items.is_empty() {
        Home::next(&mut watch).await;
        moved
            .refresh(&home.mailbox(), &renamed.reference)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_understands_what_we_do() {
    let home = Home::new();
    let dovecot = Dovecot::new(&home);
    let mailbox: Arc<dyn Mailbox> = Arc::new(home.mailbox());
    let name = NewName::parse("upload").unwrap();
    let seen = Marks::from_iter([Flag::Seen]);
    let made = mailbox
        .create(&inbox(), &name, b"Subject: ours\n\ntext\n", &seen)
        .await;
    let made = made.unwrap();
    let flags = |place: &str| {
        let shown = dovecot.run(&["fetch", "flags", "mailbox", place, "all"], "");
        let mut flags: Vec<_> = shown
            .split_whitespace()
            .skip(1)
            .map(str::to_owned)
            .collect();
        // Dovecot's own business: whether it saw the message for the first time.
        flags.retain(|flag| flag != "\\Recent");
        flags.sort_unstable();
        flags
    };
    assert_eq!(flags("INBOX"), ["\\Seen"]);
    // Dovecot makes the keywords file; we add to it and it reads that.
    dovecot.run(
        &["flags", "add", "$Forwarded", "mailbox", "INBOX", "all"],
        "",
    );
    let patch = MarksPatch::new()
        .flag(Flag::Answered, Setting::On)
        .keyword(Keyword::parse("Later").unwrap(), Setting::On);
    let marked = mailbox
        .mark(&inbox(), &made.item, &made.version, &patch)
        .await;
    let marked = marked.unwrap();
    assert_eq!(
        flags("INBOX"),
        ["$Forwarded", "Later", "\\Answered", "\\Seen"]
    );
    let clear = MarksPatch::new().flag(Flag::Forwarded, Setting::Off);
    let marked = mailbox
        .mark(&inbox(), &made.item, &marked.version, &clear)
        .await;
    let marked = marked.unwrap();
    assert_eq!(flags("INBOX"), ["Later", "\\Answered", "\\Seen"]);
    dovecot.run(&["mailbox", "create", "Other"], "");
    let other = FolderRef::new(".Other");
    let moved = mailbox
        .relocate(&inbox(), &made.item, &marked.version, &other)
        .await;
    let moved = moved.unwrap();
    assert_eq!(flags("INBOX"), [""; 0]);
    assert_eq!(flags("Other"), ["Later", "\\Answered", "\\Seen"]);
    mailbox
        .delete(&other, &moved.item, &moved.version)
        .await
        .unwrap();
    assert_eq!(flags("Other"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_sees_the_folders_that_we_make_rename_and_remove() {
    let home = Home::new();
    let dovecot = Dovecot::new(&home);
    let mailbox = home.mailbox();
    let list = |which: &str| {
        let shown = dovecot.run(&["mailbox", "list", which], "");
        let mut names: Vec<_> = shown.lines().map(str::to_owned).collect();
        names.sort_unstable();
        names
    };
    // With a folder of Dovecot's own there is a list of subscriptions.
    dovecot.run(&["mailbox", "create", "-s", "Old"], "");
    let top = mailbox.create_folder(None, "Grün", Class::Email).await;
    let top = top.unwrap();
    mailbox
        .create_folder(Some(&top.reference), "~v1.2", Class::Email)
        .await
        .unwrap();
    give_to_dovecot(&home);
    let message = "Subject: kept\n\ntext\n";
    let theirs = "Grün/\u{223C}v1\u{2024}2";
    dovecot.run(&["save", "-m", theirs], message);
    assert_eq!(list("-s"), ["Grün", theirs, "Old"]);
    let kept = inbox();
    let other = mailbox.create_folder(Some(&kept), "Kept", Class::Email);
    let other = other.await.unwrap();
    let renamed = mailbox
        .rename_folder(&top.reference, Some(&other.reference), "Blau")
        .await
        .unwrap();
    assert_eq!(renamed.identity, top.identity);
    let moved = "INBOX/Kept/Blau/\u{223C}v1\u{2024}2";
    assert_eq!(list("-s"), ["INBOX/Kept", "INBOX/Kept/Blau", moved, "Old"]);
    give_to_dovecot(&home);
    let shown = dovecot.run(&["fetch", "hdr.subject", "mailbox", moved, "all"], "");
    assert!(shown.contains("kept"), "{shown}");
    mailbox.remove_folder(&other.reference).await.unwrap();
    assert_eq!(list("-s"), ["Old"]);
    assert_eq!(list("*"), ["INBOX", "Old"]);
}

/// What we make is ours, also when we are root and Dovecot is nobody.
fn give_to_dovecot(home: &Home) {
    let own = fs::metadata(home.root.join("cur")).unwrap();
    let mut open = vec![home.root.clone()];
    while let Some(dir) = open.pop() {
        chown(&dir, Some(own.uid()), Some(own.gid())).unwrap();
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                chown(&path, Some(own.uid()), Some(own.gid())).unwrap();
            }
        }
    }
}
