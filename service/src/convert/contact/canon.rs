//! When two values of a property are the same, however they are spelled.

use std::borrow::Cow;

use protocol::class::contacts::{Contact, Property, PropertySet, Text};

use super::{dates, form, note};

/// Between the items of a list; no value holds it.
const BETWEEN: &str = "\u{1F}";

/// The value as bytes that are the same for all spellings; `None` is no value.
pub(super) fn canonical(property: Property, contact: &Contact) -> Option<Cow<'_, [u8]>> {
    let own = |text: String| Some(Cow::Owned(text.into_bytes()));
    match property {
        Property::Text(text) => {
            let value = contact.text(text)?;
            match text {
                Text::Email1Address | Text::Email2Address | Text::Email3Address => {
                    Some(Cow::Borrowed(form::address(value).as_bytes()))
                }
                Text::ImAddress | Text::ImAddress2 | Text::ImAddress3 => own(form::im(value)),
                Text::NickName => own(items(value.split(',')).join(",")),
                _ => own(value.replace("\r\n", "\n").trim().to_owned()),
            }
        }
        Property::Anniversary => own(dates::nearest(contact.anniversary?).to_string()),
        Property::Birthday => own(dates::nearest(contact.birthday?).to_string()),
        Property::Body => own(note::plain(contact.body.as_ref()?)),
        Property::Categories => own(list(&contact.categories)?),
        Property::Children => own(list(&contact.children)?),
        Property::Picture => contact.picture.as_deref().map(Cow::Borrowed),
        Property::WeightedRank => own(contact.weighted_rank?.to_string()),
    }
    .filter(|value| !value.is_empty())
}

/// Whether a device that was shown one contact and sends another means the same value.
pub(super) fn same(property: Property, shown: &Contact, sent: &Contact) -> bool {
    match property {
        Property::Birthday => same_day(shown.birthday, sent.birthday),
        Property::Anniversary => same_day(shown.anniversary, sent.anniversary),
        Property::Body if sent.body.as_ref().is_some_and(|body| !note::is_text(body)) => true,
        // Of recipient caches; a vCard has no place for them.
        Property::WeightedRank | Property::Text(Text::Alias) => true,
        _ => canonical(property, shown) == canonical(property, sent),
    }
}

/// The properties that differ between two contacts.
#[must_use]
pub fn difference(one: &Contact, other: &Contact) -> PropertySet {
    let differs = |property: &Property| canonical(*property, one) != canonical(*property, other);
    Property::all().filter(differs).collect()
}

fn same_day(shown: Option<i64>, sent: Option<i64>) -> bool {
    match (shown, sent) {
        (Some(shown), Some(sent)) => dates::same(shown, sent),
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Lists have no order.
fn list(values: &[String]) -> Option<String> {
    let mut values = items(values.iter().map(String::as_str));
    values.sort_unstable();
    values.dedup();
    (!values.is_empty()).then(|| values.join(BETWEEN))
}

fn items<'v>(values: impl Iterator<Item = &'v str>) -> Vec<&'v str> {
    values
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect()
}
