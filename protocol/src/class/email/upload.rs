//! What a device may change of a mail: Read, Flag and Categories (MS-ASEMAIL 3.2.5.2).

use super::Flag;
use super::data::categories;
use crate::airsyncbase::DataError;
use crate::airsyncbase::fields;
use crate::codepages::{email as tags, tasks};
use crate::element::Element;
use crate::tag::Tag;

/// Most categories of an item.
const CATEGORIES_MAX: usize = 300;

/// A change of a mail by a device; `None` leaves a mark as it is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EmailUpload {
    /// Whether it was read.
    pub read: Option<bool>,
    /// Follow-up flag.
    pub flag: Option<Flag>,
    /// Categories, all of them.
    pub categories: Option<Vec<String>>,
}

/// Why a change is refused. The item's status is 6 (conversion error) in every case.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a device may not change a mail so: {0}")]
pub struct UploadError(#[from] pub DataError);

impl EmailUpload {
    /// The elements that it reads.
    pub(super) const TAGS: [Tag; 3] = [tags::READ, tags::FLAG, tags::CATEGORIES];

    /// Reads the `ApplicationData` of a device's Change.
    ///
    /// # Errors
    /// It changes anything else, or the flag breaks the rules of MS-ASEMAIL 2.2.2.34.
    pub fn parse(data: &Element) -> Result<Self, UploadError> {
        let mut upload = Self::default();
        for element in data.elements() {
            match element.tag {
                tags::READ => upload.read = Some(read(element)?),
                tags::FLAG => upload.flag = Some(flag(element)?),
                tags::CATEGORIES => upload.categories = Some(bounded(element)?),
                tag => return Err(DataError::NotAllowed(tag).into()),
            }
        }
        Ok(upload)
    }

    /// Whether nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Read is never empty.
fn read(element: &Element) -> Result<bool, DataError> {
    if element.value().trim().is_empty() {
        return Err(DataError::Malformed(element.tag));
    }
    fields::boolean_in(element)
}

fn bounded(element: &Element) -> Result<Vec<String>, DataError> {
    let categories = categories(element);
    if categories.len() > CATEGORIES_MAX {
        return Err(DataError::Malformed(element.tag));
    }
    Ok(categories)
}

/// Reads a flag strictly: an empty element clears it, anything else says its status, and what belongs together comes together.
fn flag(element: &Element) -> Result<Flag, DataError> {
    if element.elements().next().is_none() {
        return Ok(Flag::Cleared);
    }
    fields::required(element.child(tags::STATUS), tags::STATUS)?;
    let flag = Flag::from_element(element)?;
    match &flag {
        Flag::Cleared => {}
        Flag::Active(_) => {
            all_or_none(element)?;
            if fields::boolean(element, tasks::REMINDER_SET)? == Some(true) {
                fields::required(element.child(tasks::REMINDER_TIME), tasks::REMINDER_TIME)?;
            }
        }
        // The task's date is required with the mail's, but AOSP and others tick off with a status alone.
        Flag::Complete(complete) => {
            if complete.complete_time.is_some() {
                fields::required(complete.date_completed, tasks::DATE_COMPLETED)?;
            }
        }
    }
    Ok(flag)
}

/// The four dates of a flag come together or not at all, and no start is after its end.
fn all_or_none(element: &Element) -> Result<(), DataError> {
    let dates = [
        tasks::START_DATE,
        tasks::DUE_DATE,
        tasks::UTC_START_DATE,
        tasks::UTC_DUE_DATE,
    ];
    let given = dates
        .iter()
        .filter(|tag| element.child(**tag).is_some())
        .count();
    if given == 0 {
        return Ok(());
    }
    for tag in dates {
        fields::required(element.child(tag), tag)?;
    }
    for (start, due) in [
        (tasks::START_DATE, tasks::DUE_DATE),
        (tasks::UTC_START_DATE, tasks::UTC_DUE_DATE),
    ] {
        if fields::date(element, start)? > fields::date(element, due)? {
            return Err(DataError::Malformed(due));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DataError, Element, EmailUpload, Flag, Tag, UploadError, tags, tasks};
    use crate::class::email::CompleteFlag;
    use crate::codepages::{airsync, email2};

    fn data(children: impl IntoIterator<Item = Element>) -> Element {
        Element::new(airsync::APPLICATION_DATA).with_all(children)
    }

    fn flag(children: &[(Tag, &str)]) -> Result<Option<Flag>, DataError> {
        let children = children
            .iter()
            .map(|(tag, text)| Element::text(*tag, *text));
        let upload = EmailUpload::parse(&data([Element::new(tags::FLAG).with_all(children)]));
        upload
            .map(|upload| upload.flag)
            .map_err(|UploadError(error)| error)
    }

    #[test]
    fn only_marks_may_change() {
        assert_eq!(EmailUpload::parse(&data([])), Ok(EmailUpload::default()));
        assert!(EmailUpload::default().is_empty());
        for tag in [
            tags::SUBJECT,
            tags::IMPORTANCE,
            email2::CONVERSATION_ID,
            email2::SENDER,
            email2::RECEIVED_AS_BCC,
        ] {
            let refused = EmailUpload::parse(&data([
                Element::text(tags::READ, "1"),
                Element::text(tag, "1"),
            ]));
            assert_eq!(refused, Err(UploadError(DataError::NotAllowed(tag))));
        }
        let read = EmailUpload::parse(&data([Element::text(tags::READ, "0")])).unwrap();
        assert_eq!((read.read, read.is_empty()), (Some(false), false));
        for text in ["", "2", "yes"] {
            let refused = EmailUpload::parse(&data([Element::text(tags::READ, text)]));
            assert_eq!(refused, Err(UploadError(DataError::Malformed(tags::READ))));
        }
    }

    #[test]
    fn categories_are_bounded() {
        let upload = |count| {
            let all = std::iter::repeat_n(Element::text(tags::CATEGORY, "a"), count);
            EmailUpload::parse(&data([Element::new(tags::CATEGORIES).with_all(all)]))
        };
        assert_eq!(upload(0).unwrap().categories, Some(Vec::new()));
        assert_eq!(upload(300).unwrap().categories.unwrap().len(), 300);
        assert!(upload(301).is_err());
    }

    #[test]
    fn flags_are_whole_or_refused() {
        let (start, due) = ("2025-03-01T00:00:00.000Z", "2025-03-02T00:00:00.000Z");
        let active = [(tags::STATUS, "2"), (tags::FLAG_TYPE, "for Follow Up")];
        let dates = [
            (tasks::START_DATE, start),
            (tasks::DUE_DATE, due),
            (tasks::UTC_START_DATE, start),
            (tasks::UTC_DUE_DATE, due),
        ];
        assert_eq!(flag(&[]), Ok(Some(Flag::Cleared)));
        assert_eq!(flag(&[(tags::STATUS, "0")]), Ok(Some(Flag::Cleared)));
        assert_eq!(
            flag(&[(tags::STATUS, "1")]),
            Ok(Some(Flag::Complete(CompleteFlag::default())))
        );
        assert!(matches!(flag(&active), Ok(Some(Flag::Active(_)))));
        assert!(
            matches!(flag(&[&active[..], &dates].concat()), Ok(Some(Flag::Active(flag))) if flag.dates.is_some())
        );
        for (sent, error) in [
            (
                vec![(tags::FLAG_TYPE, "x")],
                DataError::Missing(tags::STATUS),
            ),
            (
                vec![(tags::STATUS, "3")],
                DataError::Malformed(tags::STATUS),
            ),
            (
                [&active[..], &dates[..3]].concat(),
                DataError::Missing(tasks::UTC_DUE_DATE),
            ),
            (
                [&active[..], &[(tasks::REMINDER_SET, "1")]].concat(),
                DataError::Missing(tasks::REMINDER_TIME),
            ),
            (
                [
                    &active[..],
                    &dates[..2],
                    &[(tasks::UTC_START_DATE, due), (tasks::UTC_DUE_DATE, start)],
                ]
                .concat(),
                DataError::Malformed(tasks::UTC_DUE_DATE),
            ),
            (
                vec![(tags::STATUS, "1"), (tags::COMPLETE_TIME, start)],
                DataError::Missing(tasks::DATE_COMPLETED),
            ),
            (
                vec![(tags::STATUS, "1"), (tags::COMPLETE_TIME, "soon")],
                DataError::Malformed(tags::COMPLETE_TIME),
            ),
        ] {
            assert_eq!(flag(&sent), Err(error), "{sent:?}");
        }
    }
}
