//! Response codes: what a program is to know of an answer (RFC 5530 and those that extensions add).

use super::decoder::Limits;
use super::{Malformed, UidSet, Value, tree};
use bytes::Bytes;

/// The code of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Code {
    /// The text is to be shown to the user.
    Alert,
    /// What the server can do; names as it writes them.
    Capability(Vec<Box<str>>),
    /// The numbers of messages are valid as long as this is the same.
    UidValidity(u32),
    /// The number that the next message will have at least.
    UidNext(u32),
    /// The highest modification sequence of the mailbox.
    HighestModSeq(u64),
    /// The mailbox has no modification sequences.
    NoModSeq,
    /// Number of the first message that was not seen.
    Unseen(u32),
    /// The mailbox cannot be changed.
    ReadOnly,
    /// The mailbox can be changed.
    ReadWrite,
    /// Flags that can be changed for good; `\*` says that new keywords can be made.
    PermanentFlags(Vec<Box<str>>),
    /// What was appended, and in which validity.
    AppendUid {
        /// Validity of `uids`.
        validity: u32,
        /// The new messages.
        uids: UidSet,
    },
    /// What was copied or moved, and to what; the sets correspond in their order.
    CopyUid {
        /// Validity of `target`.
        validity: u32,
        /// The messages here.
        source: UidSet,
        /// The messages there.
        target: UidSet,
    },
    /// Messages that had changed, and so were not.
    Modified(UidSet),
    /// The mailbox has to be made first.
    TryCreate,
    /// What comes next is of the mailbox that is being opened.
    Closed,
    /// No more notifications come.
    NotificationOverflow,
    /// The identity of the mailbox.
    MailboxId(Box<str>),
    /// Not now.
    Unavailable,
    /// Wrong credentials.
    AuthenticationFailed,
    /// Good credentials, but not for that.
    AuthorizationFailed,
    /// The credentials have expired.
    Expired,
    /// Not without encryption.
    PrivacyRequired,
    /// Somebody has to do something about it.
    ContactAdmin,
    /// No permission.
    NoPerm,
    /// Somebody else uses it.
    InUse,
    /// Messages are gone that the session still counts.
    ExpungeIssued,
    /// The server's data is damaged.
    Corruption,
    /// The server has a fault.
    ServerBug,
    /// The client has a fault.
    ClientBug,
    /// It can never be.
    Cannot,
    /// A limit of the server.
    Limit,
    /// No more space.
    OverQuota,
    /// There is one of that name.
    AlreadyExists,
    /// It is not there.
    NonExistent,
    /// The message is too large.
    TooBig,
    /// The server cannot decode that part.
    UnknownCte,
    /// Any other; its name.
    Other(Box<str>),
}

impl Code {
    /// Its name: upper case, harmless, short.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Capability(_) => "CAPABILITY",
            Self::UidValidity(_) => "UIDVALIDITY",
            Self::UidNext(_) => "UIDNEXT",
            Self::HighestModSeq(_) => "HIGHESTMODSEQ",
            Self::Unseen(_) => "UNSEEN",
            Self::PermanentFlags(_) => "PERMANENTFLAGS",
            Self::AppendUid { .. } => "APPENDUID",
            Self::CopyUid { .. } => "COPYUID",
            Self::Modified(_) => "MODIFIED",
            Self::MailboxId(_) => "MAILBOXID",
            Self::Other(name) => name,
            plain => SIMPLE
                .iter()
                .find(|(_, code)| code == plain)
                .map_or("", |(name, _)| name),
        }
    }
}

