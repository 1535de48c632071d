//! What an operator may change.

use crate::control::survey::{Survey, SurveyError};
use crate::control::words::principal;
use crate::ids::{FolderNo, Principal};

impl Survey {
    /// Makes a device start over, with one folder or with everything: its keys are not known any more. Other folders
    /// and devices notice nothing. Answers how many folders that are.
    ///
    /// # Errors
    /// `NoAccount`, `NoDevice`, `Ambiguous`, `NoFolder`, `Store`, `Index`.
    pub async fn reset(
        &self,
        id: &str,
        account: Option<&str>,
        folder: Option<FolderNo>,
    ) -> Result<usize, SurveyError> {
        let who = principal(&self.find_device(id, account).await?);
        let mut folders: Vec<FolderNo> = self
            .store()
            .synced(who)
            .await?
            .iter()
            .map(|one| one.folder)
            .collect();
        if let Some(only) = folder {
            folders.retain(|folder| *folder == only);
            if folders.is_empty() {
                return Err(SurveyError::NoFolder(only));
            }
        }
        for folder in &folders {
            self.index.start_over(who, *folder).await?;
        }
        self.recheck(who);
        Ok(folders.len())
    }

    /// Forgets a device and all that it was told. If it comes back, it is a new one.
    ///
    /// # Errors
    /// `NoAccount`, `NoDevice`, `Ambiguous`, `Store`.
    pub async fn remove(&self, id: &str, account: Option<&str>) -> Result<Principal, SurveyError> {
        let who = principal(&self.find_device(id, account).await?);
        self.store().forget_device(who).await?;
        self.recheck(who);
        Ok(who)
    }

    /// Has what the device has parked look again.
    fn recheck(&self, who: Principal) {
        if let Some(live) = &self.live {
            live.hub.recheck(who);
        }
    }
}
