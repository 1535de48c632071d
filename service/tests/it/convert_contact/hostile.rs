//! Rubbish, damage and excess: nothing panics, nothing takes long, nothing is lost.

use std::time::{Duration, Instant};

use directpush::convert::contact::{ContactError, diff, patch, to_eas};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::Index;
use protocol::class::contacts::{ContactUpload, Property, PropertySet, Text};

use super::corpus::all;
use super::{NOW, PatchContext, patched, shown, wish};

/// Far above what any of these takes (a second, on a machine that has something else to do some), far below the hours of a
/// quadratic reader.
const LONG: Duration = Duration::from_secs(300);

/// Longer than what it replaces.
const NEW: &str = "+49 5555 000111222";

/// Shows a card, edits one field of it, and sees that the rest is there.
fn edit(card: &[u8]) -> Vec<u8> {
    let started = Instant::now();
    let mut contact = shown(card);
    assert_eq!(
        patched(
            card,
            &ContactUpload::of(contact.clone()),
            &PropertySet::all()
        ),
        card
    );
    contact.set_text(Text::MobilePhoneNumber, NEW);
    let edited = patched(card, &ContactUpload::of(contact), &PropertySet::all());
    assert_eq!(
        diff(card, &edited).unwrap(),
        PropertySet::from_iter([Text::MobilePhoneNumber])
    );
    assert!(edited.len() >= card.len());
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    edited
}

fn card(lines: &str) -> Vec<u8> {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A B\r\nN:B;A;;;\r\n{lines}END:VCARD\r\n").into_bytes()
}

#[test]
fn many_properties() {
    for line in [
        "TEL;TYPE=CELL:+49 {}\r\n",
        "EMAIL:a{}@example.org\r\n",
        "CATEGORIES:c{},d{}\r\n",
        "item{}.X-ABLabel:l{}\r\n",
        "X-CHILD:k{}\r\n",
        "BDAY:19850412\r\n",
        "ADR;TYPE=HOME:;;s{};;;;\r\n",
    ] {
        let lines = |count: u32| -> String {
            let lines = (0..count).map(|at| line.replace("{}", &format!("{at:06}")));
            lines.collect()
        };
        edit(&card(&lines(19_000)));
        let too_many = card(&lines(100_000));
        assert_eq!(to_eas(&too_many, &wish()), Err(ContactError::TooLong));
    }
}

#[test]
fn lines_of_ten_megabytes() {
    const LENGTH: usize = 10 << 20;
    for (head, unit) in [
        ("NOTE:", "long "),
        ("NOTE:", "\\"),
        ("N:", ";"),
        ("CATEGORIES:", "a,"),
        ("X-A;B=\"", "c"),
        ("PHOTO;ENCODING=b:", "/9j/"),
        ("ADR;TYPE=HOME;", "X=Y;"),
        ("TITLE:", "t\r\n "),
        ("NOTE;ENCODING=QUOTED-PRINTABLE:", "=41=\r\n"),
        ("", "."),
    ] {
        let line = format!("{head}{}\r\n", unit.repeat(LENGTH / unit.len()));
        edit(&card(&line));
    }
}

#[test]
fn cards_in_cards() {
    let nested = format!(
        "AGENT:\r\n{}{}",
        "BEGIN:VCARD\r\nTEL;CELL:1\r\n".repeat(5_000),
        "END:VCARD\r\n".repeat(5_000)
    );
    let card = card(&nested);
    assert_eq!(shown(&card).text(Text::MobilePhoneNumber), None);
    let edited = edit(&card);
    assert!(edited.ends_with(b"END:VCARD\r\nTEL;TYPE=CELL:+49 5555 000111222\r\nEND:VCARD\r\n"));
    // What follows the first card is kept and not looked at.
    let two = [&card[..], b"BEGIN:VCARD\r\nTEL;CELL:2\r\nEND:VCARD\r\n"].concat();
    assert!(edit(&two).ends_with(b"TEL;CELL:2\r\nEND:VCARD\r\n"));
}

