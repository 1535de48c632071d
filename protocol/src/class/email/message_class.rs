//! Kinds of message (MS-ASEMAIL 2.2.2.49).

/// A kind of message that clients show in a way of its own. Others exist, so the property itself is text.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MessageClass {
    /// A message.
    Note,
    /// An S/MIME message that is encrypted, or signed so that only S/MIME can read it.
    Smime,
    /// A signed S/MIME message that everyone can read.
    SmimeSigned,
    /// A request to a meeting.
    MeetingRequest,
    /// A cancelled meeting.
    MeetingCanceled,
    /// An answer: accepted.
    MeetingAccepted,
    /// An answer: tentatively accepted.
    MeetingTentative,
    /// An answer: declined.
    MeetingDeclined,
    /// A report that a message was not delivered.
    NonDelivery,
    /// A report that it was.
    Delivery,
    /// A report that it was read.
    Read,
    /// A report that it was deleted unread.
    NotRead,
    /// A voice message.
    Voicemail,
    /// A text message.
    Sms,
}

impl MessageClass {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Note,
        Self::Smime,
        Self::SmimeSigned,
        Self::MeetingRequest,
        Self::MeetingCanceled,
        Self::MeetingAccepted,
        Self::MeetingTentative,
        Self::MeetingDeclined,
        Self::NonDelivery,
        Self::Delivery,
        Self::Read,
        Self::NotRead,
        Self::Voicemail,
        Self::Sms,
    ];

    /// The text on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "IPM.Note",
            Self::Smime => "IPM.Note.SMIME",
            Self::SmimeSigned => "IPM.Note.SMIME.MultipartSigned",
            Self::MeetingRequest => "IPM.Schedule.Meeting.Request",
            Self::MeetingCanceled => "IPM.Schedule.Meeting.Canceled",
            Self::MeetingAccepted => "IPM.Schedule.Meeting.Resp.Pos",
            Self::MeetingTentative => "IPM.Schedule.Meeting.Resp.Tent",
            Self::MeetingDeclined => "IPM.Schedule.Meeting.Resp.Neg",
            Self::NonDelivery => "REPORT.IPM.NOTE.NDR",
            Self::Delivery => "REPORT.IPM.NOTE.DR",
            Self::Read => "REPORT.IPM.NOTE.IPNRN",
            Self::NotRead => "REPORT.IPM.NOTE.IPNNRN",
            Self::Voicemail => "IPM.Note.Microsoft.Voicemail",
            Self::Sms => "IPM.Note.Mobile.SMS",
        }
    }

    /// Reads the text on the wire without regard to case; `None` for a kind that is not among them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|class| class.as_str().eq_ignore_ascii_case(text))
    }
}

#[cfg(test)]
mod tests {
    use super::MessageClass;

    #[test]
    fn texts_lead_back() {
        for class in MessageClass::ALL {
            assert_eq!(MessageClass::parse(class.as_str()), Some(class));
        }
        let report = MessageClass::parse(" Report.IPM.Note.NDR ");
        assert_eq!(report, Some(MessageClass::NonDelivery));
        assert_eq!(MessageClass::parse("IPM.Note.Other"), None);
    }
}
