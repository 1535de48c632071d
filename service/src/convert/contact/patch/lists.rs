//! Categories and children.

use std::collections::BTreeSet;

use protocol::class::contacts::Property;

use super::Patch;
use crate::convert::contact::line::Edition;
use crate::convert::contact::{show, value, write};

impl Patch<'_, '_> {
    /// Items that go leave their lines, new ones join the last line; what the device is not shown stays.
    pub(super) fn categories(&mut self) {
        if !self.changed.contains(Property::Categories) {
            return;
        }
        let (shown, wanted) = (self.shown, self.wanted);
        let had: BTreeSet<&str> = shown.categories.iter().map(String::as_str).collect();
        let wants: BTreeSet<&str> = wanted.categories.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        let new: Vec<String> = wanted
            .categories
            .iter()
            .filter(|item| !had.contains(item.as_str()) && seen.insert(item.as_str()))
            .map(|item| value::escape_item(item, self.layout.card.edition))
            .collect();
        let stays = |item: &str| !had.contains(item) || wants.contains(item);
        let last = self.layout.categories.last().copied();
        for line in &self.layout.categories {
            let items = show::items(self.layout, *line);
            let before = items.len();
            let mut kept: Vec<_> = items
                .into_iter()
                .filter(|(_, shown)| stays(shown))
                .map(|(item, _)| item)
                .collect();
            let is_cut = kept.len() < before;
            let joins = last == Some(*line) && !new.is_empty();
            if joins {
                kept.retain(|item| !item.trim().is_empty());
                kept.extend(new.iter().cloned());
            }
            let Some(entry) = self.entry(*line).filter(|_| is_cut || joins) else {
                continue;
            };
            if kept.iter().all(|item| item.trim().is_empty()) {
                self.edits.remove(*line);
            } else {
                self.replace(*line, &write::head(entry, &[]), &kept.join(","));
            }
        }
        if last.is_none() && !new.is_empty() {
            self.append("CATEGORIES", &new.join(","));
        }
    }

    /// A child that is renamed keeps its line.
    pub(super) fn children(&mut self) {
        if !self.changed.contains(Property::Children) {
            return;
        }
        let mut new = self.wanted.children.clone();
        let mut free = Vec::new();
        let shown = self.layout.children.iter().take(self.shown.children.len());
        for (line, name) in shown {
            match new.iter().position(|wanted| wanted == name) {
                Some(at) => {
                    new.remove(at);
                }
                None => free.push(*line),
            }
        }
        let mut free = free.into_iter();
        for name in new {
            let value = value::escape(&name, self.layout.card.edition);
            match free.next().and_then(|line| Some((line, self.entry(line)?))) {
                Some((line, entry)) => self.replace(line, &write::head(entry, &[]), &value),
                None => self.append(self.child(), &value),
            }
        }
        free.for_each(|line| self.edits.remove(line));
    }

    fn child(&self) -> &'static str {
        match self.layout.card.edition {
            Edition::V40 => "RELATED;TYPE=child;VALUE=text",
            Edition::V21 | Edition::V30 => "X-CHILD",
        }
    }
}
