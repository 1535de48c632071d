//! Dates and the picture.

use protocol::class::contacts::Property;

use super::Patch;
use crate::convert::contact::line::Edition;
use crate::convert::contact::{dates, photo, value, write};

impl Patch<'_, '_> {
    pub(super) fn dates(&mut self) {
        let anniversary = match self.layout.card.edition {
            Edition::V40 => "ANNIVERSARY",
            Edition::V21 | Edition::V30 => "X-ANNIVERSARY",
        };
        if self.changed.contains(Property::Birthday) {
            self.date(&self.layout.birthday, self.wanted.birthday, "BDAY");
        }
        if self.changed.contains(Property::Anniversary) {
            self.date(
                &self.layout.anniversary,
                self.wanted.anniversary,
                anniversary,
            );
        }
    }

    /// All lines that say the day that was shown say the new one; without a new one all lines go.
    fn date(&mut self, lines: &[(usize, i64)], wanted: Option<i64>, template: &str) {
        let edition = self.layout.card.edition;
        let Some(wanted) = wanted else {
            lines.iter().for_each(|(line, _)| self.edits.remove(*line));
            return;
        };
        let Some((_, shown)) = lines.first() else {
            let (parameters, value) = dates::written(wanted, edition, None);
            self.append(&format!("{template}{parameters}"), &value);
            return;
        };
        for (line, _) in lines.iter().filter(|(_, day)| day == shown) {
            let Some(entry) = self.entry(*line) else {
                continue;
            };
            let old = value::decoded(entry);
            let (parameters, value) = dates::written(wanted, edition, Some(&old));
            let head = write::head(entry, &dates::OUTDATED);
            self.replace(*line, &format!("{head}{parameters}"), &value);
        }
    }

    pub(super) fn picture(&mut self) {
        if !self.changed.contains(Property::Picture) {
            return;
        }
        let card = &self.layout.card;
        let photos = self.layout.photos.iter();
        let inline = |at: &&usize| card.entry(**at).is_some_and(photo::is_inline);
        let Some(file) = &self.wanted.picture else {
            let inline: Vec<usize> = photos.filter(inline).copied().collect();
            inline.into_iter().for_each(|at| self.edits.remove(at));
            return;
        };
        let shown = photos
            .clone()
            .find(inline)
            .or_else(|| self.layout.photos.first());
        let label = shown.and_then(|at| card.entry(*at));
        if label.is_some_and(|entry| photo::holds(entry, file)) {
            return;
        }
        let label = label.map_or("PHOTO", |entry| entry.label.as_str());
        let (head, value) = photo::written(file, label, card);
        let next = shown.map_or(card.end, |at| at + 1);
        let next = card.lines.get(next).map_or(&b""[..], |line| line.raw);
        let bytes = write::base64_line(&head, &value, next, card);
        match shown {
            Some(at) => self.edits.replace(*at, bytes),
            None => self.edits.insert(card.end, bytes),
        }
    }
}
