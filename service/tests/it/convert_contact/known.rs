//! Known answers: which line of a card a device sees as what, and what its edits make of it.

use directpush::convert::contact::{PatchContext, patch};
use protocol::airsyncbase::{Body, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet, Text};
use protocol::datetime;

use super::{NOW, patched, shown, wish};

pub(super) fn card(version: &str, lines: &[&str]) -> Vec<u8> {
    let lines = lines.join("\r\n");
    format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n").into_bytes()
}

#[track_caller]
fn reads(version: &str, lines: &[&str], expected: &[(Text, &str)]) {
    let contact = shown(&card(version, lines));
    for (text, value) in expected {
        let expected = Some(*value).filter(|value| !value.is_empty());
        assert_eq!(contact.text(*text), expected, "{text:?} of {lines:?}");
    }
}

/// The lines of a card after an edit.
#[track_caller]
fn edits(version: &str, lines: &[&str], edit: &[(Text, &str)], expected: &[&str]) {
    let before = card(version, lines);
    let mut contact = shown(&before);
    for (text, value) in edit {
        contact.set_text(*text, *value);
    }
    let after = patched(&before, &ContactUpload::of(contact), &PropertySet::all());
    let expected = String::from_utf8(card(version, expected)).unwrap();
    assert_eq!(String::from_utf8(after).unwrap(), expected);
}

#[test]
fn names_and_what_they_are_filed_under() {
    let names = "N:Doe;Jane;M.;Dr.;Jr.";
    reads(
        "3.0",
        &[names],
        &[
            (Text::LastName, "Doe"),
            (Text::FirstName, "Jane"),
            (Text::MiddleName, "M."),
            (Text::Title, "Dr."),
            (Text::Suffix, "Jr."),
            (Text::FileAs, "Doe, Jane M."),
        ],
    );
    reads(
        "3.0",
        &["FN:Jane van Doe"],
        &[
            (Text::FirstName, "Jane van"),
            (Text::LastName, "Doe"),
            (Text::FileAs, "Doe, Jane van"),
        ],
    );
    for (lines, filed) in [
        (&["FN:ACME", "ORG:ACME"][..], "ACME"),
        (
            &["FN:a@example.org", "EMAIL:a@example.org"],
            "a@example.org",
        ),
        (&["TEL:12"], "12"),
        (&["NICKNAME:Jo"], "Jo"),
        (&["NOTE:x"], "Unnamed"),
        (&["N:Doe;Jane;;;", "X-EVOLUTION-FILE-AS:JD"], "JD"),
    ] {
        reads("3.0", lines, &[(Text::FileAs, filed)]);
    }
    reads(
        "3.0",
        &["FN:ACME", "ORG:ACME"],
        &[(Text::FirstName, ""), (Text::LastName, "")],
    );
    reads(
        "4.0",
        &["N;PHONETIC=ipa:x;y;;;", "N:Doe;Jane;;;"],
        &[(Text::LastName, "Doe")],
    );
}

#[test]
fn kinds_of_phones() {
    let lines = [
        "TEL;TYPE=\"voice,home\";VALUE=uri:tel:+1-555-0100;ext=5",
        "TEL;type=CELL;type=pref:2",
        "TEL;WORK;FAX:3",
        "TEL;TYPE=fax,home:4",
        "item1.TEL:5",
        "item1.X-ABLabel:_$!<Assistant>!$_",
        "TEL:6",
        "TEL;TYPE=MAIN:7",
        "TEL;TYPE=CAR:8",
        "TEL;TYPE=X-EVOLUTION-RADIO:9",
        "TEL;TYPE=pager:10",
        "TEL;TYPE=WORK:11",
        "TEL;TYPE=WORK,PREF:12",
        "TEL;TYPE=X-MMS:13",
        "TEL;TYPE=WORK:14",
        "TEL;TYPE=CELL:15",
    ];
    reads(
        "3.0",
        &lines,
        &[
            (Text::HomePhoneNumber, "+1-555-0100 x5"),
            (Text::Home2PhoneNumber, "6"),
            (Text::MobilePhoneNumber, "2"),
            (Text::BusinessFaxNumber, "3"),
            (Text::HomeFaxNumber, "4"),
            (Text::AssistantPhoneNumber, "5"),
            (Text::CompanyMainPhone, "7"),
            (Text::CarPhoneNumber, "8"),
            (Text::RadioPhoneNumber, "9"),
            (Text::PagerNumber, "10"),
            (Text::BusinessPhoneNumber, "12"),
            (Text::Business2PhoneNumber, "11"),
            (Text::Mms, "13"),
        ],
    );
}

