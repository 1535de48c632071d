//! Names of events before 16.0: the blob that Outlook makes of them (MS-ASEMAIL 2.2.2.37, MS-OXOCAL 2.2.1.27).
//!
//! A phone derives the event's UID from it, so both must lead to the same event.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What every blob begins with.
const CLASS_ID: [u8; 16] = [
    0x04, 0x00, 0x00, 0x00, 0x82, 0x00, 0xE0, 0x00, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08,
];
/// Where the date of an occurrence is: year, big-endian, month, day.
const DATE: std::ops::Range<usize> = 16..20;
/// Where the size of what follows is.
const SIZE: std::ops::Range<usize> = 36..40;
/// What a foreign UID begins with, and its version.
const FOREIGN: [u8; 12] = *b"vCal-Uid\x01\0\0\0";
/// What ends a foreign UID.
const END: [u8; 1] = [0];

/// `GlobalObjId` of an event with this UID, in base64. A UID that is such a blob in hexadecimal, as Outlook makes them,
/// is that blob; any other is wrapped in one.
#[must_use]
pub fn global_object_id(uid: &str) -> String {
    STANDARD.encode(blob(uid).unwrap_or_else(|| wrapped(uid)))
}

/// The UID of an event by its `GlobalObjId`; `None` if it is none. The date of an occurrence is no part of it.
#[must_use]
pub fn uid_of(global_object_id: &str) -> Option<String> {
    let mut bytes = STANDARD.decode(global_object_id.trim()).ok()?;
    if !bytes.starts_with(&CLASS_ID) {
        return None;
    }
    let foreign = bytes.get(SIZE.end..)?.strip_prefix(&FOREIGN);
    if let Some(uid) = foreign.and_then(|uid| uid.strip_suffix(&END)) {
        return String::from_utf8(uid.to_vec()).ok();
    }
    bytes.get_mut(DATE)?.fill(0);
    Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect())
}

/// The blob that a UID is the hexadecimal text of.
fn blob(uid: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = uid
        .chars()
        .map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    (bytes.starts_with(&CLASS_ID) && bytes.len() >= SIZE.end).then_some(bytes)
}

fn wrapped(uid: &str) -> Vec<u8> {
    let data = [&FOREIGN, uid.as_bytes(), &END].concat();
    let size = u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes();
    // No date, no time of creation, eight reserved bytes.
    [&CLASS_ID, [0; 20].as_slice(), &size, &data].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_uid_is_wrapped() {
        // The example of MS-ASEMAIL 2.2.2.37.
        let uid = "{81412D3C-2A24-4E9D-B20E-11F7BBE92799}";
        let wrapped = global_object_id(uid);
        let bytes = STANDARD.decode(&wrapped).unwrap();
        assert_eq!(bytes[36..40], [0x33, 0, 0, 0]);
        assert_eq!(bytes[40..48], *b"vCal-Uid");
        assert_eq!(bytes[52..52 + uid.len()], *uid.as_bytes());
        assert_eq!(uid_of(&wrapped).as_deref(), Some(uid));
    }

    #[test]
    fn a_uid_of_outlook_is_its_blob_without_the_date() {
        let uid = "040000008200E00074C5B7101A82E00800000000B0E1A4B7DE6CD60100000000000000001000000000112233445566778899AABBCCDDEEFF";
        let global = global_object_id(uid);
        assert_eq!(uid_of(&global).as_deref(), Some(uid));
        assert_eq!(
            uid_of(&global_object_id(&uid.to_lowercase())).as_deref(),
            Some(uid)
        );
        let mut occurrence = STANDARD.decode(&global).unwrap();
        occurrence[16..20].copy_from_slice(&[0x07, 0xE9, 3, 1]);
        assert_eq!(uid_of(&STANDARD.encode(occurrence)).as_deref(), Some(uid));
    }

    #[test]
    fn what_is_no_such_name_is_none() {
        for text in ["", "?", "AAAA"] {
            assert_eq!(uid_of(text), None);
        }
        assert_eq!(uid_of(&STANDARD.encode(CLASS_ID)), None);
        for uid in ["", "ü", "04", "0400000082 "] {
            assert_eq!(uid_of(&global_object_id(uid)).as_deref(), Some(uid));
        }
    }
}
