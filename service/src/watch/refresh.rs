//! Brings the index up to what a backend holds, and says so.

use std::sync::Arc;
use std::time::Duration;

use backends::{BackendError, Class, FolderRef, Kind, Mailbox};
use thiserror::Error;
use tokio::time;
use tracing::{debug, warn};

use super::flight::{Flights, Turn};
use super::mailboxes::MailboxProvider;
use super::supervisor::SupervisorParts;
use crate::clock::Clock;
use crate::ids::{AccountId, FolderNo, Seq};
use crate::index::{Applied, Index, IndexError};
use crate::metrics::{ChangeStage, Metrics};
use crate::push::{Channel, ChannelError, Hint, Seen, Topic};
use crate::tasks::Tasks;

/// Reads that lost against another writer before a refresh gives up: each loss means that somebody else
/// got on.
const RACES_MAX: u32 = 16;

/// How often a hint is published that the channel does not take, before the watcher starts over.
const PUBLISH_ATTEMPTS: u32 = 3;

/// Between those.
const PUBLISH_PAUSE: Duration = Duration::from_millis(100);

/// Why the index could not be brought up to date.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The backend did not answer, or not well.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The index could not be read or written.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Somebody else wrote the folder each time that it was read.
    #[error("the folder is written faster than it can be read")]
    Contended,
    /// The index is up to date, and the channel did not take the hint.
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

impl RefreshError {
    /// What it means to whoever shares the look.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Backend(error) => error.kind(),
            Self::Index(IndexError::NoFolder) => Kind::NotFound,
            Self::Index(_) | Self::Contended | Self::Channel(_) => Kind::Unavailable,
        }
    }
}

/// What a look at a folder found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Looked {
    /// The folder's sequence number.
    pub(super) seq: Seq,
    /// Whether the index did not know everything before.
    pub(super) changed: bool,
}

/// Refreshes folders, each by one look at a time.
pub(super) struct Refresher {
    pub(super) index: Index,
    pub(super) mailboxes: Arc<dyn MailboxProvider>,
    pub(super) metrics: Metrics,
    pub(super) tasks: Tasks,
    clock: Clock,
    channel: Arc<dyn Channel>,
    pub(super) flights: Flights,
}

impl Refresher {
    /// A refresher at rest.
    pub(super) fn new(parts: SupervisorParts) -> Self {
        Self {
            index: parts.index,
            mailboxes: parts.mailboxes,
            metrics: parts.metrics,
            tasks: parts.tasks,
            clock: parts.clock,
            channel: parts.channel,
            flights: Flights::default(),
        }
    }

    /// What is seen now was seen now.
    pub(super) fn seen(&self) -> Seen {
        Seen::now(&self.clock)
    }

