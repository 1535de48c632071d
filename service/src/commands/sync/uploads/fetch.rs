//! Single items that the device wants in full.

use backends::Kind;
use protocol::command::ServerId as WireId;
use protocol::command::sync::ItemAnswer;
use protocol::status::SyncStatus;

use crate::commands::class;
use crate::commands::context::Context;
use crate::commands::reading::Spot;
use crate::commands::sync::uploads::{code, item_of, place};
use crate::convert::email::BodyWish;
use crate::error::Fault;
use crate::ids::ServerId;
use crate::index::{Action, Session};

pub(super) async fn serve(
    context: &Context<'_>,
    session: &Session,
    id: &WireId,
    wish: &BodyWish,
) -> Result<ItemAnswer, Fault> {
    let answer = |status: SyncStatus, data| ItemAnswer::Fetch {
        server_id: id.clone(),
        status: code(status),
        data,
    };
    let (Some(item), Some((mailbox, folder))) =
        (item_of(session, id), place(context, session).await?)
    else {
        return Ok(answer(SyncStatus::ObjectNotFound, None));
    };
    let Some(row) = session.item(item).await? else {
        return Ok(answer(SyncStatus::ObjectNotFound, None));
    };
    let class = session.folder().class;
    let spot = Spot {
        mailbox: &*mailbox,
        folder: &folder,
        item: &row.reference,
        version: &row.version,
    };
    let content = match class::read(spot, class, Action::Add, wish).await {
        Ok(content) => content,
        Err(error) if error.kind() == Kind::NotFound => {
            return Ok(answer(SyncStatus::ObjectNotFound, None));
        }
        Err(error) => return Err(error.into()),
    };
    let id = ServerId {
        folder: session.folder().no,
        item,
    };
    let shown = class::show(context, (class, &id.into()), content, wish).await;
    Ok(match shown {
        Some(shown) => answer(SyncStatus::Success, Some(shown.data(context.version()))),
        None => answer(SyncStatus::ConversionError, None),
    })
}
