//! Tests of what is kept of accounts on servers, and for how long.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use backends::local::LocalOptions;

use super::*;
use crate::app::recheck::Recheck;
use crate::app::servers::MailServer;
use crate::app::servers::fake::Fake;
use crate::http::auth::{Authenticator, LoginName};
use crate::tasks::Tasks;

const ANNA: &str = "anna@example.org";
const ACCOUNT: AccountId = AccountId(1);
const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

struct Scene {
    accounts: Arc<Accounts>,
    sign_in: SignIn,
    fake: Arc<Fake>,
    ended: Arc<AtomicUsize>,
    tasks: Tasks,
}

impl Scene {
    fn new(imap: &str) -> Self {
        let text = format!("[auth]\nrecheck_s = 100\n[imap]\nhost = \"mail.example.org\"\n{imap}");
        let config = Config::from_parts(&text, BTreeMap::new()).unwrap();
        let (store, _driver) = LocalStore::new(LocalOptions::default());
        let fake = Fake::new(store.clone());
        fake.allow(ANNA, "one");
        let server = Arc::clone(&fake) as Arc<dyn MailServer>;
        let servers = Servers::new([(Arc::clone(&config.servers[0]), server)]);
        let sign_in = SignIn::new(None, servers.clone(), &config);
        let people = (servers.clone(), sign_in.clone());
        let accounts = Arc::new(Accounts::new(store, people, &config));
        let (ended, tasks) = (Arc::new(AtomicUsize::new(0)), Tasks::new());
        let counted = Arc::clone(&ended);
        let recheck = Recheck {
            accounts: Arc::clone(&accounts),
            servers,
            routes: config.routes.clone(),
            end: Box::new(move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            }),
        };
        tasks.spawn(recheck.run());
        Self {
            accounts,
            sign_in,
            fake,
            ended,
            tasks,
        }
    }

    fn admit(&self, password: &str) {
        let secret = Secret::from(password);
        self.accounts.admit(ACCOUNT, ANNA, (&secret, HOME));
    }

    async fn kind(&self) -> Option<Kind> {
        let opened = self.accounts.mailbox(ACCOUNT).await;
        opened.err().map(|error| error.kind())
    }

    fn opened(&self) -> Vec<Option<Secret>> {
        let opened = self.fake.opened.lock().unwrap();
        opened.iter().map(|(_, secret)| secret.clone()).collect()
    }

    fn generation(&self) -> u64 {
        let anna = self.sign_in.resolve(&LoginName::parse(ANNA));
        anna.unwrap().generation
    }

    fn checks(&self) -> usize {
        self.fake.checks.load(Ordering::SeqCst)
    }

    fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.tasks.stop();
    }
}

/// Lets time pass, of which a paused clock has any amount.
async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn mailboxes_are_opened_with_the_password_that_was_right() {
    let scene = Scene::new("");
    scene.accounts.introduce(ACCOUNT, ANNA);
    assert_eq!(
        scene.kind().await,
        Some(Kind::Unauthorized),
        "nobody has signed in"
    );
    for _ in 0..3 {
        scene.admit("one");
        assert_eq!(scene.kind().await, None);
    }
    assert_eq!(scene.opened(), [Some(Secret::from("one"))]);
}

#[tokio::test(start_paused = true)]
async fn a_master_user_needs_no_password_of_theirs() {
    let scene = Scene::new("master_user = \"gate\"\nmaster_password_file = \"/dev/null\"\n");
    scene.admit("one");
    assert_eq!(scene.kind().await, None);
    assert_eq!(scene.opened(), [None]);
    scene.accounts.refused(ACCOUNT);
    assert_eq!(scene.kind().await, None, "it was not their password");
}

