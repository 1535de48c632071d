//! What a server says that it can do.

use std::collections::BTreeSet;

use super::wire::{Literals, Mechanism};

/// An ability that we make use of.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Extension {
    /// `BINARY` (RFC 3516).
    Binary,
    /// `CONDSTORE` (RFC 7162).
    CondStore,
    /// `CREATE-SPECIAL-USE` (RFC 6154).
    CreateSpecialUse,
    /// `ENABLE` (RFC 5161).
    Enable,
    /// `ESEARCH` (RFC 4731).
    Esearch,
    /// `ID` (RFC 2971).
    Id,
    /// `IDLE` (RFC 2177).
    Idle,
    /// `IMAP4rev1`.
    Rev1,
    /// `IMAP4rev2`.
    Rev2,
    /// `LIST-EXTENDED` (RFC 5258).
    ListExtended,
    /// `LIST-STATUS` (RFC 5819).
    ListStatus,
    /// `LITERAL-` (RFC 7888).
    LiteralMinus,
    /// `LITERAL+` (RFC 7888).
    LiteralPlus,
    /// `LOGINDISABLED`.
    LoginDisabled,
    /// `METADATA` (RFC 5464).
    Metadata,
    /// `MOVE` (RFC 6851).
    Move,
    /// `MULTIAPPEND` (RFC 3502).
    MultiAppend,
    /// `NAMESPACE` (RFC 2342).
    Namespace,
    /// `NOTIFY` (RFC 5465).
    Notify,
    /// `OBJECTID` (RFC 8474).
    ObjectId,
    /// `PREVIEW` (RFC 8970).
    Preview,
    /// `QRESYNC` (RFC 7162).
    Qresync,
    /// `QUOTA` (RFC 9208).
    Quota,
    /// `SASL-IR` (RFC 4959).
    SaslInitial,
    /// `SPECIAL-USE` (RFC 6154).
    SpecialUse,
    /// `STARTTLS`.
    StartTls,
    /// `STATUS=SIZE` (RFC 8438).
    StatusSize,
    /// `UIDONLY` (RFC 9586).
    UidOnly,
    /// `UIDPLUS` (RFC 4315).
    UidPlus,
    /// `UNSELECT` (RFC 3691).
    Unselect,
    /// `UTF8=ACCEPT` (RFC 6855).
    Utf8Accept,
    /// `WITHIN` (RFC 5032).
    Within,
    /// `X-GM-EXT-1`: Gmail's labels and identities.
    Gmail,
}

/// Names as servers write them, in upper case.
const NAMES: [(&str, Extension); 33] = [
    ("BINARY", Extension::Binary),
    ("CONDSTORE", Extension::CondStore),
    ("CREATE-SPECIAL-USE", Extension::CreateSpecialUse),
    ("ENABLE", Extension::Enable),
    ("ESEARCH", Extension::Esearch),
    ("ID", Extension::Id),
    ("IDLE", Extension::Idle),
    ("IMAP4REV1", Extension::Rev1),
    ("IMAP4REV2", Extension::Rev2),
    ("LIST-EXTENDED", Extension::ListExtended),
    ("LIST-STATUS", Extension::ListStatus),
    ("LITERAL-", Extension::LiteralMinus),
    ("LITERAL+", Extension::LiteralPlus),
    ("LOGINDISABLED", Extension::LoginDisabled),
    ("METADATA", Extension::Metadata),
    ("MOVE", Extension::Move),
    ("MULTIAPPEND", Extension::MultiAppend),
    ("NAMESPACE", Extension::Namespace),
    ("NOTIFY", Extension::Notify),
    ("OBJECTID", Extension::ObjectId),
    ("PREVIEW", Extension::Preview),
    ("QRESYNC", Extension::Qresync),
    ("QUOTA", Extension::Quota),
    ("SASL-IR", Extension::SaslInitial),
    ("SPECIAL-USE", Extension::SpecialUse),
    ("STARTTLS", Extension::StartTls),
    ("STATUS=SIZE", Extension::StatusSize),
    ("UIDONLY", Extension::UidOnly),
    ("UIDPLUS", Extension::UidPlus),
    ("UNSELECT", Extension::Unselect),
    ("UTF8=ACCEPT", Extension::Utf8Accept),
    ("WITHIN", Extension::Within),
    ("X-GM-EXT-1", Extension::Gmail),
];

