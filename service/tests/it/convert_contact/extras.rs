//! Notes and pictures: as long and as large as a device takes them, and back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directpush::convert::contact::{NoteWish, PatchContext, patch, to_eas};
use protocol::airsyncbase::{Body, BodyContent, BodyPreference, BodyType};
use protocol::class::contacts::{Contact, ContactUpload, PICTURE_MAX, Property, PropertySet};
use protocol::version::Version;

use super::corpus::picture;
use super::known::card;
use super::{NOW, patched, shown};

fn noted(note: &str, preferences: &[BodyPreference]) -> Body {
    let wish = NoteWish {
        preferences: preferences.to_vec(),
        version: Version::V14_1,
    };
    let card = card("3.0", &["FN:x", &format!("NOTE:{note}")]);
    to_eas(&card, &wish).unwrap().body.unwrap()
}

#[test]
fn notes_as_devices_want_them() {
    let plain = BodyPreference::whole(BodyType::Plain);
    let html = BodyPreference::whole(BodyType::Html);
    let text = |body: &Body| match &body.data {
        Some(BodyContent::Text(text)) => text.clone(),
        _ => String::new(),
    };
    assert_eq!(text(&noted("a\\nb", &[html, plain])), "a\r\nb");
    let rich = noted("a<\\nb", &[html]);
    assert_eq!(rich.kind, BodyType::Html);
    assert!(text(&rich).contains("a&lt;"));
    let short = BodyPreference {
        truncation_size: Some(3),
        preview: Some(2),
        ..plain
    };
    let cut = noted("añbc", &[short]);
    assert_eq!((text(&cut).as_str(), cut.truncated), ("añ", true));
    assert_eq!(cut.estimated_data_size, Some(5));
    assert_eq!(cut.preview.as_deref(), Some("añ"));
    assert_eq!(shown(&card("3.0", &["FN:x", "NOTE:"])).body, None);
}

#[test]
fn what_a_device_was_not_shown_of_the_notes_stays() {
    let before = card("3.0", &["FN:x", "NOTE:0123456789abcdef"]);
    let short = BodyPreference {
        truncation_size: Some(10),
        ..BodyPreference::whole(BodyType::Plain)
    };
    let wish = NoteWish {
        preferences: vec![short],
        version: Version::V14_1,
    };
    let context = PatchContext {
        uid: "",
        now: NOW,
        wish: &wish,
    };
    for (sent, note) in [
        ("0123456789", "0123456789abcdef"),
        ("0123456789!", "0123456789!abcdef"),
    ] {
        let mut contact = Contact::default();
        contact.body = Some(Body::text(BodyType::Plain, sent));
        let upload = ContactUpload::of(contact);
        let after = patch(Some(&before), &upload, &PropertySet::EMPTY, &context).unwrap();
        let expected = card("3.0", &["FN:x", &format!("NOTE:{note}")]);
        assert_eq!(after, expected);
    }
}

#[test]
fn pictures_are_made_small_and_never_fail_a_contact() {
    let of = |line: &str| shown(&card("3.0", &["FN:x", line])).picture;
    let encoded = |side, format| STANDARD.encode(picture(side, format));
    let small = picture(16, image::ImageFormat::Jpeg);
    let line = format!("PHOTO;ENCODING=b;TYPE=JPEG:{}", STANDARD.encode(&small));
    assert_eq!(of(&line), Some(small));
    for line in [
        format!(
            "PHOTO;ENCODING=b;TYPE=PNG:{}",
            encoded(300, image::ImageFormat::Png)
        ),
        format!(
            "PHOTO;VALUE=uri:data:image/png;base64\\,{}",
            encoded(300, image::ImageFormat::Png)
        ),
        format!(
            "PHOTO:data:image/jpeg;base64,{}",
            encoded(700, image::ImageFormat::Jpeg)
        ),
    ] {
        let picture = of(&line).unwrap();
        assert!(picture.len() <= PICTURE_MAX && picture.starts_with(&[0xFF, 0xD8, 0xFF]));
    }
    for line in [
        "PHOTO;VALUE=uri:https://example.org/a.jpg",
        "PHOTO;ENCODING=b:AAAA",
        "PHOTO;ENCODING=b:",
        "PHOTO:data:image/png;base64,iVBORw0KGgo=",
        "PHOTO;ENCODING=b;TYPE=JPEG:!!",
    ] {
        assert_eq!(of(line), None, "{line}");
    }
}

#[test]
fn an_empty_picture_deletes_unless_the_caller_knows_better() {
    let photo = STANDARD.encode(picture(8, image::ImageFormat::Jpeg));
    let photo = format!("PHOTO;ENCODING=b:{photo}");
    let before = card("3.0", &["FN:x", &photo]);
    let empty = ContactUpload {
        present: PropertySet::from_iter([Property::Picture]),
        ..ContactUpload::default()
    };
    let after = patched(&before, &empty, &PropertySet::EMPTY);
    assert_eq!(after, card("3.0", &["FN:x"]));
    let ignored = empty.without_empty_picture();
    assert_eq!(patched(&before, &ignored, &PropertySet::EMPTY), before);
}
