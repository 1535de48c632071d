//! Lines with components: name, company, addresses. Components that the device does not know stay in their line.

use protocol::class::contacts::{Property, Text};

use super::Patch;
use crate::convert::contact::compounds::Compound;
use crate::convert::contact::line::Entry;
use crate::convert::contact::{value, write};

impl Patch<'_, '_> {
    pub(super) fn compounds(&mut self) {
        for compound in Compound::ALL {
            let mut parts = compound.parts().iter();
            if parts.any(|(text, _)| self.changed.contains(*text)) {
                self.compound(compound);
            }
        }
    }

    fn compound(&mut self, compound: Compound) {
        let parts = self.layout.compound(compound);
        let components = self.components(compound);
        let value = components.join(";");
        let is_blank = components.iter().all(|text| text.trim().is_empty());
        let members = parts.members.len();
        match parts.chosen {
            Some(line) if is_blank && compound != Compound::Name => {
                self.edits.remove(line);
                self.holes.retain(|(slot, _)| *slot != compound.hole());
                if members > 1 {
                    self.holes.push((compound.hole(), members - 1));
                }
            }
            Some(line) => self.fill(line, &value),
            None if is_blank => {}
            None => self.add(compound, &value),
        }
    }

    /// All components of a line, escaped.
    fn components(&self, compound: Compound) -> Vec<String> {
        let parts = self.layout.compound(compound);
        let mut components = parts.components.clone();
        // Names that were read out of the full name are written as well as the one that changes.
        let all = parts.chosen.is_none();
        for (text, place) in compound.parts() {
            if all || self.changed.contains(*text) {
                self.put(&mut components, *text, *place);
            }
        }
        let width = compound.width().max(components.len());
        components.resize(width, String::new());
        if compound == Compound::Organization {
            let used = components.iter().rposition(|text| !text.is_empty());
            let before = parts.components.len();
            components.truncate(used.map_or(0, |last| last + 1).max(before).max(1));
        }
        components
    }

    fn put(&self, components: &mut Vec<String>, text: Text, place: usize) {
        let wanted = self.wanted.text(text).unwrap_or_default();
        if components.len() <= place {
            components.resize(place + 1, String::new());
        }
        if let Some(component) = components.get_mut(place) {
            *component = value::escape(wanted, self.layout.card.edition);
        }
    }

    fn fill(&mut self, line: usize, value: &str) {
        if let Some(entry) = self.entry(line) {
            self.replace(line, &write::head(entry, &[]), value);
        }
    }

    /// A line for components that had none: before the lines that the device is not shown, else the blank one, else at the end.
    fn add(&mut self, compound: Compound, value: &str) {
        let parts = self.layout.compound(compound);
        let hole = compound.hole();
        self.holes
            .retain(|(slot, _): &(Property, usize)| *slot != hole);
        match (parts.members.first(), parts.blank) {
            (Some(next), _) => {
                let preference = self.entry(*next).map_or(101, Entry::preference);
                self.insert(*next, preference, compound.template(), value);
            }
            (None, Some(blank)) => self.fill(blank, value),
            (None, None) => self.append(compound.template(), value),
        }
    }
}
