//! Conversations: which one a message belongs to, and where in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::parsers::fields::thread::thread_name;
use sha2::{Digest, Sha256};

use super::charset::Hint;
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
/// The oldest ancestor names the conversation; a message that names no ancestor may become one. Only one that has no id and
/// names none goes by Outlook's `Thread-Index`, else by its topic: programs that answer know ids, and few know the index.
pub(super) fn conversation_id(fields: &Fields<'_>, topic: &str) -> Vec<u8> {
    let root = ["References", "In-Reply-To", "Message-ID"]
        .into_iter()
        .find_map(|name| fields.ids(name).into_iter().next());
    let index = ThreadIndex::of(fields);
    let is_answer = index.as_ref().is_some_and(|index| !index.levels.is_empty());
    let has_ancestor = fields.has("References") || fields.has("In-Reply-To");
    let mut hash = Sha256::new();
    match (root, index) {
        // Its own id is not the conversation's: it answers something.
        (Some(_), Some(index)) if is_answer && !has_ancestor => return index.conversation,
        (None, Some(index)) => return index.conversation,
        (Some(id), _) => {
            hash.update(b"id\0");
            hash.update(id.as_bytes());
        }
        (None, None) => {
            hash.update(b"topic\0");
            hash.update(topic.to_lowercase().as_bytes());
        }
    }
    hash.finalize().iter().take(16).copied().collect()
}

/// Outlook's place of a message in its conversation (MS-OXOMSG 2.2.1.3).
struct ThreadIndex {
    /// The high bytes of the FILETIME at which it began.
    header: Vec<u8>,
    /// 16 bytes.
    conversation: Vec<u8>,
    /// Five bytes for each answer.
    levels: Vec<u8>,
}

impl ThreadIndex {
    const HEADER: usize = 5;
    const CONVERSATION: std::ops::Range<usize> = 6..22;
    const LEVEL: usize = 5;
    const LEVELS_MAX: usize = 100;

    fn of(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.text("Thread-Index", Hint::default())?;
        let text: String = text.split_whitespace().collect();
        let bytes = STANDARD.decode(text).ok()?;
        let levels = bytes.get(Self::CONVERSATION.end..)?;
        let whole =
            levels.len() % Self::LEVEL == 0 && levels.len() <= Self::LEVELS_MAX * Self::LEVEL;
        // All dates from 1829 to 2057 begin so.
        (whole && bytes.first() == Some(&1)).then_some(())?;
        Some(Self {
            header: bytes.get(..Self::HEADER)?.to_vec(),
            conversation: bytes.get(Self::CONVERSATION)?.to_vec(),
            levels: levels.to_vec(),
        })
    }
}

/// The place in the conversation: Outlook's, else one without levels that begins at `date`, in UTC epoch seconds.
pub(super) fn conversation_index(fields: &Fields<'_>, date: i64) -> Vec<u8> {
    ThreadIndex::of(fields).map_or_else(
        || index_header(date),
        |index| [index.header, index.levels].concat(),
    )
}

/// The header of a conversation index: the five high bytes of the date's FILETIME (MS-ASEMAIL 2.2.2.21).
fn index_header(date: i64) -> Vec<u8> {
    let ticks = date
        .saturating_add(FILETIME_EPOCH)
        .max(0)
        .saturating_mul(FILETIME_TICKS);
    ticks.to_be_bytes().into_iter().take(5).collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::{Fields, conversation_id, conversation_index, index_header, topic};

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
        assert_eq!(index_header(0), [0x01, 0x9D, 0xB1, 0xDE, 0xD5]);
        assert_eq!(index_header(i64::MIN).len(), 5);
        assert_eq!(index_header(i64::MAX).len(), 5);
    }

    #[test]
    fn outlook_says_the_place_itself() {
        let begun = [1, 2, 3, 4, 5, 6];
        let conversation = [7; 16];
        let first = STANDARD.encode([&begun[..], &conversation].concat());
        let answer = STANDARD.encode([&begun[..], &conversation, &[8; 5], &[9; 5]].concat());
        let place = |header: &str| conversation_index(&Fields::split(header.as_bytes()).0, 0);
        assert_eq!(place(&format!("Thread-Index: {first}\n\n")), begun[..5]);
        let levels = [&begun[..5], &[8; 5], &[9; 5]].concat();
        assert_eq!(place(&format!("Thread-Index: {answer}\n\n")), levels);
        for broken in [
            "?",
            "AQ==",
            &STANDARD.encode([1; 25]),
            &STANDARD.encode([2; 22]),
        ] {
            let header = format!("Thread-Index: {broken}\n\n");
            assert_eq!(place(&header), index_header(0));
            assert_eq!(id(&header), id("\n"));
        }
        // Ids come first, so that answers of other programs find the conversation.
        let named = id(&format!("Message-ID: <a@x>\nThread-Index: {first}\n\n"));
        assert_eq!(named, id("In-Reply-To: <a@x>\n\n"));
        assert_eq!(id(&format!("Thread-Index: {first}\n\n")), conversation);
        assert_eq!(
            id(&format!("Message-ID: <b@x>\nThread-Index: {answer}\n\n")),
            conversation
        );
    }
}
