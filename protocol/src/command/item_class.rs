//! The class of a folder or an item as commands name it.

/// A class of content (MS-ASCMD 2.2.3.27).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ItemClass {
    /// Messages.
    Email,
    /// Events.
    Calendar,
    /// Contacts.
    Contacts,
    /// Tasks.
    Tasks,
    /// Notes, from 14.0 on.
    Notes,
    /// Text messages, from 14.0 on.
    Sms,
}

impl ItemClass {
    /// Reads the name of a class, `None` if there is no such class.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Email" => Some(Self::Email),
            "Calendar" => Some(Self::Calendar),
            "Contacts" => Some(Self::Contacts),
            "Tasks" => Some(Self::Tasks),
            "Notes" => Some(Self::Notes),
            "SMS" => Some(Self::Sms),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Calendar => "Calendar",
            Self::Contacts => "Contacts",
            Self::Tasks => "Tasks",
            Self::Notes => "Notes",
            Self::Sms => "SMS",
        }
    }
}
