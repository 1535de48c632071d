//! Values of one kind: each slot's value goes into the line that has it, else into the line that the slot showed.

use protocol::class::contacts::Property;

use super::Patch;
use crate::convert::contact::layout::{Member, Values};
use crate::convert::contact::line::Entry;
use crate::convert::contact::pools::{Form, Pool};
use crate::convert::contact::{form, note, show, write};

/// Where the value of a slot goes.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Place {
    /// There is none.
    Empty,
    /// It is in the member.
    Kept(usize),
    /// The member takes it.
    Edited(usize, String),
    /// A new line takes it.
    New(String),
}

impl Place {
    fn member(&self) -> Option<usize> {
        match self {
            Self::Kept(member) | Self::Edited(member, _) => Some(*member),
            Self::Empty | Self::New(_) => None,
        }
    }
}

impl Patch<'_, '_> {
    /// All kinds but the name that the contact is filed under, which depends on the others.
    pub(super) fn pools(&mut self) {
        for pool in Pool::ALL.into_iter().filter(|pool| *pool != Pool::FileAs) {
            if self.changes(pool.slots().iter().copied()) {
                let wanted: Vec<_> = pool.slots().iter().map(|slot| self.value(*slot)).collect();
                self.pool(pool, &wanted);
            }
        }
    }

    /// Gives the slots of a kind their values; an empty one is none.
    pub(super) fn pool(&mut self, pool: Pool, wanted: &[String]) {
        let values = self.layout.pool(pool);
        let changed: Vec<bool> = pool
            .slots()
            .iter()
            .map(|slot| self.changed.contains(*slot) || pool == Pool::FileAs)
            .collect();
        let moved = moved(values, wanted, &changed, pool.form());
        let places = match is_ordered(&moved) {
            true => moved,
            false => edited(values, wanted, &changed),
        };
        for (place, old) in places.iter().zip(&values.slots) {
            if let Some(old) = old.filter(|old| !is_used(&places, *old)) {
                self.remove_member(values.members.get(old));
            }
            if let Place::Edited(member, value) = place {
                self.edit_member(values.members.get(*member), pool, value);
            }
        }
        self.add_new(pool, &places);
        self.set_holes(pool, &places);
    }

    /// The value that a slot is to show.
    fn value(&self, slot: Property) -> String {
        match slot {
            Property::Text(text) => self.wanted.text(text).unwrap_or_default().to_owned(),
            _ => {
                let (Some(sent), shown) = (&self.wanted.body, &self.shown.body) else {
                    return String::new();
                };
                let sent = note::plain(sent);
                let stored = show::stored_note(self.layout);
                match (shown, stored) {
                    (Some(shown), Some(stored)) => note::with_rest(&sent, shown, &stored),
                    _ => sent,
                }
            }
        }
    }

    fn remove_member(&mut self, member: Option<&Member>) {
        let lines = member.into_iter().flat_map(|member| &member.lines);
        lines.for_each(|line| self.edits.remove(*line));
    }

    fn edit_member(&mut self, member: Option<&Member>, pool: Pool, value: &str) {
        for line in member.into_iter().flat_map(|member| &member.lines) {
            let Some(entry) = self.entry(*line) else {
                continue;
            };
            let edition = self.layout.card.edition;
            let head = write::head(entry, form::outdated(pool.form(), entry));
            let value = form::written(value, pool.form(), edition, Some(entry));
            self.replace(*line, &head, &value);
        }
    }

    /// New lines stand before the value of the next slot that has one, else before what no slot shows, else at the end, where a
    /// line without a value may wait for one.
    fn add_new(&mut self, pool: Pool, places: &[Place]) {
        let values = self.layout.pool(pool);
        let edition = self.layout.card.edition;
        let template = pool.template(edition);
        let mut blanks = self.blanks(values).into_iter();
        for (slot, place) in places.iter().enumerate() {
            let Place::New(value) = place else { continue };
            let next = places.iter().skip(slot).find_map(Place::member);
            let next = next.or_else(|| hidden(values, places).next());
            let next = next.and_then(|next| values.members.get(next));
            let next = next.and_then(|next| Some((*next.lines.first()?, next.preference)));
            let blank = match next {
                Some(_) => None,
                None => blanks.next().and_then(|at| Some((at, self.entry(at)?))),
            };
            let old = blank.map(|(_, entry)| entry);
            let value = form::written(value, pool.form(), edition, old);
            match (next, blank) {
                (Some((line, preference)), _) => self.insert(line, preference, template, &value),
                (None, Some((line, entry))) => {
                    let head = write::head(entry, form::outdated(pool.form(), entry));
                    self.replace(line, &head, &value);
                }
                (None, None) => self.append(template, &value),
            }
        }
    }