#[test]
fn old_cards_in_old_charsets() {
    reads(
        "2.1",
        &["N;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:M=FCller;J=F6rg"],
        &[(Text::LastName, "Müller"), (Text::FirstName, "Jörg")],
    );
    let latin = [
        &b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:M\xFCller;J\xF6rg;;;\r\nORG:\xC4rzte\r\n"[..],
        b"END:VCARD\r\n",
    ]
    .concat();
    let mut contact = shown(&latin);
    assert_eq!(contact.text(Text::LastName), Some("Müller"));
    contact.set_text(Text::FirstName, "Jürgen");
    let after = patched(&latin, &ContactUpload::of(contact), &PropertySet::EMPTY);
    assert!(String::from_utf8_lossy(&after).contains("N:Müller;Jürgen;;;\r\n"));
    assert_eq!(shown(&after).text(Text::CompanyName), Some("Ärzte"));
    reads(
        "3.0",
        &["TITLE:fol\r\n ded", "NOTE:x"],
        &[(Text::JobTitle, "folded")],
    );
}

#[test]
fn people_and_instant_messages() {
    let lines = [
        "RELATED;TYPE=spouse;VALUE=text:Carl",
        "RELATED;TYPE=child:urn:uuid:1",
        "IMPP;PREF=2:xmpp:ann@example.org",
        "IMPP;PREF=1:skype:ann.skype",
        "X-JABBER:ann@example.org",
        "X-MS-MANAGER:Boss",
    ];
    reads(
        "4.0",
        &lines,
        &[
            (Text::Spouse, "Carl"),
            (Text::ManagerName, "Boss"),
            (Text::ImAddress, "ann.skype"),
            (Text::ImAddress2, "ann@example.org"),
            (Text::ImAddress3, ""),
        ],
    );
    assert!(shown(&card("4.0", &lines)).children.is_empty());
    // Both forms of one address are edited.
    edits(
        "4.0",
        &lines,
        &[(Text::ImAddress2, "bea@example.org")],
        &[
            lines[0],
            lines[1],
            "IMPP;PREF=2:xmpp:bea@example.org",
            lines[3],
            "X-JABBER:bea@example.org",
            lines[5],
        ],
    );
}

#[test]
fn an_edit_changes_the_very_line() {
    let lines = [
        "item1.TEL;X-P=1;TYPE=CELL;VALUE=uri:tel:+49-1",
        "item1.X-ABLabel:Handy",
        "ORG:ACME;R\\;D;Third",
        "N;SORT-AS=\"x\":Doe;Jane;;;",
        "FN:Jane Doe",
        "REV:20200101T000000Z",
        "X-KEEP;A=b:  as it is ",
    ];
    edits(
        "4.0",
        &lines,
        &[(Text::MobilePhoneNumber, "+49 2")],
        &[
            "item1.TEL;X-P=1;TYPE=CELL:+49 2",
            lines[1],
            lines[2],
            lines[3],
            lines[4],
            "REV:20250301T120000Z",
            lines[6],
        ],
    );
    edits(
        "4.0",
        &lines,
        &[(Text::MobilePhoneNumber, ""), (Text::Department, "Ops")],
        &[
            "ORG:ACME;Ops;Third",
            lines[3],
            lines[4],
            "REV:20250301T120000Z",
            lines[6],
        ],
    );
    edits(
        "4.0",
        &lines,
        &[(Text::LastName, "Roe")],
        &[
            lines[0],
            lines[1],
            lines[2],
            "N;SORT-AS=\"x\":Roe;Jane;;;",
            "FN:Jane Roe",
            "REV:20250301T120000Z",
            lines[6],
        ],
    );
}

/// Four addresses; a device is shown three.
const ADDRESSES: [&str; 5] = [
    "FN:x",
    "EMAIL;TYPE=HOME:a@example.org",
    "EMAIL;TYPE=WORK:b@example.org",
    "EMAIL:c@example.org",
    "EMAIL:d@example.org",
];

