//! Cards as phones write them.

use super::{Card, Details, adr, esc, n};

pub(super) fn ios(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("3.0", "\r\n", 76);
    card.line("PRODID:-//Apple Inc.//iPhone OS 17.6.1//EN");
    card.line(format!("N:{}", n(details)));
    card.line(format!("FN:{}", esc(&details.full_name())));
    card.value("NICKNAME", person.nick);
    card.value("X-PHONETIC-LAST-NAME", person.yomi.0);
    card.value("X-PHONETIC-FIRST-NAME", person.yomi.1);
    if !person.company.is_empty() {
        card.line(format!(
            "ORG:{};{}",
            esc(person.company),
            esc(person.department)
        ));
    }
    card.value("TITLE", person.job);
    ios_ways(&mut card, details);
    card.value("NOTE", person.note);
    if details.has(2, 0) {
        card.line("item9.URL;type=pref:http\\://www.example.org/~ann");
        card.line("item9.X-ABLabel:_$!<HomePage>!$_");
    }
    match details.seed % 3 {
        0 => card.line("BDAY;value=date:1985-04-12"),
        1 => card.line("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"),
        _ => {}
    }
    if details.has(3, 1) {
        card.line("item10.X-ABDATE;type=pref:2010-06-01");
        card.line("item10.X-ABLabel:_$!<Anniversary>!$_");
        card.line("item11.X-ABRELATEDNAMES;type=pref:Carl Example");
        card.line("item11.X-ABLabel:_$!<Spouse>!$_");
        card.line("item12.X-ABRELATEDNAMES:Kid One");
        card.line("item12.X-ABLabel:_$!<Child>!$_");
    }
    if details.has(3, 2) {
        card.line("X-JABBER;type=HOME;type=pref:ann@jabber.example.org");
        card.line("IMPP;X-SERVICE-TYPE=Jabber;type=HOME;type=pref:xmpp:ann@jabber.example.org");
        card.line("IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:ann.example");
        card.line("X-SOCIALPROFILE;type=twitter:http://twitter.com/ann");
    }
    if let Some(photo) = &details.photo {
        card.line(format!("PHOTO;ENCODING=b;TYPE=JPEG:{photo}"));
    }
    card.value("CATEGORIES", person.category);
    card.line("X-ABShowAs:PERSON");
    card.line("REV:2024-05-06T07:08:09Z");
    card.line("UID:2E6C5D3A-0000-4000-8000-ABCDEF012345");
    card.end()
}

/// Mail, phones, addresses.
fn ios_ways(card: &mut Card, details: &Details) {
    for at in 0..details.emails {
        match at {
            0 => card.line(format!(
                "EMAIL;type=INTERNET;type=HOME;type=pref:{}",
                details.email(0)
            )),
            1 => {
                card.line(format!("item1.EMAIL;type=INTERNET:{}", details.email(1)));
                card.line("item1.X-ABLabel:Verein");
            }
            _ => card.line(format!(
                "EMAIL;type=INTERNET;type=WORK:{}",
                details.email(at)
            )),
        }
    }
    let types = [
        "type=CELL;type=VOICE;type=pref",
        "type=HOME;type=VOICE",
        "type=WORK;type=VOICE",
        "type=MAIN",
        "type=HOME;type=FAX",
        "type=WORK;type=FAX",
        "type=OTHER;type=VOICE",
        "type=IPHONE;type=CELL;type=VOICE",
        "type=PAGER",
        "type=WORK;type=VOICE",
    ];
    for (at, kind) in types.iter().enumerate().take(details.phones) {
        card.line(format!("TEL;{kind}:{}", details.phone(at)));
    }
    if details.phones > 10 {
        card.line(format!("item2.TEL:{}", details.phone(10)));
        card.line("item2.X-ABLabel:_$!<Assistant>!$_");
    }
    for at in 0..details.addresses {
        let kind = [
            "type=HOME;type=pref",
            "type=WORK",
            "type=OTHER",
            "type=HOME",
        ][at % 4];
        card.line(format!("item{}.ADR;{kind}:{}", at + 3, adr(details, at)));
        card.line(format!("item{}.X-ABADR:de", at + 3));
    }
}

