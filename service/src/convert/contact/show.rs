//! What a device is shown of a vCard.

use std::collections::BTreeSet;

use protocol::class::contacts::{Contact, LIST_MAX, Property, Text};

use super::compounds::Compound;
use super::layout::{Layout, NOTE_MAX, TEXT_MAX};
use super::note::{self, NoteWish};
use super::pools::Pool;
use super::{names, photo, value};

/// All of the contact.
pub(super) fn contact(layout: &Layout<'_>, wish: &NoteWish) -> Contact {
    let mut contact = Contact::default();
    for pool in Pool::ALL {
        let values = layout.pool(pool);
        for (slot, member) in pool.slots().iter().zip(&values.slots) {
            let member = member.and_then(|member| values.members.get(member));
            if let (Property::Text(text), Some(member)) = (slot, member) {
                contact.set_text(*text, member.value.as_str());
            }
        }
    }
    for compound in Compound::ALL {
        parts(layout, compound, &mut contact);
    }
    let full_name = full_name(layout);
    if names::NAMES
        .iter()
        .all(|text| contact.text(*text).is_none())
    {
        let (first, last) = names::split(&full_name, &contact);
        contact.set_text(Text::FirstName, first);
        contact.set_text(Text::LastName, last);
    }
    if contact.text(Text::FileAs).is_none() {
        contact.set_text(Text::FileAs, names::file_as(&contact, &full_name));
    }
    contact.birthday = layout.birthday.first().map(|(_, day)| *day);
    contact.anniversary = layout.anniversary.first().map(|(_, day)| *day);
    contact.categories = categories(layout);
    let children = layout.children.iter().map(|(_, name)| name.clone());
    contact.children = children.take(LIST_MAX).collect();
    let entries = layout.photos.iter().filter_map(|at| layout.card.entry(*at));
    contact.picture = entries.filter_map(photo::shown).next();
    contact.body = stored_note(layout)
        .filter(|note| !note.is_empty())
        .map(|note| note::shown(&note, NOTE_MAX, wish));
    contact
}

/// FN; empty if there is none.
pub(super) fn full_name(layout: &Layout<'_>) -> String {
    let entry = layout.full_name.and_then(|at| layout.card.entry(at));
    let name = entry.map(|entry| value::text(entry, layout.card.edition));
    let mut name = name.unwrap_or_default();
    name.truncate(name.floor_char_boundary(TEXT_MAX));
    name
}

/// All of the notes that are shown.
pub(super) fn stored_note(layout: &Layout<'_>) -> Option<String> {
    let notes = layout.pool(Pool::Note);
    let member = notes.slots.first().copied().flatten()?;
    let line = notes.members.get(member)?.lines.first()?;
    let entry = layout.card.entry(*line)?;
    Some(value::text(entry, layout.card.edition))
}

/// Items of a line of categories: escaped, and as they are shown.
pub(super) fn items(layout: &Layout<'_>, line: usize) -> Vec<(String, String)> {
    let Some(entry) = layout.card.entry(line) else {
        return Vec::new();
    };
    let items = value::split(&value::decoded(entry), ',').into_iter();
    let shown = |item: &str| {
        let mut shown = value::clean(&value::unescape(item, layout.card.edition));
        shown.truncate(shown.floor_char_boundary(TEXT_MAX));
        shown
    };
    items
        .map(|item| {
            let shown = shown(&item);
            (item, shown)
        })
        .collect()
}

fn categories(layout: &Layout<'_>) -> Vec<String> {
    let lines = layout.categories.iter();
    let items = lines.flat_map(|line| items(layout, *line));
    let mut seen = BTreeSet::new();
    let all = items
        .map(|(_, shown)| shown)
        .filter(|category| !category.is_empty() && seen.insert(category.clone()));
    all.take(LIST_MAX).collect()
}

fn parts(layout: &Layout<'_>, compound: Compound, contact: &mut Contact) {
    let components = &layout.compound(compound).components;
    for (text, place) in compound.parts() {
        let Some(component) = components.get(*place) else {
            continue;
        };
        let mut shown = value::clean(&value::unescape(component, layout.card.edition));
        shown.truncate(shown.floor_char_boundary(TEXT_MAX));
        contact.set_text(*text, shown);
    }
}
