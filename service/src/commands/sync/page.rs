//! What the device is to be told: the page of the index, with the items that go with it.

mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use backends::{
    BackendError, Change, Class, Delta, DeltaKind, FolderRef, ItemState, Kind, Mailbox, Role,
};
use futures_util::{StreamExt, stream};
use protocol::command::sync::{ApplicationData, ServerCommand};

use crate::commands::class::{self, Content};
use crate::commands::contacts::Trace;
use crate::commands::context::Context;
use crate::commands::reading::Spot;
use crate::commands::sync::page::wire::{server_command, weight};
use crate::convert::email::BodyWish;
use crate::error::Fault;
use crate::ids::{ItemNo, ServerId};
use crate::index::{Action, Applied, Command, KnownFolder, Page, ReadFrom, Session};
use crate::metrics::ConvertOutcome;

/// How many items are read at a time.
const READ_AHEAD: usize = 4;

/// How often a page is picked anew because an item vanished meanwhile.
const PICKS_MAX: usize = 3;

/// How often an item may take all the time there is, if others could be read meanwhile.
const TRIES: u32 = 2;

/// The same, if it was the only one.
const TRIES_ALONE: u32 = 4;

/// A page with its items.
#[derive(Default)]
pub(super) struct Filled {
    /// For the device.
    pub(super) commands: Vec<ServerCommand>,
    /// How many commands of the page they stand for.
    pub(super) told: usize,
    /// Whether there is more.
    pub(super) more: bool,
    /// What is to be kept of what is told.
    pub(super) traces: Vec<(ItemNo, Trace)>,
}

impl Filled {
    /// Nothing is told, and nothing was passed over.
    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.told == 0
    }
}

/// The folder is not what it was when the page was picked: an item vanished, or what was read may be older than what the
/// index has learnt since.
struct Vanished;

/// Picks a page and fills it. An item that was removed meanwhile has the folder refreshed and the page picked anew,
/// so that the device is told what is true now.
pub(super) async fn fill(
    context: &mut Context<'_>,
    session: &mut Session,
    cut_off: i64,
    size: usize,
    wish: &BodyWish,
) -> Result<Filled, Fault> {
    for _ in 1..PICKS_MAX {
        let page = session.guarded_page(cut_off, size).await?;
        match items(context, session, page, wish).await? {
            Ok(filled) => return Ok(filled),
            Err(Vanished) => {
                let folder = session.folder().no;
                context
                    .parts
                    .supervisor
                    .refresh(context.who.account, folder)
                    .await?;
            }
        }
    }
    // The folder moves faster than it can be read: an empty page, and the device comes back.
    session.page(cut_off, 0).await?;
    Ok(Filled {
        more: true,
        ..Filled::default()
    })
}

async fn items(
    context: &mut Context<'_>,
    session: &mut Session,
    page: Page,
    wish: &BodyWish,
) -> Result<Result<Filled, Vanished>, Fault> {
    let started = Instant::now();
    let count = page.commands.len();
    let more = page.more;
    if let Some(first) = page.commands.first().filter(|_| page.passed_over) {
        let item = first.item;
        pass_over(context, session, item, "not taken by the device");
        return Ok(Ok(Filled {
            told: 1,
            more,
            ..Filled::default()
        }));
    }
    let mut filled = Filled::default();
    if count + page.again.len() > 0 {
        // Before anything is read: what is written to the index after that may be newer than what was read (R11).
        let at = (context.who.account, session.folder().no);
        let from = context.parts.index.read_from(at.0, at.1).await?;
        let mut filler = Filler {
            context,
            session,
            wish,
            filled,
            newer: Vec::new(),
        };
        if let Err(Vanished) = filler.fill(page).await? {
            return Ok(Err(Vanished));
        }
        if let Err(Vanished) = filler.learn(from).await? {
            return Ok(Err(Vanished));
        }
        filled = filler.filled;
    }
    filled.more = more || filled.told < count;
    context.facts.backend += started.elapsed();
    Ok(Ok(filled))
}

