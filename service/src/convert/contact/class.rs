//! Which property of a contact a line of a vCard is about.
//!
//! A line's class depends on the line and its label alone, never on other lines: what is edited can therefore never make
//! another line mean something else.

use super::compounds::Compound;
use super::line::{Card, Entry};
use super::pools::Pool;

/// What a line is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// One of several values of the same kind.
    Pool(Pool),
    /// One of those with components.
    Compound(Compound),
    /// BDAY.
    Birthday,
    /// ANNIVERSARY and its forerunners.
    Anniversary,
    /// CATEGORIES.
    Categories,
    /// A child's name.
    Child,
    /// PHOTO.
    Photo,
    /// FN.
    FullName,
    /// REV.
    Revision,
    /// Which slots stay empty.
    Holes,
}

/// The property that says which slots stay empty: those that a device cleared while others of their kind are left, which would
/// otherwise move up.
pub(super) const HOLES: &str = "X-EAS-EMPTY";

/// The class of an entry; `None` is nothing that a device is shown.
pub(super) fn of(card: &Card<'_>, entry: &Entry<'_>) -> Option<Class> {
    let label = card.label(entry);
    let pool = |pool| Some(Class::Pool(pool));
    match entry.name.as_str() {
        "FN" => Some(Class::FullName),
        "N" if entry.values("PHONETIC").next().is_none() => Some(Class::Compound(Compound::Name)),
        "ORG" => Some(Class::Compound(Compound::Organization)),
        "ADR" => Some(Class::Compound(address(entry, label))),
        "TEL" => pool(phone(entry, label)),
        "EMAIL" => pool(Pool::Email),
        "IMPP" | "X-AIM" | "X-ICQ" | "X-JABBER" | "X-MSN" | "X-YAHOO" | "X-SKYPE"
        | "X-SKYPE-USERNAME" | "X-GOOGLE-TALK" | "X-GTALK" | "X-QQ" | "X-GADUGADU"
        | "X-GROUPWISE" | "X-TWITTER-IM" | "X-MS-IMADDRESS" | "X-MATRIX" => pool(Pool::Im),
        "NICKNAME" | "X-NICKNAME" => pool(Pool::Nickname),
        "TITLE" => pool(Pool::JobTitle),
        "URL" => pool(Pool::WebPage),
        "NOTE" => pool(Pool::Note),
        "BDAY" => Some(Class::Birthday),
        "ANNIVERSARY"
        | "X-ANNIVERSARY"
        | "X-EVOLUTION-ANNIVERSARY"
        | "X-KADDRESSBOOK-X-ANNIVERSARY"
        | "X-MS-ANNIVERSARY" => Some(Class::Anniversary),
        "X-ABDATE" if label == "anniversary" => Some(Class::Anniversary),
        "CATEGORIES" => Some(Class::Categories),
        "PHOTO" => Some(Class::Photo),
        "REV" => Some(Class::Revision),
        HOLES => Some(Class::Holes),
        "RELATED" | "X-ABRELATEDNAMES" => related(entry, label),
        name => other(name),
    }
}

/// Properties outside the standards.
fn other(name: &str) -> Option<Class> {
    Some(Class::Pool(match name {
        "X-PHONETIC-FIRST-NAME" => Pool::YomiFirst,
        "X-PHONETIC-LAST-NAME" => Pool::YomiLast,
        "X-PHONETIC-ORG" | "X-PHONETIC-COMPANY-NAME" => Pool::YomiCompany,
        "X-SPOUSE" | "X-EVOLUTION-SPOUSE" | "X-KADDRESSBOOK-X-SPOUSESNAME" | "X-MS-SPOUSE" => {
            Pool::Spouse
        }
        "X-ASSISTANT"
        | "X-EVOLUTION-ASSISTANT"
        | "X-KADDRESSBOOK-X-ASSISTANTSNAME"
        | "X-MS-ASSISTANT" => Pool::Assistant,
        "X-MANAGER" | "X-EVOLUTION-MANAGER" | "X-KADDRESSBOOK-X-MANAGERSNAME" | "X-MS-MANAGER" => {
            Pool::Manager
        }
        "X-KADDRESSBOOK-X-OFFICE" | "X-OFFICE" | "X-EVOLUTION-OFFICE" => Pool::Office,
        "X-CUSTOMER-ID" => Pool::CustomerId,
        "X-GOVERNMENT-ID" => Pool::GovernmentId,
        "X-ACCOUNT-NAME" => Pool::AccountName,
        "X-EVOLUTION-FILE-AS" | "X-FILE-AS" => Pool::FileAs,
        "X-ASSISTANT-TEL" | "X-MS-ASSISTANT-TEL" => Pool::AssistantPhone,
        "X-CHILD" | "X-MS-CHILD" => return Some(Class::Child),
        _ => return None,
    }))
}

/// People who are named; those who are pointed at by a URI have no name to show.
fn related(entry: &Entry<'_>, label: &str) -> Option<Class> {
    let text = entry.name != "RELATED" || entry.says("VALUE", "TEXT") || !is_uri(&entry.value);
    if !text {
        return None;
    }
    let is = |word: &str| label == word || entry.says("TYPE", &word.to_ascii_uppercase());
    if is("spouse") {
        Some(Class::Pool(Pool::Spouse))
    } else if is("assistant") || is("x-assistant") {
        Some(Class::Pool(Pool::Assistant))
    } else if is("manager") || is("x-manager") {
        Some(Class::Pool(Pool::Manager))
    } else if ["child", "son", "daughter"].into_iter().any(is) {
        Some(Class::Child)
    } else {
        None
    }
}

fn is_uri(value: &[u8]) -> bool {
    let scheme = value.split(|byte| *byte == b':').next().unwrap_or_default();
    scheme.len() < value.len()
        && !scheme.is_empty()
        && scheme
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

fn address(entry: &Entry<'_>, label: &str) -> Compound {
    if entry.says("TYPE", "WORK") || label == "work" {
        Compound::Business
    } else if entry.says("TYPE", "HOME") || label == "home" {
        Compound::Home
    } else {
        Compound::Other
    }
}

/// Kinds of phones, the more special first.
fn phone(entry: &Entry<'_>, label: &str) -> Pool {
    let is = |words: &[&str]| {
        words
            .iter()
            .any(|word| entry.says("TYPE", word) || label.eq_ignore_ascii_case(word))
    };
    let fax = is(&["FAX", "X-FAX"]) || label.ends_with("fax");
    let home = is(&["HOME"]) || label.starts_with("home");
    if fax && home {
        Pool::HomeFax
    } else if fax {
        Pool::BusinessFax
    } else if is(&["PAGER", "BEEPER"]) {
        Pool::Pager
    } else if is(&["CAR"]) {
        Pool::Car
    } else if is(&["X-RADIO", "X-EVOLUTION-RADIO", "RADIO"]) {
        Pool::Radio
    } else if is(&["X-ASSISTANT", "X-EVOLUTION-ASSISTANT", "ASSISTANT"]) {
        Pool::AssistantPhone
    } else if is(&["MAIN", "X-COMPANY", "X-EVOLUTION-COMPANY", "COMPANY MAIN"]) {
        Pool::CompanyMain
    } else if is(&["X-MMS", "MMS"]) {
        Pool::Mms
    } else if is(&["CELL", "X-MOBILE", "MOBILE", "IPHONE"]) {
        Pool::Mobile
    } else if is(&["WORK"]) {
        Pool::Business
    } else {
        // What says nothing is shown as a phone at home.
        Pool::Home
    }
}
