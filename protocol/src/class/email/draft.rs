//! What a device may say of a draft, from 16.0 on (MS-ASEMAIL 3.1.5.2, 3.2.5.2).

use super::upload::{EmailUpload, UploadError};
use super::{Email, Importance};
use crate::airsyncbase::{AttachmentAdd, Attachments, Body, BodyContent, BodyType, DataError};
use crate::codepages::{airsyncbase, email as tags, email2};
use crate::element::Element;
use crate::tag::Tag;

/// A draft that a device made or changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DraftUpload {
    /// What is written.
    pub content: DraftContent,
    /// Read, flag and categories, as of any mail.
    pub marks: EmailUpload,
    /// Whether the draft is to be sent now; else it is kept.
    pub send: bool,
}

/// What is written in a draft.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DraftContent {
    /// The whole message as MIME, headers and attachments included.
    Mime(Vec<u8>),
    /// Single properties.
    Parts(Box<DraftParts>),
}

/// Properties of a draft. `None` leaves what is there, an empty text empties it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DraftParts {
    /// Primary recipients as addresses, comma-separated.
    pub to: Option<String>,
    /// Secondary recipients, likewise.
    pub cc: Option<String>,
    /// Hidden recipients, likewise.
    pub bcc: Option<String>,
    /// Addresses for replies, separated by semicolons.
    pub reply_to: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Importance.
    pub importance: Option<Importance>,
    /// Body; never MIME.
    pub body: Option<Body>,
    /// Attachments that are new.
    pub added: Vec<AttachmentAdd>,
    /// File references of attachments that are gone.
    pub removed: Vec<String>,
}

/// What only a server says of a mail.
const READ_ONLY: [Tag; 7] = [
    email2::IS_DRAFT,
    email2::CONVERSATION_ID,
    email2::CONVERSATION_INDEX,
    email2::SENDER,
    email2::RECEIVED_AS_BCC,
    email2::LAST_VERB_EXECUTED,
    email2::LAST_VERB_EXECUTION_TIME,
];

/// What a message as MIME says itself.
const OF_PARTS: [Tag; 7] = [
    tags::TO,
    tags::CC,
    email2::BCC,
    tags::REPLY_TO,
    tags::SUBJECT,
    tags::IMPORTANCE,
    airsyncbase::ATTACHMENTS,
];

impl DraftUpload {
    /// Reads the `ApplicationData` of a device's Add or Change in the drafts folder.
    ///
    /// What a draft may not have but no store of ours keeps, as an author or a date, is passed over.
    ///
    /// # Errors
    /// It says what only the server says, or properties beside MIME, or marks break the rules of [`EmailUpload`].
    pub fn parse(data: &Element) -> Result<Self, UploadError> {
        let only_server = data.elements().find(|child| READ_ONLY.contains(&child.tag));
        if let Some(element) = only_server {
            return Err(DataError::NotAllowed(element.tag).into());
        }
        let marks = data
            .elements()
            .filter(|child| EmailUpload::TAGS.contains(&child.tag));
        let marks = Element::new(data.tag).with_all(marks.cloned());
        let email = Email::from_data(data)?;
        Ok(Self {
            marks: EmailUpload::parse(&marks)?,
            send: email.send,
            content: DraftContent::from_email(email, data)?,
        })
    }

    /// What a device sends: the properties of the `ApplicationData`.
    #[must_use]
    pub fn to_email(&self) -> Email {
        let parts = match &self.content {
            DraftContent::Mime(_) => DraftParts::default(),
            DraftContent::Parts(parts) => (**parts).clone(),
        };
        let body = match &self.content {
            DraftContent::Parts(_) => parts.body,
            DraftContent::Mime(message) => Some(mime(message.clone())),
        };
        Email {
            to: parts.to,
            cc: parts.cc,
            bcc: parts.bcc,
            reply_to: parts.reply_to,
            subject: parts.subject,
            importance: parts.importance,
            body,
            attachments: Attachments {
                added: parts.added,
                removed: parts.removed,
                ..Attachments::default()
            },
            read: self.marks.read,
            flag: self.marks.flag.clone(),
            categories: self.marks.categories.clone(),
            send: self.send,
            ..Email::default()
        }
    }
}

