//! Entries of the global address list, in the answers of Search and Find (MS-ASCMD 2.2.3.139).

use crate::airsyncbase::fields::{self, Writer};
use crate::codepages::gal as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{BodyError, StatusCode, parts};

/// Someone in the address list; what is `None` is not told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GalEntry {
    /// The name that is shown.
    pub display_name: Option<String>,
    /// Phone at work.
    pub phone: Option<String>,
    /// Where the office is.
    pub office: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Short name of the account.
    pub alias: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Phone at home.
    pub home_phone: Option<String>,
    /// Mobile phone.
    pub mobile_phone: Option<String>,
    /// E-mail address.
    pub email_address: Option<String>,
    /// The photo, where pictures were asked for (14.1 on).
    pub picture: Option<GalPicture>,
}

/// A photo, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GalPicture {
    /// A [`crate::status::PictureStatus`].
    pub status: StatusCode,
    /// The image.
    pub data: Option<Vec<u8>>,
}

/// That photos are wanted, and how many (14.1 on). Empty, as iOS sends it, sets no bounds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PictureOptions {
    /// The largest photo in bytes.
    pub max_size: Option<u32>,
    /// The most photos.
    pub max_pictures: Option<u32>,
}

/// The names of the options on the page of one command.
#[derive(Clone, Copy)]
pub(super) struct PictureTags {
    pub(super) picture: Tag,
    pub(super) max_size: Tag,
    pub(super) max_pictures: Tag,
}

/// The names of a photo on the page of one command.
#[derive(Clone, Copy)]
pub(super) struct DataTags {
    pub(super) picture: Tag,
    pub(super) status: Tag,
    pub(super) data: Tag,
}

const PICTURE: DataTags = DataTags {
    picture: tags::PICTURE,
    status: tags::STATUS,
    data: tags::DATA,
};

impl GalEntry {
    pub(super) fn from_properties(element: &Element) -> Result<Self, BodyError> {
        let text = |tag| parts::text(element, tag);
        Ok(Self {
            display_name: text(tags::DISPLAY_NAME),
            phone: text(tags::PHONE),
            office: text(tags::OFFICE),
            title: text(tags::TITLE),
            company: text(tags::COMPANY),
            alias: text(tags::ALIAS),
            first_name: text(tags::FIRST_NAME),
            last_name: text(tags::LAST_NAME),
            home_phone: text(tags::HOME_PHONE),
            mobile_phone: text(tags::MOBILE_PHONE),
            email_address: text(tags::EMAIL_ADDRESS),
            picture: GalPicture::from_parent(element, PICTURE)?,
        })
    }

    pub(super) fn to_properties(&self, root: Tag, version: Version) -> Element {
        let picture = self.picture.as_ref();
        let mut writer = Writer::new(root, version);
        writer
            .text(tags::DISPLAY_NAME, self.display_name.as_deref())
            .text(tags::PHONE, self.phone.as_deref())
            .text(tags::OFFICE, self.office.as_deref())
            .text(tags::TITLE, self.title.as_deref())
            .text(tags::COMPANY, self.company.as_deref())
            .text(tags::ALIAS, self.alias.as_deref())
            .text(tags::FIRST_NAME, self.first_name.as_deref())
            .text(tags::LAST_NAME, self.last_name.as_deref())
            .text(tags::HOME_PHONE, self.home_phone.as_deref())
            .text(tags::MOBILE_PHONE, self.mobile_phone.as_deref())
            .text(tags::EMAIL_ADDRESS, self.email_address.as_deref())
            .element(picture.map(|picture| picture.to_element(PICTURE)));
        writer.finish()
    }
}

impl GalPicture {
    pub(super) fn from_parent(parent: &Element, tags: DataTags) -> Result<Option<Self>, BodyError> {
        let Some(element) = parent.child(tags.picture) else {
            return Ok(None);
        };
        let data = element.child(tags.data).map(fields::byte_array_in);
        Ok(Some(Self {
            status: parts::status(element, tags.status)?,
            data: data.transpose()?,
        }))
    }

    pub(super) fn to_element(&self, tags: DataTags) -> Element {
        let data = self.data.as_deref();
        Element::new(tags.picture)
            .with(parts::write_status(tags.status, self.status))
            .with_some(data.map(|data| Element::opaque(tags.data, data)))
    }
}

impl PictureOptions {
    pub(super) fn from_parent(
        parent: &Element,
        tags: PictureTags,
    ) -> Result<Option<Self>, BodyError> {
        let Some(element) = parent.child(tags.picture) else {
            return Ok(None);
        };
        Ok(Some(Self {
            max_size: parts::number(element, tags.max_size)?,
            max_pictures: parts::number(element, tags.max_pictures)?,
        }))
    }

    pub(super) fn to_element(self, tags: PictureTags) -> Element {
        Element::new(tags.picture)
            .with_some(parts::write_number(tags.max_size, self.max_size))
            .with_some(parts::write_number(tags.max_pictures, self.max_pictures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_come_as_bytes_or_as_base64() {
        let picture = |data| {
            let status = Element::number(tags::STATUS, 1);
            let picture = Element::new(tags::PICTURE).with(status).with(data);
            let parent = Element::new(tags::DISPLAY_NAME).with(picture);
            GalPicture::from_parent(&parent, PICTURE).map(Option::unwrap)
        };
        for data in [
            Element::opaque(tags::DATA, b"hello".as_slice()),
            Element::text(tags::DATA, " aGVsbG8=\r\n"),
        ] {
            assert_eq!(picture(data).unwrap().data.as_deref(), Some(&b"hello"[..]));
        }
        let error = picture(Element::text(tags::DATA, "?")).unwrap_err();
        assert_eq!(error, parts::unknown(tags::DATA));
    }
}
