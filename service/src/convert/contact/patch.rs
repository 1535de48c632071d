//! An upload as a patch of the stored vCard: what the device did not change stays byte for byte.

mod compound;
mod lists;
mod names;
mod pool;
mod single;

use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet};
use protocol::datetime;

use super::layout::Layout;
use super::line::{Edition, Entry};
use super::note::NoteWish;
use super::write::{self, Edits};
use super::{ContactError, canon, class, show, value};

/// What a patch needs to know besides the contact.
#[derive(Clone, Debug)]
pub struct PatchContext<'a> {
    /// UID of a new contact: derived from the name that its item gets.
    pub uid: &'a str,
    /// Now, in UTC epoch seconds: REV of what is changed.
    pub now: i64,
    /// How the device is shown notes, to tell the notes that it was shown from new ones.
    pub wish: &'a NoteWish,
}

/// Who wrote a new card.
const PRODID: &str = "-//directpush//EAS//EN";

/// The card with the upload applied; without a stored card a new one, of version 3.0, which every program reads.
///
/// Only properties whose value differs from what the device is shown of the card are touched. Of those that are not in the
/// upload, the ones in `clears` are removed, but never notes and picture. An upload that changes nothing gives the very bytes.
///
/// # Errors
/// The stored item is no vCard, or too long to be taken apart.
pub fn patch(
    stored: Option<&[u8]>,
    upload: &ContactUpload,
    clears: &PropertySet,
    context: &PatchContext<'_>,
) -> Result<Vec<u8>, ContactError> {
    let new;
    let bytes = match stored {
        Some(stored) => stored,
        None => {
            new = skeleton(context);
            new.as_slice()
        }
    };
    let layout = Layout::of(bytes)?;
    let shown = show::contact(&layout, context.wish);
    let upload = upload.clone().clearing(clears);
    let differs = |property: &Property| !canon::same(*property, &shown, &upload.contact);
    let changed: PropertySet = upload.present.iter().filter(differs).collect();
    let mut wanted = shown.clone();
    for property in changed.iter() {
        wanted.copy(property, &upload.contact);
    }
    let mut patch = Patch {
        layout: &layout,
        shown: &shown,
        wanted: &wanted,
        changed,
        holes: layout.hole_counts.clone(),
        edits: Edits::default(),
    };
    patch.run(stored.is_none());
    if patch.edits.is_empty() {
        return Ok(bytes.to_vec());
    }
    patch.finish(context.now);
    Ok(patch.edits.apply(&layout.card))
}

/// A card with what every card must have.
fn skeleton(context: &PatchContext<'_>) -> Vec<u8> {
    let uid = format!("UID:{}", value::escape(context.uid, Edition::V30));
    let uid = write::fold(&uid, "\r\n");
    let revision = revision(context.now, "");
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:{PRODID}\r\n{uid}\r\nN:;;;;\r\nFN:\r\nREV:{revision}\r\nEND:VCARD\r\n"
    )
    .into_bytes()
}

/// REV in the form that it had, in that of 3.0 where it had none.
fn revision(now: i64, old: &str) -> String {
    let day = old.split(['T', 't']).next().unwrap_or_default();
    if !day.is_empty() && !day.contains('-') {
        return datetime::to_compact(now);
    }
    datetime::to_dashed(now).replace(".000Z", "Z")
}

/// A patch on its way.
struct Patch<'p, 'c> {
    layout: &'p Layout<'c>,
    /// What the device is shown of the card as it is.
    shown: &'p Contact,
    /// What it is to be shown of the card as it will be.
    wanted: &'p Contact,
    changed: PropertySet,
    /// Slots that stay empty, and how many values their kind will have.
    holes: Vec<(Property, usize)>,
    edits: Edits,
}

impl<'p, 'c> Patch<'p, 'c> {
    fn run(&mut self, is_new: bool) {
        self.pools();
        self.compounds();
        self.dates();
        self.categories();
        self.children();
        self.picture();
        self.names(is_new);
    }

    /// What follows from the edits.
    fn finish(&mut self, now: i64) {
        self.write_holes();
        self.remove_orphans();
        let old = self.layout.revision.and_then(|at| self.entry(at));
        if let (Some(at), Some(old)) = (self.layout.revision, old) {
            let revision = revision(now, &value::decoded(old));
            self.replace(at, &write::head(old, &[]), &revision);
        }
    }

    fn entry(&self, line: usize) -> Option<&'p Entry<'c>> {
        self.layout.card.entry(line)
    }

    /// Whether any of these is to change.
    fn changes(&self, mut properties: impl Iterator<Item = Property>) -> bool {
        properties.any(|property| self.changed.contains(property))
    }

    /// Gives a line another value, already escaped.
    fn replace(&mut self, line: usize, head: &str, value: &str) {
        let bytes = write::line(head, value, &self.layout.card);
        self.edits.replace(line, bytes);
    }

    /// Adds a line at the end.
    fn append(&mut self, template: &str, value: &str) {
        let head = write::new_head(template, self.layout.card.edition);
        let bytes = write::line(&head, value, &self.layout.card);
        self.edits.insert(self.layout.card.end, bytes);
    }

    /// Adds a line before another of its kind, so that it comes before it in the order of preference too.
    fn insert(&mut self, before: usize, preference: u8, template: &str, value: &str) {
        let edition = self.layout.card.edition;
        let mut head = write::new_head(template, edition);
        match (preference, edition) {
            (101.., _) => {}
            (1, Edition::V21) => head.push_str(";PREF"),
            (1, Edition::V30) => head.push_str(";TYPE=PREF"),
            _ => head.push_str(&format!(";PREF={preference}")),
        }
        let bytes = write::line(&head, value, &self.layout.card);
        self.edits.insert(before, bytes);
    }

    /// The line that says which slots stay empty, if that has changed.
    fn write_holes(&mut self) {
        if self.holes == self.layout.hole_counts {
            return;
        }
        let holes = self.holes.iter();
        let text: Vec<_> = holes
            .map(|(slot, count)| format!("{slot}={count}"))
            .collect();
        match (self.layout.holes, text.is_empty()) {
            (Some(at), true) => self.edits.remove(at),
            (Some(at), false) => self.replace(at, class::HOLES, &text.join(",")),
            (None, true) => {}
            (None, false) => self.append(class::HOLES, &text.join(",")),
        }
    }

    /// Labels of groups whose last property goes.
    fn remove_orphans(&mut self) {
        let removed: Vec<&str> = self
            .layout
            .card
            .entries()
            .filter(|(at, entry)| !entry.group.is_empty() && self.edits.removes(*at))
            .map(|(_, entry)| entry.group.as_str())
            .collect();
        for group in removed {
            let left: Vec<_> = self
                .layout
                .card
                .entries()
                .filter(|(at, entry)| entry.group == group && !self.edits.removes(*at))
                .collect();
            // `X-ABLabel` and `X-ABADR` say something about the group; `X-ABRelatedNames` and `X-ABDate` say something.
            let is_label =
                |entry: &Entry<'_>| matches!(entry.name.as_str(), "X-ABLABEL" | "X-ABADR");
            if left.iter().all(|(_, entry)| is_label(entry)) {
                left.iter().for_each(|(at, _)| self.edits.remove(*at));
            }
        }
    }
}
