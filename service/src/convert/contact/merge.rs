//! Three-way merge by field: what the device was told, what is there now, what the device sends.

use protocol::class::contacts::{Contact, ContactUpload, Property, PropertySet, Text};

use super::print::{Print, fingerprint};
use super::{canon, names};

/// What becomes of an upload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Merged {
    /// What is to be applied.
    pub upload: ContactUpload,
    /// What the device changed and does not get, as it was changed otherwise meanwhile: the server's value stands.
    pub lost: PropertySet,
}

/// Decides for each property of an upload whose value stands. `base` is what the device was told last; without it every
/// difference counts as changed by both. Properties that the ghosting rule clears have to be in the upload, see
/// [`ContactUpload::clearing`].
///
/// | changed by | stands |
/// |---|---|
/// | nobody, or both alike | either |
/// | the device | the device's |
/// | another | the other's |
/// | both | the other's, and it is lost (`FileAs` only if it is the user's own) |
#[must_use]
pub fn merge(base: Option<&Print>, server: &Contact, upload: &ContactUpload) -> Merged {
    let mut merged = Merged {
        upload: upload.clone(),
        lost: PropertySet::EMPTY,
    };
    for property in Property::all() {
        let sent = upload.present.contains(property);
        if !sent || canon::same(property, server, &upload.contact) {
            continue;
        }
        let told = base.map(|base| base.of(property));
        let by_server = told != Some(fingerprint(property, server));
        let by_device = told != Some(fingerprint(property, &upload.contact));
        if by_device && !by_server {
            continue;
        }
        merged.upload.forget(property);
        // Two values that differ and both look like a third: one of them does so by chance.
        if (by_device || !by_server) && !follows(property, &upload.contact) {
            merged.lost.insert(property);
        }
    }
    merged
}

/// Whether the device made the value of others: what a contact is filed under follows the names of both sides, and is no loss.
fn follows(property: Property, sent: &Contact) -> bool {
    property == Property::Text(Text::FileAs)
        && sent
            .text(Text::FileAs)
            .is_none_or(|name| names::is_made(name, sent, ""))
}