#[test]
fn addresses_move_with_their_lines() {
    let lines = ADDRESSES;
    // A device that deletes the first sends the others one place up.
    edits(
        "3.0",
        &lines,
        &[
            (Text::Email1Address, "b@example.org"),
            (Text::Email2Address, "c@example.org"),
            (Text::Email3Address, ""),
        ],
        &[
            lines[0],
            lines[2],
            lines[3],
            lines[4],
            "X-EAS-EMPTY:Email3Address=3",
        ],
    );
    // A swap is two edits.
    edits(
        "3.0",
        &lines,
        &[
            (Text::Email1Address, "b@example.org"),
            (Text::Email2Address, "a@example.org"),
        ],
        &[
            lines[0],
            "EMAIL;TYPE=HOME:b@example.org",
            "EMAIL;TYPE=WORK:a@example.org",
            lines[3],
            lines[4],
        ],
    );
}

#[test]
fn a_gap_stays_until_another_program_adds_or_removes_an_address() {
    let lines = ADDRESSES;
    // One that leaves a gap keeps it, and the fourth does not move up.
    let gap = [
        lines[0],
        lines[2],
        lines[3],
        lines[4],
        "X-EAS-EMPTY:Email1Address=3",
    ];
    edits("3.0", &lines, &[(Text::Email1Address, "")], &gap);
    reads(
        "3.0",
        &gap,
        &[
            (Text::Email1Address, ""),
            (Text::Email2Address, "b@example.org"),
            (Text::Email3Address, "c@example.org"),
        ],
    );
    // Filled again, the gap is gone.
    edits(
        "3.0",
        &gap,
        &[(Text::Email1Address, "e@example.org")],
        &[
            lines[0],
            "EMAIL;TYPE=INTERNET:e@example.org",
            lines[2],
            lines[3],
            lines[4],
        ],
    );
    // When another program adds an address, the gap counts no more.
    let added = [
        gap[0],
        gap[1],
        gap[2],
        gap[3],
        "EMAIL:f@example.org",
        gap[4],
    ];
    reads("3.0", &added, &[(Text::Email1Address, "b@example.org")]);
}

#[test]
fn a_new_contact_is_a_card_of_3_0() {
    let mut contact = Contact::default()
        .with_text(Text::FirstName, "Jane")
        .with_text(Text::LastName, "Doe")
        .with_text(Text::FileAs, "Doe, Jane")
        .with_text(Text::Email1Address, "\"Jane Doe\" <jane@example.org>")
        .with_text(Text::MobilePhoneNumber, "+49 1")
        .with_text(Text::HomeAddressCity, "Ort, am See")
        .with_text(Text::ImAddress, "jane@example.org");
    contact.birthday = datetime::parse("1985-04-11T22:00:00Z");
    contact.categories = vec!["A,b".to_owned(), "C".to_owned()];
    contact.body = Some(Body::text(BodyType::Html, "<p>one</p><p>two</p>"));
    let context = PatchContext {
        uid: "new;1",
        now: NOW,
        wish: &wish(),
    };
    let upload = ContactUpload::of(contact);
    let card = patch(None, &upload, &PropertySet::all(), &context).unwrap();
    let card = String::from_utf8(card).unwrap();
    assert_eq!(
        card,
        "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//directpush//EAS//EN\r\nUID:new\\;1\r\nN:Doe;Jane;;;\r\n\
         FN:Jane Doe\r\nREV:2025-03-01T12:00:00Z\r\nEMAIL;TYPE=INTERNET:jane@example.org\r\n\
         TEL;TYPE=CELL:+49 1\r\nIMPP:im:jane@example.org\r\nNOTE:one\\n\\ntwo\r\n\
         ADR;TYPE=HOME:;;;Ort\\, am See;;;\r\nBDAY:1985-04-12\r\nCATEGORIES:A\\,b,C\r\nEND:VCARD\r\n"
    );
    let empty = patch(
        None,
        &ContactUpload::default(),
        &PropertySet::EMPTY,
        &context,
    )
    .unwrap();
    assert!(String::from_utf8(empty).unwrap().contains("FN:Unnamed\r\n"));
}

#[test]
fn only_what_may_be_cleared_is() {
    let before = card("3.0", &["FN:x y", "TITLE:t", "NOTE:n", "URL:http://a/"]);
    let clears = PropertySet::from_iter([Property::Text(Text::JobTitle), Property::Body]);
    let after = patched(&before, &ContactUpload::default(), &clears);
    assert_eq!(after, card("3.0", &["FN:x y", "NOTE:n", "URL:http://a/"]));
}