/// Codes that are a word.
const SIMPLE: [(&str, Code); 27] = [
    ("ALERT", Code::Alert),
    ("NOMODSEQ", Code::NoModSeq),
    ("READ-ONLY", Code::ReadOnly),
    ("READ-WRITE", Code::ReadWrite),
    ("TRYCREATE", Code::TryCreate),
    ("CLOSED", Code::Closed),
    ("NOTIFICATIONOVERFLOW", Code::NotificationOverflow),
    ("UNAVAILABLE", Code::Unavailable),
    ("AUTHENTICATIONFAILED", Code::AuthenticationFailed),
    ("AUTHORIZATIONFAILED", Code::AuthorizationFailed),
    ("EXPIRED", Code::Expired),
    ("PRIVACYREQUIRED", Code::PrivacyRequired),
    ("CONTACTADMIN", Code::ContactAdmin),
    ("NOPERM", Code::NoPerm),
    ("INUSE", Code::InUse),
    ("EXPUNGEISSUED", Code::ExpungeIssued),
    ("CORRUPTION", Code::Corruption),
    ("SERVERBUG", Code::ServerBug),
    ("CLIENTBUG", Code::ClientBug),
    ("CANNOT", Code::Cannot),
    ("LIMIT", Code::Limit),
    ("OVERQUOTA", Code::OverQuota),
    ("ALREADYEXISTS", Code::AlreadyExists),
    ("NONEXISTENT", Code::NonExistent),
    ("TOOBIG", Code::TooBig),
    ("UNKNOWN-CTE", Code::UnknownCte),
    // RFC 2087's name for it, which some servers still use.
    ("OVER-QUOTA", Code::OverQuota),
];

/// Longest name of a code that is kept.
const NAME_MAX: usize = 32;

/// Reads what stands in brackets and gives the text after it. A code that cannot be read is kept by its name.
pub(super) fn parse<'t>(
    frame: &Bytes,
    text: &'t [u8],
    limits: &Limits,
) -> (Option<Code>, &'t [u8]) {
    let Some(inner) = text.strip_prefix(b"[") else {
        return (None, text);
    };
    let Some(end) = end(inner) else {
        return (None, text);
    };
    let (inside, after) = inner.split_at(end);
    let after = after.get(1..).unwrap_or_default();
    let name = inside
        .split(|byte| *byte == b' ')
        .next()
        .unwrap_or_default();
    let arguments = inside.get(name.len()..).unwrap_or_default();
    let code = tree::values(frame, arguments, limits)
        .ok()
        .and_then(|values| read(name, &values))
        .unwrap_or_else(|| Code::Other(harmless(name)));
    (Some(code), after.trim_ascii_start())
}

/// Where the bracket is closed: not within quotes or parentheses, if that can be.
fn end(inner: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_usize);
    for (at, byte) in inner.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b']' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    inner.iter().position(|byte| *byte == b']')
}

fn harmless(name: &[u8]) -> Box<str> {
    let name = name.iter().take(NAME_MAX).map(|byte| match byte {
        b'-' | b'=' | b'.' | b'/' | b'_' => char::from(*byte),
        byte if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_uppercase()),
        _ => '?',
    });
    name.collect::<String>().into()
}

fn read(name: &[u8], values: &[Value]) -> Option<Code> {
    let upper = name.to_ascii_uppercase();
    let upper = std::str::from_utf8(&upper).ok()?;
    let first = values.first();
    let number = || first?.number();
    let set = |at: usize| UidSet::parse(values.get(at)?.bytes()?);
    Some(match upper {
        "CAPABILITY" | "CAPABILITIES" => Code::Capability(words(values).ok()?),
        "UIDVALIDITY" => Code::UidValidity(number()?),
        "UIDNEXT" => Code::UidNext(number()?),
        "HIGHESTMODSEQ" => Code::HighestModSeq(first?.number()?),
        "UNSEEN" => Code::Unseen(number()?),
        "PERMANENTFLAGS" => Code::PermanentFlags(words(first?.list_or_nil()?).ok()?),
        "APPENDUID" => Code::AppendUid {
            validity: number()?,
            uids: set(1)?,
        },
        "COPYUID" => Code::CopyUid {
            validity: number()?,
            source: set(1)?,
            target: set(2)?,
        },
        "MODIFIED" => Code::Modified(set(0)?),
        "MAILBOXID" => Code::MailboxId(identity(first?)?),
        _ => {
            let simple = SIMPLE.iter().find(|(known, _)| *known == upper);
            simple.map(|(_, code)| code.clone())?
        }
    })
}

/// An object's identity, which stands in parentheses (RFC 8474).
pub(super) fn identity(value: &Value) -> Option<Box<str>> {
    let inner = match value.list() {
        Some(list) => list.first()?,
        None => value,
    };
    Some(inner.text()?.into())
}

/// Words as they are written.
pub(super) fn words(values: &[Value]) -> Result<Vec<Box<str>>, Malformed> {
    let word = |value: &Value| value.text().map(Into::into);
    let words: Option<Vec<_>> = values.iter().map(word).collect();
    words.ok_or(Malformed("words"))
}