/// Leaves an item out that stands in the way of all others.
fn pass_over(context: &Context<'_>, session: &mut Session, item: ItemNo, why: &'static str) {
    let folder = session.folder().no;
    let outcomes = &context.parts.metrics.convert.items;
    outcomes.of(ConvertOutcome::PassedOver).inc();
    tracing::warn!(account = %context.who.account, device = %context.who.device, %folder, %item, why, "item passed over");
    session.skip(item, why);
}

/// Fills a page until the answer's budget is spent.
struct Filler<'f, 'c> {
    context: &'f mut Context<'c>,
    session: &'f mut Session,
    wish: &'f BodyWish,
    filled: Filled,
    /// What was read otherwise than the index knows it.
    newer: Vec<ItemState>,
}

impl Filler<'_, '_> {
    async fn fill(&mut self, page: Page) -> Result<Result<(), Vanished>, Fault> {
        let source = source(self.context, self.session).await?;
        let folder = self.session.folder();
        let source = (source, (folder.class, folder.role));
        let wish = self.wish;
        let items: Vec<ItemNo> = page.commands.iter().map(|command| command.item).collect();
        let came = AtomicUsize::new(0);
        let reads = page.commands.into_iter().map(|command| {
            let reading = read(source.clone(), command, wish);
            async {
                let read = reading.await;
                came.fetch_add(1, Ordering::Relaxed);
                read
            }
        });
        let mut reads = stream::iter(reads).buffered(READ_AHEAD);
        while !self.context.budget.is_spent() {
            self.context.still_wanted()?;
            let Ok(read) = self.context.budget.wait(reads.next()).await else {
                let others = came.load(Ordering::Relaxed) > self.filled.told;
                let late = items.get(self.filled.told).copied();
                self.late(late, others)?;
                break;
            };
            let Some((command, content)) = read else {
                break;
            };
            if let Err(Vanished) = self.take(command, content).await? {
                return Ok(Err(Vanished));
            }
            self.filled.told += 1;
        }
        drop(reads);
        // What goes with any page: it is neither counted nor cut short.
        for command in page.again {
            let mut budget = self.context.budget;
            let read = async { Ok::<_, Fault>(read(source.clone(), command, wish).await) };
            let read = budget.insist("fetch", read).await;
            self.context.budget = budget;
            let (command, content) = read?;
            if let Err(Vanished) = self.take(command, content).await? {
                return Ok(Err(Vanished));
            }
        }
        Ok(Ok(()))
    }

    /// Has the index learn of what the device is about to be told and the index does not know yet. Otherwise an item that
    /// is soon as it was before would be no change to the index, and the device would keep what it was told.
    async fn learn(&mut self, from: Option<ReadFrom>) -> Result<Result<(), Vanished>, Fault> {
        if self.newer.is_empty() {
            return Ok(Ok(()));
        }
        let Some((from, token)) = from.and_then(|from| Some((from.clone(), from.token?))) else {
            return Ok(Err(Vanished));
        };
        let (account, folder) = (self.context.who.account, self.session.folder().no);
        let newer = std::mem::take(&mut self.newer).into_iter();
        let delta = Delta {
            kind: DeltaKind::Changes(newer.map(Change::Present).collect()),
            token,
        };
        let index = &self.context.parts.index;
        match index.apply(account, folder, &from, &delta).await? {
            Applied::Wrote { .. } => {
                self.context
                    .parts
                    .supervisor
                    .announce(account, folder)
                    .await;
                Ok(Ok(()))
            }
            Applied::LostRace => Ok(Err(Vanished)),
        }
    }

    /// An item was not read in time. If there is anything else in the answer, that is sent. If the item takes all the
    /// time again and again it is passed over, sooner if others could be read meanwhile: then it is not the backend.
    fn late(&mut self, item: Option<ItemNo>, others: bool) -> Result<(), Fault> {
        let Some(item) = item.filter(|_| !self.context.budget.is_begun()) else {
            return Ok(());
        };
        let tries = self.session.too_slow(item);
        if tries < if others { TRIES } else { TRIES_ALONE } {
            return Err(self.context.budget.hang("fetch"));
        }
        pass_over(self.context, self.session, item, "not read in time");
        self.filled.told += 1;
        Ok(())
    }

