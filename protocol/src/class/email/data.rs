//! `ApplicationData` and `Properties` of mail.
//!
//! The schema allows any order; the order written is the one that the specification's examples have.

use super::{Email, Flag, Importance, LastVerb, MeetingRequest};
use crate::airsyncbase::fields::{self, Writer};
use crate::airsyncbase::{Attachments, Body, BodyPart, BodyType, DataError};
use crate::codepages::{airsync, airsyncbase, email as tags, email2};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

impl Email {
    /// Reads the children of `ApplicationData`, `Properties` or the like, in any order.
    ///
    /// Elements of other classes and versions are passed over.
    ///
    /// # Errors
    /// A value does not fit its element, or a part of a known element is missing.
    pub fn from_data(data: &Element) -> Result<Self, DataError> {
        let mut email = Self::default();
        for element in data.elements() {
            email.read(element)?;
        }
        Ok(email)
    }

    /// The `ApplicationData` of a Sync command.
    #[must_use]
    pub fn to_data(&self, version: Version) -> Element {
        self.to_data_as(airsync::APPLICATION_DATA, version)
    }

    /// The same under another root, as `Properties` of ItemOperations.
    #[must_use]
    pub fn to_data_as(&self, root: Tag, version: Version) -> Element {
        let mut writer = Writer::new(root, version);
        self.write_headers(&mut writer);
        self.write_content(&mut writer, version);
        self.write_conversation(&mut writer);
        writer.finish()
    }

    fn read(&mut self, element: &Element) -> Result<(), DataError> {
        let text = || Some(element.value().into_owned());
        let bytes = || Some(element.bytes().into_owned());
        match element.tag {
            tags::TO => self.to = text(),
            tags::CC => self.cc = text(),
            tags::FROM => self.from = text(),
            tags::SUBJECT => self.subject = text(),
            tags::REPLY_TO => self.reply_to = text(),
            tags::DATE_RECEIVED => self.date_received = Some(fields::date_in(element)?),
            tags::DISPLAY_TO => self.display_to = text(),
            tags::THREAD_TOPIC => self.thread_topic = text(),
            tags::IMPORTANCE => {
                self.importance = Some(fields::code_in(element, Importance::from_code)?)
            }
            tags::READ => self.read = Some(fields::boolean_in(element)?),
            airsyncbase::ATTACHMENTS => self.attachments = Attachments::from_element(element)?,
            airsyncbase::BODY => self.body = Some(Body::from_element(element)?),
            airsyncbase::BODY_PART => self.body_part = Some(BodyPart::from_element(element)?),
            tags::MESSAGE_CLASS => self.message_class = text(),
            tags::MEETING_REQUEST => {
                self.meeting_request = Some(Box::new(MeetingRequest::from_element(element)?));
            }
            tags::INTERNET_CPID => self.internet_cpid = Some(fields::number_in(element)?),
            tags::FLAG => self.flag = Some(Flag::from_element(element)?),
            tags::CONTENT_CLASS => self.content_class = text(),
            airsyncbase::NATIVE_BODY_TYPE => {
                self.native_body_type = Some(fields::code_in(element, BodyType::from_code)?)
            }
            email2::UM_CALLER_ID => self.voice_caller = text(),
            email2::UM_USER_NOTES => self.voice_notes = text(),
            email2::CONVERSATION_ID => self.conversation_id = bytes(),
            email2::CONVERSATION_INDEX => self.conversation_index = bytes(),
            email2::LAST_VERB_EXECUTED => {
                self.last_verb_executed = Some(fields::code_in(element, LastVerb::from_code)?)
            }
            email2::LAST_VERB_EXECUTION_TIME => {
                self.last_verb_execution_time = Some(fields::date_in(element)?);
            }
            email2::SENDER => self.sender = text(),
            email2::RECEIVED_AS_BCC => self.received_as_bcc = Some(fields::boolean_in(element)?),
            email2::ACCOUNT_ID => self.account_id = text(),
            tags::CATEGORIES => self.categories = Some(categories(element)),
            email2::IS_DRAFT => self.is_draft = Some(fields::boolean_in(element)?),
            email2::BCC => self.bcc = text(),
            email2::SEND => self.send = true,
            _ => {}
        }
        Ok(())
    }

    fn write_headers(&self, writer: &mut Writer) {
        writer
            .text(tags::TO, self.to.as_deref())
            .text(tags::CC, self.cc.as_deref())
            .text(email2::BCC, self.bcc.as_deref())
            .text(tags::FROM, self.from.as_deref())
            .text(tags::SUBJECT, self.subject.as_deref())
            .text(tags::REPLY_TO, self.reply_to.as_deref())
            .date(tags::DATE_RECEIVED, self.date_received)
            .text(tags::DISPLAY_TO, self.display_to.as_deref())
            .text(tags::THREAD_TOPIC, self.thread_topic.as_deref())
            .number(tags::IMPORTANCE, self.importance.map(Importance::code))
            .boolean(tags::READ, self.read);
    }

    fn write_content(&self, writer: &mut Writer, version: Version) {
        writer
            .element(self.attachments.to_element(version))
            .element(self.body.as_ref().map(|body| body.to_element(version)))
            .element(self.body_part.as_ref().map(|part| part.to_element(version)))
            .text(tags::MESSAGE_CLASS, self.message_class.as_deref())
            .element(
                self.meeting_request
                    .as_ref()
                    .map(|meeting| meeting.to_element(version)),
            )
            .number(tags::INTERNET_CPID, self.internet_cpid)
            .element(self.flag.as_ref().map(|flag| flag.to_element(version)))
            .text(tags::CONTENT_CLASS, self.content_class.as_deref())
            .number(
                airsyncbase::NATIVE_BODY_TYPE,
                self.native_body_type.map(BodyType::code),
            );
    }

    fn write_conversation(&self, writer: &mut Writer) {
        writer
            .text(email2::UM_CALLER_ID, self.voice_caller.as_deref())
            .text(email2::UM_USER_NOTES, self.voice_notes.as_deref())
            .opaque(email2::CONVERSATION_ID, self.conversation_id.as_deref())
            .opaque(
                email2::CONVERSATION_INDEX,
                self.conversation_index.as_deref(),
            )
            .number(
                email2::LAST_VERB_EXECUTED,
                self.last_verb_executed.map(LastVerb::code),
            )
            .date(
                email2::LAST_VERB_EXECUTION_TIME,
                self.last_verb_execution_time,
            )
            .text(email2::SENDER, self.sender.as_deref())
            .boolean(email2::RECEIVED_AS_BCC, self.received_as_bcc)
            .element(self.categories.as_deref().map(categories_element))
            .text(email2::ACCOUNT_ID, self.account_id.as_deref())
            .boolean(email2::IS_DRAFT, self.is_draft)
            .element(self.send.then(|| Element::new(email2::SEND)));
    }
}

/// The categories in a `Categories` element.
pub(super) fn categories(element: &Element) -> Vec<String> {
    element
        .all(tags::CATEGORY)
        .map(|category| category.value().into_owned())
        .collect()
}

fn categories_element(categories: &[String]) -> Element {
    let categories = categories
        .iter()
        .map(|category| Element::text(tags::CATEGORY, category.as_str()));
    Element::new(tags::CATEGORIES).with_all(categories)
}
