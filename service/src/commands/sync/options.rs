//! Sticky options of a collection: kept until a new block replaces the whole of it (MS-ASCMD 2.2.3.125.5).
//!
//! Kept as text: the WBXML of a request that holds nothing but them, in base64.

use backends::Class;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::command::sync::{FilterType, MimeSupport, SyncCollection, SyncOptions, SyncRequest};
use protocol::command::{Body, CollectionId, ItemClass, SyncKeyText};
use protocol::version::Version;
use protocol::wbxml;

use crate::convert::email::{self, BodyWish};

/// The version that has every element.
const FORM: Version = Version::V16_1;

const DAY_S: i64 = 86_400;

/// Options as text.
pub(in crate::commands) fn written(options: &[SyncOptions]) -> String {
    let mut collection = SyncCollection::new(CollectionId::from_number(1), SyncKeyText::initial());
    collection.options = options.to_vec();
    let request = SyncRequest {
        collections: Some(vec![collection]),
        ..SyncRequest::default()
    };
    STANDARD.encode(wbxml::encode(&request.to_element(FORM), FORM))
}

/// Options from text; what cannot be read any more counts as none.
pub(in crate::commands) fn parse(text: Option<&str>) -> Vec<SyncOptions> {
    let read = |text: &str| {
        let bytes = STANDARD.decode(text).ok()?;
        let document = wbxml::decode(&bytes, &wbxml::Limits::default()).ok()?;
        let request = SyncRequest::from_element(&document.root).ok()?;
        Some(request.collections?.pop()?.options)
    };
    text.and_then(read).unwrap_or_default()
}

/// The block for the folder's own class: the one for text messages is for a class that is not served.
pub(in crate::commands) fn own(options: &[SyncOptions]) -> SyncOptions {
    options
        .iter()
        .find(|one| one.class != Some(ItemClass::Sms))
        .cloned()
        .unwrap_or_default()
}

/// Whether a filter exists for a class (MS-ASCMD 2.2.3.68.2).
pub(in crate::commands) fn filter_fits(class: Class, filter: Option<FilterType>) -> bool {
    !(class == Class::Email && filter == Some(FilterType::IncompleteTasks))
}

/// Items before this are out of the filter, in UTC epoch seconds; days begin at midnight UTC.
pub(in crate::commands) fn cut_off(class: Class, filter: Option<FilterType>, now: i64) -> i64 {
    if matches!(class, Class::Contacts | Class::Notes) {
        return i64::MIN;
    }
    let days = match filter {
        None | Some(FilterType::All | FilterType::IncompleteTasks) => return i64::MIN,
        Some(FilterType::OneDay) => 1,
        Some(FilterType::ThreeDays) => 3,
        Some(FilterType::OneWeek) => 7,
        Some(FilterType::TwoWeeks) => 14,
        Some(FilterType::OneMonth) => 31,
        Some(FilterType::ThreeMonths) => 92,
        Some(FilterType::SixMonths) => 183,
    };
    (now.div_euclid(DAY_S) - days) * DAY_S
}

/// How the device wants mail.
pub(super) fn wish(options: &SyncOptions, version: Version) -> BodyWish {
    BodyWish {
        preferences: options.body_preferences.clone(),
        mime_support: mime_support(options.mime_support),
        mime_truncation: options.mime_truncation,
        part: options.body_part_preference,
        version,
    }
}

/// The converter's word for it.
pub(in crate::commands) fn mime_support(asked: Option<MimeSupport>) -> email::MimeSupport {
    match asked {
        None | Some(MimeSupport::Never) => email::MimeSupport::Never,
        Some(MimeSupport::SmimeOnly) => email::MimeSupport::SmimeOnly,
        Some(MimeSupport::Always) => email::MimeSupport::Always,
    }
}

#[cfg(test)]
mod tests {
    use protocol::command::sync::Conflict;

    use super::*;

    #[test]
    fn options_come_back_as_they_were() {
        let options = vec![SyncOptions {
            filter_type: Some(FilterType::OneWeek),
            conflict: Some(Conflict::ClientWins),
            mime_support: Some(MimeSupport::Always),
            ..SyncOptions::default()
        }];
        assert_eq!(parse(Some(&written(&options))), options);
        assert_eq!(parse(Some(&written(&[]))), []);
        assert_eq!(parse(Some("rubbish")), []);
        assert_eq!(parse(None), []);
    }

    #[test]
    fn the_window_begins_at_a_midnight() {
        let noon = 20_000 * DAY_S + DAY_S / 2;
        for (class, filter, cut) in [
            (Class::Email, None, i64::MIN),
            (Class::Email, Some(FilterType::All), i64::MIN),
            (Class::Email, Some(FilterType::OneDay), 19_999 * DAY_S),
            (Class::Email, Some(FilterType::OneWeek), 19_993 * DAY_S),
            (Class::Contacts, Some(FilterType::OneWeek), i64::MIN),
        ] {
            assert_eq!(cut_off(class, filter, noon), cut, "{class:?} {filter:?}");
        }
    }
}
