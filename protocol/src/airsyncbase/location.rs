//! Where something takes place, from 16.0 on (MS-ASAIRS 2.2.2.28).

use super::fields::{self, Writer};
use crate::codepages::airsyncbase as tags;
use crate::element::Element;
use crate::version::Version;

/// A place. Coordinates are decimal text as on the wire: degrees and metres.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Location {
    /// What it is called: all that versions before 16.0 have.
    pub display_name: Option<String>,
    /// A note.
    pub annotation: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Latitude.
    pub latitude: Option<String>,
    /// Longitude.
    pub longitude: Option<String>,
    /// How exact latitude and longitude are.
    pub accuracy: Option<String>,
    /// Altitude.
    pub altitude: Option<String>,
    /// How exact the altitude is.
    pub altitude_accuracy: Option<String>,
    /// Where to read more.
    pub uri: Option<String>,
}

impl Location {
    /// A place of which only the name is known.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            display_name: Some(name.into()),
            ..Self::default()
        }
    }

    /// Reads a `Location` element.
    #[must_use]
    pub fn from_element(element: &Element) -> Self {
        let text = |tag| fields::text(element, tag);
        Self {
            display_name: text(tags::DISPLAY_NAME),
            annotation: text(tags::ANNOTATION),
            street: text(tags::STREET),
            city: text(tags::CITY),
            state: text(tags::STATE),
            country: text(tags::COUNTRY),
            postal_code: text(tags::POSTAL_CODE),
            latitude: text(tags::LATITUDE),
            longitude: text(tags::LONGITUDE),
            accuracy: text(tags::ACCURACY),
            altitude: text(tags::ALTITUDE),
            altitude_accuracy: text(tags::ALTITUDE_ACCURACY),
            uri: text(tags::LOCATION_URI),
        }
    }

    /// Writes a `Location` element.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::LOCATION, version);
        writer
            .text(tags::DISPLAY_NAME, self.display_name.as_deref())
            .text(tags::ANNOTATION, self.annotation.as_deref())
            .text(tags::STREET, self.street.as_deref())
            .text(tags::CITY, self.city.as_deref())
            .text(tags::STATE, self.state.as_deref())
            .text(tags::COUNTRY, self.country.as_deref())
            .text(tags::POSTAL_CODE, self.postal_code.as_deref())
            .text(tags::LATITUDE, self.latitude.as_deref())
            .text(tags::LONGITUDE, self.longitude.as_deref())
            .text(tags::ACCURACY, self.accuracy.as_deref())
            .text(tags::ALTITUDE, self.altitude.as_deref())
            .text(tags::ALTITUDE_ACCURACY, self.altitude_accuracy.as_deref())
            .text(tags::LOCATION_URI, self.uri.as_deref());
        writer.finish()
    }
}
