//! Cards as programs for mail write them.

use super::{Card, Details, adr, esc, n};

pub(super) fn thunderbird(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("4.0", "\r\n", 75);
    for at in 0..details.emails {
        let pref = if at == 1 { ";PREF=1" } else { "" };
        card.line(format!("EMAIL{pref}:{}", details.email(at)));
    }
    card.line(format!("FN:{}", esc(&details.full_name())));
    card.value("NICKNAME", person.nick);
    card.line(format!("N:{}", n(details)));
    if !person.company.is_empty() {
        card.line(format!(
            "ORG:{};{}",
            esc(person.company),
            esc(person.department)
        ));
    }
    card.value("TITLE", person.job);
    for at in 0..details.phones {
        let kind = [
            "TYPE=cell",
            "TYPE=home",
            "TYPE=work",
            "TYPE=fax",
            "TYPE=pager",
            "VALUE=TEXT",
        ][at % 6];
        card.line(format!("TEL;{kind}:{}", details.phone(at)));
    }
    for at in 0..details.addresses {
        card.line(format!(
            "ADR;TYPE={}:{}",
            ["work", "home", "home"][at % 3],
            adr(details, at)
        ));
    }
    card.value("NOTE", person.note);
    card.line("URL;VALUE=URL:https://example.org/?a=1,2;b");
    card.line("BDAY;VALUE=DATE:19850412");
    card.line("ANNIVERSARY;VALUE=DATE:20100601");
    if let Some(photo) = &details.photo {
        card.line(format!("PHOTO:data:image/jpeg;base64,{photo}"));
    }
    card.line("X-MOZILLA-PREFER-DISPLAY-NAME:1");
    card.line("X-CUSTOM1;VALUE=TEXT:own");
    card.line(format!("UID:{:08}-aaaa", details.seed));
    card.end()
}

/// Components; a line end is a blank.
fn compound(parts: &[&str]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .map(|part| {
            part.replace('\\', "\\\\")
                .replace(';', "\\;")
                .replace('\n', " ")
        })
        .collect();
    parts.join(";")
}

const OUTLOOK_PHONES: [&str; 10] = [
    "WORK;VOICE",
    "HOME;VOICE",
    "CELL;VOICE",
    "WORK;FAX",
    "HOME;FAX",
    "PAGER;VOICE",
    "CAR;VOICE",
    "WORK;VOICE",
    "HOME;VOICE",
    "VOICE",
];

pub(super) fn outlook(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let latin = |text: &str| text.to_owned();
    let mut card = Card::new("2.1", "\r\n", 5_000);
    let mut line = |head: &str, value: String| {
        if value.is_ascii() {
            card.line(format!("{head}:{value}"));
        } else {
            card.line(format!("{head};CHARSET=utf-8:{value}"));
        }
    };
    line("N;LANGUAGE=en-us", compound(&person.names()));
    line("FN", latin(&details.full_name()));
    line("ORG", compound(&[person.company, person.department]));
    line("TITLE", latin(person.job));
    for (at, kind) in OUTLOOK_PHONES.iter().enumerate().take(details.phones) {
        line(&format!("TEL;{kind}"), details.phone(at));
    }
    for at in 0..details.addresses {
        let kind = ["ADR;WORK;PREF", "ADR;HOME", "ADR;POSTAL"][at % 3];
        line(
            kind,
            compound(&[
                "",
                "Office 3",
                person.street,
                person.city,
                "CA",
                &format!("1234{at}"),
                "Land",
            ]),
        );
        line("LABEL;WORK;PREF", "a label".to_owned());
    }
    line("X-MS-OL-DEFAULT-POSTAL-ADDRESS", "2".to_owned());
    line("URL;WORK", "http://www.example.com".to_owned());
    line("X-MS-SPOUSE;N", "Carl".to_owned());
    line("X-MS-MANAGER", "Big Boss".to_owned());
    line("X-MS-ASSISTANT", "Small Help".to_owned());
    line("X-MS-CHILD", "Kid One".to_owned());
    line("X-MS-CHILD", "Kid Two".to_owned());
    line("BDAY", "19850412".to_owned());
    line("X-MS-ANNIVERSARY", "20100601".to_owned());
    for at in 0..details.emails {
        line(
            if at == 0 {
                "EMAIL;PREF;INTERNET"
            } else {
                "EMAIL;INTERNET"
            },
            details.email(at),
        );
    }
    line("X-MS-IMADDRESS", "sip:ann@example.org".to_owned());
    line("X-MS-OL-DESIGN;CHARSET=utf-8", "<card xmlns=\"http://schemas.microsoft.com/office/outlook/12/electronicbusinesscards\" ver=\"1.0\"></card>".to_owned());
    line("REV", "20240506T070809Z".to_owned());
    card.end()
}

pub(super) fn kaddressbook(details: &Details) -> Vec<u8> {
    kde(details, "3.0", "PHOTO;ENCODING=b;TYPE=jpeg:")
}

pub(super) fn kaddressbook4(details: &Details) -> Vec<u8> {
    kde(details, "4.0", "PHOTO:data:image/jpeg;base64,")
}

