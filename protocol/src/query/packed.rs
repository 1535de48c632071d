//! The base64 form (MS-ASHTTP 2.2.1.1.1.1).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use nom::multi::length_data;
use nom::number::complete::{le_u16, u8 as byte};
use nom::{Err, IResult, Parser};

use super::{Command, QueryError, RequestLine, checked_device_id, checked_device_type, percent};
use crate::version::Version;

pub(super) fn parse(query: &str) -> Result<RequestLine, QueryError> {
    let bytes = decode(query).ok_or(QueryError::InvalidBase64)?;
    let truncated = |error: Err<nom::error::Error<&[u8]>>| {
        QueryError::Truncated(match error {
            Err::Incomplete(_) => bytes.len(),
            Err::Error(error) | Err::Failure(error) => bytes.len() - error.input.len(),
        })
    };
    let (mut rest, head) = head(&bytes).map_err(truncated)?;
    let mut line = head.check()?;
    while !rest.is_empty() {
        let parameter;
        (rest, parameter) = (byte, length_data(byte)).parse(rest).map_err(truncated)?;
        set(&mut line, parameter);
    }
    Ok(line)
}

/// What comes before the parameters, as it is.
struct Head<'a> {
    version: u8,
    command: u8,
    locale: u16,
    device_id: &'a [u8],
    policy_key: &'a [u8],
    device_type: &'a [u8],
}

impl Head<'_> {
    fn check(&self) -> Result<RequestLine, QueryError> {
        let command = Command::from_code(self.command)
            .ok_or_else(|| QueryError::UnknownCommand(self.command.to_string()))?;
        let version =
            Version::from_byte(self.version).ok_or(QueryError::UnknownVersion(self.version))?;
        let mut line = RequestLine::new(
            command,
            checked_device_id(self.device_id)?,
            checked_device_type(self.device_type)?,
        );
        line.version = Some(version);
        line.locale = Some(self.locale);
        line.policy_key = match self.policy_key {
            [] => None,
            [a, b, c, d] => Some(u32::from_le_bytes([*a, *b, *c, *d])),
            other => {
                let length = u8::try_from(other.len()).unwrap_or(u8::MAX);
                return Err(QueryError::PolicyKeyLength(length));
            }
        };
        Ok(line)
    }
}

fn head(input: &[u8]) -> IResult<&[u8], Head<'_>> {
    let (rest, (version, command, locale, device_id, policy_key, device_type)) = (
        byte,
        byte,
        le_u16,
        length_data(byte),
        length_data(byte),
        length_data(byte),
    )
        .parse(input)?;
    let head = Head {
        version,
        command,
        locale,
        device_id,
        policy_key,
        device_type,
    };
    Ok((rest, head))
}

/// Unknown parameters say nothing to us.
fn set(line: &mut RequestLine, (tag, value): (u8, &[u8])) {
    let text = || Some(String::from_utf8_lossy(value).into_owned());
    match tag {
        ATTACHMENT_NAME => line.attachment_name = text(),
        COLLECTION_ID => line.collection_id = text(),
        ITEM_ID => line.item_id = text(),
        LONG_ID => line.long_id = text(),
        OCCURRENCE => line.occurrence = text(),
        OPTIONS => {
            let options = value.first().copied().unwrap_or_default();
            line.save_in_sent = options & SAVE_IN_SENT != 0;
            line.accept_multipart = options & ACCEPT_MULTIPART != 0;
        }
        USER => line.user = text(),
        _ => {}
    }
}

pub(super) fn write(line: &RequestLine) -> Result<String, QueryError> {
    let version = line.version.ok_or(QueryError::MissingVersion)?;
    let code = line
        .command
        .code()
        .ok_or(QueryError::NoCode(line.command))?;
    let mut out = vec![version.byte(), code];
    out.extend(line.locale.unwrap_or(EN_US).to_le_bytes());
    piece(&mut out, line.device_id.as_bytes())?;
    match line.policy_key {
        Some(key) => piece(&mut out, &key.to_le_bytes())?,
        None => out.push(0),
    }
    piece(&mut out, line.device_type.as_bytes())?;
    let parameters = [
        (ATTACHMENT_NAME, &line.attachment_name),
        (COLLECTION_ID, &line.collection_id),
        (ITEM_ID, &line.item_id),
        (LONG_ID, &line.long_id),
        (OCCURRENCE, &line.occurrence),
        (USER, &line.user),
    ];
    for (tag, value) in parameters {
        if let Some(value) = value {
            out.push(tag);
            piece(&mut out, value.as_bytes())?;
        }
    }
    let save = if line.save_in_sent { SAVE_IN_SENT } else { 0 };
    let parts = if line.accept_multipart {
        ACCEPT_MULTIPART
    } else {
        0
    };
    if save | parts != 0 {
        out.extend([OPTIONS, 1, save | parts]);
    }
    Ok(BASE64.encode(out))
}

/// A length in one byte, and that many bytes.
fn piece(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), QueryError> {
    let length = u8::try_from(bytes.len()).map_err(|_| QueryError::TooLong(bytes.len()))?;
    out.push(length);
    out.extend_from_slice(bytes);
    Ok(())
}

