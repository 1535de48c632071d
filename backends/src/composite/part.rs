//! One store of an account, and how it and the account call the same folder.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Survey};
use crate::mailbox::Mailbox;
use crate::name::FolderRef;

/// One store of an account.
pub(super) struct Part {
    /// What its references begin with; empty for the mail.
    pub(super) prefix: String,
    pub(super) classes: Vec<Class>,
    pub(super) mailbox: Arc<dyn Mailbox>,
    /// Whether its folders could not be listed last time.
    pub(super) failing: AtomicBool,
}

impl Part {
    pub(super) fn new(prefix: String, classes: Vec<Class>, mailbox: Arc<dyn Mailbox>) -> Arc<Self> {
        Arc::new(Self {
            prefix,
            classes,
            mailbox,
            failing: AtomicBool::new(false),
        })
    }

    /// How this part calls a folder; `None` when it is none of its.
    pub(super) fn inner(&self, folder: &FolderRef) -> Option<FolderRef> {
        folder
            .as_str()
            .strip_prefix(&self.prefix)
            .map(FolderRef::new)
    }

    /// How the account calls a folder of this part.
    pub(super) fn outer(&self, folder: &FolderRef) -> FolderRef {
        if self.prefix.is_empty() {
            return folder.clone();
        }
        FolderRef::new(format!("{}{folder}", self.prefix))
    }

    pub(super) fn outer_folder(&self, folder: Folder) -> Folder {
        Folder {
            reference: self.outer(&folder.reference),
            parent: folder.parent.map(|parent| self.outer(&parent)),
            ..folder
        }
    }

    /// The part's folders, of the classes that it is asked for.
    pub(super) async fn survey(&self) -> Result<Survey, BackendError> {
        let mut survey = self.mailbox.survey().await?;
        survey
            .folders
            .retain(|folder| self.classes.contains(&folder.class));
        survey.missing.retain(|class| self.classes.contains(class));
        let folders = survey.folders.into_iter();
        survey.folders = folders.map(|folder| self.outer_folder(folder)).collect();
        Ok(survey)
    }

    /// Says in the log, once, that the part is down or back. A part that does not exist is not
    /// down.
    pub(super) fn note(&self, error: Option<&BackendError>) {
        let down = error.filter(|error| error.kind() != Kind::NotFound);
        let was_down = self.failing.swap(down.is_some(), Ordering::Relaxed);
        let part = self.prefix.trim_matches(['\u{1}', '/']);
        match down {
            Some(error) if !was_down => {
                tracing::warn!(part, %error, "one part of an account cannot be listed");
            }
            None if was_down => tracing::info!(part, "a part of an account is back"),
            Some(_) | None => {}
        }
    }
}
