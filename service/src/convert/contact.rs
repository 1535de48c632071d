//! vCards to items of class Contacts, and uploads to patches of vCards.
//!
//! A vCard holds more than a device is shown: a fourth address, parameters, properties of other programs. So nothing is ever
//! written from an item. [`patch`] finds the line that shows a property and changes that line; [`to_eas`] reads by the same
//! `layout`, so that both always mean the same line.
//!
//! Cards are read by a line reader of our own, since every library for vCards reads values and none keeps the bytes. Work is
//! linear in the length of a card, and nothing recurses. A card of more than 16 MiB or 20,000 lines is refused; a value of more
//! than 1 MiB (a picture: 12) and what is beyond 100 values of a kind is not shown, and stays.

mod canon;
mod class;
mod compounds;
mod dates;
mod form;
mod layout;
mod line;
mod merge;
mod names;
mod note;
mod patch;
mod photo;
mod pools;
mod print;
mod show;
mod value;
mod write;

pub use canon::difference;
pub use merge::{Merged, merge};
pub use note::NoteWish;
pub use patch::{PatchContext, patch};
pub use print::{Print, print};

use protocol::class::contacts::{Contact, PropertySet};
use protocol::version::Version;

use layout::Layout;

/// Why a stored item cannot be taken for a contact.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// There is no card in it.
    #[error("the item is no vCard")]
    NotVcard,
    /// It is longer than is taken apart: 16 MiB, or 20,000 lines.
    #[error("the vCard is longer than 16 MiB or 20,000 lines")]
    TooLong,
}

/// What a device is shown of a vCard (2.1, 3.0 or 4.0; of several cards the first).
///
/// Values that cannot be read are left out; a picture is scaled to what a device takes. `FileAs` is always there, since devices
/// sort by it.
///
/// # Errors
/// There is no card in it, or it is too long to be taken apart.
pub fn to_eas(vcard: &[u8], wish: &NoteWish) -> Result<Contact, ContactError> {
    Ok(show::contact(&Layout::of(vcard)?, wish))
}

/// The properties that a device would see differ between two vCards, with their notes in full.
///
/// # Errors
/// As [`to_eas`], for either.
pub fn diff(one: &[u8], other: &[u8]) -> Result<PropertySet, ContactError> {
    let wish = NoteWish {
        preferences: vec![protocol::airsyncbase::BodyPreference::whole(
            protocol::airsyncbase::BodyType::Plain,
        )],
        version: Version::V16_1,
    };
    Ok(difference(&to_eas(one, &wish)?, &to_eas(other, &wish)?))
}
