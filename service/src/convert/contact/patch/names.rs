//! The full name and the name that the contact is filed under follow what they were made of.

use protocol::class::contacts::{Property, Text};

use super::Patch;
use crate::convert::contact::pools::Pool;
use crate::convert::contact::{names, show, value, write};

impl Patch<'_, '_> {
    pub(super) fn names(&mut self, is_new: bool) {
        let full_name = self.full_name(is_new);
        self.file_as(&full_name);
    }

    /// Writes FN where it has to change; tells what it will be.
    fn full_name(&mut self, is_new: bool) -> String {
        let old = show::full_name(self.layout);
        let renamed = self.changes(names::NAMES.into_iter().map(Property::Text));
        let followed = match names::followed(&old, self.shown, self.wanted) {
            _ if is_new => Some(names::full(self.wanted)),
            Some(new) => Some(new),
            None if renamed => Some(names::full(self.wanted)),
            None => None,
        };
        let Some(new) = followed.filter(|new| *new != old) else {
            return old;
        };
        let entry = self
            .layout
            .full_name
            .and_then(|at| Some((at, self.entry(at)?)));
        if let Some((at, entry)) = entry {
            let value = value::escape(&new, self.layout.card.edition);
            self.replace(at, &write::head(entry, &[]), &value);
        }
        new
    }

    /// A name of its own is kept only if a device could not have made it of the others.
    fn file_as(&mut self, full_name: &str) {
        let own = self.layout.pool(Pool::FileAs);
        let own = own.slots.first().copied().flatten().is_some();
        let sent = self.wanted.text(Text::FileAs).unwrap_or_default();
        let new = if self.changed.contains(Text::FileAs) {
            let made = names::is_made(sent, self.wanted, full_name);
            (own || !made).then(|| sent.to_owned())
        } else if own {
            names::followed(sent, self.shown, self.wanted).filter(|new| new != sent)
        } else {
            None
        };
        if let Some(new) = new {
            self.pool(Pool::FileAs, &[new]);
        }
    }
}
