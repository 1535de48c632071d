//! Hints as they travel: one line of text with ids and numbers. Pure.
//!
//! `<version> <account> <sender> <topic> …`. Nodes of two versions may talk to each other during an upgrade: whatever
//! the version, account and sender come first, and what is not understood after them means "anything of the account".

use std::fmt::Write as _;
use std::str::SplitAsciiWhitespace;

use crate::ids::{AccountId, FolderNo, Seq};
use crate::push::channel::{Hint, Seen, Topic};

/// What is written.
const VERSION: u32 = 1;

/// Who sent a message: a random number for each start of a node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Sender(pub(super) u64);

/// A message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Message {
    /// A hint.
    Hint(Hint),
    /// Proof that the channel carries: which connection it was published for, and the number of the beat.
    Beat { link: u64, beat: u64 },
}

/// Writes a message.
pub(super) fn encode(sender: Sender, message: Message) -> String {
    let mut text = String::with_capacity(64);
    let Sender(sender) = sender;
    // Writing to a string does not fail.
    let _written = match message {
        Message::Beat { link, beat } => write!(text, "{VERSION} - {sender:x} n {link} {beat}"),
        Message::Hint(hint) => {
            let (account, seen) = (hint.account.0, hint.seen.micros());
            let _written = write!(text, "{VERSION} {account} {sender:x} ");
            match hint.topic {
                Topic::Folder(folder, seq) => write!(text, "f {} {} {seen}", folder.0, seq.0),
                Topic::Hierarchy => write!(text, "h {seen}"),
                Topic::Everything => write!(text, "e {seen}"),
                Topic::Revoked => write!(text, "r {seen}"),
            }
        }
    };
    text
}

/// Reads a message and who sent it; `None` for what is none.
pub(super) fn decode(bytes: &[u8]) -> Option<(Sender, Message)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut words = text.split_ascii_whitespace();
    let version: u32 = words.next()?.parse().ok()?;
    let account = words.next()?;
    let sender = Sender(u64::from_str_radix(words.next()?, 16).ok()?);
    if account == "-" {
        let beat = (version == VERSION && words.next()? == "n").then(|| beat(&mut words))??;
        return Some((sender, beat));
    }
    let account = AccountId(account.parse().ok()?);
    let known = (version == VERSION).then(|| topic(&mut words)).flatten();
    let (topic, seen) = known.unwrap_or((Topic::Everything, Seen::UNKNOWN));
    let hint = Hint {
        account,
        topic,
        seen,
    };
    Some((sender, Message::Hint(hint)))
}

fn beat(words: &mut SplitAsciiWhitespace<'_>) -> Option<Message> {
    let link = words.next()?.parse().ok()?;
    let beat = words.next()?.parse().ok()?;
    Some(Message::Beat { link, beat })
}

fn topic(words: &mut SplitAsciiWhitespace<'_>) -> Option<(Topic, Seen)> {
    let topic = match words.next()? {
        "f" => {
            let folder = FolderNo(words.next()?.parse().ok()?);
            Topic::Folder(folder, Seq(words.next()?.parse().ok()?))
        }
        "h" => Topic::Hierarchy,
        "e" => Topic::Everything,
        "r" => Topic::Revoked,
        _ => return None,
    };
    let seen = Seen::from_micros(words.next()?.parse().ok()?);
    Some((topic, seen))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENDER: Sender = Sender(0xab);

    fn hint(topic: Topic, seen: i64) -> Message {
        Message::Hint(Hint {
            account: AccountId(7),
            topic,
            seen: Seen::from_micros(seen),
        })
    }

    #[test]
    fn what_is_written_is_read() {
        for message in [
            hint(Topic::Folder(FolderNo(3), Seq(u64::MAX)), 5),
            hint(Topic::Hierarchy, 0),
            hint(Topic::Everything, -1),
            hint(Topic::Revoked, i64::MAX),
            Message::Beat { link: 2, beat: 9 },
        ] {
            let text = encode(SENDER, message);
            assert_eq!(decode(text.as_bytes()), Some((SENDER, message)), "{text}");
        }
    }

    #[test]
    fn what_a_newer_node_says_means_anything_of_the_account() {
        let anything = Some((SENDER, hint(Topic::Everything, 0)));
        for text in [
            "2 7 ab f 1 2 3 4",
            "1 7 ab x 1",
            "1 7 ab f 1 two 3",
            "1 7 ab",
            "9 7 ab",
        ] {
            assert_eq!(decode(text.as_bytes()), anything, "{text}");
        }
        assert_eq!(
            decode(b"1 7 ab h 0 more"),
            Some((SENDER, hint(Topic::Hierarchy, 0)))
        );
    }

    proptest! {
        #[test]
        fn rubbish_is_no_message(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some((sender, message)) = decode(&bytes) {
                let text = encode(sender, message);
                prop_assert_eq!(decode(text.as_bytes()), Some((sender, message)));
            }
        }
    }

    #[test]
    fn text_without_an_account_is_rubbish() {
        for text in [
            "",
            "1",
            "1 7",
            "x 7 ab h 0",
            "1 seven ab h 0",
            "1 - ab n 1",
            "2 - ab n 1 2",
        ] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
