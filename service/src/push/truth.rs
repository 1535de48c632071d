//! What the park table asks of the index.

use async_trait::async_trait;
use thiserror::Error;

use crate::ids::{AccountId, FolderNo, Principal, Seq};
use crate::index::{Doubt, Index, IndexError, Notes, Silence, Wake};
use crate::metrics::ItemKind;

/// The index as the park table sees it.
#[async_trait]
pub trait Truth: Send + Sync + 'static {
    /// Compares the folders with what the newest Sync answers told the device.
    ///
    /// # Errors
    /// When the store cannot be read; the request stays parked and asks again.
    async fn verify(&self, question: Question<'_>) -> Result<Report, TruthError>;

    /// The numbers of folders as they stand, for finding out whether a hint was lost. Folders may be left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn numbers(&self) -> Result<Vec<(AccountId, FolderNo, Seq)>, TruthError> {
        Ok(Vec::new())
    }

    /// These folders are about to be announced because their newest answers are in doubt: that is done once
    /// per answer (R12).
    ///
    /// # Errors
    /// When it could not be noted; they are then announced again.
    async fn doubt_announced(&self, who: Principal, folders: &[FolderNo])
    -> Result<(), TruthError>;
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// For whom.
    pub who: Principal,
    /// Whether folders of notes exist for the device.
    pub notes: Notes,
    /// The folders, in ascending order.
    pub folders: &'q [FolderNo],
}

/// The truth cannot be read at present.
#[derive(Debug, Error)]
#[error("the index cannot be read")]
pub struct TruthError(#[source] pub IndexError);

/// What the index says of the folders of one parked request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// Whether the device's FolderSync is behind.
    pub hierarchy: HierarchyStanding,
    /// One for each folder asked for, in that order.
    pub folders: Vec<Standing>,
}

/// How the device's FolderSync cursor stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HierarchyStanding {
    /// It holds every folder as it is.
    Current,
    /// FolderSync would have something to tell.
    Moved,
}

/// How one folder stands for one device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Whether Sync would have something to tell.
    pub state: FolderState,
    /// Why not, when the folder's number has moved all the same.
    pub silence: Silence,
    /// What the folder holds, as it is counted.
    pub kind: ItemKind,
    /// The folder's sequence number at the time of the read.
    pub seq: Seq,
    /// The sequence number up to which Sync told the device; zero when it never did.
    pub told: Seq,
    /// When the device's last answer of this folder, which nothing proves received, is to be announced (R12;
    /// UTC epoch seconds, in the past: at once). `None` when there is no doubt. The next Sync settles it.
    pub doubt_due: Option<i64>,
}

/// Whether Sync would have something to tell of a folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FolderState {
    /// No.
    Quiet,
    /// Yes.
    Behind,
    /// The device's key became invalid: it must start the folder anew.
    Invalid,
    /// The device never synced this folder.
    Absent,
    /// The device's FolderSync cursor does not hold this folder.
    Unknown,
}

#[async_trait]
impl Truth for Index {
    async fn verify(&self, question: Question<'_>) -> Result<Report, TruthError> {
        let Question {
            who,
            notes,
            folders,
        } = question;
        let behind = self.hierarchy_behind(who, notes).await;
        let holds = self.hierarchy_holds(who, folders).await;
        let standings = Self::verify(self, who, folders).await.map_err(TruthError)?;
        let holds = holds.map_err(TruthError)?;
        let folders = standings
            .iter()
            .zip(holds)
            .map(|(standing, held)| Standing {
                state: state(standing.wake, held),
                silence: standing.silence,
                kind: standing.class.map_or(ItemKind::Email, ItemKind::from),
                seq: standing.current,
                told: standing.told,
                doubt_due: standing.doubt.map(|doubt| match doubt {
                    Doubt::Now => i64::MIN,
                    Doubt::At(due) => due,
                }),
            })
            .collect();
        let hierarchy = if behind.map_err(TruthError)? {
            HierarchyStanding::Moved
        } else {
            HierarchyStanding::Current
        };
        Ok(Report { hierarchy, folders })
    }

    async fn numbers(&self) -> Result<Vec<(AccountId, FolderNo, Seq)>, TruthError> {
        let numbers = self.store().folder_numbers().await;
        numbers.map_err(|error| TruthError(error.into()))
    }

    async fn doubt_announced(
        &self,
        who: Principal,
        folders: &[FolderNo],
    ) -> Result<(), TruthError> {
        self.announced(who, folders).await.map_err(TruthError)
    }
}

/// A folder that FolderSync told the device of and that is gone is the hierarchy's matter: it has moved.
fn state(wake: Wake, held: bool) -> FolderState {
    match wake {
        _ if !held => FolderState::Unknown,
        Wake::Quiet | Wake::NoFolder => FolderState::Quiet,
        Wake::Changed => FolderState::Behind,
        Wake::Invalid => FolderState::Invalid,
        Wake::Absent => FolderState::Absent,
    }
}