    async fn take(
        &mut self,
        command: Command,
        content: Result<Content, BackendError>,
    ) -> Result<Result<(), Vanished>, Fault> {
        let folder = self.session.folder();
        let known = command.row.as_ref();
        let read = content.as_ref().ok().and_then(Content::state);
        if let (Some(known), Some(read)) = (known, read)
            && known.version != read.version
        {
            self.newer.push(ItemState {
                time: known.time,
                ..read.clone()
            });
        }
        match data(self.context, folder, &command, content, self.wish).await? {
            Ready::Vanished => return Ok(Err(Vanished)),
            Ready::Poison => self.session.skip(command.item, "cannot be converted"),
            Ready::Is(data, trace) => {
                let traced = trace.map(|trace| (command.item, trace));
                self.filled.traces.extend(traced);
                let folder = folder.no;
                self.context.budget.spend(weight(data.as_ref()));
                note(self.context, command.action);
                self.filled
                    .commands
                    .push(server_command(folder, &command, data)?);
            }
        }
        Ok(Ok(()))
    }
}

/// Where items are read: `None` of a virtual folder, which has none.
type Source = Option<(Arc<dyn Mailbox>, FolderRef)>;

async fn source(context: &Context<'_>, session: &Session) -> Result<Source, Fault> {
    match &session.folder().reference {
        Some(reference) => Ok(Some((context.mailbox().await?, reference.clone()))),
        None => Ok(None),
    }
}

async fn read(
    (source, kind): (Source, (Class, Role)),
    command: Command,
    wish: &BodyWish,
) -> (Command, Result<Content, BackendError>) {
    let content = match (&source, &command.row) {
        (Some((mailbox, folder)), Some(row)) => {
            let spot = Spot {
                mailbox: mailbox.as_ref(),
                folder,
                item: &row.reference,
                version: &row.version,
            };
            let action = class::read_as(kind, command.action);
            class::read(spot, kind.0, action, wish).await
        }
        _ => Ok(Content::Nothing),
    };
    (command, content)
}

/// What became of reading and converting an item.
enum Ready {
    Is(Option<ApplicationData>, Option<Trace>),
    Vanished,
    Poison,
}

async fn data(
    context: &Context<'_>,
    folder: &KnownFolder,
    command: &Command,
    content: Result<Content, BackendError>,
    wish: &BodyWish,
) -> Result<Ready, Fault> {
    let content = match content {
        Ok(content) => content,
        Err(error) => {
            return match error.kind() {
                Kind::NotFound => Ok(Ready::Vanished),
                // This item only: the others of the folder are not to wait for it.
                Kind::TooLarge | Kind::Refused | Kind::Forbidden => {
                    tracing::warn!(account = %context.who.account, folder = %folder.no, %error, "item skipped");
                    Ok(Ready::Poison)
                }
                Kind::Unavailable
                | Kind::Unauthorized
                | Kind::Full
                | Kind::Conflict
                | Kind::Exists
                | Kind::Unexpected => Err(error.into()),
            };
        }
    };
    if let Content::Nothing = content {
        return Ok(Ready::Is(None, None));
    }
    let id = ServerId {
        folder: folder.no,
        item: command.item,
    };
    let shown = class::show(context, (folder.class, &id.into()), content, wish).await;
    Ok(match shown {
        Some(shown) => Ready::Is(Some(shown.data(context.version())), shown.trace()),
        None => Ready::Poison,
    })
}

fn note(context: &mut Context<'_>, action: Action) {
    let counts = &mut context.facts.server;
    match action {
        Action::Add => counts.adds += 1,
        Action::Change => counts.changes += 1,
        Action::Delete | Action::SoftDelete => counts.deletes += 1,
    }
}
