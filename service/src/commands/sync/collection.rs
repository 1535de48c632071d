//! One folder of a Sync: key, options, uploads, page, commit.

use backends::Class;
use protocol::command::sync::{CollectionAnswer, SyncCollection, SyncOptions};
use protocol::command::{ItemClass, StatusCode, SyncKeyText};
use protocol::status::SyncStatus;

use crate::commands::class;
use crate::commands::context::Context;
use crate::commands::sync::page::Filled;
use crate::commands::sync::uploads::Terms;
use crate::commands::sync::{WINDOW_MAX, options, page, uploads, window};
use crate::error::{self, Fault};
use crate::ids::FolderNo;
use crate::index::lineage::Lesson;
use crate::index::{AnswerId, KnownFolder, Opening, Pair, Session};
use crate::metrics::{ChangeStage, DeviceFamily, DoubtOutcome, FolderStart, ItemKind};
use crate::telemetry::SyncKind;

/// What became of one folder.
pub(super) struct Served {
    /// What the device is told.
    pub(super) answer: CollectionAnswer,
    /// Whether the answer has a key of its own.
    pub(super) moved: bool,
    /// Names the answer if it is in doubt until proved (R12).
    pub(super) in_doubt: Option<AnswerId>,
}

impl Served {
    /// Nothing was done and nothing is to be told: the request may be parked.
    pub(super) fn quiet(&self) -> bool {
        self.unchanged()
    }

    /// Need not stand in the answer.
    pub(super) fn unchanged(&self) -> bool {
        self.answer.status == StatusCode::SUCCESS && !self.moved
    }
}

/// Serves one folder, with `room` items left in the answer.
pub(super) async fn serve(
    context: &mut Context<'_>,
    collection: &SyncCollection,
    room: usize,
) -> Result<Served, Fault> {
    let Some(folder) = FolderNo::parse(collection.collection_id.as_str()) else {
        return Ok(refused(collection, SyncStatus::HierarchyChanged));
    };
    let pair = Pair {
        who: context.who,
        folder,
    };
    let session = match context
        .parts
        .index
        .open(pair, collection.sync_key.as_str())
        .await?
    {
        Opening::NoFolder => return Ok(refused(collection, SyncStatus::HierarchyChanged)),
        Opening::Busy => return Ok(refused(collection, SyncStatus::Retry)),
        Opening::UnknownKey => {
            context.facts.sync_kind = Some(SyncKind::Invalid);
            return Ok(refused(collection, SyncStatus::InvalidSyncKey));
        }
        Opening::Open(session) => *session,
    };
    context.facts.sync_kind = Some(kind(&session));
    count_doubt(context, &session);
    let asked = effective_options(&session, collection);
    let own = options::own(&asked);
    if !options::filter_fits(session.folder().class, own.filter_type) {
        return Ok(refused(collection, SyncStatus::ProtocolError));
    }
    if session.initial() {
        return begin(context, session, collection, &asked).await;
    }
    match exchange(context, session, collection, (&asked, &own), room).await {
        Ok(served) => Ok(served),
        // A backend that is down costs its own folders only; nothing is lost, the device asks again.
        Err(Fault::Backend(fault)) => {
            context.facts.note = Some("backend failed");
            tracing::warn!(account = %context.who.account, %folder, error = %error::chain(&fault), "folder not served");
            Ok(refused(collection, error::sync_status(fault.kind())))
        }
        Err(other) => Err(other),
    }
}

/// Key 0: the answer is a key and no items.
async fn begin(
    context: &mut Context<'_>,
    mut session: Session,
    collection: &SyncCollection,
    asked: &[SyncOptions],
) -> Result<Served, Fault> {
    if collection.get_changes == Some(true) || !collection.commands.is_empty() {
        return Ok(refused(collection, SyncStatus::ProtocolError));
    }
    let start = if session.starts_over() {
        FolderStart::Again
    } else {
        FolderStart::First
    };
    let family = DeviceFamily::of(&context.device.kind);
    let starts = &context.parts.metrics.changes.starts;
    starts.of((family, start)).inc();
    let own = options::own(asked);
    let cut_off = options::cut_off(
        session.folder().class,
        own.filter_type,
        context.steady_now(),
    );
    // From now on a Ping may ask for this folder: what the device will be shown is indexed. A backend that is down
    // does not stand in the way of a key.
    match current(context, session.folder(), cut_off).await {
        Ok(()) | Err(Fault::Backend(_) | Fault::Busy) => {}
        Err(other) => return Err(other),
    }
    session.set_options(options::written(asked));
    let supported = collection.supported.as_deref();
    session
        .set_supported(supported.and_then(|tags| class::supported(session.folder().class, tags)));
    let class = item_class(session.folder().class);
    let receipt = session.commit(0, context.now).await?;
    let mut answer = answered(collection, class);
    answer.sync_key = SyncKeyText::parse(&receipt.key)?;
    Ok(Served {
        answer,
        moved: true,
        in_doubt: None,
    })
}