/// Quoted-printable as Android writes it, with a soft break now and then.
fn quoted(text: &str) -> String {
    let mut encoded = String::new();
    let mut column = 0;
    for byte in text.replace('\n', "\r\n").bytes() {
        if column >= 60 {
            encoded.push_str("=\r\n");
            column = 0;
        }
        encoded.push_str(&format!("={byte:02X}"));
        column += 3;
    }
    encoded
}

/// A line of 2.1, in quoted-printable where it has to be.
fn old_line(head: &str, parts: &[&str]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .map(|part| part.replace('\\', "\\\\").replace(';', "\\;"))
        .collect();
    let value = parts.join(";");
    if value.is_ascii() && !value.contains('\n') {
        return format!("{head}:{value}\r\n");
    }
    let encoded: Vec<_> = value.split(';').map(quoted).collect();
    let encoded = encoded.join(";");
    format!("{head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{encoded}\r\n")
}

const OLD_PHONES: [&str; 10] = [
    "CELL",
    "HOME",
    "WORK;PREF",
    "WORK;FAX",
    "HOME;FAX",
    "PAGER",
    "CAR",
    "X-Chalet",
    "CELL;WORK",
    "VOICE",
];

pub(super) fn android21(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut text = String::from("BEGIN:VCARD\r\nVERSION:2.1\r\n");
    let mut line = |head: &str, parts: &[&str]| text.push_str(&old_line(head, parts));
    line("N", &person.names());
    line("FN", &[&details.full_name()]);
    for (at, kind) in OLD_PHONES.iter().enumerate().take(details.phones) {
        line(&format!("TEL;{kind}"), &[&details.phone(at)]);
    }
    for at in 0..details.emails {
        line(
            ["EMAIL;HOME", "EMAIL;WORK", "EMAIL"][at % 3],
            &[&details.email(at)],
        );
    }
    for at in 0..details.addresses {
        let kind = ["ADR;HOME", "ADR;WORK", "ADR;X-Boat"][at % 3];
        line(
            kind,
            &[
                "",
                "",
                person.street,
                person.city,
                "",
                &format!("1234{at}"),
                "Land",
            ],
        );
    }
    if !person.company.is_empty() {
        line("ORG", &[person.company, person.department]);
    }
    if !person.job.is_empty() {
        line("TITLE", &[person.job]);
    }
    if !person.note.is_empty() {
        line("NOTE", &[person.note]);
    }
    if !person.nick.is_empty() {
        line(
            "X-ANDROID-CUSTOM",
            &["vnd.android.cursor.item/nickname", person.nick, "1"],
        );
    }
    line("BDAY", &["1985-04-12"]);
    line("URL", &["http://example.org/"]);
    if let Some(photo) = &details.photo {
        let folded: Vec<_> = photo
            .as_bytes()
            .chunks(72)
            .map(String::from_utf8_lossy)
            .collect();
        text.push_str(&format!(
            "PHOTO;ENCODING=BASE64;JPEG:{}\r\n\r\n",
            folded.join("\r\n ")
        ));
    }
    text.push_str("END:VCARD\r\n");
    text.into_bytes()
}

pub(super) fn android30(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("3.0", "\n", 75);
    card.line("PRODID:-//dmfs.org//mimedir.vcard//EN");
    card.line(format!(
        "UID:urn:uuid:{:08}-1111-2222-3333-444444444444",
        details.seed
    ));
    card.line(format!("FN:{}", esc(&details.full_name())));
    card.line(format!("N:{}", n(details)));
    for at in 0..details.phones {
        let kind = [
            "CELL",
            "HOME,VOICE",
            "WORK,VOICE",
            "\"home,fax\"",
            "X-RADIO",
            "CAR,VOICE",
            "CELL",
        ][at % 7];
        card.line(format!("TEL;TYPE={kind}:{}", details.phone(at)));
    }
    for at in 0..details.emails {
        card.line(format!(
            "EMAIL;TYPE=OTHER,PREF;PREF={}:{}",
            90 - at * 10,
            details.email(at)
        ));
    }
    for at in 0..details.addresses {
        card.line(format!(
            "ADR;TYPE={}:{}",
            ["HOME", "WORK", "OTHER"][at % 3],
            adr(details, at)
        ));
    }
    card.value("ORG", person.company);
    card.value("NICKNAME", person.nick);
    card.value("NOTE", person.note);
    card.value("CATEGORIES", person.category);
    card.line("BDAY:19850412");
    card.line("X-ANNIVERSARY:2010-06-01");
    card.line("REV:20240506T070809Z");
    card.end()
}
