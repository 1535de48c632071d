//! One field edited, one field cleared, nothing changed: over all cards and all properties.

use directpush::convert::contact::{diff, difference};
use protocol::airsyncbase::{Body, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet, Text};
use protocol::datetime;

use super::corpus::{Sample, all, picture};
use super::{patched, shown};

/// Properties that a vCard keeps.
fn kept() -> impl Iterator<Item = Property> {
    let not = [Property::WeightedRank, Property::Text(Text::Alias)];
    Property::all().filter(move |property| !not.contains(property))
}

/// A value that no card has.
fn set(contact: &mut Contact, property: Property) {
    match property {
        Property::Text(text) => {
            let value = match text {
                Text::Email1Address | Text::Email2Address | Text::Email3Address => {
                    "\"New\" <new@example.net>"
                }
                Text::WebPage => "https://new.example.net/a,b;c?d=1",
                Text::NickName => "Nyx, Neu",
                _ => "Neu, новый; 新 \\ \"x\"",
            };
            contact.set_text(text, value);
        }
        Property::Anniversary => contact.anniversary = datetime::parse("2019-09-09T11:00:00Z"),
        Property::Birthday => contact.birthday = datetime::parse("1971-12-30T22:00:00Z"),
        Property::Body => {
            contact.body = Some(Body::text(
                BodyType::Plain,
                "Neue Notiz,\r\nzweite; Zeile 新\r\n",
            ));
        }
        Property::Categories => contact.categories.push("Neu, x".to_owned()),
        Property::Children => contact.children.push("Neues Kind".to_owned()),
        Property::Picture => contact.picture = Some(picture(32, image::ImageFormat::Jpeg)),
        Property::WeightedRank => contact.weighted_rank = Some(1),
    }
}

/// A whole item, as devices upload it, with notes and picture said to be empty if they are.
fn upload(contact: Contact) -> ContactUpload {
    let mut upload = ContactUpload::of(contact);
    upload.present.insert(Property::Body);
    upload.present.insert(Property::Picture);
    upload
}