impl DraftContent {
    fn from_email(email: Email, data: &Element) -> Result<Self, DataError> {
        if let Some(body) = &email.body
            && body.kind == BodyType::Mime
        {
            let beside = data.elements().find(|child| OF_PARTS.contains(&child.tag));
            return match (beside, &body.data) {
                (Some(element), _) => Err(DataError::NotAllowed(element.tag)),
                (None, Some(BodyContent::Bytes(message))) => Ok(Self::Mime(message.clone())),
                (None, Some(BodyContent::Text(message))) => {
                    Ok(Self::Mime(message.clone().into_bytes()))
                }
                (None, Some(BodyContent::Part(_)) | None) => {
                    Err(DataError::Missing(airsyncbase::DATA))
                }
            };
        }
        Ok(Self::Parts(Box::new(DraftParts {
            to: email.to,
            cc: email.cc,
            bcc: email.bcc,
            reply_to: email.reply_to,
            subject: email.subject,
            importance: email.importance,
            body: email.body,
            added: email.attachments.added,
            removed: email.attachments.removed,
        })))
    }
}

fn mime(message: Vec<u8>) -> Body {
    Body {
        kind: BodyType::Mime,
        estimated_data_size: None,
        truncated: false,
        data: Some(BodyContent::Bytes(message)),
        preview: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codepages::airsync;

    fn parse(children: impl IntoIterator<Item = Element>) -> Result<DraftUpload, UploadError> {
        DraftUpload::parse(&Element::new(airsync::APPLICATION_DATA).with_all(children))
    }

    fn mime_body(data: Option<Element>) -> Element {
        Element::new(airsyncbase::BODY)
            .with(Element::number(airsyncbase::TYPE, 4))
            .with_some(data)
    }

    #[test]
    fn what_only_the_server_says_is_refused() {
        for tag in READ_ONLY {
            let refused = parse([Element::text(tags::TO, "a@b"), Element::text(tag, "1")]);
            assert_eq!(refused, Err(UploadError(DataError::NotAllowed(tag))));
        }
        let passed_over = parse([Element::text(tags::FROM, "ann@example.org")]).unwrap();
        let nothing = DraftContent::Parts(Box::default());
        assert_eq!((passed_over.content, passed_over.send), (nothing, false));
    }

    #[test]
    fn marks_of_drafts_follow_the_rules_of_all_marks() {
        let flag = Element::new(tags::FLAG).with(Element::text(tags::FLAG_TYPE, "x"));
        let refused = parse([Element::text(tags::SUBJECT, "a"), flag]);
        assert_eq!(refused, Err(UploadError(DataError::Missing(tags::STATUS))));
        let read = parse([Element::number(tags::READ, 1), Element::new(email2::SEND)]).unwrap();
        assert_eq!((read.marks.read, read.send), (Some(true), true));
    }

    #[test]
    fn a_message_as_mime_says_everything_itself() {
        let data = || Element::opaque(airsyncbase::DATA, b"To: a@b\r\n\r\n".as_slice());
        for data in [data(), Element::text(airsyncbase::DATA, "To: a@b\r\n\r\n")] {
            let draft = parse([mime_body(Some(data)), Element::new(email2::SEND)]).unwrap();
            let expected = DraftContent::Mime(b"To: a@b\r\n\r\n".to_vec());
            assert_eq!((draft.content, draft.send), (expected, true));
        }
        for tag in OF_PARTS {
            let refused = parse([mime_body(Some(data())), Element::number(tag, 1)]);
            assert_eq!(refused, Err(UploadError(DataError::NotAllowed(tag))));
        }
        let missing = Err(UploadError(DataError::Missing(airsyncbase::DATA)));
        assert_eq!(parse([mime_body(None)]), missing);
    }
}
