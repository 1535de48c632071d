//! Code page 17, `AirSyncBase`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `BodyPreference`, from 12.0.
pub const BODY_PREFERENCE: Tag = Tag::new(17, 0x05);
/// `Type`, from 12.0.
pub const TYPE: Tag = Tag::new(17, 0x06);
/// `TruncationSize`, from 12.0.
pub const TRUNCATION_SIZE: Tag = Tag::new(17, 0x07);
/// `AllOrNone`, from 12.0.
pub const ALL_OR_NONE: Tag = Tag::new(17, 0x08);
/// `Body`, from 12.0.
pub const BODY: Tag = Tag::new(17, 0x0A);
/// `Data`, from 12.0.
pub const DATA: Tag = Tag::new(17, 0x0B);
/// `EstimatedDataSize`, from 12.0.
pub const ESTIMATED_DATA_SIZE: Tag = Tag::new(17, 0x0C);
/// `Truncated`, from 12.0.
pub const TRUNCATED: Tag = Tag::new(17, 0x0D);
/// `Attachments`, from 12.0.
pub const ATTACHMENTS: Tag = Tag::new(17, 0x0E);
/// `Attachment`, from 12.0.
pub const ATTACHMENT: Tag = Tag::new(17, 0x0F);
/// `DisplayName`, from 12.0.
pub const DISPLAY_NAME: Tag = Tag::new(17, 0x10);
/// `FileReference`, from 12.0.
pub const FILE_REFERENCE: Tag = Tag::new(17, 0x11);
/// `Method`, from 12.0.
pub const METHOD: Tag = Tag::new(17, 0x12);
/// `ContentId`, from 12.0.
pub const CONTENT_ID: Tag = Tag::new(17, 0x13);
/// `ContentLocation`, from 12.0.
pub const CONTENT_LOCATION: Tag = Tag::new(17, 0x14);
/// `IsInline`, from 12.0.
pub const IS_INLINE: Tag = Tag::new(17, 0x15);
/// `NativeBodyType`, from 12.0.
pub const NATIVE_BODY_TYPE: Tag = Tag::new(17, 0x16);
/// `ContentType`, from 12.0.
pub const CONTENT_TYPE: Tag = Tag::new(17, 0x17);
/// `Preview`, from 14.0.
pub const PREVIEW: Tag = Tag::new(17, 0x18);
/// `BodyPartPreference`, from 14.1.
pub const BODY_PART_PREFERENCE: Tag = Tag::new(17, 0x19);
/// `BodyPart`, from 14.1.
pub const BODY_PART: Tag = Tag::new(17, 0x1A);
/// `Status`, from 14.1.
pub const STATUS: Tag = Tag::new(17, 0x1B);
/// `Add`, from 16.0.
pub const ADD: Tag = Tag::new(17, 0x1C);
/// `Delete`, from 16.0.
pub const DELETE: Tag = Tag::new(17, 0x1D);
/// `ClientId`, from 16.0.
pub const CLIENT_ID: Tag = Tag::new(17, 0x1E);
/// `Content`, from 16.0.
pub const CONTENT: Tag = Tag::new(17, 0x1F);
/// `Location`, from 16.0.
pub const LOCATION: Tag = Tag::new(17, 0x20);
/// `Annotation`, from 16.0.
pub const ANNOTATION: Tag = Tag::new(17, 0x21);
/// `Street`, from 16.0.
pub const STREET: Tag = Tag::new(17, 0x22);
/// `City`, from 16.0.
pub const CITY: Tag = Tag::new(17, 0x23);
/// `State`, from 16.0.
pub const STATE: Tag = Tag::new(17, 0x24);
/// `Country`, from 16.0.
pub const COUNTRY: Tag = Tag::new(17, 0x25);
/// `PostalCode`, from 16.0.
pub const POSTAL_CODE: Tag = Tag::new(17, 0x26);
/// `Latitude`, from 16.0.
pub const LATITUDE: Tag = Tag::new(17, 0x27);
/// `Longitude`, from 16.0.
pub const LONGITUDE: Tag = Tag::new(17, 0x28);
/// `Accuracy`, from 16.0.
pub const ACCURACY: Tag = Tag::new(17, 0x29);
/// `Altitude`, from 16.0.
pub const ALTITUDE: Tag = Tag::new(17, 0x2A);
/// `AltitudeAccuracy`, from 16.0.
pub const ALTITUDE_ACCURACY: Tag = Tag::new(17, 0x2B);
/// `LocationUri`, from 16.0.
pub const LOCATION_URI: Tag = Tag::new(17, 0x2C);
/// `InstanceId`, from 16.0.
pub const INSTANCE_ID: Tag = Tag::new(17, 0x2D);

