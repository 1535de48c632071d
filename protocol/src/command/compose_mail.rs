//! SendMail, SmartReply and SmartForward from 14.0 on (MS-ASCMD 2.2.1.16, 2.2.1.19, 2.2.1.20).
//!
//! Before 14.0 the message itself is the body of the request, and the query says the rest. A success is an empty body
//! in every version, so there is an answer only for failures: [`super::status_only`].

mod forwardees;
mod source;

pub use forwardees::{Forwardee, Forwardees};
pub use source::{MailSource, SourceItem};

use crate::airsyncbase::Body as MailBody;
use crate::codepages::{airsyncbase, compose_mail as tags, rights_management};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{Body, BodyError, BodyErrorKind, ClientId, StatusCode, parts};

/// A message to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SendMailRequest {
    /// Tells a repeat from another message.
    pub client_id: ClientId,
    /// What else is asked for.
    pub options: ComposeOptions,
    /// The message as RFC 5322 text.
    pub mime: Vec<u8>,
}

/// What may be asked for with every message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ComposeOptions {
    /// The account to send by, from 14.1 on.
    pub account_id: Option<String>,
    /// Whether a copy is to be kept in the folder for sent mail.
    pub save_in_sent: bool,
    /// A template of rights management, from 14.1 on.
    pub template_id: Option<String>,
}

/// A reply to a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SmartReplyRequest {
    /// Tells a repeat from another message.
    pub client_id: ClientId,
    /// What is replied to.
    pub source: MailSource,
    /// What else is asked for.
    pub options: ComposeOptions,
    /// Whether [`Self::mime`] is the whole message, the original in it as far as wanted.
    pub replace_mime: bool,
    /// The message as RFC 5322 text.
    pub mime: Vec<u8>,
}

/// A message that is passed on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SmartForwardRequest {
    /// Tells a repeat from another message.
    pub client_id: ClientId,
    /// What is passed on.
    pub source: MailSource,
    /// What else is asked for.
    pub options: ComposeOptions,
    /// What is passed on, and to whom.
    pub content: ForwardContent,
}

/// How a message or a meeting is passed on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ForwardContent {
    /// By a message of the device's.
    Mime {
        /// The message as RFC 5322 text.
        mime: Vec<u8>,
        /// Whether it is the whole message, the original in it as far as wanted.
        replace: bool,
    },
    /// By a message that the server makes: meetings, from 16.0 on.
    Forwardees {
        /// To whom.
        forwardees: Forwardees,
        /// A text that goes with it.
        body: Option<MailBody>,
    },
}

/// The answer to any of the three: a failure, since a success has no body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComposeFailure<const ROOT: u8> {
    /// Why.
    pub status: StatusCode,
}

/// The answer to a SendMail that failed.
pub type SendMailFailure = ComposeFailure<0x05>;
/// The answer to a SmartForward that failed.
pub type SmartForwardFailure = ComposeFailure<0x06>;
/// The answer to a SmartReply that failed.
pub type SmartReplyFailure = ComposeFailure<0x07>;

impl Body for SendMailRequest {
    const ROOT: Tag = tags::SEND_MAIL;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            client_id: parts::id(root, tags::CLIENT_ID)?,
            options: ComposeOptions::read(root)?,
            mime: parts::required(root, tags::MIME)?.bytes().into_owned(),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let root = opened(Self::ROOT, &self.client_id, &self.options, version);
        self.options.close(root.with(mime(&self.mime)), version)
    }
}

impl Body for SmartReplyRequest {
    const ROOT: Tag = tags::SMART_REPLY;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            client_id: parts::id(root, tags::CLIENT_ID)?,
            source: MailSource::read(root)?,
            options: ComposeOptions::read(root)?,
            replace_mime: flag(root, tags::REPLACE_MIME)?,
            mime: parts::required(root, tags::MIME)?.bytes().into_owned(),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let root = opened(Self::ROOT, &self.client_id, &self.options, version)
            .with(self.source.write())
            .with_some(set(tags::REPLACE_MIME, self.replace_mime));
        self.options.close(root.with(mime(&self.mime)), version)
    }
}