    /// Refreshes a folder, or the hierarchy for [`FolderNo::ROOT`]: what was done before the call is in the
    /// index afterwards.
    ///
    /// Runs to its end in a task of its own once begun, so that what is written down is hinted at, also when
    /// the caller goes away.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        account: AccountId,
        folder: FolderNo,
        seen: Seen,
    ) -> Result<Looked, RefreshError> {
        let refresher = Arc::clone(self);
        let look = async move { refresher.share(account, folder, seen).await };
        self.tasks.spawn(look).await.unwrap_or_else(|error| {
            let broke = BackendError::new(Kind::Unexpected, "refresh folder");
            Err(broke.caused_by(error).into())
        })
    }

    /// Looks, or waits for somebody else's look that begins from now on.
    async fn share(
        &self,
        account: AccountId,
        folder: FolderNo,
        seen: Seen,
    ) -> Result<Looked, RefreshError> {
        let ask = self.flights.ask((account, folder), seen);
        let looking = match ask.turn().await {
            Turn::Answered(Ok(looked)) => return Ok(looked),
            Turn::Answered(Err(kind)) => {
                return Err(BackendError::new(kind, "refresh folder").into());
            }
            Turn::Look(looking) => looking,
        };
        let result = if folder == FolderNo::ROOT {
            self.look_at_hierarchy(account, looking.seen).await
        } else {
            self.look_at_folder(account, folder, looking.seen).await
        };
        if let Err(error) = &result {
            self.metrics.watch.refresh_failures.inc();
            if error.kind() == Kind::Unauthorized {
                self.mailboxes.refused(account);
            }
        }
        let shared = result.as_ref().map(|looked| *looked);
        let shared = shared.map_err(RefreshError::kind);
        looking.landed(shared);
        result
    }

    async fn look_at_folder(
        &self,
        account: AccountId,
        folder: FolderNo,
        seen: Seen,
    ) -> Result<Looked, RefreshError> {
        let known = self.index.folder(account, folder).await?;
        let Some(known) = known else {
            return Err(IndexError::NoFolder.into());
        };
        let Some(reference) = known.reference else {
            // A special folder that the backend does not have is empty and stays silent.
            let seq = self.index.seq(account, folder).await?;
            return Ok(Looked {
                seq,
                changed: false,
            });
        };
        let mailbox = self.mailboxes.mailbox(account).await?;
        let looked = self
            .write_down(&*mailbox, (account, folder), (&reference, known.class))
            .await?;
        let seen = if looked.changed { seen } else { Seen::UNKNOWN };
        // R4: what the hint is about has been written. R7: the number is published also when nothing was new,
        // since whoever wrote it may have died before publishing.
        let topic = Topic::Folder(folder, looked.seq);
        self.publish(Hint {
            account,
            topic,
            seen,
        })
        .await?;
        Ok(looked)
    }

    /// Reads what changed and writes it to the index.
    async fn write_down(
        &self,
        mailbox: &dyn Mailbox,
        (account, folder): (AccountId, FolderNo),
        (reference, class): (&FolderRef, Class),
    ) -> Result<Looked, RefreshError> {
        for _ in 0..RACES_MAX {
            let Some(from) = self.index.read_from(account, folder).await? else {
                let seq = self.index.seq(account, folder).await?;
                return Ok(Looked {
                    seq,
                    changed: false,
                });
            };
            let delta = mailbox
                .changes(reference, from.token.as_ref(), from.horizon)
                .await?;
            match self.index.apply(account, folder, &from, &delta).await? {
                Applied::Wrote {
                    seq,
                    changed,
                    items,
                } => {
                    let kind = (ChangeStage::Seen, class.into());
                    self.metrics.changes.stage.of(kind).inc_by(items);
                    return Ok(Looked { seq, changed });
                }
                // R11: another refresh or an upload was faster, and this delta may be older than what it wrote.
                Applied::LostRace => debug!(%account, %folder, "reads again"),
            }
        }
        Err(RefreshError::Contended)
    }

    async fn look_at_hierarchy(
        &self,
        account: AccountId,
        seen: Seen,
    ) -> Result<Looked, RefreshError> {
        let mailbox = self.mailboxes.mailbox(account).await?;
        let survey = mailbox.survey().await?;
        let refreshed = self.index.survey_hierarchy(account, &survey).await?;
        let seen = if refreshed.changed {
            seen
        } else {
            Seen::UNKNOWN
        };
        let topic = Topic::Hierarchy;
        self.publish(Hint {
            account,
            topic,
            seen,
        })
        .await?;
        Ok(Looked {
            seq: refreshed.seq,
            changed: refreshed.changed,
        })
    }

    /// Publishes a hint, and again if the channel does not take it (R9).
    pub(super) async fn publish(&self, hint: Hint) -> Result<(), ChannelError> {
        let mut attempt = 1;
        loop {
            match self.channel.publish(hint).await {
                Ok(()) => return Ok(()),
                Err(error) if attempt >= PUBLISH_ATTEMPTS => {
                    warn!(account = %hint.account, error = %error, "a hint was not published");
                    return Err(error);
                }
                Err(_) => time::sleep(PUBLISH_PAUSE * attempt).await,
            }
            attempt += 1;
        }
    }
}