#[tokio::test(start_paused = true)]
async fn a_password_that_was_changed_ends_what_rides_on_the_old_one() {
    let scene = Scene::new("");
    scene.admit("one");
    scene.accounts.watched(ACCOUNT, true);
    let before = scene.generation();
    scene.fake.forbid(ANNA, "one");
    scene.fake.allow(ANNA, "two");
    // The other device has it already.
    scene.admit("two");
    assert_eq!(scene.kind().await, None);
    seconds(1).await;
    assert_eq!((scene.ended(), scene.checks()), (1, 1));
    assert_ne!(
        scene.generation(),
        before,
        "what is remembered of the old one is void"
    );
    assert_eq!(scene.kind().await, None, "the new one goes on");
    assert_eq!(scene.opened().last(), Some(&Some(Secret::from("two"))));
}

#[tokio::test(start_paused = true)]
async fn several_right_passwords_of_one_account_live_together() {
    let scene = Scene::new("");
    scene.fake.allow(ANNA, "two");
    for _ in 0..50 {
        for password in ["one", "two"] {
            scene.admit(password);
            assert_eq!(scene.kind().await, None);
            seconds(1).await;
        }
    }
    assert_eq!(scene.ended(), 0);
    assert!(scene.checks() <= 4, "{}", scene.checks());
}

#[tokio::test(start_paused = true)]
async fn a_watched_account_is_looked_at_again_and_again() {
    let scene = Scene::new("");
    scene.admit("one");
    scene.accounts.watched(ACCOUNT, true);
    seconds(1_000).await;
    let checks = scene.checks();
    assert!((7..=14).contains(&checks), "{checks}");
    assert_eq!(scene.ended(), 0);
    // A server that is away says nothing of the password.
    scene.fake.away.store(true, Ordering::SeqCst);
    seconds(300).await;
    assert_eq!((scene.ended(), scene.kind().await), (0, None));
    scene.fake.away.store(false, Ordering::SeqCst);
    scene.fake.forbid(ANNA, "one");
    let before = scene.generation();
    seconds(130).await;
    assert_eq!(scene.ended(), 1);
    assert_ne!(scene.generation(), before);
    assert_eq!(scene.kind().await, Some(Kind::Unauthorized));
    // Its watcher lingers, and whoever comes back finds it watched.
    scene.fake.allow(ANNA, "two");
    scene.admit("two");
    seconds(1_000).await;
    assert_eq!(scene.kind().await, None);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_about_accounts_that_are_not_watched_and_they_are_forgotten() {
    let scene = Scene::new("");
    scene.admit("one");
    seconds(170).await;
    assert_eq!((scene.checks(), scene.kind().await), (0, None));
    seconds(200).await;
    assert_eq!(scene.checks(), 0);
    assert_eq!(scene.kind().await, Some(Kind::Unauthorized));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_by_the_server_has_the_next_request_checked() {
    let scene = Scene::new("");
    scene.admit("one");
    let before = scene.generation();
    scene.accounts.refused(ACCOUNT);
    assert_ne!(scene.generation(), before);
    assert_eq!(scene.kind().await, Some(Kind::Unauthorized));
    let settled = scene.generation();
    scene.accounts.refused(ACCOUNT);
    assert_eq!(
        scene.generation(),
        settled,
        "there is nothing left to refuse"
    );
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_looked_into_at_once() {
    let scene = Scene::new("");
    scene.admit("one");
    scene.accounts.doubt(ACCOUNT);
    seconds(1).await;
    assert_eq!((scene.checks(), scene.ended()), (1, 0));
    scene.fake.forbid(ANNA, "one");
    scene.accounts.doubt(ACCOUNT);
    seconds(1).await;
    assert_eq!((scene.checks(), scene.ended()), (2, 1));
    // The server hears whose fault it is.
    let asked = scene.fake.asked.lock().unwrap();
    assert!(
        asked.iter().all(|(_, from)| *from == Some(HOME)),
        "{asked:?}"
    );
}

#[test]
fn nothing_of_it_shows_a_password() {
    let now = Instant::now();
    let kept = Kept::new((Secret::from("hunter2"), HOME), now, Duration::ZERO);
    let due = Due {
        account: ACCOUNT,
        name: AccountName::new(ANNA),
        secret: Secret::from("hunter2"),
        from: HOME,
        former: false,
    };
    assert!(!format!("{kept:?} {due:?}").contains("hunter2"));
}
