//! Values of every shape: ids, texts, statuses, and what exists from some version on.

use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use protocol::airsyncbase::{BodyPartPreference, BodyPreference, BodyType};
use protocol::class::email::Email;
use protocol::codepages::{email, notes};
use protocol::command::sync::{ApplicationData, FilterType, MimeSupport};
use protocol::command::{ClientId, CollectionId, ItemClass, ServerId, StatusCode, SyncKeyText};
use protocol::tag::Tag;
use protocol::version::Version;

/// 1 to 64 characters, none of them a control character.
const ID: &str = "[ -~à€]{1,64}";

pub(super) fn collection_id() -> impl Strategy<Value = CollectionId> {
    ID.prop_map(|text| CollectionId::parse(&text).unwrap())
}

pub(super) fn sync_key() -> impl Strategy<Value = SyncKeyText> {
    ID.prop_map(|text| SyncKeyText::parse(&text).unwrap())
}

pub(super) fn server_id() -> impl Strategy<Value = ServerId> {
    ID.prop_map(|text| ServerId::parse(&text).unwrap())
}

pub(super) fn client_id() -> impl Strategy<Value = ClientId> {
    ID.prop_map(|text| ClientId::parse(&text).unwrap())
}

pub(super) fn text() -> impl Strategy<Value = String> {
    "[ -~\t\n\ràß€😀]{0,40}"
}

pub(super) fn status() -> impl Strategy<Value = StatusCode> {
    any::<u16>().prop_map(StatusCode::new)
}

pub(super) fn class() -> impl Strategy<Value = ItemClass> {
    select(vec![
        ItemClass::Email,
        ItemClass::Calendar,
        ItemClass::Contacts,
        ItemClass::Tasks,
        ItemClass::Notes,
        ItemClass::Sms,
    ])
}

/// A class where the version has one.
pub(super) fn old_class(version: Version) -> BoxedStrategy<Option<ItemClass>> {
    if version <= Version::V12_1 {
        option::of(class()).boxed()
    } else {
        Just(None).boxed()
    }
}

/// What exists from `first` on.
pub(super) fn since<T, S>(version: Version, first: Version, value: S) -> BoxedStrategy<Option<T>>
where
    T: Clone + std::fmt::Debug + 'static,
    S: Strategy<Value = T> + 'static,
{
    if version >= first {
        option::of(value).boxed()
    } else {
        Just(None).boxed()
    }
}

pub(super) fn filter_type() -> impl Strategy<Value = FilterType> {
    select(&FilterType::ALL[..])
}

pub(super) fn mime_support() -> impl Strategy<Value = MimeSupport> {
    select(vec![
        MimeSupport::Never,
        MimeSupport::SmimeOnly,
        MimeSupport::Always,
    ])
}

pub(super) fn body_preference(version: Version) -> impl Strategy<Value = BodyPreference> {
    let kinds = [
        BodyType::Plain,
        BodyType::Html,
        BodyType::Rtf,
        BodyType::Mime,
    ];
    let preview = since(version, Version::V14_0, any::<u8>());
    let size = option::of(any::<u32>());
    (select(kinds.to_vec()), size, any::<bool>(), preview).prop_map(
        |(kind, truncation_size, all_or_none, preview)| BodyPreference {
            kind,
            truncation_size,
            all_or_none,
            preview,
        },
    )
}

pub(super) fn body_part(version: Version) -> BoxedStrategy<Option<BodyPartPreference>> {
    let preference = body_preference(version).prop_map(BodyPartPreference);
    since(version, Version::V14_1, preference)
}

/// Properties that every version has.
pub(super) fn tag() -> impl Strategy<Value = Tag> {
    select(vec![email::SUBJECT, email::READ, email::FROM])
}

pub(super) fn mail() -> impl Strategy<Value = Email> {
    (option::of(text()), option::of(any::<bool>())).prop_map(|(subject, read)| Email {
        subject,
        read,
        ..Email::default()
    })
}

pub(super) fn data() -> impl Strategy<Value = ApplicationData> {
    mail().prop_map(|mail| ApplicationData::from_element(mail.to_data(Version::V14_1)).unwrap())
}

#[test]
fn data_of_another_root_is_refused() {
    let element = mail_under(notes::SUBJECT);
    assert_eq!(ApplicationData::from_element(element), None);
}

fn mail_under(root: Tag) -> protocol::element::Element {
    Email::default().to_data_as(root, Version::V14_1)
}
