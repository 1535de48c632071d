//! Contacts as data: a vector of everything, and laws over generated contacts.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use protocol::airsyncbase::{Body, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet, Text};
use protocol::codepages::airsync;
use protocol::datetime;
use protocol::element::Element;
use protocol::tag::Tag;
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};
use protocol::xml::to_xml;

use crate::support::goldens;

/// A contact with a value for every property.
fn everything() -> Contact {
    let mut contact = Contact::default();
    for text in Text::ALL {
        contact.set_text(text, format!("{} ß", text.tag().name()));
    }
    contact.birthday = Some(482_112_000);
    contact.anniversary = Some(1_275_350_400);
    contact.body = Some(Body::text(BodyType::Plain, "Notiz\r\n"));
    contact.categories = vec!["Freunde".to_owned(), "A, b".to_owned()];
    contact.children = vec!["Kid One".to_owned()];
    contact.picture = Some(vec![0xFF, 0xD8, 0xFF, 0xE0, 0]);
    contact.weighted_rank = Some(-1);
    contact
}

/// A Sync with one Add from a server, or one Change from a device.
fn sync(command: Tag, data: Element) -> Element {
    let command = Element::new(command)
        .with(Element::text(airsync::SERVER_ID, "c1:17"))
        .with(data);
    let status = Element::number(airsync::STATUS, 1);
    let collection = Element::new(airsync::COLLECTION)
        .with(Element::text(airsync::SYNC_KEY, "k2"))
        .with(Element::text(airsync::COLLECTION_ID, "c1"))
        .with_some((command.tag == airsync::ADD).then_some(status))
        .with(Element::new(airsync::COMMANDS).with(command));
    Element::new(airsync::SYNC).with(Element::new(airsync::COLLECTIONS).with(collection))
}

#[test]
fn values_become_the_vectors() {
    let goldens = goldens();
    let partly = Contact::default()
        .with_text(Text::MobilePhoneNumber, "+49 1")
        .with_text(Text::NickName, "J");
    for (name, version, command, contact) in [
        (
            "Sync.response.14.1-contact-everything",
            Version::V14_1,
            airsync::ADD,
            everything(),
        ),
        (
            "Sync.response.12.1-contact-everything",
            Version::V12_1,
            airsync::ADD,
            everything(),
        ),
        (
            "Sync.request.16.1-contact-change",
            Version::V16_1,
            airsync::CHANGE,
            partly,
        ),
    ] {
        let root = sync(command, contact.to_data(version));
        let bytes = encode(&root, version);
        let Some(golden) = goldens.iter().find(|golden| golden.name == name) else {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            panic!("no vector {name}; hex:\n{hex}\nxml:\n{}", to_xml(&root));
        };
        assert_eq!(to_xml(&root), golden.xml, "{name}");
        assert_eq!(bytes, golden.bytes, "{name}");
    }
}

fn text() -> impl Strategy<Value = String> {
    "[!-~àß€\u{1F600}]([ -~\t\nàß€\u{1F600}]{0,20}[!-~àß€\u{1F600}])?"
}

fn contact() -> impl Strategy<Value = Contact> {
    let date = || option::of(datetime::EARLIEST..=datetime::LATEST);
    let texts = vec(option::of(text()), Text::ALL.len());
    let lists = (vec(text(), 0..4), vec(text(), 0..4));
    let body = option::of(text().prop_map(|text| Body::text(BodyType::Plain, text)));
    let rest = (
        option::of(vec(any::<u8>(), 1..40)),
        option::of(any::<i32>()),
    );
    (texts, date(), date(), lists, body, rest).prop_map(
        |(texts, anniversary, birthday, (categories, children), body, rest)| {
            let mut contact = Contact::default();
            for (text, value) in Text::ALL.into_iter().zip(texts) {
                contact.set_text(text, value.unwrap_or_default());
            }
            (contact.anniversary, contact.birthday) = (anniversary, birthday);
            (contact.categories, contact.children) = (categories, children);
            (contact.picture, contact.weighted_rank) = rest;
            contact.body = body;
            contact
        },
    )
}

fn properties() -> impl Strategy<Value = PropertySet> {
    vec(select(Property::all().collect::<Vec<_>>()), 0..20)
        .prop_map(|properties| properties.into_iter().collect())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(contact in contact()) {
        let data = contact.to_data(Version::V16_1);
        prop_assert_eq!(Contact::from_data(&data), Ok(contact.clone()));
        let decoded = decode(&encode(&data, Version::V16_1), &Limits::default()).unwrap().root;
        prop_assert_eq!(Contact::from_data(&decoded), Ok(contact.clone()));
        let upload = ContactUpload::parse(&decoded).unwrap();
        prop_assert_eq!(upload.present, contact.properties());
        prop_assert_eq!(upload, ContactUpload::of(contact));
    }

    #[test]
    fn order_does_not_matter(contact in contact(), seed in any::<u64>()) {
        let mut data = contact.to_data(Version::V16_1);
        let count = u64::try_from(data.children.len().max(1)).unwrap();
        let by = usize::try_from(seed % count).unwrap();
        data.children.rotate_left(by);
        prop_assert_eq!(Contact::from_data(&data), Ok(contact));
    }

    #[test]
    fn what_is_written_exists_in_the_version(contact in contact(), version in select(Version::SERVED.to_vec())) {
        let data = contact.to_data(version);
        prop_assert!(data.elements().all(|child| child.tag.exists_in(version)));
        prop_assert_eq!(Contact::from_data(&data).unwrap().to_data(version), data);
    }

    #[test]
    fn properties_are_copied_and_cleared_alone(from in contact(), to in contact(), set in properties()) {
        let mut copied = to.clone();
        set.iter().for_each(|property| copied.copy(property, &from));
        let mut cleared = to.clone();
        set.iter().for_each(|property| cleared.clear(property));
        for property in Property::all() {
            let source = if set.contains(property) { &from } else { &to };
            prop_assert_eq!(copied.has(property), source.has(property));
            prop_assert_eq!(cleared.has(property), to.has(property) && !set.contains(property));
        }
        set.iter().for_each(|property| copied.copy(property, &to));
        prop_assert_eq!(copied, to);
    }

    #[test]
    fn sets_survive_a_store(one in properties(), other in properties(), text in "[0-9a-fA-F]{0,32}") {
        prop_assert_eq!(PropertySet::from_text(&one.to_text()), Some(one));
        prop_assert_eq!(one.iter().collect::<PropertySet>(), one);
        let both = one.intersection(&other);
        prop_assert_eq!(one.difference(&other).union(&both), one);
        if let Some(read) = PropertySet::from_text(&text) {
            prop_assert_eq!(PropertySet::from_text(&read.to_text()), Some(read));
        }
    }

    #[test]
    fn any_data_is_survived(bytes in vec(any::<u8>(), 0..200), page in select(vec![1_u8, 12, 17])) {
        let document = [&[3, 1, 0x6A, 0, 0x5D, 0][..], &[page], &bytes, &[1]].concat();
        if let Ok(document) = decode(&document, &Limits::default())
            && let Ok(upload) = ContactUpload::parse(&document.root)
        {
            prop_assert!(upload.contact.properties().difference(&upload.present).is_empty());
        }
    }
}
