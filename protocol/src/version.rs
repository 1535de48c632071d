//! Protocol versions.

use std::fmt;

/// A protocol version, in order of age.
///
/// 2.5 and 12.0 are not served; they are here because tags and header values carry them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Version {
    /// 2.5, the oldest version that tags are listed for.
    V2_5,
    /// 12.0
    V12_0,
    /// 12.1, the oldest version served.
    V12_1,
    /// 14.0, the first with statuses from 101 on in place of HTTP statuses.
    V14_0,
    /// 14.1
    V14_1,
    /// 16.0
    V16_0,
    /// 16.1, the newest version.
    V16_1,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Self; 7] = [
        Self::V2_5,
        Self::V12_0,
        Self::V12_1,
        Self::V14_0,
        Self::V14_1,
        Self::V16_0,
        Self::V16_1,
    ];

    /// The versions that this product can serve, oldest first.
    pub const SERVED: [Self; 5] = [
        Self::V12_1,
        Self::V14_0,
        Self::V14_1,
        Self::V16_0,
        Self::V16_1,
    ];

    /// Reads the text of the `MS-ASProtocolVersion` header; spaces around it are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
    }

    /// Reads the version byte of the base64 query (MS-ASHTTP 2.2.1.1.1.1): ten times the version.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.byte() == byte)
    }

    /// The version byte of the base64 query.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::V2_5 => 25,
            Self::V12_0 => 120,
            Self::V12_1 => 121,
            Self::V14_0 => 140,
            Self::V14_1 => 141,
            Self::V16_0 => 160,
            Self::V16_1 => 161,
        }
    }

    /// The text of the headers, such as `14.1`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2_5 => "2.5",
            Self::V12_0 => "12.0",
            Self::V12_1 => "12.1",
            Self::V14_0 => "14.0",
            Self::V14_1 => "14.1",
            Self::V16_0 => "16.0",
            Self::V16_1 => "16.1",
        }
    }

    /// Whether errors are told by HTTP statuses, not by statuses from 101 on (before 14.0).
    #[must_use]
    pub fn errors_by_http(self) -> bool {
        self < Self::V14_0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_byte_lead_back() {
        for version in Version::ALL {
            assert_eq!(Version::parse(version.as_str()), Some(version));
            assert_eq!(Version::from_byte(version.byte()), Some(version));
        }
        assert_eq!(Version::parse(" 14.1 "), Some(Version::V14_1));
        assert_eq!(Version::parse("1.0"), None);
        assert_eq!(Version::from_byte(0), None);
    }

    #[test]
    fn order_is_age() {
        assert!(Version::ALL.is_sorted());
        assert!(Version::SERVED.is_sorted());
    }
}