impl Body for SmartForwardRequest {
    const ROOT: Tag = tags::SMART_FORWARD;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            client_id: parts::id(root, tags::CLIENT_ID)?,
            source: MailSource::read(root)?,
            options: ComposeOptions::read(root)?,
            content: ForwardContent::read(root)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let root =
            opened(Self::ROOT, &self.client_id, &self.options, version).with(self.source.write());
        let root = match &self.content {
            ForwardContent::Mime { mime, replace } => root
                .with_some(set(tags::REPLACE_MIME, *replace))
                .with(self::mime(mime)),
            ForwardContent::Forwardees { forwardees, body } => root
                .with(forwardees.write())
                .with_some(body.as_ref().map(|body| body.to_element(version))),
        };
        self.options.close(root, version)
    }
}

impl<const ROOT: u8> Body for ComposeFailure<ROOT> {
    const ROOT: Tag = Tag::new(21, ROOT);

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT).with(parts::write_status(tags::STATUS, self.status))
    }
}

impl ForwardContent {
    /// A message, or forwardees: not both (MS-ASCMD 2.2.1.19).
    fn read(root: &Element) -> Result<Self, BodyError> {
        let body = root.child(airsyncbase::BODY);
        let Some(forwardees) = root.child(tags::FORWARDEES) else {
            if body.is_some() {
                return Err(BodyError::new(
                    airsyncbase::BODY,
                    BodyErrorKind::Contradiction,
                ));
            }
            return Ok(Self::Mime {
                mime: parts::required(root, tags::MIME)?.bytes().into_owned(),
                replace: flag(root, tags::REPLACE_MIME)?,
            });
        };
        let excluded = [tags::MIME, tags::REPLACE_MIME, tags::SAVE_IN_SENT_ITEMS];
        if let Some(tag) = excluded.into_iter().find(|tag| root.child(*tag).is_some()) {
            return Err(BodyError::new(tag, BodyErrorKind::Contradiction));
        }
        Ok(Self::Forwardees {
            forwardees: Forwardees::read(forwardees)?,
            body: body.map(MailBody::from_element).transpose()?,
        })
    }
}

impl ComposeOptions {
    fn read(root: &Element) -> Result<Self, BodyError> {
        Ok(Self {
            account_id: parts::text(root, tags::ACCOUNT_ID),
            save_in_sent: flag(root, tags::SAVE_IN_SENT_ITEMS)?,
            template_id: parts::text(root, rights_management::TEMPLATE_ID),
        })
    }

    fn close(&self, root: Element, version: Version) -> Element {
        let template = self.template_id.as_ref();
        let template = template.filter(|_| version >= Version::V14_1);
        root.with_some(parts::write_text(rights_management::TEMPLATE_ID, template))
    }
}

fn opened(root: Tag, client_id: &ClientId, options: &ComposeOptions, version: Version) -> Element {
    let account = options.account_id.as_ref();
    let account = account.filter(|_| version >= Version::V14_1);
    Element::new(root)
        .with(parts::write_id(tags::CLIENT_ID, client_id))
        .with_some(parts::write_text(tags::ACCOUNT_ID, account))
        .with_some(set(tags::SAVE_IN_SENT_ITEMS, options.save_in_sent))
}

/// A flag tag: there or not. Some phones say `0` or `1` inside of it.
fn flag(root: &Element, tag: Tag) -> Result<bool, BodyError> {
    Ok(parts::flag(root, tag)?.unwrap_or(false))
}

fn set(tag: Tag, set: bool) -> Option<Element> {
    set.then(|| Element::new(tag))
}

fn mime(mime: &[u8]) -> Element {
    Element::opaque(tags::MIME, mime)
}
