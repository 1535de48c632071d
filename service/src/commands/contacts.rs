//! Contacts between their store and the wire: what a device is shown, and what its uploads make of a stored card.

use backends::Item;
use bytes::Bytes;
use protocol::class::contacts::{Contact, ContactUpload, PropertySet};
use protocol::tag::Tag;

use crate::commands::context::Context;
use crate::convert::contact::{self, ContactError, NoteWish, PatchContext, Print};
use crate::convert::email::BodyWish;
use crate::ids::ServerId;
use crate::index::Session;
use crate::metrics::ConvertOutcome;

/// Cards above this size are converted on a thread for blocking work: they hold a picture, which is to be scaled.
const CONVERT_INLINE_MAX: usize = 8 << 10;

/// Devices that send an empty picture with every change of a contact whose picture came from the server.
const EMPTY_PICTURES: [&str; 3] = ["iphone", "ipad", "ipod"];

/// What is kept of a contact that a device was told.
#[derive(Debug)]
pub(super) struct Trace {
    /// Fingerprints of what it was told.
    print: Vec<u8>,
    /// What it was told of.
    properties: PropertySet,
}

impl Trace {
    /// Of a contact as the device has it.
    pub(super) fn of(contact: &Contact) -> Self {
        Self {
            print: contact::print(contact).to_bytes(),
            properties: contact.properties(),
        }
    }

    /// Of an upload: what it clears counts too.
    pub(super) fn of_upload(upload: &ContactUpload) -> Self {
        Self {
            properties: upload.present,
            ..Self::of(&upload.contact)
        }
    }
}

/// Notes what a device has of an item.
pub(super) fn note(session: &mut Session, item: crate::ids::ItemNo, trace: Trace) {
    learn(session, &trace.properties);
    session.tell(item, trace.print);
}

/// Notes properties that the device sent or was sent.
pub(super) fn learn(session: &mut Session, properties: &PropertySet) {
    let known = properties_of(session.properties());
    let all = known.union(properties);
    if all != known {
        session.set_properties(all.to_text());
    }
}

/// What a Supported list becomes in the store.
pub(super) fn supported(tags: &[Tag]) -> String {
    PropertySet::from_supported(tags).to_text()
}

/// The properties that an upload clears by leaving them out: those that the device listed as its own
/// (MS-ASCMD 2.2.3.179); of a device without a list, those that it ever sent or was sent. What it cannot show, it
/// cannot mean.
pub(super) fn clears(session: &Session) -> PropertySet {
    match session.supported() {
        Some(listed) => properties_of(Some(listed)),
        None => properties_of(session.properties()),
    }
}

fn properties_of(text: Option<&str>) -> PropertySet {
    text.and_then(PropertySet::from_text)
        .unwrap_or(PropertySet::EMPTY)
}

/// What a device told of a contact, without what it does not mean.
pub(super) fn meant(context: &Context<'_>, upload: ContactUpload) -> ContactUpload {
    let kind = context.device.kind.to_ascii_lowercase();
    if EMPTY_PICTURES.iter().any(|device| kind.starts_with(device)) {
        return upload.without_empty_picture();
    }
    upload
}

/// The last print that a device was told, as it was kept.
pub(super) fn base(bytes: Option<&[u8]>) -> Option<Print> {
    bytes.and_then(Print::from_bytes)
}

/// How the device wants notes.
pub(super) fn note_wish(wish: &BodyWish) -> NoteWish {
    NoteWish {
        preferences: wish.preferences.clone(),
        version: wish.version,
    }
}

/// A stored contact as the device gets it. `None` if it cannot be said at all.
pub(super) async fn convert(
    context: &Context<'_>,
    id: ServerId,
    item: Item,
    wish: &BodyWish,
) -> Option<Contact> {
    let outcomes = &context.parts.metrics.convert.items;
    match shown(&item.content, wish).await {
        Ok(contact) => Some(contact),
        Err(error) => {
            outcomes.of(ConvertOutcome::Skipped).inc();
            tracing::warn!(account = %context.who.account, item = %id, %error, "contact skipped");
            None
        }
    }
}

/// A card as the device gets it.
pub(super) async fn shown(card: &Bytes, wish: &BodyWish) -> Result<Contact, ContactError> {
    let (card, wish) = (card.clone(), note_wish(wish));
    let size = card.len();
    work(size, move || contact::to_eas(&card, &wish)).await
}

/// What an upload makes of a card; of none a new one, with `uid`.
pub(super) async fn patched(
    context: &Context<'_>,
    stored: Option<&Bytes>,
    (upload, clears): (&ContactUpload, &PropertySet),
    (uid, wish): (&str, &BodyWish),
) -> Result<Bytes, ContactError> {
    let (stored, upload, clears) = (stored.cloned(), upload.clone(), *clears);
    let (uid, wish, now) = (uid.to_owned(), note_wish(wish), context.now);
    let picture = upload.contact.picture.as_ref().map_or(0, Vec::len);
    let size = stored.as_ref().map_or(0, Bytes::len) + picture;
    work(size, move || {
        let about = PatchContext {
            uid: &uid,
            now,
            wish: &wish,
        };
        contact::patch(stored.as_deref(), &upload, &clears, &about).map(Bytes::from)
    })
    .await
}

/// Runs a conversion, away from the runtime's threads if it is large.
async fn work<T: Send + 'static>(
    size: usize,
    convert: impl FnOnce() -> Result<T, ContactError> + Send + 'static,
) -> Result<T, ContactError> {
    if size <= CONVERT_INLINE_MAX {
        return convert();
    }
    // A panic of the converter is that card's fault, not the folder's.
    let work = tokio::task::spawn_blocking(convert);
    work.await.unwrap_or(Err(ContactError::NotVcard))
}