#[test]
fn what_is_no_card_is_said_to_be_none() {
    for bytes in [
        &b""[..],
        b"\r\n",
        b"BEGIN:VCALENDAR\r\n",
        b"FN:A\r\n",
        &[0xFF; 99],
    ] {
        assert_eq!(to_eas(bytes, &wish()), Err(ContactError::NotVcard));
    }
    let long = vec![b' '; (16 << 20) + 1];
    assert_eq!(to_eas(&long, &wish()), Err(ContactError::TooLong));
}

#[test]
fn a_card_that_breaks_off_is_edited_where_it_ends() {
    let broken = b"BEGIN:VCARD\nVERSION:3.0\nFN:A B\nN:B;A;;;\nTEL;TYPE=HO";
    let mut contact = shown(broken);
    contact.set_text(Text::JobTitle, "T");
    let edited = patched(broken, &ContactUpload::of(contact), &PropertySet::EMPTY);
    let expected = [&broken[..], b"\nTITLE:T\n"].concat();
    assert_eq!(
        String::from_utf8_lossy(&edited),
        String::from_utf8_lossy(&expected)
    );
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..400), text in "[ -~\r\nß]{0,40}") {
        let card = [b"BEGIN:VCARD\r\n", &bytes[..], b"\r\nEND:VCARD\r\n"].concat();
        for card in [&bytes, &card] {
            let Ok(contact) = to_eas(card, &wish()) else { continue };
            let whole = ContactUpload::of(contact.clone());
            prop_assert_eq!(&patched(card, &whole, &PropertySet::all()), card);
            let edit = ContactUpload::of(contact.with_text(Text::FirstName, text.as_str()));
            patched(card, &edit, &PropertySet::all());
        }
    }

    #[test]
    fn damaged_cards_are_survived(
        sample in any::<Index>(),
        damage in vec((any::<Index>(), any::<u8>()), 1..9),
        cut in any::<Index>(),
        clears in any::<bool>(),
    ) {
        let samples = all();
        let mut card = sample.get(&samples).card.clone();
        for (at, byte) in damage {
            let at = at.index(card.len());
            card[at] = byte;
        }
        card.truncate(cut.index(card.len()).max(card.len() / 2));
        if let Ok(contact) = to_eas(&card, &wish()) {
            let whole = ContactUpload::of(contact.clone());
            prop_assert_eq!(&patched(&card, &whole, &PropertySet::all()), &card);
            let upload = ContactUpload {
                present: if clears { PropertySet::all() } else { PropertySet::EMPTY },
                ..ContactUpload::default()
            };
            let cleared = patched(&card, &upload, &PropertySet::EMPTY);
            let left = shown(&cleared).properties();
            if clears {
                prop_assert!(!left.contains(Property::Body) && !left.contains(Text::JobTitle));
            } else {
                prop_assert_eq!(cleared, card);
            }
        }
    }

    #[test]
    fn any_upload_makes_a_card(values in vec("[ -~\t\r\n\u{0}-\u{1F}ß漢]{0,30}", Text::ALL.len()), uid in any::<String>()) {
        let mut upload = ContactUpload::default();
        for (text, value) in Text::ALL.into_iter().zip(values) {
            upload.contact.set_text(text, value);
            upload.present.insert(text);
        }
        let context = PatchContext { uid: &uid, now: NOW, wish: &wish() };
        let card = patch(None, &upload, &PropertySet::EMPTY, &context).unwrap();
        let card = String::from_utf8(card).unwrap();
        prop_assert!(card.starts_with("BEGIN:VCARD\r\nVERSION:3.0\r\n"));
        prop_assert_eq!(card.matches("\nEND:VCARD\r\n").count(), 1);
        prop_assert!(card.lines().all(|line| line.len() <= 75));
    }
}