/// Either alphabet, padded or not, percent-encoded or not.
fn decode(query: &str) -> Option<Vec<u8>> {
    let mut text = percent::decode(query);
    for byte in &mut text {
        match byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    BASE64.decode(text).ok()
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

const EN_US: u16 = 0x0409;

const ATTACHMENT_NAME: u8 = 0;
const COLLECTION_ID: u8 = 1;
const ITEM_ID: u8 = 3;
const LONG_ID: u8 = 4;
const OCCURRENCE: u8 = 6;
const OPTIONS: u8 = 7;
const USER: u8 = 8;

const SAVE_IN_SENT: u8 = 0x01;
const ACCEPT_MULTIPART: u8 = 0x02;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: Command, version: Version, locale: u16) -> RequestLine {
        let mut line = RequestLine::new(command, "0123456789ABCDEF", "Android");
        line.version = Some(version);
        line.locale = Some(locale);
        line
    }

    /// The first vector is the specification's.
    fn vectors() -> [(&'static str, RequestLine); 4] {
        let mut sync = line(Command::Sync, Version::V14_0, 0x0409);
        sync.device_id = "v140Device".to_owned();
        sync.device_type = "SmartPhone".to_owned();
        let mut ping = line(Command::Ping, Version::V16_1, 0x0409);
        ping.device_type = "iPhone".to_owned();
        ping.policy_key = Some(1_307_199_584);
        let mut fetch = line(Command::ItemOperations, Version::V14_1, 0x0407);
        fetch.policy_key = Some(1_307_199_584);
        fetch.accept_multipart = true;
        let mut forward = line(Command::SmartForward, Version::V14_1, 0x0409);
        forward.collection_id = Some("u1".to_owned());
        forward.item_id = Some("u1:101".to_owned());
        forward.save_in_sent = true;
        [
            ("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", sync),
            ("oRIJBBAwMTIzNDU2Nzg5QUJDREVGBGBI6k0GaVBob25l", ping),
            (
                "jRMHBBAwMTIzNDU2Nzg5QUJDREVGBGBI6k0HQW5kcm9pZAcBAg==",
                fetch,
            ),
            (
                "jQIJBBAwMTIzNDU2Nzg5QUJDREVGAAdBbmRyb2lkAQJ1MQMGdTE6MTAxBwEB",
                forward,
            ),
        ]
    }

    #[test]
    fn vectors_are_read_and_written() {
        for (query, line) in vectors() {
            assert_eq!(parse(query).as_ref(), Ok(&line), "{query}");
            assert_eq!(write(&line).as_deref(), Ok(query));
        }
    }

    #[test]
    fn padding_and_alphabet_do_not_matter() {
        let (query, line) = vectors().into_iter().nth(2).unwrap();
        for query in [
            query.trim_end_matches('=').to_owned(),
            query.replace('=', "%3D"),
            query.replace('+', "-").replace('/', "_"),
        ] {
            assert_eq!(parse(&query).as_ref(), Ok(&line), "{query}");
        }
    }

    fn check(bytes: &[u8], error: QueryError) {
        assert_eq!(parse(&BASE64.encode(bytes)), Err(error), "{bytes:02x?}");
    }

    #[test]
    fn broken_fields_are_told_apart() {
        check(
            &[141, 99, 9, 4, 1, b'a', 0, 1, b'b'],
            QueryError::UnknownCommand("99".to_owned()),
        );
        check(
            &[10, 0, 9, 4, 1, b'a', 0, 1, b'b'],
            QueryError::UnknownVersion(10),
        );
        check(&[141, 0, 9, 4, 0, 0, 1, b'b'], QueryError::MissingDeviceId);
        check(
            &[141, 0, 9, 4, 1, b'a', 0, 0],
            QueryError::MissingDeviceType,
        );
        check(
            &[141, 0, 9, 4, 1, b'a', 2, 0, 0, 1, b'b'],
            QueryError::PolicyKeyLength(2),
        );
        check(&[141, 0, 9, 4, 9, b'a'], QueryError::Truncated(6));
        check(
            &[141, 0, 9, 4, 1, b'a', 0, 1, b'b', 7],
            QueryError::Truncated(10),
        );
    }

    #[test]
    fn an_id_of_bytes_is_read_as_hex() {
        let query = BASE64.encode([141, 0, 9, 4, 2, 0xAB, 0x01, 0, 1, b'b', 99, 1, 0]);
        assert_eq!(parse(&query).unwrap().device_id, "ab01");
    }

    #[test]
    fn not_everything_can_be_written() {
        let mut line = RequestLine::new(Command::GetHierarchy, "a", "b");
        assert_eq!(write(&line), Err(QueryError::MissingVersion));
        line.version = Some(Version::V12_1);
        assert_eq!(write(&line), Err(QueryError::NoCode(Command::GetHierarchy)));
        line.command = Command::Sync;
        line.user = Some("a".repeat(256));
        assert_eq!(write(&line), Err(QueryError::TooLong(256)));
    }
}
