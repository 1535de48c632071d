//! Where the demo takes place: a folder that is gone afterwards, with users, mail and settings for a service.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::DemoError;
use super::maildir::Maildir;
use crate::config::Config;
use crate::http::users::{self, Cost};

/// What the log says if nobody asks for more.
const LOG_LEVEL: &str = "warn";
/// Somebody in the account's address book.
const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\n\
    EMAIL;TYPE=WORK:ada@example.org\r\nEND:VCARD\r\n";

/// The only account.
pub(super) const USER: &str = "demo@example.org";

/// Everything that a service needs. Removed when dropped.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) config: Config,
    pub(super) password: String,
    pub(super) maildir: Maildir,
    /// Holds all of it.
    _folder: TempDir,
}

impl Stage {
    /// Sets everything up.
    pub(super) fn set() -> Result<Self, DemoError> {
        let folder = tempfile::Builder::new()
            .prefix("directpush-demo-")
            .tempdir()
            .map_err(DemoError::Folder)?;
        let password = users::random_password().map_err(DemoError::Folder)?;
        let maildir = fill(folder.path(), &password).map_err(DemoError::Folder)?;
        let config = Config::with_own_settings(&settings(folder.path()))?;
        Ok(Self {
            config,
            password,
            maildir,
            _folder: folder,
        })
    }
}

impl Stage {
    /// Directives for the log, unless the environment has its own.
    pub(super) fn log_level(&self, wanted: &str) -> String {
        match self.config.log.level.as_str() {
            LOG_LEVEL => wanted.to_owned(),
            own => own.to_owned(),
        }
    }
}

fn fill(folder: &Path, password: &str) -> io::Result<Maildir> {
    let user = users::line(USER, password.as_bytes(), Cost::Token)?;
    fs::write(folder.join("users"), format!("{user}\n"))?;
    let contacts = folder.join("contacts/demo/contacts");
    fs::create_dir_all(&contacts)?;
    fs::write(contacts.join("ada.vcf"), CARD)?;
    Maildir::make(folder.join("mail/demo"))
}

/// Settings for a single user on the loopback interface, on ports that are free.
fn settings(folder: &Path) -> String {
    let path = |below: &str| toml::Value::from(folder.join(below).to_string_lossy().into_owned());
    format!(
        "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = {}\n\
         [limits]\nconnections_max = 500\n\
         [push]\nheartbeat_alert_s = 0\n\
         [auth]\nusers_file = {}\ndomains = [\"example.org\"]\n\
         [mail]\nmaildir = {}\n\
         [contacts]\nvdir = {}\n\
         [store]\npath = {}\n\
         [log]\nlevel = \"warn\"\n\
         [shutdown]\nspread_s = 0\ngrace_s = 5\n",
        path("control.sock"),
        path("users"),
        path("mail/%n"),
        path("contacts/%n"),
        path("state.db"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_have_no_mistakes_and_lead_to_the_maildir() {
        let stage = Stage::set().unwrap();
        let path = stage.config.mail.maildir.path(USER);
        assert_eq!(path, stage.maildir.path());
        assert!(stage.config.auth.users_file.is_file());
        assert_eq!(stage.config.listen.eas.port(), 0);
        let (folder, password) = (path, stage.password.clone());
        drop(stage);
        assert!(!folder.exists());
        assert_eq!(password.len(), 23);
    }
}
