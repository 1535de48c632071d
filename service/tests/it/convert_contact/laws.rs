//! Laws over generated edits: what a device sends is what it is shown afterwards, and another reader of vCards agrees.

use std::sync::LazyLock;

use calcard::vcard::{VCard, VCardProperty, VCardValue};
use directpush::convert::contact::{difference, merge, print};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::{Index, select};
use protocol::airsyncbase::{Body, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet, Text};

use super::corpus::{Sample, all};
use super::{NOW, PatchContext, patch, patched, shown, wish};

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(all);

/// A new value of a property, or none.
type Edit = (Property, Option<String>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let texts = Text::ALL.into_iter().filter(|text| *text != Text::Alias);
    let mut properties: Vec<_> = texts.map(Property::Text).collect();
    properties.extend([
        Property::Birthday,
        Property::Anniversary,
        Property::Body,
        Property::Categories,
        Property::Children,
    ]);
    let value = "[!-~ß漢ж]([ -~\u{1F600}ß漢]{0,60}[!-~ß漢ж])?";
    vec((select(properties), option::of(value)), 0..12)
}

/// Makes an edit, with a number of its own so that no two values are the same.
fn make(contact: &mut Contact, (property, value): &Edit, at: usize) {
    let Some(value) = value else {
        return contact.clear(*property);
    };
    let day = i64::try_from(value.len() * 1_000 + at).unwrap() * 86_400;
    match property {
        Property::Text(text) => {
            let value = match text {
                Text::Email1Address | Text::Email2Address | Text::Email3Address => {
                    format!("m{at}.{}@example.org", value.len())
                }
                // Commas part nicknames, and a scheme is no part of an address.
                Text::NickName => value.replace(',', "-"),
                Text::ImAddress | Text::ImAddress2 | Text::ImAddress3 => {
                    format!("{at}{}", value.replace(':', "."))
                }
                Text::HomePhoneNumber
                | Text::Home2PhoneNumber
                | Text::BusinessPhoneNumber
                | Text::Business2PhoneNumber => format!("{at} {value}"),
                // What is an escape in a URI is read as one.
                Text::WebPage => value.replace('\\', "/"),
                _ => value.clone(),
            };
            contact.set_text(*text, value);
        }
        Property::Birthday => contact.birthday = Some(day),
        Property::Anniversary => contact.anniversary = Some(day),
        Property::Body => contact.body = Some(Body::text(BodyType::Plain, value.as_str())),
        Property::Categories => contact.categories = vec![value.clone(), format!("c{at}")],
        Property::Children => contact.children = vec![format!("k{at}"), value.clone()],
        Property::Picture | Property::WeightedRank => {}
    }
}

fn whole(contact: Contact) -> ContactUpload {
    let mut upload = ContactUpload::of(contact);
    upload.present.insert(Property::Body);
    upload.present.insert(Property::Picture);
    upload
}

/// What differs from what was wanted, but for what the contact is filed under, which may follow the rest.
fn wrong(card: &[u8], wanted: &Contact) -> PropertySet {
    let mut wrong = difference(&shown(card), wanted);
    wrong.remove(Text::FileAs);
    // Without any name the full name is one.
    let names = [
        Text::FirstName,
        Text::MiddleName,
        Text::LastName,
        Text::Title,
        Text::Suffix,
    ];
    if names.iter().all(|text| wanted.text(*text).is_none()) {
        wrong.remove(Text::FirstName);
        wrong.remove(Text::LastName);
    }
    wrong
}

