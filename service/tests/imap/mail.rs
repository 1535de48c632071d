//! Messages and folders as other mail programs see them, by IMAP and without the gateway.

use backends::servers::{Dovecot, ImapHand};

use crate::phone::Contents;

/// A message that is told apart by its subject, a word of letters and digits.
pub(crate) fn message(subject: &str) -> Vec<u8> {
    format!(
        "From: Bert <bert@example.org>\r\nTo: anna@example.org\r\nSubject: {subject}\r\n\
         Date: Fri, 20 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{subject}@imap.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nSome words of no importance.\r\n"
    )
    .into_bytes()
}

/// Another mail program of a user's, at work.
pub(crate) struct Other {
    hand: ImapHand,
}

impl Other {
    /// Signs in to the server itself.
    pub(crate) async fn sign_in(dovecot: &Dovecot, user: &str) -> Self {
        let hand = dovecot.hand(user).await.unwrap();
        Self { hand }
    }

    /// Makes a folder, and shows it.
    pub(crate) async fn make(&self, folder: &str) {
        self.hand.create(folder).await.unwrap();
        self.hand.subscribe(folder, true).await.unwrap();
    }

    /// Puts a message into a folder.
    pub(crate) async fn put(&self, folder: &str, subject: &str) {
        let put = self.hand.append(folder, "", None, &message(subject)).await;
        put.unwrap();
    }

    /// Reads a message, or marks it unread.
    pub(crate) async fn set_read(&self, folder: &str, subject: &str, read: bool) {
        self.mark(folder, subject, read, "\\Seen").await;
    }

    /// Flags a message, or takes the flag away.
    pub(crate) async fn set_flag(&self, folder: &str, subject: &str, flagged: bool) {
        self.mark(folder, subject, flagged, "\\Flagged").await;
    }

    async fn mark(&self, folder: &str, subject: &str, set: bool, flag: &str) {
        let change = if set { "+FLAGS" } else { "-FLAGS" };
        let uid = self.uid(folder, subject).await;
        self.hand.store(folder, &uid, change, flag).await.unwrap();
    }

    /// Moves a message.
    pub(crate) async fn move_to(&self, folder: &str, subject: &str, target: &str) {
        let uid = self.uid(folder, subject).await;
        self.hand.move_to(folder, &uid, target).await.unwrap();
    }

    /// Deletes a message for good.
    pub(crate) async fn delete(&self, folder: &str, subject: &str) {
        let uid = self.uid(folder, subject).await;
        self.hand.expunge(folder, &uid).await.unwrap();
    }

    /// What is in a folder. Two messages of one subject are an error.
    pub(crate) async fn contents(&self, folder: &str) -> Contents {
        let mut contents = Contents::new();
        for (_, subject, flags) in self.list(folder).await {
            let marks = (flags.contains("\\Seen"), flags.contains("\\Flagged"));
            let twin = contents.insert(subject.clone(), marks);
            assert_eq!(twin, None, "{subject} is twice in {folder}");
        }
        contents
    }

    async fn uid(&self, folder: &str, subject: &str) -> String {
        let all = self.list(folder).await;
        let found = all.into_iter().find(|(_, known, _)| known == subject);
        let Some((uid, ..)) = found else {
            panic!("no {subject} in {folder}");
        };
        uid
    }

    /// UID, subject and flags of each message.
    async fn list(&self, folder: &str) -> Vec<(String, String, String)> {
        if self.hand.count(folder).await.unwrap() == 0 {
            return Vec::new();
        }
        let command = "UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])";
        let reply = self.hand.within(folder, command).await.unwrap();
        let fetched = reply.lines.iter().filter_map(|line| {
            let (_, items) = line.split_once(" FETCH (")?;
            let uid = items.split_once("UID ")?.1.split([' ', ')']).next()?;
            let flags = items.split_once("FLAGS (")?.1.split(')').next()?;
            let subject = items.split_once("Subject: ")?.1.lines().next()?;
            Some((uid.to_owned(), subject.trim().to_owned(), flags.to_owned()))
        });
        fetched.collect()
    }
}