/// Uploads, then what the device is to be told.
async fn exchange(
    context: &mut Context<'_>,
    mut session: Session,
    collection: &SyncCollection,
    (asked, own): (&[SyncOptions], &SyncOptions),
    room: usize,
) -> Result<Served, Fault> {
    let folder = session.folder().no;
    let cut_off = options::cut_off(
        session.folder().class,
        own.filter_type,
        context.steady_now(),
    );
    let written = options::written(asked);
    let new_options = session.options() != Some(&written);
    if new_options {
        session.set_options(written);
    }
    // Conflicts are judged, and pages picked, on what is true now.
    current(context, session.folder(), cut_off).await?;
    let wish = options::wish(own, context.version());
    let conflict = class::conflict(context, session.folder().class, own);
    let terms = Terms {
        collection,
        conflict,
        wish: &wish,
    };
    let responses = uploads::serve(context, &mut session, &terms).await?;
    context.still_wanted()?;

    let size = window(collection.window_size()).min(room).min(WINDOW_MAX);
    let mut filled = if collection.wants_changes() {
        page::fill(context, &mut session, cut_off, size, &wish).await?
    } else {
        Filled::default()
    };
    class::note(&mut session, std::mem::take(&mut filled.traces), conflict);
    let class = item_class(session.folder().class);
    let nothing = collection.commands.is_empty() && filled.is_empty() && !filled.more;
    let nothing = nothing && !new_options;
    if nothing && session.may_close() {
        session.close().await?;
        // Nothing more is in doubt: what was announced for that reason is not to be announced again.
        context.parts.hub.moved(context.who, folder);
        return Ok(Served {
            answer: answered(collection, class),
            moved: false,
            in_doubt: None,
        });
    }
    let content = !filled.commands.is_empty() || !responses.is_empty();
    let kind = ItemKind::from(session.folder().class);
    if !responses.is_empty() {
        session.respond();
    }
    let receipt = session.commit(filled.told, context.now).await?;
    context.parts.hub.moved(context.who, folder);
    let delivered = context
        .parts
        .metrics
        .changes
        .stage
        .of((ChangeStage::Delivered, kind));
    delivered.inc_by(u64::try_from(filled.commands.len()).unwrap_or(0));
    let mut answer = answered(collection, class);
    answer.sync_key = SyncKeyText::parse(&receipt.key)?;
    answer.more_available = filled.more;
    answer.responses = responses;
    answer.commands = filled.commands;
    Ok(Served {
        answer,
        moved: true,
        in_doubt: content.then_some(receipt.answer),
    })
}

/// Makes the index hold the folder as the backend does, as far back as the device looks.
pub(in crate::commands) async fn current(
    context: &mut Context<'_>,
    folder: &KnownFolder,
    cut_off: i64,
) -> Result<(), Fault> {
    if folder.reference.is_none() {
        return Ok(());
    }
    let mut budget = context.budget;
    let done = budget.insist("refresh", refreshed(context, folder, cut_off));
    let done = done.await;
    context.budget = budget;
    done
}

/// The same outside of the budget of the answer: an upload has begun and is carried through.
pub(in crate::commands) async fn refreshed(
    context: &Context<'_>,
    folder: &KnownFolder,
    cut_off: i64,
) -> Result<(), Fault> {
    let (account, no) = (context.who.account, folder.no);
    if context.parts.index.widen(account, no, cut_off).await? {
        context.parts.supervisor.refresh(account, no).await?;
    } else {
        context.parts.supervisor.fresh(account, no).await?;
    }
    Ok(())
}

/// The options of the request, or the ones that stuck.
fn effective_options(session: &Session, collection: &SyncCollection) -> Vec<SyncOptions> {
    if collection.options.is_empty() && !session.initial() {
        options::parse(session.options())
    } else {
        collection.options.clone()
    }
}

/// Counts an answer that was in doubt, announced for that reason, and is in doubt no more.
fn count_doubt(context: &Context<'_>, session: &Session) {
    let outcome = match session.lesson() {
        Some(Lesson::Founded) => DoubtOutcome::Founded,
        Some(Lesson::Unfounded) => DoubtOutcome::Unfounded,
        Some(Lesson::Lost) | None => return,
    };
    context.parts.metrics.push.doubts.of(outcome).inc();
}

fn kind(session: &Session) -> SyncKind {
    match (session.initial(), session.asked()) {
        (true, _) => SyncKind::First,
        (false, 0 | 1) => SyncKind::Subsequent,
        (false, _) => SyncKind::Recovery,
    }
}

/// A successful answer with nothing in it.
fn answered(collection: &SyncCollection, class: ItemClass) -> CollectionAnswer {
    CollectionAnswer {
        class: Some(class),
        sync_key: collection.sync_key.clone(),
        collection_id: collection.collection_id.clone(),
        status: StatusCode::SUCCESS,
        more_available: false,
        responses: Vec::new(),
        commands: Vec::new(),
    }
}

fn refused(collection: &SyncCollection, status: SyncStatus) -> Served {
    let mut answer = answered(collection, collection.class.unwrap_or(ItemClass::Email));
    answer.status = StatusCode::new(status.code());
    Served {
        answer,
        moved: false,
        in_doubt: None,
    }
}

/// The class as commands name it.
pub(in crate::commands) fn item_class(class: Class) -> ItemClass {
    match class {
        Class::Email => ItemClass::Email,
        Class::Contacts => ItemClass::Contacts,
        Class::Calendar => ItemClass::Calendar,
        Class::Tasks => ItemClass::Tasks,
        Class::Notes => ItemClass::Notes,
    }
}
