//! SendMail, SmartReply and SmartForward (MS-ASCMD 2.2.1.16, 2.2.1.19, 2.2.1.20).
//!
//! A message goes once. How far it came is written down before each step that cannot be taken back ([`SendState`]):
//!
//! ```text
//! begun ──▶ committing ──▶ relayed ──▶ delivered ──▶ done
//!   ▲           │              │            copy in Sent, mark on the original: each may be repeated
//!   └───────────┘              mailboxes here, and the note of who did not get it
//!     the relay said no, or its answer was lost
//! ```
//!
//! The relay comes before the mailboxes here, so that a message that it does not take has reached nobody when the device
//! is told so. A repeat of what is done is told to be one; a repeat of what was relayed or delivered finishes the rest.

mod compose;
mod local;
mod outbox;
mod request;
mod source;

use std::time::Instant;

use backends::smtp::{Submission, SubmitError};
use bytes::Bytes;

use self::compose::Mail;
use self::outbox::Recipients;
use self::request::Wanted;
use crate::commands::context::Context;
use crate::convert::email::compose::answered;
use crate::error::{Fault, Unsent, chain};
use crate::http::answer::Answer;
use crate::metrics::{SendResult, SendRoute};
use crate::store::{SendIdent, SendState, Sending};

pub use self::outbox::{Directory, Outbox, OutboxLimits};

/// How a message went.
struct Went {
    result: SendResult,
    route: SendRoute,
}

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let wanted = request::read(context);
    measured(context, wanted).await?;
    // A success has no body, in every version.
    Ok(Answer::empty())
}

/// Sends a draft as SendMail does, with a copy in Sent; `ident` tells a repeat, which goes no second time. What the draft
/// says that it answers is marked so.
///
/// # Errors
/// [`Fault::Unsent`] where it did not go.
pub(in crate::commands) async fn draft(
    context: &mut Context<'_>,
    ident: SendIdent,
    mime: Bytes,
) -> Result<(), Fault> {
    let answered = answered(&mime);
    let wanted = Wanted::draft(ident, mime);
    match measured(context, Ok(wanted)).await {
        Ok(()) | Err(Fault::Unsent(Unsent::Duplicate)) => {}
        Err(other) => return Err(other),
    }
    if let Some(id) = answered {
        source::mark_answered(context, &id).await;
    }
    Ok(())
}

async fn measured(context: &mut Context<'_>, wanted: Result<Wanted, Fault>) -> Result<(), Fault> {
    let started = Instant::now();
    let metrics = context.parts.metrics.sending.clone();
    let went = match wanted {
        Ok(wanted) => sent(context, &wanted).await,
        Err(fault) => Err(fault),
    };
    metrics.duration.observe(started.elapsed().as_secs_f64());
    let (result, route) = match &went {
        Ok(went) => (went.result, went.route),
        Err(Fault::Unsent(Unsent::Duplicate)) => (SendResult::Duplicate, SendRoute::None),
        Err(Fault::Unsent(why)) if why.lasts() => (SendResult::Refused, SendRoute::None),
        Err(_) => (SendResult::Failed, SendRoute::None),
    };
    metrics.results.of((result, route)).inc();
    went.map(|_| ())
}

async fn sent(context: &mut Context<'_>, wanted: &Wanted) -> Result<Went, Fault> {
    let parts = context.parts.clone();
    let turn = parts.outbox.turn((context.who, wanted.ident)).await;
    let store = parts.index.store();
    let sending = store
        .begin_sending(
            context.who,
            &wanted.ident,
            (context.now, wanted.known_since),
        )
        .await?;
    if sending.state == SendState::Done {
        // Who waited for the first request of this message has asked once, as far as its user knows.
        return match turn.waited {
            true => Ok(Went {
                result: SendResult::Sent,
                route: SendRoute::None,
            }),
            false => Err(Unsent::Duplicate.into()),
        };
    }
    let mail = match compose::mail(context, wanted, sending).await {
        Ok(mail) => mail,
        Err(Fault::Unsent(why)) if sending.state != SendState::Begun => {
            // It has gone; what would have been done here cannot be made any more.
            tracing::warn!(account = %context.who.account, error = %why, "sent message not finished");
            note(context, wanted, SendState::Done).await?;
            return Ok(Went {
                result: SendResult::Sent,
                route: SendRoute::Relay,
            });
        }
        Err(other) => return Err(other),
    };
    context.facts.recipients = u32::try_from(mail.outgoing.recipients.len()).ok();
    let went = finished(context, wanted, &mail, sending).await?;
    drop(turn);
    Ok(went)
}

