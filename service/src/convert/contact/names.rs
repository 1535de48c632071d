//! Names made of names: what a contact is filed under, and the full name that follows what it was made of.

use protocol::class::contacts::{Contact, Text};

use super::form;

/// What stands for a name where there is nothing to make one of; both standards require a name.
pub(super) const NAMELESS: &str = "Unnamed";

/// How names are put together.
const FORMS: [&[Piece]; 8] = {
    use Piece::{Comma, Of};
    const FIRST: Piece = Of(Text::FirstName);
    const MIDDLE: Piece = Of(Text::MiddleName);
    const LAST: Piece = Of(Text::LastName);
    const TITLE: Piece = Of(Text::Title);
    const SUFFIX: Piece = Of(Text::Suffix);
    [
        &[TITLE, FIRST, MIDDLE, LAST, SUFFIX],
        &[FIRST, MIDDLE, LAST, SUFFIX],
        &[FIRST, MIDDLE, LAST],
        &[FIRST, LAST],
        &[LAST, Comma, FIRST, MIDDLE],
        &[LAST, Comma, FIRST],
        &[LAST, FIRST],
        &[Piece::Joined],
    ]
};

/// The place in [`FORMS`] of what a contact is filed under.
const FILED: usize = 4;

/// A piece of a name.
#[derive(Clone, Copy)]
enum Piece {
    Of(Text),
    /// Between what is before and what is behind, if there is both.
    Comma,
    /// Family name and given name without a space, as in Chinese.
    Joined,
}

fn made(form: &[Piece], contact: &Contact) -> String {
    let mut name = String::new();
    let mut comma = false;
    for piece in form {
        let text = match piece {
            Piece::Of(text) => contact.text(*text).unwrap_or_default(),
            Piece::Comma => {
                comma = !name.is_empty();
                continue;
            }
            Piece::Joined => {
                let of = |text| contact.text(text).unwrap_or_default();
                return format!("{}{}", of(Text::LastName), of(Text::FirstName));
            }
        };
        if text.is_empty() {
            continue;
        }
        if !name.is_empty() {
            name.push_str(if comma { ", " } else { " " });
        }
        comma = false;
        name.push_str(text);
    }
    name
}

/// All that a full name may be made of, the likelier first; what there is nothing for is empty.
fn candidates(contact: &Contact) -> Vec<String> {
    let mut all: Vec<_> = FORMS.iter().map(|form| made(form, contact)).collect();
    let others = OTHERS
        .iter()
        .map(|text| contact.text(*text).unwrap_or_default().to_owned());
    all.extend(others);
    all
}

/// What stands for a name where there is none. Not the nickname, which is a name.
const OTHERS: [Text; 12] = [
    Text::CompanyName,
    Text::Email1Address,
    Text::Email2Address,
    Text::Email3Address,
    Text::MobilePhoneNumber,
    Text::HomePhoneNumber,
    Text::Home2PhoneNumber,
    Text::BusinessPhoneNumber,
    Text::Business2PhoneNumber,
    Text::CompanyMainPhone,
    Text::ImAddress,
    Text::WebPage,
];

/// The properties that are a name's own.
pub(super) const NAMES: [Text; 5] = [
    Text::LastName,
    Text::FirstName,
    Text::MiddleName,
    Text::Title,
    Text::Suffix,
];

/// What a contact without a `FileAs` of its own is filed under; never empty.
pub(super) fn file_as(contact: &Contact, full_name: &str) -> String {
    let candidates = candidates(contact);
    let filed = candidates.get(FILED..).unwrap_or_default();
    let filed = filed.iter().map(String::as_str);
    let last = [
        contact.text(Text::NickName).unwrap_or_default(),
        full_name,
        NAMELESS,
    ];
    let mut all = filed.chain(last).filter(|name| !name.is_empty());
    all.next().unwrap_or(NAMELESS).to_owned()
}

/// Whether a device could have made the name itself.
pub(super) fn is_made(name: &str, contact: &Contact, full_name: &str) -> bool {
    name == NAMELESS
        || name == full_name
        || contact.text(Text::NickName) == Some(name)
        || candidates(contact)
            .iter()
            .any(|made| !made.is_empty() && made == name)
}

/// A name that was made of `old`, made of `new` in the same way; `None` if it was not made of it.
pub(super) fn followed(name: &str, old: &Contact, new: &Contact) -> Option<String> {
    let before = candidates(old);
    let form = before.iter().position(|made| made == name);
    if form.is_none() && name != NAMELESS {
        return None;
    }
    let after = candidates(new);
    let same = form.and_then(|form| after.get(form));
    let made = same.filter(|name| !name.is_empty());
    Some(made.cloned().unwrap_or_else(|| first(&after)))
}

/// The full name of a contact that has none.
pub(super) fn full(contact: &Contact) -> String {
    first(&candidates(contact))
}

fn first(candidates: &[String]) -> String {
    let mut names = candidates.iter().filter(|name| !name.is_empty());
    names.next().map_or(NAMELESS, String::as_str).to_owned()
}

/// First and last name where a card has a full name only; none if that is something else, as the company or an address.
pub(super) fn split(full_name: &str, contact: &Contact) -> (String, String) {
    let is_other = OTHERS
        .iter()
        .filter_map(|text| contact.text(*text))
        .any(|other| other == full_name || form::address(full_name) == other);
    if full_name.is_empty() || full_name == NAMELESS || is_other {
        return Default::default();
    }
    match full_name.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
        None => (full_name.to_owned(), String::new()),
    }
}
