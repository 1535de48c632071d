//! What a device wants sent: typed from 14.0 on, the message itself and a query before.

use bytes::Bytes;
use protocol::airsyncbase::{BodyContent, BodyType};
use protocol::command::compose_mail::{
    ComposeOptions, ForwardContent, MailSource, SendMailRequest, SmartForwardRequest,
    SmartReplyRequest, SourceItem,
};
use protocol::datetime;
use protocol::query::Command;
use protocol::status::CommonStatus;
use sha2::{Digest, Sha256};

use crate::commands::context::Context;
use crate::convert::email::compose::{Bring, Forwarding};
use crate::error::{Fault, Unsent};
use crate::ids::long_id::LongId;
use crate::ids::{FolderNo, ServerId};
use crate::store::SendIdent;

/// How long the same message is taken for a repeat before 14.0, where nothing else tells, in seconds.
const SAME_FOR: i64 = 600;

/// A message to be sent.
pub(super) struct Wanted {
    /// Tells a repeat.
    pub(super) ident: SendIdent,
    /// A message that was done before this time is another one, in UTC epoch seconds.
    pub(super) known_since: i64,
    /// The message.
    pub(super) text: Text,
    /// Whether a copy is to be kept.
    pub(super) save: bool,
    /// What it refers to.
    pub(super) source: Option<Refers>,
}

impl Wanted {
    /// A message that was a draft.
    pub(super) fn draft(ident: SendIdent, mime: Bytes) -> Self {
        Self {
            ident,
            known_since: i64::MIN,
            text: Text::Written(mime),
            save: true,
            source: None,
        }
    }
}

/// Who writes the message.
#[derive(Clone)]
pub(super) enum Text {
    /// The device wrote it.
    Written(Bytes),
    /// It is to be made.
    Forwarding(Forwarding),
}

impl Text {
    /// The message; `original` is what it refers to.
    pub(super) fn mime(&self, original: &[u8]) -> Bytes {
        match self {
            Self::Written(mime) => mime.clone(),
            Self::Forwarding(forwarding) => forwarding.write(original).into(),
        }
    }
}

/// A message that another one refers to.
#[derive(Clone)]
pub(super) struct Refers {
    /// The item; `None` when the device named none of ours.
    pub(super) id: Option<LongId>,
    /// What of it is brought along; `None` for nothing.
    pub(super) bring: Option<Bring>,
    /// What is to be marked on it.
    pub(super) mark: backends::Flag,
}

/// Reads the request, and lets its body go.
pub(super) fn read(context: &mut Context<'_>) -> Result<Wanted, Fault> {
    let wanted = if context.version().errors_by_http() {
        by_query(context)
    } else {
        by_document(context)?
    };
    context.request.body = Bytes::new();
    Ok(wanted)
}

/// Up to 12.1.
fn by_query(context: &Context<'_>) -> Wanted {
    let line = &context.request.line;
    let mime = context.request.body.clone();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let long_id = line.long_id.as_deref().filter(|id| !id.is_empty());
    let id = match long_id {
        Some(id) => LongId::parse(id),
        None => item(&text(&line.collection_id), &text(&line.item_id)),
    };
    // One message may be sent by two commands, and to two originals.
    let mut hash = Sha256::new();
    hash.update(line.command.as_str());
    hash.update(text(&line.item_id));
    hash.update(long_id.unwrap_or_default());
    hash.update([0]);
    hash.update(&mime);
    Wanted {
        ident: hash.finalize().into(),
        known_since: context.steady_now().saturating_sub(SAME_FOR),
        text: Text::Written(mime),
        save: line.save_in_sent,
        source: refers(line.command, id, Whole::No),
    }
}