/// What IMAP4rev2 has within itself.
const REV2: [Extension; 13] = [
    Extension::Enable,
    Extension::Esearch,
    Extension::Idle,
    Extension::ListExtended,
    Extension::ListStatus,
    Extension::LiteralMinus,
    Extension::Move,
    Extension::Namespace,
    Extension::SaslInitial,
    Extension::SpecialUse,
    Extension::StatusSize,
    Extension::UidPlus,
    Extension::Unselect,
];

impl Extension {
    /// The extension of that name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let named = |(known, _): &&(&str, Self)| name.eq_ignore_ascii_case(known);
        NAMES.iter().find(named).map(|(_, extension)| *extension)
    }

    /// Its name in `CAPABILITY`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let own = NAMES.iter().find(|(_, extension)| *extension == self);
        own.map_or("", |(name, _)| name)
    }
}

/// What a server can do, less what is not to be used.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Extensions {
    known: BTreeSet<Extension>,
    /// Names of SASL mechanisms, in upper case.
    mechanisms: BTreeSet<Box<str>>,
    append_limit: Option<u64>,
}

impl Extensions {
    /// Reads what the server said, and leaves out what is disabled.
    #[must_use]
    pub fn new<N: AsRef<str>>(names: &[N], disabled: &BTreeSet<Extension>) -> Self {
        let mut all = Self::default();
        for name in names {
            let upper = name.as_ref().to_ascii_uppercase();
            if let Some(mechanism) = upper.strip_prefix("AUTH=") {
                all.mechanisms.insert(mechanism.into());
            } else if let Some(limit) = upper.strip_prefix("APPENDLIMIT=") {
                all.append_limit = limit.parse().ok();
            } else {
                all.known.extend(Extension::parse(&upper));
            }
        }
        if all.has(Extension::Rev2) {
            all.known.extend(REV2);
        }
        if all.has(Extension::Qresync) {
            all.known.insert(Extension::CondStore);
        }
        all.known.retain(|extension| !disabled.contains(extension));
        // One does not go without the other (RFC 7162 section 3.2).
        if disabled.contains(&Extension::CondStore) {
            all.known.remove(&Extension::Qresync);
        }
        all
    }

    /// Whether it has this one.
    #[must_use]
    pub fn has(&self, extension: Extension) -> bool {
        self.known.contains(&extension)
    }

    /// Whether one can sign in by it.
    #[must_use]
    pub fn offers(&self, mechanism: Mechanism) -> bool {
        self.mechanisms.contains(mechanism.name())
    }

    /// Largest message that can be appended, in bytes, if the server says so (RFC 7889).
    #[must_use]
    pub fn append_limit(&self) -> Option<u64> {
        self.append_limit
    }

    /// How literals may be announced.
    #[must_use]
    pub fn literals(&self) -> Literals {
        if self.has(Extension::LiteralPlus) {
            Literals::Plus
        } else if self.has(Extension::LiteralMinus) {
            Literals::Minus
        } else {
            Literals::Synchronising
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Extension, Extensions, NAMES};
    use crate::imap::wire::{Literals, Mechanism};

    #[test]
    fn what_is_disabled_is_not_there() {
        let said = [
            "IMAP4rev1",
            "QRESYNC",
            "idle",
            "AUTH=plain",
            "LITERAL+",
            "X-NEW",
        ];
        let all = Extensions::new(&said, &[].into());
        for extension in [Extension::Idle, Extension::Qresync, Extension::CondStore] {
            assert!(all.has(extension), "{extension:?}");
        }
        assert!(all.offers(Mechanism::Plain) && !all.offers(Mechanism::Xoauth2));
        assert_eq!(all.literals(), Literals::Plus);
        let disabled = [Extension::CondStore, Extension::LiteralPlus].into();
        let less = Extensions::new(&said, &disabled);
        assert!(!less.has(Extension::CondStore) && !less.has(Extension::Qresync));
        assert_eq!(less.literals(), Literals::Synchronising);
    }

    #[test]
    fn names_are_said_once() {
        for (name, extension) in NAMES {
            assert_eq!(Extension::parse(name), Some(extension));
            assert_eq!(extension.name(), name);
        }
    }

    #[test]
    fn revision_two_has_what_was_extensions() {
        let all = Extensions::new(&["IMAP4rev2", "APPENDLIMIT=1000"], &[].into());
        assert!(all.has(Extension::Move) && !all.has(Extension::Rev1));
        assert_eq!(all.append_limit(), Some(1000));
    }
}