/// Logical lines with their ends.
fn lines(card: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(card);
    let mut lines: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let soft = lines.last().is_some_and(|last| {
            last.trim_end().ends_with('=') && last.contains("QUOTED-PRINTABLE")
        });
        match lines.last_mut() {
            Some(last) if soft || line.starts_with([' ', '\t']) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Group-less name of a line, in upper case.
fn name(line: &str) -> String {
    let head = line.split([':', ';']).next().unwrap();
    let name = head.rsplit('.').next().unwrap();
    name.trim().to_uppercase()
}

/// Lines that an edit of the property may touch besides its own.
fn follows(line: &str, property: Property) -> bool {
    match name(line).as_str() {
        "REV" | "X-EAS-EMPTY" | "" => true,
        // A full name follows what it was made of.
        "FN" | "X-EVOLUTION-FILE-AS" => matches!(property, Property::Text(_)),
        "X-ABLABEL" | "X-ABADR" => true,
        _ => false,
    }
}

/// Names of the lines that hold a property.
fn holds(name: &str, property: Property) -> bool {
    let Property::Text(text) = property else {
        return match property {
            Property::Anniversary => name.contains("ANNIVERSARY") || name == "X-ABDATE",
            Property::Birthday => name == "BDAY",
            Property::Body => name == "NOTE",
            Property::Categories => name == "CATEGORIES",
            Property::Children => name.contains("RELATED") || name.contains("CHILD"),
            Property::Picture => name == "PHOTO",
            _ => false,
        };
    };
    let tag = text.tag().name();
    let ims = [
        "IMPP",
        "X-AIM",
        "X-JABBER",
        "X-SKYPE",
        "X-YAHOO",
        "X-MS-IMADDRESS",
    ];
    match text {
        Text::LastName | Text::FirstName | Text::MiddleName | Text::Title | Text::Suffix => {
            name == "N"
        }
        Text::CompanyName | Text::Department => name == "ORG",
        Text::FileAs => name == "X-EVOLUTION-FILE-AS",
        Text::ImAddress | Text::ImAddress2 | Text::ImAddress3 => ims.contains(&name),
        Text::Email1Address | Text::Email2Address | Text::Email3Address => name == "EMAIL",
        Text::JobTitle => name == "TITLE",
        Text::WebPage => name == "URL",
        Text::NickName => name == "NICKNAME",
        Text::Spouse => name.contains("SPOUSE") || name.contains("RELATED"),
        Text::AssistantName => name.contains("ASSISTANT") || name.contains("RELATED"),
        Text::ManagerName => name.contains("MANAGER") || name.contains("RELATED"),
        Text::OfficeLocation => name.contains("OFFICE"),
        Text::CustomerId | Text::GovernmentId | Text::AccountName => name.starts_with("X-"),
        Text::YomiFirstName | Text::YomiLastName | Text::YomiCompanyName => {
            name.starts_with("X-PHONETIC")
        }
        _ if tag.contains("Address") => name == "ADR",
        _ => name == "TEL",
    }
}

/// Lines that are in one card and not in the other; what is in both keeps its order.
fn gone(one: &[String], other: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = other.iter().collect();
    let mut gone = Vec::new();
    for line in one {
        match left.iter().position(|has| *has == line) {
            Some(at) => {
                left.remove(at);
            }
            None => gone.push(line.clone()),
        }
    }
    gone
}

#[track_caller]
fn check(sample: &Sample, before: &Contact, contact: Contact, property: Property) {
    let mut wanted = contact.clone();
    let card = patched(&sample.card, &upload(contact), &PropertySet::all());
    let context = || {
        format!(
            "{}: {property}\n{}\n{}",
            sample.name,
            String::from_utf8_lossy(&sample.card),
            String::from_utf8_lossy(&card)
        )
    };
    let after = shown(&card);
    let mut changed = difference(before, &after);
    assert!(changed.contains(property), "{}", context());
    // What it is filed under follows from the rest.
    changed.remove(Text::FileAs);
    changed.remove(property);
    assert_eq!(changed, PropertySet::EMPTY, "{}", context());
    wanted.copy(Property::Text(Text::FileAs), &after);
    if property != Property::Text(Text::FileAs) {
        assert_eq!(
            difference(&after, &wanted),
            PropertySet::EMPTY,
            "{}",
            context()
        );
    }
    let (old, new) = (lines(&sample.card), lines(&card));
    let (removed, added) = (gone(&old, &new), gone(&new, &old));
    for line in removed.iter().chain(&added) {
        let fits = follows(line, property) || holds(&name(line), property);
        assert!(fits, "{line}\n{}", context());
    }
    let own = |lines: &[String]| {
        lines
            .iter()
            .filter(|line| holds(&name(line), property))
            .count()
    };
    let most = match property {
        // Some programs write them in two forms.
        Property::Text(Text::ImAddress | Text::Spouse) => 2,
        Property::Children => 9,
        _ => 1,
    };
    assert!(own(&removed) <= most, "{}", context());
    let stays: Vec<_> = old.iter().filter(|line| !removed.contains(line)).collect();
    let stayed: Vec<_> = new.iter().filter(|line| !added.contains(line)).collect();
    assert_eq!(stays, stayed, "{}", context());
    assert!(before.text(Text::FileAs).is_some() && after.text(Text::FileAs).is_some());
}

#[test]
fn an_edit_of_nothing_leaves_every_byte() {
    for sample in all() {
        let contact = shown(&sample.card);
        for upload in [
            upload(contact.clone()),
            ContactUpload::default(),
            ContactUpload::of(contact.clone()).without_empty_picture(),
        ] {
            let clears = if upload.present.is_empty() {
                PropertySet::EMPTY
            } else {
                PropertySet::all()
            };
            let card = patched(&sample.card, &upload, &clears);
            assert_eq!(card, sample.card, "{}", sample.name);
            assert_eq!(diff(&sample.card, &card).unwrap(), PropertySet::EMPTY);
        }
        // As devices spell it: noon, midnight of their zone, names before addresses, other line ends.
        let mut spelt = contact.clone();
        for hours in [-12, -9, 8, 11, 12] {
            spelt.birthday = contact.birthday.map(|day| day + hours * 3_600);
            spelt.anniversary = contact.anniversary.map(|day| day + hours * 3_600);
            spelt.categories.reverse();
            if let Some(email) = contact.text(Text::Email1Address) {
                spelt.set_text(Text::Email1Address, format!("\"X, Y\" <{email}>"));
            }
            let card = patched(&sample.card, &upload(spelt.clone()), &PropertySet::all());
            assert_eq!(card, sample.card, "{}", sample.name);
        }
    }
}

#[test]
fn an_edit_of_one_field_changes_that_field_and_no_other_line() {
    for (number, sample) in all().into_iter().enumerate() {
        let before = shown(&sample.card);
        // What the card lacks is added here and there: every property to every kind of card.
        let turn = |property: &Property| usize::from(property.number()) % 4 == number % 4;
        for property in kept().filter(|property| before.has(*property) || turn(property)) {
            let mut contact = before.clone();
            set(&mut contact, property);
            check(&sample, &before, contact, property);
        }
    }
}

#[test]
fn a_field_that_is_cleared_is_gone_and_no_other_line() {
    for sample in all() {
        let before = shown(&sample.card);
        let computed = Property::Text(Text::FileAs);
        for property in kept().filter(|property| before.has(*property) && *property != computed) {
            let mut contact = before.clone();
            contact.clear(property);
            check(&sample, &before, contact, property);
        }
    }
}

#[test]
fn a_field_that_is_cleared_and_set_again_is_back() {
    for (number, sample) in all().into_iter().enumerate() {
        let before = shown(&sample.card);
        let turn = |property: &Property| usize::from(property.number()) % 4 == number % 4;
        for property in kept().filter(|property| before.has(*property) && turn(property)) {
            let mut contact = before.clone();
            contact.clear(property);
            let cleared = patched(&sample.card, &upload(contact), &PropertySet::all());
            let card = patched(&cleared, &upload(before.clone()), &PropertySet::all());
            let changed = diff(&sample.card, &card).unwrap();
            assert_eq!(changed, PropertySet::EMPTY, "{} {property}", sample.name);
            // Repeating the upload changes nothing.
            let again = patched(&card, &upload(before.clone()), &PropertySet::all());
            assert_eq!(again, card, "{} {property}", sample.name);
        }
    }
}
