//! A mail server that knows passwords and can be away, for tests.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use backends::local::LocalStore;

use super::*;

/// See the module.
pub(crate) struct Fake {
    pub(crate) passwords: Mutex<BTreeSet<(String, String)>>,
    pub(crate) away: AtomicBool,
    pub(crate) checks: AtomicUsize,
    pub(crate) asked: Mutex<Vec<(String, Option<IpAddr>)>>,
    /// Names and passwords that mailboxes were opened with.
    pub(crate) opened: Mutex<Vec<(String, Option<Secret>)>>,
    store: LocalStore,
}

impl Fake {
    pub(crate) fn new(store: LocalStore) -> Arc<Self> {
        Arc::new(Self {
            passwords: Mutex::default(),
            away: AtomicBool::new(false),
            checks: AtomicUsize::new(0),
            asked: Mutex::default(),
            opened: Mutex::default(),
            store,
        })
    }

    pub(crate) fn allow(&self, login: &str, password: &str) {
        let pair = (login.to_owned(), password.to_owned());
        self.passwords.lock().unwrap().insert(pair);
    }

    pub(crate) fn forbid(&self, login: &str, password: &str) {
        let pair = (login.to_owned(), password.to_owned());
        self.passwords.lock().unwrap().remove(&pair);
    }
}

#[async_trait]
impl MailServer for Fake {
    async fn check(&self, login: &str, password: &Secret, client: Option<IpAddr>) -> Verdict {
        self.checks.fetch_add(1, Ordering::SeqCst);
        self.asked.lock().unwrap().push((login.to_owned(), client));
        if self.away.load(Ordering::SeqCst) {
            return Verdict::Unavailable;
        }
        let password = String::from_utf8(password.expose().to_vec()).unwrap();
        let known = self.passwords.lock().unwrap();
        match known.contains(&(login.to_owned(), password)) {
            true => Verdict::Right,
            false => Verdict::Wrong,
        }
    }

    fn mailbox(
        &self,
        login: &str,
        shown: Option<(&Secret, IpAddr)>,
    ) -> Result<Arc<dyn Mailbox>, BackendError> {
        let opened = (login.to_owned(), shown.map(|(secret, _)| secret.clone()));
        self.opened.lock().unwrap().push(opened);
        let nowhere = PathBuf::from("/nowhere").join(login);
        Ok(Arc::new(self.store.mailbox(&nowhere)))
    }
}
