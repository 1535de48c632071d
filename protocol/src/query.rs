//! The request line: plain and base64 query strings (MS-ASHTTP 2.2.1.1.1).
//!
//! A plain query names its fields, and leaves version, policy key and the wish for parts to headers; a
//! base64 query packs everything. [`parse`] reads both, so what the caller does not find here it takes
//! from the headers; what it finds here wins.

mod command;
mod packed;
mod percent;
mod plain;

use thiserror::Error;

pub use self::command::Command;
use crate::version::Version;

/// Reads the query string of a POST, in either form.
///
/// # Errors
///
/// See [`QueryError`].
pub fn parse(query: &str) -> Result<RequestLine, QueryError> {
    // Base64 has neither `&` nor a name before `=`, so one known name settles it.
    if plain::names_a_command(query) {
        return plain::parse(query);
    }
    // What separates fields is not base64: a plain query that lacks the one that matters.
    if query.is_empty() || query.contains('&') {
        return Err(QueryError::MissingCommand);
    }
    packed::parse(query)
}

/// A request line, as far as the query says it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestLine {
    /// What is asked for.
    pub command: Command,
    /// The protocol version; `None` in the plain form, where the header `MS-ASProtocolVersion` says it.
    pub version: Option<Version>,
    /// Who says to ask. For logs, not for authentication.
    pub user: Option<String>,
    /// The device: printable ASCII, or bytes in lower-case hex. See also [`device_key`](Self::device_key).
    pub device_id: String,
    /// The client's family: printable ASCII, or bytes in lower-case hex.
    pub device_type: String,
    /// The policy key; `None` in the plain form, where the header `X-MS-PolicyKey` says it.
    pub policy_key: Option<u32>,
    /// The language of the device as a Windows locale identifier; `None` in the plain form.
    pub locale: Option<u16>,
    /// GetAttachment: what to send.
    pub attachment_name: Option<String>,
    /// SmartReply and SmartForward before 14.0: the folder of the original.
    pub collection_id: Option<String>,
    /// SmartReply and SmartForward before 14.0: the original.
    pub item_id: Option<String>,
    /// SmartReply and SmartForward before 14.0: the original, as a search named it.
    pub long_id: Option<String>,
    /// SmartReply and SmartForward before 14.0: which meeting of a series.
    pub occurrence: Option<String>,
    /// SendMail, SmartReply and SmartForward before 14.0: keep a copy.
    pub save_in_sent: bool,
    /// ItemOperations: answer in parts. In the plain form the header `MS-ASAcceptMultiPart` says it.
    pub accept_multipart: bool,
}

impl RequestLine {
    /// The longest device id and device type that are read, in characters.
    pub const NAME_MAX: usize = 64;

    /// A request line with what every request needs.
    #[must_use]
    pub fn new(
        command: Command,
        device_id: impl Into<String>,
        device_type: impl Into<String>,
    ) -> Self {
        Self {
            command,
            version: None,
            user: None,
            device_id: device_id.into(),
            device_type: device_type.into(),
            policy_key: None,
            locale: None,
            attachment_name: None,
            collection_id: None,
            item_id: None,
            long_id: None,
            occurrence: None,
            save_in_sent: false,
            accept_multipart: false,
        }
    }

    /// The device id in the form to recognise a device by.
    ///
    /// Some clients send the same id as hexadecimal text in one form of the query and as bytes in the other,
    /// so case does not tell devices apart.
    #[must_use]
    pub fn device_key(&self) -> String {
        self.device_id.to_ascii_lowercase()
    }

    /// Writes the plain form. Version, policy key, locale and the wish for parts are not in it.
    #[must_use]
    pub fn to_plain(&self) -> String {
        plain::write(self)
    }

    /// Writes the base64 form, with padding, not percent-encoded. Without a locale it says 0x0409 (en-US).
    ///
    /// # Errors
    ///
    /// [`QueryError::NoCode`] for a command without a code, [`QueryError::MissingVersion`], and
    /// [`QueryError::TooLong`] for a field of more than 255 bytes.
    pub fn to_base64(&self) -> Result<String, QueryError> {
        packed::write(self)
    }
}