/// From 14.0 on.
fn by_document(context: &Context<'_>) -> Result<Wanted, Fault> {
    let command = context.request.line.command;
    let (client_id, options, text, source) = match command {
        Command::SmartReply => {
            let request = context.body::<SmartReplyRequest>()?;
            let id = original(&request.source)?;
            let source = refers(command, id, whole(request.replace_mime));
            (
                request.client_id,
                request.options,
                written(request.mime),
                source,
            )
        }
        Command::SmartForward => {
            let request = context.body::<SmartForwardRequest>()?;
            let id = original(&request.source)?;
            let options = match &request.content {
                ForwardContent::Mime { .. } => request.options,
                // The device may not ask for a copy, and its user looks for one all the same.
                ForwardContent::Forwardees { .. } => ComposeOptions {
                    save_in_sent: true,
                    ..request.options
                },
            };
            let (text, whole) = passed_on(request.content)?;
            (request.client_id, options, text, refers(command, id, whole))
        }
        _ => {
            let request = context.body::<SendMailRequest>()?;
            (
                request.client_id,
                request.options,
                written(request.mime),
                None,
            )
        }
    };
    let ComposeOptions {
        account_id,
        save_in_sent,
        template_id,
    } = options;
    // No account but the user's own was ever named to the device (UserInformation), and no template.
    if account_id.is_some_and(|id| !id.is_empty()) {
        return Err(Unsent::UnknownAccount.into());
    }
    if template_id.is_some_and(|id| !id.is_empty()) {
        return Err(Unsent::RightsManagement.into());
    }
    Ok(Wanted {
        ident: Sha256::digest(client_id.as_str()).into(),
        known_since: i64::MIN,
        text,
        save: save_in_sent,
        source,
    })
}

fn written(mime: Vec<u8>) -> Text {
    Text::Written(mime.into())
}

/// What is passed on. An invitation is plain mail here, and goes as such.
fn passed_on(content: ForwardContent) -> Result<(Text, Whole), Fault> {
    let (forwardees, body) = match content {
        ForwardContent::Mime { mime, replace } => return Ok((written(mime), whole(replace))),
        ForwardContent::Forwardees { forwardees, body } => (forwardees, body),
    };
    let to = forwardees.list().iter();
    let to = to.map(|one| (one.name.clone(), one.email.clone()));
    let html = body
        .as_ref()
        .is_some_and(|body| body.kind == BodyType::Html);
    let text = body
        .filter(|body| matches!(body.kind, BodyType::Plain | BodyType::Html))
        .and_then(|body| body.data);
    let text = match text {
        Some(BodyContent::Text(text)) => text,
        Some(BodyContent::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Some(BodyContent::Part(_)) | None => String::new(),
    };
    let forwarding = Forwarding::new(to, text, html)
        .map_err(|_none| Fault::Common(CommonStatus::InvalidSmartForwardParameters))?;
    Ok((Text::Forwarding(forwarding), Whole::No))
}

/// Whether the device wrote all of the message.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Whole {
    Yes,
    No,
}

fn whole(replace_mime: bool) -> Whole {
    if replace_mime { Whole::Yes } else { Whole::No }
}

fn refers(command: Command, id: Option<LongId>, whole: Whole) -> Option<Refers> {
    let (bring, mark) = match (command, whole) {
        (Command::SmartReply, Whole::No) => (Some(Bring::Quote), backends::Flag::Answered),
        (Command::SmartReply, Whole::Yes) => (Some(Bring::Thread), backends::Flag::Answered),
        (Command::SmartForward, Whole::No) => (Some(Bring::Everything), backends::Flag::Forwarded),
        (Command::SmartForward, Whole::Yes) => (None, backends::Flag::Forwarded),
        _ => return None,
    };
    Some(Refers { id, bring, mark })
}

/// The item that a source names.
fn original(source: &MailSource) -> Result<Option<LongId>, Unsent> {
    let instance = source.instance_id.as_deref().filter(|id| !id.is_empty());
    if instance.is_some_and(|id| datetime::parse(id).is_none()) {
        return Err(Unsent::InvalidInstance);
    }
    Ok(match &source.item {
        SourceItem::Item { folder_id, item_id } => item(folder_id.as_str(), item_id.as_str()),
        SourceItem::LongId(id) => LongId::parse(id),
    })
}

fn item(folder: &str, item: &str) -> Option<LongId> {
    let folder = FolderNo::parse(folder);
    let id = ServerId::parse(item).filter(|id| Some(id.folder) == folder);
    id.map(LongId::from)
}
