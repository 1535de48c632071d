//! What a device was told of a contact, without its content: sixteen bits a property.

use std::collections::BTreeMap;

use protocol::class::contacts::{Contact, Property};

use super::canon;

/// Fingerprints of the values of a contact. A property without a value has none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Print(BTreeMap<Property, u16>);

impl Print {
    /// Bytes of one fingerprint: the property's number, and the value's bits, high byte first.
    const ENTRY: usize = 3;

    /// The fingerprint of a property's value; `None` if it had none.
    #[must_use]
    pub fn of(&self, property: Property) -> Option<u16> {
        self.0.get(&property).copied()
    }

    /// Notes that a property now has the value that it has in `contact`, be it none.
    pub fn note(&mut self, property: Property, contact: &Contact) {
        match fingerprint(property, contact) {
            Some(bits) => self.0.insert(property, bits),
            None => self.0.remove(&property),
        };
    }

    /// The form for a store: three bytes a property that has a value, ordered by the properties' numbers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut entries: Vec<_> = self
            .0
            .iter()
            .map(|(property, bits)| {
                let [high, low] = bits.to_be_bytes();
                [property.number(), high, low]
            })
            .collect();
        entries.sort_unstable();
        entries.concat()
    }

    /// From [`to_bytes`](Self::to_bytes). `None` if it is not of that form; properties that are not known are passed over.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (entries, rest) = bytes.as_chunks::<{ Self::ENTRY }>();
        if !rest.is_empty() {
            return None;
        }
        let known = entries.iter().filter_map(|[number, high, low]| {
            let property = Property::from_number(*number)?;
            Some((property, u16::from_be_bytes([*high, *low])))
        });
        Some(Self(known.collect()))
    }
}

/// Fingerprints of all values of a contact.
#[must_use]
pub fn print(contact: &Contact) -> Print {
    let mut print = Print::default();
    Property::all().for_each(|property| print.note(property, contact));
    print
}

/// FNV-1a of 64 bits, folded to sixteen: the same on every machine and for ever.
pub(super) fn fingerprint(property: Property, contact: &Contact) -> Option<u16> {
    let value = canon::canonical(property, contact)?;
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in value.iter() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    }
    let [a, b, c, d, e, f, g, h] = hash.to_be_bytes();
    Some(u16::from_be_bytes([a ^ c ^ e ^ g, b ^ d ^ f ^ h]))
}

#[cfg(test)]
mod tests {
    use protocol::class::contacts::{Contact, Property, Text};

    use super::{Print, print};

    #[test]
    fn what_stores_keep_never_changes() {
        let mut contact = Contact::default()
            .with_text(Text::FirstName, "Ann")
            .with_text(Text::NickName, "Annie");
        contact.birthday = Some(0);
        let print = print(&contact);
        let bytes = print.to_bytes();
        assert_eq!(bytes, KNOWN);
        assert_eq!(Print::from_bytes(&bytes), Some(print));
        assert_eq!(Print::from_bytes(&[]), Some(Print::default()));
        assert_eq!(Print::from_bytes(&[8, 0]), None);
        assert_eq!(Print::from_bytes(&[1, 0, 0]), Some(Print::default()));
    }

    const KNOWN: [u8; 9] = [8, 24, 129, 31, 246, 108, 77, 109, 45];

    #[test]
    fn spellings_have_one_fingerprint() {
        let of = |address: &str| {
            let contact = Contact::default().with_text(Text::Email1Address, address);
            print(&contact).of(Property::Text(Text::Email1Address))
        };
        assert_eq!(of("ann@example.org"), of("\"Ann\" <ann@example.org>"));
        assert_ne!(of("ann@example.org"), of("Ann@example.org"));
        assert_eq!(of(""), None);
    }
}