/// Why a request line could not be read (or, for the last three, written).
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum QueryError {
    /// `Cmd` names no command that we know: its text, or the code in decimal.
    #[error("command {0:?} is not known")]
    UnknownCommand(String),
    /// No `Cmd`, nor a base64 query.
    #[error("no command")]
    MissingCommand,
    /// No `DeviceId`, or an empty one.
    #[error("no device id")]
    MissingDeviceId,
    /// A `DeviceId` that is too long or has characters it must not have.
    #[error("device id is malformed")]
    InvalidDeviceId,
    /// No `DeviceType`, or an empty one.
    #[error("no device type")]
    MissingDeviceType,
    /// A `DeviceType` that is too long or has characters it must not have.
    #[error("device type is malformed")]
    InvalidDeviceType,
    /// A version byte that we do not know.
    #[error("version byte {0} is not known")]
    UnknownVersion(u8),
    /// Neither a plain query nor base64.
    #[error("query is neither plain nor base64")]
    InvalidBase64,
    /// The packed fields end early.
    #[error("query ends early, at byte {0}")]
    Truncated(usize),
    /// The policy key's length is neither 0 nor 4.
    #[error("policy key of {0} bytes")]
    PolicyKeyLength(u8),
    /// The command has no code in the base64 form.
    #[error("command {0} has no code")]
    NoCode(Command),
    /// The base64 form needs a version.
    #[error("no version")]
    MissingVersion,
    /// A field does not fit into the base64 form.
    #[error("field of {0} bytes is too long")]
    TooLong(usize),
}

/// The text form of an id given as bytes: themselves if they are printable ASCII, else lower-case hex.
fn normal(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| (0x20..0x7F).contains(byte)) {
        return bytes.iter().copied().map(char::from).collect();
    }
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)])
        .collect()
}

fn checked_device_id(bytes: &[u8]) -> Result<String, QueryError> {
    let text = normal(bytes);
    if text.is_empty() {
        return Err(QueryError::MissingDeviceId);
    }
    // The specification wants no special characters; ids with `-_.{}:` and the like have been seen. What
    // separates lists, paths, fields and markup stays out.
    let allowed = |c: char| c.is_ascii_graphic() && !",;/\\\"'<>&%".contains(c);
    if text.len() > RequestLine::NAME_MAX || !text.chars().all(allowed) {
        return Err(QueryError::InvalidDeviceId);
    }
    Ok(text)
}

fn checked_device_type(bytes: &[u8]) -> Result<String, QueryError> {
    let text = normal(bytes);
    if text.is_empty() {
        return Err(QueryError::MissingDeviceType);
    }
    if text.len() > RequestLine::NAME_MAX {
        return Err(QueryError::InvalidDeviceType);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_told_by_the_command() {
        for (query, error) in [
            ("", QueryError::MissingCommand),
            ("User=a&DeviceId=b", QueryError::MissingCommand),
            (
                "Cmd=Nonsense&DeviceId=b",
                QueryError::UnknownCommand("Nonsense".to_owned()),
            ),
            ("Cmd=Sync&User=a", QueryError::MissingDeviceId),
            (
                "Cmd=Sync&DeviceId=&DeviceType=c",
                QueryError::MissingDeviceId,
            ),
            (
                "Cmd=Sync&DeviceId=a,b&DeviceType=c",
                QueryError::InvalidDeviceId,
            ),
            ("Cmd=Sync&DeviceId=a", QueryError::MissingDeviceType),
            ("!!", QueryError::InvalidBase64),
            ("jAAJ", QueryError::Truncated(2)),
        ] {
            assert_eq!(parse(query), Err(error), "{query:?}");
        }
    }

    #[test]
    fn an_id_of_bytes_becomes_hex() {
        assert_eq!(normal(b"v140Device"), "v140Device");
        assert_eq!(normal(&[0xAB, 0x01]), "ab01");
        let line = RequestLine::new(Command::Ping, "AB01", "iPhone");
        assert_eq!(line.device_key(), "ab01");
    }

    #[test]
    fn long_ids_are_refused() {
        assert!(checked_device_id(&[b'a'; 64]).is_ok());
        assert_eq!(
            checked_device_id(&[b'a'; 65]),
            Err(QueryError::InvalidDeviceId)
        );
        assert_eq!(
            checked_device_id(&[0xFF; 33]),
            Err(QueryError::InvalidDeviceId)
        );
        assert_eq!(
            checked_device_type(&[b'a'; 65]),
            Err(QueryError::InvalidDeviceType)
        );
    }
}