fn kde(details: &Details, version: &str, photo_head: &str) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new(version, "\r\n", 75);
    for at in 0..details.addresses {
        card.line(format!(
            "ADR;TYPE={}:{}",
            ["home,pref", "work", "dom"][at % 3],
            adr(details, at)
        ));
    }
    card.line(if version == "3.0" {
        "BDAY:1985-04-12T00:00:00"
    } else {
        "BDAY:19850412"
    });
    card.value("CATEGORIES", person.category);
    for at in 0..details.emails {
        let kind = ["TYPE=PREF,HOME", "TYPE=WORK", ""][at % 3];
        let kind = if kind.is_empty() {
            String::new()
        } else {
            format!(";{kind}")
        };
        card.line(format!("EMAIL{kind}:{}", details.email(at)));
    }
    card.line(format!("FN:{}", esc(&details.full_name())));
    card.line(format!("N:{}", n(details)));
    card.value("NICKNAME", person.nick);
    card.value("NOTE", person.note);
    card.value("ORG", person.company);
    if let Some(photo) = &details.photo {
        card.line(format!("{photo_head}{photo}"));
    }
    card.line("REV:2024-05-06T07:08:09Z");
    for at in 0..details.phones {
        let kind = [
            "cell",
            "home",
            "work",
            "fax,work",
            "fax,home",
            "car",
            "pager",
            "home,pref",
        ][at % 8];
        card.line(format!("TEL;TYPE={kind}:{}", details.phone(at)));
    }
    card.value("TITLE", person.job);
    card.line(format!("UID:{:010}", details.seed));
    card.line("URL:https://www.kde.org");
    card.value("X-KADDRESSBOOK-X-Department", person.department);
    card.line("X-KADDRESSBOOK-X-Anniversary:2010-06-01");
    card.line("X-KADDRESSBOOK-X-AssistantsName:Small Help");
    card.line("X-KADDRESSBOOK-X-ManagersName:Big Boss");
    card.line("X-KADDRESSBOOK-X-Office:Room 1\\, floor 2");
    card.line("X-KADDRESSBOOK-X-SpousesName:Carl");
    card.line("X-KADDRESSBOOK-X-Profession:Profession");
    card.line("IMPP;X-SERVICE-TYPE=jabber:xmpp:ann%40home@example.org");
    card.end()
}

pub(super) fn evolution(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("3.0", "\r\n", 75);
    card.line("UID:pas-id-65A0C0DE00000000");
    card.line(format!("FN:{}", esc(&details.full_name())));
    card.line(format!("N:{}", n(details)));
    if details.has(2, 0) {
        card.line(format!(
            "X-EVOLUTION-FILE-AS:{}",
            esc(&format!("{} ({})", details.full_name(), details.seed))
        ));
    }
    card.value("NICKNAME", person.nick);
    if !person.company.is_empty() {
        card.line(format!(
            "ORG:{};{};Room 1",
            esc(person.company),
            esc(person.department)
        ));
    }
    for at in 0..details.phones {
        let kind = [
            "CELL",
            "HOME,VOICE",
            "WORK,VOICE",
            "X-EVOLUTION-ASSISTANT",
            "X-EVOLUTION-COMPANY",
            "X-EVOLUTION-RADIO",
            "CAR",
            "PAGER",
            "WORK,FAX",
            "HOME,FAX",
        ][at % 10];
        card.line(format!(
            "TEL;X-EVOLUTION-UI-SLOT={};TYPE={kind}:{}",
            at + 1,
            details.phone(at)
        ));
    }
    for at in 0..details.emails {
        card.line(format!(
            "EMAIL;TYPE=WORK;X-EVOLUTION-UI-SLOT={}:{}",
            at + 1,
            details.email(at)
        ));
    }
    for at in 0..details.addresses {
        let kind = ["WORK", "HOME", "OTHER"][at % 3];
        card.line(format!(
            "ADR;TYPE={kind}:PO Box {at};{}",
            &adr(details, at)[1..]
        ));
        card.line(format!("LABEL;TYPE={kind}:a label"));
    }
    card.value("TITLE", person.job);
    card.value("NOTE", person.note);
    card.value("CATEGORIES", person.category);
    card.line("BDAY:1985-04-12");
    card.line("X-EVOLUTION-ANNIVERSARY:2010-06-01");
    card.line("X-EVOLUTION-SPOUSE:Carl");
    card.line("X-SPOUSE:Carl");
    card.line("X-EVOLUTION-MANAGER:Big Boss");
    card.line("X-EVOLUTION-ASSISTANT:Small Help");
    card.line("X-AIM;X-EVOLUTION-UI-SLOT=1:annaim");
    card.line("X-JABBER;X-EVOLUTION-UI-SLOT=2:ann@example.org");
    card.line("X-SKYPE:ann.skype");
    card.line("X-YAHOO:annyahoo");
    card.line("X-EVOLUTION-BLOG-URL:http://blog.example.org");
    card.line("X-MOZILLA-HTML:FALSE");
    card.line("REV:2024-05-06T07:08:09Z");
    card.end()
}
