//! Conversations: which one a message belongs to, and where in it.

use mail_parser::parsers::fields::thread::thread_name;
use sha2::{Digest, Sha256};

use super::fields::Fields;

/// Seconds from 1601-01-01, where a FILETIME begins, to 1970-01-01.
const FILETIME_EPOCH: i64 = 11_644_473_600;

/// FILETIME ticks of a second.
const FILETIME_TICKS: i64 = 10_000_000;

/// The subject without prefixes of answers and forwards.
pub(super) fn topic(subject: &str) -> String {
    thread_name(subject).trim().to_owned()
}

/// 16 bytes that all messages of a conversation have in common.
///
/// The oldest ancestor names the conversation; a message that names no ancestor may become one, and one without an id goes
/// with others of its topic.
pub(super) fn conversation_id(fields: &Fields<'_>, topic: &str) -> Vec<u8> {
    let root = ["References", "In-Reply-To", "Message-ID"]
        .into_iter()
        .find_map(|name| fields.ids(name).into_iter().next());
    let mut hash = Sha256::new();
    match root {
        Some(id) => {
            hash.update(b"id\0");
            hash.update(id.as_bytes());
        }
        None => {
            hash.update(b"topic\0");
            hash.update(topic.to_lowercase().as_bytes());
        }
    }
    hash.finalize().iter().take(16).copied().collect()
}

/// The header of a conversation index: the five high bytes of the date's FILETIME (MS-ASEMAIL 2.2.2.21).
pub(super) fn conversation_index(date: i64) -> Vec<u8> {
    let ticks = date
        .saturating_add(FILETIME_EPOCH)
        .max(0)
        .saturating_mul(FILETIME_TICKS);
    ticks.to_be_bytes().into_iter().take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::{Fields, conversation_id, conversation_index, topic};

    fn id(header: &str) -> Vec<u8> {
        conversation_id(&Fields::split(header.as_bytes()).0, "Topic")
    }

    #[test]
    fn answers_share_the_conversation() {
        let root = id("Message-ID: <a@x>\n\n");
        assert_eq!(root.len(), 16);
        assert_eq!(id("Message-ID: <b@x>\nIn-Reply-To: <a@x>\n\n"), root);
        assert_eq!(
            id("Message-ID: <c@x>\nIn-Reply-To: <b@x>\nReferences: <a@x>\r\n <b@x>\n\n"),
            root
        );
        assert_ne!(id("Message-ID: <d@x>\n\n"), root);
        assert_eq!(id("X: y\n\n"), id(""));
    }

    #[test]
    fn topics_have_no_prefixes() {
        for (subject, expected) in [
            ("Hello", "Hello"),
            ("Re: Hello", "Hello"),
            ("RE: AW: Fwd: Hello", "Hello"),
            ("Re[2]: Hello", "Hello"),
            ("Status: done", "Status: done"),
            ("", ""),
        ] {
            assert_eq!(topic(subject), expected, "{subject}");
        }
    }

    #[test]
    fn the_index_is_a_date() {
        assert_eq!(conversation_index(0), [0x01, 0x9D, 0xB1, 0xDE, 0xD5]);
        assert_eq!(conversation_index(i64::MIN).len(), 5);
        assert_eq!(conversation_index(i64::MAX).len(), 5);
    }
}
