//! The message as it goes, made away from the runtime's threads when it is large.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::outbox::{self, Recipients};
use super::request::Wanted;
use super::source::{self, Source};
use crate::commands::context::Context;
use crate::convert::email::compose::{self, Author, ComposeError, Original, Outgoing, Stamp};
use crate::error::{Fault, Unsent};
use crate::store::Sending;

/// Messages above this size are made on a thread for blocking work.
const INLINE_MAX: usize = 128 << 10;

/// A message, and where it goes.
pub(super) struct Mail {
    pub(super) outgoing: Outgoing,
    pub(super) routes: Recipients,
    /// What is marked afterwards.
    pub(super) source: Option<Source>,
    /// When it was first asked for, in UTC epoch seconds.
    pub(super) at: i64,
}

/// Makes the message.
pub(super) async fn mail(
    context: &Context<'_>,
    wanted: &Wanted,
    sending: Sending,
) -> Result<Mail, Fault> {
    let outbox = &context.parts.outbox;
    let (mut marked, mut original) = (None, None);
    if let Some(refers) = &wanted.source {
        let (source, item) = source::read(context, refers).await?;
        marked = Some(source);
        original = refers.bring.map(|bring| (item.content, bring));
    }
    let Some(primary) = context.request.identity.address.clone() else {
        tracing::error!(account = %context.who.account, "the account has no address: auth.domains names none, and its line in the users file neither");
        return Err(Unsent::NoAddress.into());
    };
    let raw = original.as_ref().map(|(content, _): &(Bytes, _)| content);
    let mime = wanted.text.mime(raw.map_or(&[], |raw| raw));
    let size = mime.len() + raw.map_or(0, Bytes::len);
    let stamp = stamp(context, wanted, (sending, &primary));
    let (directory, account) = (outbox.directory(), context.request.identity.account.clone());
    let work = move || {
        let is_own = |address: &str| {
            address.eq_ignore_ascii_case(&primary)
                || outbox::account_of(&*directory, address).is_some_and(|found| found == account)
        };
        let author = Author {
            primary: &primary,
            is_own: &is_own,
        };
        let original = original
            .as_ref()
            .map(|(raw, bring): &(Bytes, _)| Original { raw, bring: *bring });
        compose::outgoing(&mime, &author, &stamp, original.as_ref())
    };
    let made = if size <= INLINE_MAX {
        work()
    } else {
        let working = tokio::task::spawn_blocking(work).await;
        working.map_err(|_| Fault::Broken("a message could not be made"))?
    };
    let outgoing = made.map_err(unsent)?;
    if outgoing.message.len() > outbox.limits().bytes {
        return Err(Unsent::TooLarge.into());
    }
    let routes = outbox.routes(&outgoing.recipients)?;
    Ok(Mail {
        outgoing,
        routes,
        source: marked,
        at: sending.at,
    })
}

fn unsent(error: ComposeError) -> Unsent {
    match error {
        ComposeError::NotMail => Unsent::NotMail,
        ComposeError::NoRecipient => Unsent::NoRecipient,
        ComposeError::NoAddress => Unsent::Unreachable,
        ComposeError::TooLong => Unsent::TooManyRecipients,
    }
}

/// The same for every repeat: made from what tells repeats, and from the time of the first.
fn stamp(
    context: &Context<'_>,
    wanted: &Wanted,
    (sending, primary): (Sending, &Arc<str>),
) -> Stamp {
    let domain = primary
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    Stamp {
        date: sending.at,
        message_id: format!("{}@{domain}", name(context, wanted, (sending.at, ""))),
    }
}

/// A name for something that comes of this message, the same for every repeat of it.
pub(super) fn name(context: &Context<'_>, wanted: &Wanted, (at, what): (i64, &str)) -> String {
    let mut hash = Sha256::new();
    hash.update(context.request.identity.account.as_str());
    hash.update([0]);
    hash.update(context.request.line.device_key());
    hash.update([0]);
    hash.update(wanted.ident);
    hash.update(at.to_le_bytes());
    hash.update(what);
    let digest: [u8; 32] = hash.finalize().into();
    let digits: String = digest
        .iter()
        .take(20)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{at}.{digits}")
}
