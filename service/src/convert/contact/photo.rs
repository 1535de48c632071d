//! Pictures: out of a vCard, small enough for a device, and back.

use std::borrow::Cow;
use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use protocol::class::contacts::PICTURE_MAX;

use super::line::{Card, Edition, Entry};
use crate::convert::email::transfer::Encoding;

/// Longest picture that is looked at, in characters of base64.
const ENCODED_MAX: usize = 12 << 20;

/// Widest and highest picture that is looked at, in pixels.
const SIDE_MAX: u32 = 8_192;

/// Most memory that a picture may take while it is scaled, in bytes.
const MEMORY_MAX: u64 = 96 << 20;

/// Widths and heights that a picture is scaled into, with the quality of the JPEG; the first that is short enough is sent.
const SIZES: [(u32, u8); 7] = [
    (600, 80),
    (480, 75),
    (360, 70),
    (240, 65),
    (160, 60),
    (96, 50),
    (48, 40),
];

/// The picture as a device is sent it. `None` if the card only points at it, or it cannot be read: a picture is never the
/// reason why a contact is not sent.
pub(super) fn shown(entry: &Entry<'_>) -> Option<Vec<u8>> {
    let file = file(entry)?;
    let jpeg = file.starts_with(&[0xFF, 0xD8, 0xFF]);
    if jpeg && file.len() <= PICTURE_MAX {
        return Some(file);
    }
    scaled(&file)
}

/// Whether the file stands in the card, rather than somewhere that the card points at.
pub(super) fn is_inline(entry: &Entry<'_>) -> bool {
    let value = entry.value.trim_ascii();
    data_uri(value).is_some() || entry.says("ENCODING", "B") || entry.says("ENCODING", "BASE64")
}

/// Whether the file in the card is this one.
pub(super) fn holds(entry: &Entry<'_>, picture: &[u8]) -> bool {
    file(entry).is_some_and(|file| file == picture)
}

/// The file that stands in the card.
fn file(entry: &Entry<'_>) -> Option<Vec<u8>> {
    let value = entry.value.trim_ascii();
    if value.len() > ENCODED_MAX {
        return None;
    }
    let inline = entry.says("ENCODING", "B") || entry.says("ENCODING", "BASE64");
    let encoded = match data_uri(value) {
        Some(encoded) => encoded,
        None if inline => Cow::Borrowed(value),
        None => return None,
    };
    let file = Encoding::Base64.decode(&encoded).into_owned();
    (!file.is_empty()).then_some(file)
}

/// What follows the comma of a `data:` URI in base64.
fn data_uri(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (scheme, rest) = value.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case(b"data:") {
        return None;
    }
    let comma = rest.iter().take(256).position(|byte| *byte == b',')?;
    let (kind, data) = rest.split_at_checked(comma)?;
    // Some programs escape the comma.
    let kind = kind.strip_suffix(b"\\").unwrap_or(kind);
    kind.to_ascii_lowercase()
        .ends_with(b"base64")
        .then(|| Cow::Borrowed(data.get(1..).unwrap_or_default()))
}

/// A JPEG of at most [`PICTURE_MAX`] bytes.
fn scaled(file: &[u8]) -> Option<Vec<u8>> {
    let picture = decode(file)?;
    SIZES.iter().find_map(|(side, quality)| {
        let fits = picture.width() <= *side && picture.height() <= *side;
        let small = if fits {
            picture.to_rgb8()
        } else {
            picture.thumbnail(*side, *side).to_rgb8()
        };
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, *quality);
        small.write_with_encoder(encoder).ok()?;
        (jpeg.len() <= PICTURE_MAX).then_some(jpeg)
    })
}

fn decode(file: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Some(picture)
}

/// Head and value of a line for a picture that a device sent.
pub(super) fn written(file: &[u8], label: &str, card: &Card<'_>) -> (String, String) {
    let encoded = STANDARD.encode(file);
    let kind = match file {
        [0x89, b'P', b'N', b'G', ..] => "PNG",
        [b'G', b'I', b'F', ..] => "GIF",
        _ => "JPEG",
    };
    match card.edition {
        Edition::V21 => (format!("{label};ENCODING=BASE64;{kind}"), encoded),
        Edition::V30 => (format!("{label};ENCODING=b;TYPE={kind}"), encoded),
        Edition::V40 => {
            let value = format!("data:image/{};base64,{encoded}", kind.to_lowercase());
            (label.to_owned(), value)
        }
    }
}
