//! What is done here with a message: mailboxes of people here, the copy in Sent, the note of who did not get it.
//!
//! Everything has a name made from the message, so that a repeat finds what is there and makes no twin.

use backends::{BackendError, Class, Flag, Kind, Marks, NewName, Role};

use super::compose::{self, Mail};
use super::request::Wanted;
use crate::commands::context::Context;
use crate::convert::email::compose::{Stamp, Undelivered, delivered, undelivered};
use crate::error::{Fault, Unsent, chain};
use crate::http::request::AccountName;
use crate::index::KnownFolder;

/// Puts the message into the mailboxes of people here. Answers who could not get it; `elsewhere` says whether anybody
/// got it by the relay.
pub(super) async fn deliver(
    context: &Context<'_>,
    wanted: &Wanted,
    mail: &Mail,
    elsewhere: bool,
) -> Result<Vec<(String, u16)>, Fault> {
    let mut failed = Vec::new();
    let mut last = None;
    for (recipient, account) in &mail.routes.here {
        let name = compose::name(context, wanted, (mail.at, account.as_str()));
        match put(context, mail, (recipient, account), &name).await {
            Ok(()) => {}
            Err(Fault::Backend(error)) => {
                tracing::warn!(account = %context.who.account, error = %chain(&error), "message not delivered here");
                failed.push((recipient.clone(), 0));
                last = Some(error);
            }
            Err(other) => return Err(other),
        }
    }
    match last {
        // Nobody has it at all: the device is told, and may try again.
        Some(error) if !elsewhere && failed.len() == mail.routes.here.len() => {
            Err(undeliverable(&error).into())
        }
        Some(_) | None => Ok(failed),
    }
}

fn undeliverable(error: &BackendError) -> Unsent {
    match error.kind() {
        Kind::Forbidden | Kind::TooLarge | Kind::Refused => Unsent::Refused,
        Kind::Full
        | Kind::NotFound
        | Kind::Unavailable
        | Kind::Unauthorized
        | Kind::Conflict
        | Kind::Exists
        | Kind::Unexpected => Unsent::Undelivered,
    }
}

async fn put(
    context: &Context<'_>,
    mail: &Mail,
    (recipient, account): (&str, &AccountName),
    name: &str,
) -> Result<(), Fault> {
    let parts = context.parts;
    let id = parts
        .index
        .store()
        .account(account.as_str(), context.now)
        .await?;
    let provider = parts.supervisor.provider();
    provider.introduce(id, account.as_str());
    let mailbox = provider.mailbox(id).await?;
    let inbox = mailbox.provide(Class::Email, Role::Inbox).await?;
    let content = delivered(
        &mail.outgoing.message,
        &mail.outgoing.sender,
        recipient,
        (parts.outbox.domain(), context.now),
    );
    mailbox
        .create(
            &inbox.reference,
            &new_name(name)?,
            &content,
            &Marks::default(),
        )
        .await?;
    Ok(())
}

/// Puts a note into the author's Inbox that names who did not get the message.
pub(super) async fn report(
    context: &Context<'_>,
    wanted: &Wanted,
    mail: &Mail,
    refused: &[(String, u16)],
) -> Result<(), Fault> {
    let domain = context.parts.outbox.domain();
    let name = compose::name(context, wanted, (mail.at, "\0report"));
    let stamp = Stamp {
        date: mail.at,
        message_id: format!("{name}@{domain}"),
    };
    let note = undelivered(
        &Undelivered {
            message: &mail.outgoing.message,
            author: &mail.outgoing.sender,
            by: domain,
            refused,
        },
        &stamp,
    );
    let mailbox = context.mailbox().await?;
    let inbox = mailbox.provide(Class::Email, Role::Inbox).await?;
    mailbox
        .create(
            &inbox.reference,
            &new_name(&name)?,
            &note,
            &Marks::default(),
        )
        .await?;
    Ok(())
}

/// Keeps a copy in Sent. Whether it is there: the message has gone, so that a copy that fails is not the device's to
/// hear of, who would send the message again.
pub(super) async fn keep(context: &Context<'_>, wanted: &Wanted, mail: &Mail) -> bool {
    match kept(context, wanted, mail).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(account = %context.who.account, error = %chain(&error), "no copy of a sent message");
            context.parts.metrics.sending.copies_failed.inc();
            false
        }
    }
}

async fn kept(context: &Context<'_>, wanted: &Wanted, mail: &Mail) -> Result<(), Fault> {
    let account = context.who.account;
    let parts = context.parts;
    let Some((sent, reference)) = sent_folder(context).await? else {
        return Err(Fault::Broken("a folder for sent mail that is not there"));
    };
    let name = new_name(&compose::name(context, wanted, (mail.at, "\0copy")))?;
    let mailbox = context.mailbox().await?;
    // The watcher must not write the copy down before it is known whose it is.
    let still = parts.supervisor.still(account, sent.no).await;
    let state = mailbox
        .create(
            &reference,
            &name,
            &mail.outgoing.copy,
            &Marks::from_iter([Flag::Seen]),
        )
        .await?;
    parts.index.adopt(context.who, sent.no, &state).await?;
    drop(still);
    parts.supervisor.announce(account, sent.no).await;
    Ok(())
}

/// The folder for sent mail; made if the account has none yet.
async fn sent_folder(
    context: &Context<'_>,
) -> Result<Option<(KnownFolder, backends::FolderRef)>, Fault> {
    let account = context.who.account;
    let find = async || -> Result<Option<(KnownFolder, backends::FolderRef)>, Fault> {
        let folders = context.parts.index.folders(account).await?;
        Ok(folders.into_iter().find_map(|folder| {
            let reference = folder.reference.clone()?;
            (folder.role == Role::Sent).then_some((folder, reference))
        }))
    };
    if let Some(sent) = find().await? {
        return Ok(Some(sent));
    }
    let mailbox = context.mailbox().await?;
    mailbox.provide(Class::Email, Role::Sent).await?;
    context.parts.supervisor.refresh_hierarchy(account).await?;
    find().await
}

fn new_name(name: &str) -> Result<NewName, Fault> {
    NewName::parse(&name.replace('.', "-")).ok_or(Fault::Broken("a name that no store can keep"))
}
