//! The three-way merge: the rule said anew, and what comes of it in a card.

use directpush::convert::contact::{Print, difference, merge, print};
use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use protocol::airsyncbase::{Body, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet, Text};

use super::{patched, shown};

/// Properties whose values are told apart in different ways.
const PROPERTIES: [Property; 8] = [
    Property::Text(Text::FirstName),
    Property::Text(Text::Email1Address),
    Property::Text(Text::MobilePhoneNumber),
    Property::Birthday,
    Property::Body,
    Property::Categories,
    Property::Picture,
    Property::Text(Text::NickName),
];

/// A value of a property by number; 0 is none.
fn put(contact: &mut Contact, property: Property, value: u8) {
    if value == 0 {
        return contact.clear(property);
    }
    let text = format!("value{value}");
    match property {
        Property::Text(name) => contact.set_text(name, text),
        Property::Birthday => contact.birthday = Some(i64::from(value) * 86_400),
        Property::Body => contact.body = Some(Body::text(BodyType::Plain, text)),
        Property::Categories => contact.categories = vec![text, "both".to_owned()],
        Property::Picture => contact.picture = Some(vec![value; 9]),
        _ => unreachable!("not in the list"),
    }
}

fn contact(values: &[u8]) -> Contact {
    let mut contact = Contact::default();
    for (property, value) in PROPERTIES.iter().zip(values) {
        put(&mut contact, *property, *value);
    }
    contact
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    vec(0_u8..4, PROPERTIES.len())
}

/// Whose value stands: the rule of the table, one property at a time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stands {
    Either,
    Device,
    Server,
    Lost,
}

fn rule(base: Option<u8>, server: u8, device: u8) -> Stands {
    match base {
        _ if server == device => Stands::Either,
        Some(base) if base == server => Stands::Device,
        Some(base) if base == device => Stands::Server,
        Some(_) | None => Stands::Lost,
    }
}

proptest! {
    #[test]
    fn every_property_follows_the_rule(
        base in proptest::option::of(values()),
        server in values(),
        device in values(),
        present in vec(select(PROPERTIES.to_vec()), 0..12),
    ) {
        let print = base.as_deref().map(|values| print(&contact(values)));
        let upload = ContactUpload {
            contact: contact(&device),
            present: present.into_iter().collect(),
        };
        let merged = merge(print.as_ref(), &contact(&server), &upload);
        for (at, property) in PROPERTIES.into_iter().enumerate() {
            let applied = merged.upload.present.contains(property);
            let lost = merged.lost.contains(property);
            if !upload.present.contains(property) {
                prop_assert!(!applied && !lost);
                continue;
            }
            match rule(base.as_ref().map(|base| base[at]), server[at], device[at]) {
                Stands::Either | Stands::Device => prop_assert!(applied && !lost),
                Stands::Server => prop_assert!(!applied && !lost),
                Stands::Lost => prop_assert!(!applied && lost),
            }
        }
        // What is left is applied as it is: merging again decides nothing else.
        let again = merge(print.as_ref(), &contact(&server), &merged.upload);
        prop_assert_eq!(again.upload, merged.upload);
    }

    #[test]
    fn prints_survive_a_store(values in values()) {
        let print = print(&contact(&values));
        prop_assert_eq!(Print::from_bytes(&print.to_bytes()), Some(print));
    }

    #[test]
    fn any_bytes_are_a_print_or_none(bytes in vec(proptest::prelude::any::<u8>(), 0..60)) {
        if let Some(print) = Print::from_bytes(&bytes) {
            prop_assert_eq!(Print::from_bytes(&print.to_bytes()), Some(print));
        }
    }
}

const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Example;Ann;;;\r\nFN:Ann Example\r\n\
    TEL;TYPE=CELL:1\r\nTEL;TYPE=HOME:2\r\nEMAIL:a@example.org\r\nX-OTHER:kept\r\nEND:VCARD\r\n";

#[test]
fn both_sides_edit_different_fields_of_one_contact() {
    let told = print(&shown(CARD.as_bytes()));
    let server = CARD.replace("TEL;TYPE=HOME:2", "TEL;TYPE=HOME:22");
    let mut device = shown(CARD.as_bytes());
    device.set_text(Text::MobilePhoneNumber, "11");
    let upload = ContactUpload::of(device).clearing(&PropertySet::all());
    let merged = merge(Some(&told), &shown(server.as_bytes()), &upload);
    assert_eq!(merged.lost, PropertySet::EMPTY);
    let card = patched(server.as_bytes(), &merged.upload, &PropertySet::EMPTY);
    assert_eq!(
        String::from_utf8(card).unwrap(),
        server.replace("TEL;TYPE=CELL:1", "TEL;TYPE=CELL:11")
    );
}

#[test]
fn the_server_wins_a_field_that_both_edit_and_says_so() {
    let told = print(&shown(CARD.as_bytes()));
    let server = CARD.replace("TEL;TYPE=CELL:1", "TEL;TYPE=CELL:111");
    let mut device = shown(CARD.as_bytes());
    device.set_text(Text::MobilePhoneNumber, "11");
    device.set_text(Text::Email1Address, "");
    let upload = ContactUpload::of(device).clearing(&PropertySet::all());
    let merged = merge(Some(&told), &shown(server.as_bytes()), &upload);
    let lost = PropertySet::from_iter([Text::MobilePhoneNumber]);
    assert_eq!(merged.lost, lost);
    let card = patched(server.as_bytes(), &merged.upload, &PropertySet::EMPTY);
    assert_eq!(
        String::from_utf8(card).unwrap(),
        server.replace("EMAIL:a@example.org\r\n", "")
    );
}

#[test]
fn a_device_that_was_told_nothing_known_changes_nothing_that_differs() {
    let mut device = shown(CARD.as_bytes());
    device.set_text(Text::MobilePhoneNumber, "11");
    let server = shown(CARD.as_bytes());
    let merged = merge(None, &server, &ContactUpload::of(device));
    assert_eq!(
        merged.lost,
        PropertySet::from_iter([Text::MobilePhoneNumber])
    );
    let card = patched(CARD.as_bytes(), &merged.upload, &PropertySet::EMPTY);
    assert_eq!(difference(&shown(&card), &server), PropertySet::EMPTY);
    assert_eq!(card, CARD.as_bytes());
}

#[test]
fn a_name_that_both_sides_edit_in_part_is_no_loss() {
    let told = print(&shown(CARD.as_bytes()));
    let server = CARD
        .replace("N:Example", "N:Muster")
        .replace("FN:Ann Example", "FN:Ann Muster");
    let mut device = shown(CARD.as_bytes());
    device.set_text(Text::FirstName, "Anna");
    for (filed, lost) in [("Example, Anna", 0), ("my own", 1)] {
        device.set_text(Text::FileAs, filed);
        let upload = ContactUpload::of(device.clone());
        let merged = merge(Some(&told), &shown(server.as_bytes()), &upload);
        assert_eq!(merged.lost.len(), lost);
        let card = patched(server.as_bytes(), &merged.upload, &PropertySet::EMPTY);
        let card = String::from_utf8(card).unwrap();
        assert!(
            card.contains("N:Muster;Anna;;;\r\nFN:Anna Muster\r\n"),
            "{card}"
        );
    }
}
