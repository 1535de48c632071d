//! What the caller says about a conversion, and what it gets.

use protocol::airsyncbase::{BodyPartPreference, BodyPreference};
use protocol::class::email::Email;
use protocol::version::Version;

/// How a device wants mail: the options of its Sync or ItemOperations request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BodyWish {
    /// Kinds of body that it takes; none stands for plain text of at most 32 KiB.
    pub preferences: Vec<BodyPreference>,
    /// Whether it wants whole MIME messages.
    pub mime_support: MimeSupport,
    /// `MIMETruncation` as on the wire (0 to 8); counts where the preference for MIME sets no size.
    pub mime_truncation: Option<u8>,
    /// Whether it wants the part that is new in the conversation too (14.1 and later).
    pub part: Option<BodyPartPreference>,
    /// What the device speaks.
    pub version: Version,
}

impl BodyWish {
    /// The wish of a device that says nothing.
    #[must_use]
    pub fn nothing_said(version: Version) -> Self {
        Self {
            preferences: Vec::new(),
            mime_support: MimeSupport::Never,
            mime_truncation: None,
            part: None,
            version,
        }
    }
}

/// `MIMESupport` (MS-ASCMD 2.2.3.110.2).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum MimeSupport {
    /// Never send MIME.
    #[default]
    Never = 0,
    /// Send MIME for S/MIME messages only.
    SmimeOnly = 1,
    /// Send MIME for all messages.
    Always = 2,
}

impl MimeSupport {
    /// From the number on the wire; what is unknown counts as never.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::SmimeOnly,
            2 => Self::Always,
            _ => Self::Never,
        }
    }
}

/// What the store knows about a mail besides its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemContext {
    /// Server id of the item, `<folder>:<item>`; file references begin with it.
    pub server_id: String,
    /// When it arrived, in UTC epoch seconds.
    pub received: i64,
    /// Marks.
    pub marks: Marks,
    /// Categories.
    pub categories: Vec<String>,
    /// Bounds of the work.
    pub limits: Limits,
}

/// The marks of a mail in its store.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Marks {
    /// Was read.
    pub seen: bool,
    /// Is flagged for follow-up.
    pub flagged: bool,
    /// Was answered.
    pub answered: bool,
    /// Was forwarded.
    pub forwarded: bool,
    /// Is a draft.
    pub draft: bool,
}

/// Bounds of the work on one mail, in bytes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Limits {
    /// Longest message that is taken apart; a longer one gives its headers and a note.
    pub message: usize,
    /// Most text of a body part that is looked at; the rest counts as cut off.
    pub text: usize,
    /// Longest body sent, of any kind.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 128 << 20,
            text: 2 << 20,
            body: 32 << 20,
        }
    }
}

/// A mail as an EAS item.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Converted {
    /// The item.
    pub email: Email,
    /// Why it is less than what was stored, if it is.
    pub reduced: Option<Reason>,
}

/// Why an item is less than what was stored.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reason {
    /// There are no bytes at all.
    Empty,
    /// There are no header fields, or the text is not text.
    NotMail,
    /// The structure is damaged; what could be told apart is there.
    Broken,
    /// There are more parts, or parts within parts, than are looked at.
    TooComplex,
    /// It is longer than [`Limits::message`]: headers and a note.
    TooLong,
}

/// Why there is no item at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// Sizes of the message cannot be said on the wire.
    #[error("the message is longer than 4 GiB")]
    Unspeakable,
}

/// The content of an attachment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttachmentData {
    /// MIME type, without parameters.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}