pub(super) static PAGE: Page = Page {
    namespace: "AirSyncBase",
    entries: &[
        Entry::new(
            BODY_PREFERENCE,
            "BodyPreference",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(TYPE, "Type", Version::V12_0, Version::V16_1),
        Entry::new(
            TRUNCATION_SIZE,
            "TruncationSize",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(ALL_OR_NONE, "AllOrNone", Version::V12_0, Version::V16_1),
        Entry::new(BODY, "Body", Version::V12_0, Version::V16_1),
        Entry::new(DATA, "Data", Version::V12_0, Version::V16_1),
        Entry::new(
            ESTIMATED_DATA_SIZE,
            "EstimatedDataSize",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(TRUNCATED, "Truncated", Version::V12_0, Version::V16_1),
        Entry::new(ATTACHMENTS, "Attachments", Version::V12_0, Version::V16_1),
        Entry::new(ATTACHMENT, "Attachment", Version::V12_0, Version::V16_1),
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V12_0, Version::V16_1),
        Entry::new(
            FILE_REFERENCE,
            "FileReference",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(METHOD, "Method", Version::V12_0, Version::V16_1),
        Entry::new(CONTENT_ID, "ContentId", Version::V12_0, Version::V16_1),
        Entry::new(
            CONTENT_LOCATION,
            "ContentLocation",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(IS_INLINE, "IsInline", Version::V12_0, Version::V16_1),
        Entry::new(
            NATIVE_BODY_TYPE,
            "NativeBodyType",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(CONTENT_TYPE, "ContentType", Version::V12_0, Version::V16_1),
        Entry::new(PREVIEW, "Preview", Version::V14_0, Version::V16_1),
        Entry::new(
            BODY_PART_PREFERENCE,
            "BodyPartPreference",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(BODY_PART, "BodyPart", Version::V14_1, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V14_1, Version::V16_1),
        Entry::new(ADD, "Add", Version::V16_0, Version::V16_1),
        Entry::new(DELETE, "Delete", Version::V16_0, Version::V16_1),
        Entry::new(CLIENT_ID, "ClientId", Version::V16_0, Version::V16_1),
        Entry::new(CONTENT, "Content", Version::V16_0, Version::V16_1),
        Entry::new(LOCATION, "Location", Version::V16_0, Version::V16_1),
        Entry::new(ANNOTATION, "Annotation", Version::V16_0, Version::V16_1),
        Entry::new(STREET, "Street", Version::V16_0, Version::V16_1),
        Entry::new(CITY, "City", Version::V16_0, Version::V16_1),
        Entry::new(STATE, "State", Version::V16_0, Version::V16_1),
        Entry::new(COUNTRY, "Country", Version::V16_0, Version::V16_1),
        Entry::new(POSTAL_CODE, "PostalCode", Version::V16_0, Version::V16_1),
        Entry::new(LATITUDE, "Latitude", Version::V16_0, Version::V16_1),
        Entry::new(LONGITUDE, "Longitude", Version::V16_0, Version::V16_1),
        Entry::new(ACCURACY, "Accuracy", Version::V16_0, Version::V16_1),
        Entry::new(ALTITUDE, "Altitude", Version::V16_0, Version::V16_1),
        Entry::new(
            ALTITUDE_ACCURACY,
            "AltitudeAccuracy",
            Version::V16_0,
            Version::V16_1,
        ),
        Entry::new(LOCATION_URI, "LocationUri", Version::V16_0, Version::V16_1),
        Entry::new(INSTANCE_ID, "InstanceId", Version::V16_0, Version::V16_1),
    ],
};
