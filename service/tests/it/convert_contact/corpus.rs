//! The cards: every program's shape for every person, with more or less in them from card to card.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::people::{PEOPLE, Person};
use super::programs::PROGRAMS;

/// A card, and what it is called in a failing test.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) card: Vec<u8>,
}

/// What a card holds besides the person; the numbers vary from card to card.
pub(super) struct Details {
    pub(super) person: Person,
    pub(super) seed: usize,
    pub(super) emails: usize,
    pub(super) phones: usize,
    pub(super) addresses: usize,
    pub(super) photo: Option<String>,
}

impl Details {
    pub(super) fn email(&self, at: usize) -> String {
        format!("user{}-{at}@example.org", self.seed)
    }

    pub(super) fn phone(&self, at: usize) -> String {
        format!("+49 30 {}{at}", 1_000 + self.seed)
    }

    /// Whether this card has the thing that every `every`th card has.
    pub(super) fn has(&self, every: usize, offset: usize) -> bool {
        self.seed % every == offset % every
    }

    pub(super) fn full_name(&self) -> String {
        let person = &self.person;
        let names = [
            person.prefix,
            person.given,
            person.middle,
            person.family,
            person.suffix,
        ];
        let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            person.company.to_owned()
        } else {
            names.join(" ")
        }
    }
}

/// All cards.
pub(super) fn all() -> Vec<Sample> {
    let jpeg = STANDARD.encode(picture(24, ImageFormat::Jpeg));
    let mut samples = Vec::new();
    for (row, (program, write)) in PROGRAMS.into_iter().enumerate() {
        for (column, person) in PEOPLE.into_iter().enumerate() {
            let seed = row * 7 + column * 3;
            let details = Details {
                person,
                seed,
                emails: seed % 6,
                phones: (seed / 2) % 13,
                addresses: (seed / 3) % 5,
                photo: (seed % 4 == 0).then(|| jpeg.clone()),
            };
            samples.push(Sample {
                name: format!("{program} {column} {}", person.given),
                card: write(&details),
            });
        }
    }
    samples
}

/// A picture with something in it.
pub(super) fn picture(side: u32, format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(side, side, |x, y| {
        let noise = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ (x * y);
        image::Rgb([(noise >> 3) as u8, (noise >> 7) as u8, (x ^ y) as u8])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

#[test]
fn there_are_cards_of_every_kind() {
    let samples = all();
    assert!(samples.len() >= 200, "{}", samples.len());
    for (version, least) in [("2.1", 20), ("3.0", 100), ("4.0", 40)] {
        let line = format!("VERSION:{version}");
        let count = samples
            .iter()
            .filter(|sample| String::from_utf8_lossy(&sample.card).contains(&line))
            .count();
        assert!(count >= least, "{version}: {count}");
    }
}