proptest! {
    #[test]
    fn a_device_is_shown_what_it_sent(sample in any::<Index>(), rounds in vec(edits(), 1..4)) {
        let mut card = sample.get(&SAMPLES).card.clone();
        for edits in rounds {
            let mut wanted = shown(&card);
            for (at, edit) in edits.iter().enumerate() {
                make(&mut wanted, edit, at);
            }
            let after = patched(&card, &whole(wanted.clone()), &PropertySet::all());
            let wrong = wrong(&after, &wanted);
            prop_assert!(
                wrong.is_empty(),
                "{:?}\n{}\n{}\n{:?}",
                wrong,
                String::from_utf8_lossy(&card),
                String::from_utf8_lossy(&after),
                wanted
            );
            card = after;
        }
    }

    #[test]
    fn what_no_device_is_shown_stays(sample in any::<Index>(), edits in edits()) {
        let card = &sample.get(&SAMPLES).card;
        let mut wanted = shown(card);
        for (at, edit) in edits.iter().enumerate() {
            make(&mut wanted, edit, at);
        }
        let after = patched(card, &whole(wanted), &PropertySet::all());
        let hidden = |card: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(card).into_owned();
            let own = ["UID", "PRODID", "LABEL", "GENDER", "LANG", "CLOUD", "X-SOCIALPROFILE", "X-MS-OL", "X-MOZILLA", "X-CUSTOM1", "X-EVOLUTION-BLOG", "X-ABShowAs"];
            let lines = text.lines().filter(|line| own.iter().any(|name| line.starts_with(name)));
            lines.map(str::to_owned).collect()
        };
        prop_assert_eq!(hidden(card), hidden(&after));
    }

    #[test]
    fn a_merged_upload_loses_no_edit_of_either_side(
        sample in any::<Index>(),
        server in edits(),
        device in edits(),
    ) {
        let card = &sample.get(&SAMPLES).card;
        let told = shown(card);
        let (mut here, mut there) = (told.clone(), told.clone());
        for (at, edit) in server.iter().enumerate() {
            make(&mut here, edit, at);
        }
        for (at, edit) in device.iter().enumerate() {
            make(&mut there, edit, 50 + at);
        }
        let stored = patched(card, &whole(here), &PropertySet::all());
        let now = shown(&stored);
        let upload = whole(there.clone()).clearing(&PropertySet::all());
        let merged = merge(Some(&print(&told)), &now, &upload);
        let after = shown(&patched(&stored, &merged.upload, &PropertySet::EMPTY));
        let by_server = difference(&told, &now);
        let by_device = difference(&told, &there);
        let only_device = by_device.difference(&by_server);
        let mut wrong_device = difference(&after, &there).intersection(&only_device);
        let mut wrong_server = difference(&after, &now).intersection(&by_server);
        for wrong in [&mut wrong_device, &mut wrong_server] {
            // These follow from others.
            wrong.remove(Text::FileAs);
            wrong.remove(Text::FirstName);
            wrong.remove(Text::LastName);
        }
        prop_assert!(wrong_device.is_empty(), "{:?} {:?}", wrong_device, merged);
        prop_assert!(wrong_server.is_empty(), "{:?} {:?}", wrong_server, merged);
    }

    #[test]
    fn another_reader_sees_the_same(edits in edits()) {
        let mut wanted = Contact::default();
        for (at, edit) in edits.iter().enumerate() {
            make(&mut wanted, edit, at);
        }
        let context = PatchContext { uid: "u1", now: NOW, wish: &wish() };
        let upload = ContactUpload::of(wanted.clone());
        let card = patch(None, &upload, &PropertySet::EMPTY, &context).unwrap();
        let wrong = wrong(&card, &wanted);
        prop_assert!(wrong.is_empty(), "{:?}\n{}", wrong, String::from_utf8_lossy(&card));
        let text = String::from_utf8(card).unwrap();
        let read = VCard::parse(&text).map_err(|entry| format!("{entry:?}")).unwrap();
        let values = |property: &VCardProperty| -> Vec<String> {
            let entries = read.entries.iter().filter(|entry| entry.name == *property);
            let values = entries.flat_map(|entry| entry.values.iter());
            values
                .flat_map(|value| match value {
                    VCardValue::Text(text) => vec![text.clone()],
                    VCardValue::Component(texts) => texts.clone(),
                    _ => Vec::new(),
                })
                .collect()
        };
        for (property, text) in [
            (VCardProperty::N, Text::LastName),
            (VCardProperty::N, Text::FirstName),
            (VCardProperty::Org, Text::CompanyName),
            (VCardProperty::Title, Text::JobTitle),
            (VCardProperty::Email, Text::Email1Address),
            (VCardProperty::Tel, Text::MobilePhoneNumber),
            (VCardProperty::Adr, Text::HomeAddressStreet),
            (VCardProperty::Adr, Text::OtherAddressCountry),
        ] {
            let Some(wanted) = wanted.text(text) else { continue };
            let seen = values(&property);
            prop_assert!(seen.iter().any(|seen| seen == wanted), "{:?} {:?} in\n{}", text, seen, &text_of(&text, &read));
        }
        for required in [VCardProperty::Fn, VCardProperty::N, VCardProperty::Uid, VCardProperty::Version] {
            prop_assert!(read.entries.iter().any(|entry| entry.name == required));
        }
    }
}

fn text_of(text: &Text, card: &VCard) -> String {
    format!("{text:?} {card:?}")
}

#[test]
fn another_reader_reads_every_card_that_was_edited() {
    for sample in SAMPLES.iter() {
        let mut contact = shown(&sample.card);
        contact.set_text(Text::JobTitle, "Neu, новый; 新");
        let card = patched(&sample.card, &whole(contact), &PropertySet::all());
        let text = String::from_utf8(card).unwrap();
        let read = VCard::parse(&text)
            .map_err(|entry| format!("{entry:?}"))
            .unwrap();
        let title = read
            .entries
            .iter()
            .find(|entry| entry.name == VCardProperty::Title);
        let value = title
            .and_then(|entry| entry.values.first())
            .and_then(|value| value.as_text());
        assert_eq!(value, Some("Neu, новый; 新"), "{}\n{text}", sample.name);
    }
}
