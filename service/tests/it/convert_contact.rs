//! Contacts: vCards of many programs and scripts to items, and uploads back.

mod corpus;
mod edits;
mod extras;
mod hostile;
mod known;
mod laws;
mod merging;
mod people;
mod programs;

use directpush::convert::contact::{NoteWish, PatchContext, patch, to_eas};
use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, PropertySet};
use protocol::version::Version;

/// 2025-03-01T12:00:00Z.
const NOW: i64 = 1_740_830_400;

/// A device that takes notes of any length.
fn wish() -> NoteWish {
    NoteWish {
        preferences: vec![BodyPreference::whole(BodyType::Plain)],
        version: Version::V14_1,
    }
}

fn shown(card: &[u8]) -> Contact {
    to_eas(card, &wish()).unwrap()
}

fn patched(card: &[u8], upload: &ContactUpload, clears: &PropertySet) -> Vec<u8> {
    let context = PatchContext {
        uid: "new",
        now: NOW,
        wish: &wish(),
    };
    patch(Some(card), upload, clears, &context).unwrap()
}
