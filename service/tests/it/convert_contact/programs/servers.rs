//! Cards as servers and their web pages write them.

use super::{Card, Details, adr, esc, n};

pub(super) fn nextcloud(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("3.0", "\r\n", 75);
    card.line("PRODID:-//Sabre//Sabre VObject 4.5.4//EN");
    card.line(format!("UID:{:08}-5ec1-4d6e", details.seed));
    card.line(format!("FN:{}", esc(&details.full_name())));
    if details.has(2, 1) {
        card.line(format!("N:{}", n(details)));
    }
    for at in 0..details.addresses {
        card.line(format!(
            "ADR;TYPE={}:{}",
            ["HOME", "WORK", "\"HOME,PREF\""][at % 3],
            adr(details, at)
        ));
    }
    for at in 0..details.emails {
        card.line(format!(
            "EMAIL;TYPE={}:{}",
            ["HOME", "WORK", "OTHER"][at % 3],
            details.email(at)
        ));
    }
    for at in 0..details.phones {
        let kind = [
            "\"HOME,VOICE\"",
            "\"WORK,VOICE\"",
            "CELL",
            "\"FAX,HOME\"",
            "\"FAX,WORK\"",
            "PAGER",
            "VOICE",
            "CAR",
            "\"WORK,CELL\"",
        ][at % 9];
        card.line(format!("TEL;TYPE={kind}:{}", details.phone(at)));
    }
    card.value("ORG", person.company);
    card.value("TITLE", person.job);
    card.value("NOTE", person.note);
    card.line("BDAY;VALUE=DATE-AND-OR-TIME:19850412T000000");
    if !person.category.is_empty() {
        card.line(format!("CATEGORIES:{},Second,Third", esc(person.category)));
    }
    if let Some(photo) = &details.photo {
        card.line(format!("PHOTO;ENCODING=b;TYPE=image/jpeg:{photo}"));
    }
    card.line("X-SOCIALPROFILE;TYPE=facebook:https://facebook.com/ann");
    card.line("CLOUD:user@cloud.example.org");
    card.line("REV;VALUE=DATE-AND-OR-TIME:20240506T070809Z");
    card.end()
}

pub(super) fn google(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("3.0", "\r\n", 75);
    card.line(format!("FN:{}", esc(&details.full_name())));
    card.line(format!("N:{}", n(details)));
    card.value("NICKNAME", person.nick);
    for at in 0..details.emails {
        if at == 2 {
            card.line(format!("item1.EMAIL;TYPE=INTERNET:{}", details.email(at)));
            card.line("item1.X-ABLabel:");
        } else {
            card.line(format!(
                "EMAIL;TYPE=INTERNET;TYPE={}:{}",
                ["HOME", "WORK"][at % 2],
                details.email(at)
            ));
        }
    }
    for at in 0..details.phones {
        match at % 5 {
            4 => {
                card.line(format!("item{}.TEL:{}", 10 + at, details.phone(at)));
                card.line(format!("item{}.X-ABLabel:homeFax", 10 + at));
            }
            kind => card.line(format!(
                "TEL;TYPE={}:{}",
                ["CELL", "HOME", "WORK", "MAIN"][kind],
                details.phone(at)
            )),
        }
    }
    for at in 0..details.addresses {
        card.line(format!("item{}.ADR:{}", 30 + at, adr(details, at)));
        card.line(format!("item{}.X-ABLabel:Ferien", 30 + at));
    }
    if !person.company.is_empty() {
        card.line(format!(
            "ORG:{};{};Third unit",
            esc(person.company),
            esc(person.department)
        ));
    }
    card.value("TITLE", person.job);
    card.line("BDAY:--0412");
    card.line("item5.URL:https\\://example.org/profile");
    card.line("item5.X-ABLabel:PROFILE");
    card.value("NOTE", person.note);
    card.line("PHOTO:https://lh3.googleusercontent.com/contacts/abc=s100");
    card.line(format!(
        "CATEGORIES:{}myContacts",
        if person.category.is_empty() {
            String::new()
        } else {
            format!("{},", esc(person.category))
        }
    ));
    card.line("item6.X-ABDATE:2010-06-01");
    card.line("item6.X-ABLabel:_$!<Anniversary>!$_");
    card.line("item7.X-ABRELATEDNAMES:Big Boss");
    card.line("item7.X-ABLabel:_$!<Manager>!$_");
    card.end()
}

pub(super) fn fastmail(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("4.0", "\r\n", 75);
    card.line("PRODID:-//CyrusIMAP.org//Cyrus 3.11//EN");
    card.line(format!("UID:urn:uuid:{:08}-ffff", details.seed));
    card.line(format!("N;JSCOMPS=\";1;0\":{}", n(details)));
    card.line(format!("FN;DERIVED=TRUE:{}", esc(&details.full_name())));
    for at in 0..details.emails {
        card.line(format!(
            "EMAIL;PROP-ID=e{at};TYPE={};PREF={}:{}",
            ["home", "work"][at % 2],
            at + 1,
            details.email(at)
        ));
    }
    for at in 0..details.phones {
        let kind = [
            "cell,voice",
            "home,voice",
            "work,voice",
            "work,fax",
            "voice",
        ][at % 5];
        let number = details.phone(at).replace(' ', "-");
        card.line(format!(
            "TEL;PROP-ID=t{at};TYPE=\"{kind}\";VALUE=uri:tel:{number};ext=10{at}"
        ));
    }
    for at in 0..details.addresses {
        card.line(format!(
            "ADR;PROP-ID=a{at};LABEL=\"{}\\nLand\";TYPE={}:{}",
            details.person.city,
            ["home", "work"][at % 2],
            adr(details, at)
        ));
    }
    if !person.company.is_empty() {
        card.line(format!(
            "ORG;PROP-ID=o1:{};{}",
            esc(person.company),
            esc(person.department)
        ));
    }
    card.value("TITLE;PROP-ID=p1", person.job);
    card.value("NICKNAME", person.nick);
    card.value("NOTE", person.note);
    card.line("BDAY:--0412");
    card.line("ANNIVERSARY:20100601T120000Z");
    card.line("RELATED;TYPE=spouse;VALUE=text:Carl");
    card.line("RELATED;TYPE=child;VALUE=text:Kid One");
    card.line("RELATED;TYPE=child;VALUE=text:Kid Two");
    card.line("RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    card.line("IMPP;PREF=1:xmpp:ann@example.com");
    card.line("IMPP:matrix:u/ann:example.org");
    card.line("GENDER:F");
    card.line("LANG;PREF=1:de");
    if let Some(photo) = &details.photo {
        card.line(format!("PHOTO;PROP-ID=ph:data:image/jpeg;base64,{photo}"));
    }
    card.line("REV:20240506T070809Z");
    card.end()
}

pub(super) fn bare(details: &Details) -> Vec<u8> {
    let person = &details.person;
    let mut card = Card::new("3.0", "\n", 75);
    card.line(format!("FN:{}", esc(&details.full_name())));
    if details.has(2, 0) {
        card.line("N:;;;;");
    }
    for at in 0..details.emails {
        card.line(format!("EMAIL:{}", details.email(at)));
    }
    for at in 0..details.phones {
        card.line(format!("TEL:{}", details.phone(at)));
    }
    card.value("ORG", person.company);
    card.line("ADR:;;;;;;");
    card.line("TEL;TYPE=HOME:");
    card.line("NOTE:");
    card.end()
}