/// From where it stands to its end.
async fn finished(
    context: &mut Context<'_>,
    wanted: &Wanted,
    mail: &Mail,
    sending: Sending,
) -> Result<Went, Fault> {
    let Mail { routes, .. } = mail;
    let mut refused = match sending.state {
        SendState::Begun => relayed(context, wanted, mail).await?,
        // The process ended between writing this down and the relay's answer. The dot was on its way, so the relay has
        // the message more likely than not: another one would be a second mail to everybody.
        SendState::Committing => {
            tracing::warn!(account = %context.who.account, "message in doubt counts as sent");
            context.parts.metrics.sending.in_doubt.inc();
            Vec::new()
        }
        SendState::Relayed | SendState::Delivered | SendState::Done => Vec::new(),
    };
    let elsewhere = routes.relayed.len() > refused.len();
    // As long as nobody has it, nothing says that it went: what it replies to may be gone at the next try.
    if elsewhere && matches!(sending.state, SendState::Begun | SendState::Committing) {
        note(context, wanted, SendState::Relayed).await?;
    }
    if sending.state != SendState::Delivered {
        refused.extend(local::deliver(context, wanted, mail, elsewhere).await?);
        if !refused.is_empty() {
            local::report(context, wanted, mail, &refused).await?;
        }
        // People may have moved it by the time of a repeat, which would put a second one into their Inboxes.
        note(context, wanted, SendState::Delivered).await?;
    }
    let kept = !wanted.save || local::keep(context, wanted, mail).await;
    if let Some(source) = &mail.source {
        source::mark(context, source).await;
    }
    if kept {
        note(context, wanted, SendState::Done).await?;
    }
    Ok(Went {
        result: match refused.is_empty() {
            true => SendResult::Sent,
            false => SendResult::Partly,
        },
        route: routes.label(),
    })
}

/// Submits to the relay what is for others. Answers whom it refused, each with its answer.
async fn relayed(
    context: &mut Context<'_>,
    wanted: &Wanted,
    mail: &Mail,
) -> Result<Vec<(String, u16)>, Fault> {
    let Recipients { relayed, here, .. } = &mail.routes;
    let Some(relay) = context.parts.outbox.relay().filter(|_| !relayed.is_empty()) else {
        return Ok(Vec::new());
    };
    let started = Instant::now();
    let submission = Submission {
        sender: &mail.outgoing.sender,
        recipients: relayed,
        message: &mail.outgoing.message,
    };
    let store = context.parts.index.store().clone();
    let (who, ident) = (context.who, wanted.ident);
    // On the disk before the final dot is on the wire: after a crash it is known that the message may have gone.
    let commit = async move { store.note_sending(who, &ident, SendState::Committing).await };
    let submitted = match context.parts.outbox.login(&context.request.identity) {
        Some(login) => relay.submit_as(&login, submission, commit).await,
        None => relay.submit(submission, commit).await,
    };
    context.facts.backend += started.elapsed();
    let error = match submitted {
        Ok(submitted) => return Ok(pairs(submitted.refused)),
        Err(error) => error,
    };
    // It did not go, or (when the answer was lost) nobody can be told that it went: the next request sends it, with the
    // same Message-ID. If this cannot be written down, the message stays in doubt, and is not sent again.
    note(context, wanted, SendState::Begun).await?;
    let error = match error {
        // People here are not to miss it because nobody else can be reached for good.
        SubmitError::Refused(all) if !here.is_empty() && all.iter().all(|one| one.code >= 500) => {
            return Ok(pairs(all));
        }
        other => other,
    };
    tracing::warn!(account = %context.who.account, error = %chain(&error), "message not relayed");
    if let SubmitError::Permanent {
        stage: backends::smtp::Stage::Login,
        ..
    } = &error
    {
        // If people sign in themselves, the password may be an old one.
        context
            .parts
            .supervisor
            .provider()
            .doubt(context.who.account);
    }
    Err(why(&error).into())
}

fn pairs(refused: Vec<backends::smtp::Refused>) -> Vec<(String, u16)> {
    let pair = |one: backends::smtp::Refused| (one.recipient, one.code);
    refused.into_iter().map(pair).collect()
}

fn why(error: &SubmitError) -> Unsent {
    match error {
        SubmitError::Refused(all) if all.iter().all(|one| one.code >= 500) => Unsent::Refused,
        SubmitError::Permanent {
            stage: backends::smtp::Stage::Message,
            code: Some(552),
        } => Unsent::TooLarge,
        SubmitError::Permanent {
            stage: backends::smtp::Stage::Message | backends::smtp::Stage::Sender,
            ..
        } => Unsent::RelayRefused,
        SubmitError::Lost(_) => Unsent::Lost,
        // What the operator must see to (a wrong password) may be seen to before the device asks again.
        _ => Unsent::RelayAway,
    }
}

async fn note(context: &Context<'_>, wanted: &Wanted, state: SendState) -> Result<(), Fault> {
    let store = context.parts.index.store();
    Ok(store
        .note_sending(context.who, &wanted.ident, state)
        .await?)
}