    /// Lines without a value that come after all values in the order of preference.
    fn blanks(&self, values: &Values) -> Vec<usize> {
        let lines = values.members.iter().flat_map(|member| &member.lines);
        let last = lines.max();
        let is_last = |at: &usize| {
            let preference = self.entry(*at).map_or(1, Entry::preference);
            last.is_none() || (last < Some(at) && preference == 101)
        };
        values
            .blanks
            .iter()
            .copied()
            .filter(is_last)
            .take(1)
            .collect()
    }

    /// Slots before the last value stay empty if they are so.
    fn set_holes(&mut self, pool: Pool, places: &[Place]) {
        let values = self.layout.pool(pool);
        self.holes.retain(|(slot, _)| !pool.slots().contains(slot));
        let taken = |place: &&Place| **place != Place::Empty;
        let shown = places.iter().filter(taken).count();
        let hidden = hidden(values, places).count();
        let last = match hidden {
            0 => places.iter().rposition(|place| *place != Place::Empty),
            _ => Some(places.len()),
        };
        for (at, (slot, place)) in pool.slots().iter().zip(places).enumerate() {
            if *place == Place::Empty && last.is_some_and(|last| at < last) {
                self.holes.push((*slot, shown + hidden));
            }
        }
    }
}

/// Members that no slot shows, before or after.
fn hidden(values: &Values, places: &[Place]) -> impl Iterator<Item = usize> {
    let members = 0..values.members.len();
    members.filter(|member| !values.slots.contains(&Some(*member)) && !is_used(places, *member))
}

fn is_used(places: &[Place], member: usize) -> bool {
    places.iter().any(|place| place.member() == Some(member))
}

/// Whether the values stand in the order of the slots.
fn is_ordered(places: &[Place]) -> bool {
    let members: Vec<_> = places.iter().filter_map(Place::member).collect();
    members.is_sorted_by(|one, next| one < next)
}

/// Values move with their lines: a device that deletes the first of three sends the second as the first. A member that is free
/// and has the value takes it; else the one that the slot showed, if it is still free; else a new line.
fn moved(values: &Values, wanted: &[String], changed: &[bool], form: Form) -> Vec<Place> {
    let mut places: Vec<Option<Place>> = Vec::new();
    for ((old, value), changed) in values.slots.iter().zip(wanted).zip(changed) {
        places.push(match old {
            Some(old) if !changed => Some(Place::Kept(*old)),
            None if !changed => Some(Place::Empty),
            _ if value.is_empty() => Some(Place::Empty),
            _ => None,
        });
    }
    let used = |places: &[Option<Place>], member: usize| {
        let mut all = places.iter().flatten();
        all.any(|place| place.member() == Some(member))
    };
    for (at, value) in wanted.iter().enumerate() {
        let meant = plain(value, form);
        let mut members = values.members.iter().enumerate();
        let found = members.find(|(member, has)| has.value == meant && !used(&places, *member));
        if let (Some(place @ None), Some((member, _))) = (places.get_mut(at), found) {
            *place = Some(Place::Kept(member));
        }
    }
    for (at, (old, value)) in values.slots.iter().zip(wanted).enumerate() {
        let free = old.filter(|old| !used(&places, *old));
        if let Some(place @ None) = places.get_mut(at) {
            *place = Some(match free {
                Some(old) => Place::Edited(old, value.clone()),
                None => Place::New(value.clone()),
            });
        }
    }
    places.into_iter().flatten().collect()
}

/// Every slot keeps its line.
fn edited(values: &Values, wanted: &[String], changed: &[bool]) -> Vec<Place> {
    let slots = values.slots.iter().zip(wanted).zip(changed);
    let places = slots.map(|((old, value), changed)| match old {
        Some(old) if !changed => Place::Kept(*old),
        None if !changed => Place::Empty,
        _ if value.is_empty() => Place::Empty,
        Some(old) => Place::Edited(*old, value.clone()),
        None => Place::New(value.clone()),
    });
    places.collect()
}

/// A value as a member has it.
fn plain(value: &str, form: Form) -> String {
    match form {
        Form::Email => form::address(value).to_owned(),
        Form::Im => form::im(value),
        Form::Text | Form::Uri | Form::Phone | Form::List => value.trim().to_owned(),
    }
}
