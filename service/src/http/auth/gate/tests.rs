//! Tests of the gate: what it costs, whom it lets in, and what it answers when it does not know.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use base64::Engine;
use tokio::sync::Notify;

use super::*;
use crate::metrics::Metrics;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

mod fairness;

/// Knows everybody's password: "right". Counts checks, and holds them while told to.
#[derive(Default)]
struct Fake {
    checks: AtomicUsize,
    running: AtomicUsize,
    most_running: AtomicUsize,
    generation: AtomicU64,
    away: AtomicBool,
    held: AtomicBool,
    released: Notify,
    order: Mutex<Vec<String>>,
}

#[async_trait]
impl Authenticator for Fake {
    fn resolve(&self, login: &LoginName) -> Option<Account> {
        (login.local != "nobody").then(|| Account {
            name: AccountName::new(&login.local),
            address: None,
            generation: self.generation.load(Ordering::SeqCst),
            checker: match login.local.starts_with("far-") {
                true => Checker::Server(0),
                false => Checker::Here,
            },
        })
    }

    async fn check(
        &self,
        account: Option<&Account>,
        password: &Secret,
        _client: IpAddr,
    ) -> Verdict {
        self.checks.fetch_add(1, Ordering::SeqCst);
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_running.fetch_max(running, Ordering::SeqCst);
        if let Some(account) = account {
            self.order
                .lock()
                .unwrap()
                .push(account.name.as_str().to_owned());
        }
        let released = self.released.notified();
        if self.held.load(Ordering::SeqCst) {
            released.await;
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        match (self.away.load(Ordering::SeqCst), account, password.expose()) {
            (true, _, _) => Verdict::Unavailable,
            (false, Some(_), b"right") => Verdict::Right,
            (false, _, _) => Verdict::Wrong,
        }
    }
}

fn settings() -> config::Auth {
    let config = config::Config::from_parts("", std::collections::BTreeMap::new()).unwrap();
    config::Auth {
        checks_max: 2,
        checks_waiting_max: 30,
        ..config.auth
    }
}

fn gate() -> (Arc<Fake>, Gate) {
    let fake = Arc::new(Fake::default());
    let metrics = Metrics::new().unwrap().auth;
    let gate = Gate::new(Arc::clone(&fake) as _, &settings(), metrics, &Tasks::new()).unwrap();
    (fake, gate)
}

fn headers(credentials: &str) -> HeaderMap {
    let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::AUTHORIZATION,
        format!("Basic {encoded}").parse().unwrap(),
    );
    headers
}

async fn enter(gate: &Gate, credentials: &str) -> Result<String, SignInError> {
    enter_from(gate, credentials, HOME).await
}

async fn enter_from(gate: &Gate, credentials: &str, client: IpAddr) -> Result<String, SignInError> {
    let identity = gate.sign_in(&headers(credentials), client).await?;
    Ok(identity.account.as_str().to_owned())
}

fn waiting_now(gate: &Gate) -> i64 {
    gate.inner.metrics.waiting.get()
}

/// Waits, while everything else runs, until something has come true.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if condition() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it did not come true");
}

#[tokio::test]
async fn a_right_password_is_checked_once() {
    let (fake, gate) = gate();
    for _ in 0..5 {
        assert_eq!(enter(&gate, "anna:right").await.as_deref(), Ok("anna"));
    }
    assert_eq!(fake.checks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_forgotten_phone_costs_one_check_and_locks_nobody_out() {
    let (fake, gate) = gate();
    for _ in 0..50 {
        assert_eq!(
            enter(&gate, "anna:old").await,
            Err(SignInError::Unauthorized)
        );
    }
    assert_eq!(fake.checks.load(Ordering::SeqCst), 1);
    assert_eq!(enter(&gate, "anna:right").await.as_deref(), Ok("anna"));
}

#[tokio::test]
async fn unknown_users_are_checked_as_well() {
    let (fake, gate) = gate();
    assert_eq!(
        enter(&gate, "nobody:right").await,
        Err(SignInError::Unauthorized)
    );
    assert_eq!(fake.checks.load(Ordering::SeqCst), 1);
    assert_eq!(
        enter(&gate, "nobody:right").await,
        Err(SignInError::Unauthorized)
    );
    assert_eq!(fake.checks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_remembered_does_not_outlive_the_account_as_it_was() {
    let (fake, gate) = gate();
    enter(&gate, "anna:right").await.unwrap();
    fake.generation.store(1, Ordering::SeqCst);
    enter(&gate, "anna:right").await.unwrap();
    assert_eq!(fake.checks.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn guessing_is_slowed_down_but_what_is_known_is_answered() {
    let (_, gate) = gate();
    enter(&gate, "anna:right").await.unwrap();
    for guess in 0..10 {
        let credentials = format!("anna:guess{guess}");
        assert_eq!(
            enter(&gate, &credentials).await,
            Err(SignInError::Unauthorized)
        );
    }
    assert!(matches!(
        enter(&gate, "anna:another").await,
        Err(SignInError::NotNow(_))
    ));
    assert_eq!(
        enter(&gate, "anna:guess0").await,
        Err(SignInError::Unauthorized)
    );
    assert_eq!(enter(&gate, "anna:right").await.as_deref(), Ok("anna"));
}

#[tokio::test]
async fn a_backend_that_is_away_is_not_a_wrong_password() {
    let (fake, gate) = gate();
    fake.away.store(true, Ordering::SeqCst);
    assert!(matches!(
        enter(&gate, "anna:right").await,
        Err(SignInError::NotNow(_))
    ));
    fake.away.store(false, Ordering::SeqCst);
    assert_eq!(enter(&gate, "anna:right").await.as_deref(), Ok("anna"));
}

#[tokio::test]
async fn one_account_takes_one_place_and_places_are_bounded() {
    let (fake, gate) = gate();
    fake.held.store(true, Ordering::SeqCst);
    let tasks = Tasks::new();
    let ask = |credentials: String| {
        let gate = gate.clone();
        tasks.spawn(async move { enter(&gate, &credentials).await })
    };
    let greedy: Vec<_> = (0..12)
        .map(|guess| ask(format!("anna:guess{guess}")))
        .collect();
    until(|| fake.running.load(Ordering::SeqCst) == 1).await;
    let bert = ask("bert:right".to_owned());
    let carl = ask("carl:right".to_owned());
    until(|| fake.running.load(Ordering::SeqCst) == 2).await;
    assert_eq!(*fake.order.lock().unwrap(), ["anna", "bert"]);
    fake.held.store(false, Ordering::SeqCst);
    fake.released.notify_waiters();
    assert!(bert.await.unwrap().is_ok());
    assert!(carl.await.unwrap().is_ok());
    for guess in greedy {
        assert!(guess.await.unwrap().is_err());
    }
    assert_eq!(fake.most_running.load(Ordering::SeqCst), 2);
    let order = fake.order.lock().unwrap();
    let carls_turn = order.iter().position(|name| name == "carl").unwrap();
    assert!(carls_turn <= 3, "{order:?}");
}

#[tokio::test]
async fn too_many_at_once_are_told_to_come_back() {
    let (fake, gate) = gate();
    fake.held.store(true, Ordering::SeqCst);
    let tasks = Tasks::new();
    let ask = |credentials: String, client: IpAddr| {
        let gate = gate.clone();
        tasks.spawn(async move { enter_from(&gate, &credentials, client).await })
    };
    let waiting: Vec<_> = (0..16)
        .map(|number| ask(format!("user{number}:right"), HOME))
        .collect();
    until(|| waiting_now(&gate) == 14).await;
    // Half of all is not for one network alone.
    assert!(matches!(
        enter(&gate, "anna:right").await,
        Err(SignInError::NotNow(_))
    ));
    let more: Vec<_> = (16..32)
        .map(|number| ask(format!("user{number}:right"), AWAY))
        .collect();
    until(|| waiting_now(&gate) == 30).await;
    let elsewhere = IpAddr::from([203, 0, 113, 1]);
    assert!(matches!(
        enter_from(&gate, "anna:right", elsewhere).await,
        Err(SignInError::NotNow(_))
    ));
    fake.held.store(false, Ordering::SeqCst);
    fake.released.notify_waiters();
    for waiting in waiting.into_iter().chain(more) {
        assert!(waiting.await.unwrap().is_ok());
    }
    assert_eq!(enter(&gate, "anna:right").await.as_deref(), Ok("anna"));
}

#[tokio::test]
async fn a_check_goes_on_when_its_client_hangs_up() {
    let (fake, gate) = gate();
    fake.held.store(true, Ordering::SeqCst);
    let tasks = Tasks::new();
    let impatient = {
        let gate = gate.clone();
        tasks.spawn(async move { enter(&gate, "anna:right").await })
    };
    until(|| fake.running.load(Ordering::SeqCst) == 1).await;
    impatient.abort();
    fake.held.store(false, Ordering::SeqCst);
    fake.released.notify_waiters();
    assert_eq!(enter(&gate, "anna:right").await.as_deref(), Ok("anna"));
    assert_eq!(fake.checks.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_phone_with_an_old_password_is_slowed_down_and_nobody_else() {
    let (_fake, gate) = gate();
    let gate = gate.holding(Duration::from_secs(20));
    enter(&gate, "anna:right").await.unwrap();
    let began = tokio::time::Instant::now();
    let mut minutes = [0; 4];
    let hammering = async {
        while let Some(count) = minutes.get_mut((began.elapsed().as_secs() / 60) as usize) {
            *count += 1;
            enter(&gate, "anna:old").await.unwrap_err();
            // Twenty a minute, if nobody stands in the way.
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    };
    let others = async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_secs(20)).await;
            let now = tokio::time::Instant::now();
            assert_eq!(enter(&gate, "anna:right").await.unwrap(), "anna");
            enter(&gate, "bert:typo").await.unwrap_err();
            enter(&gate, "bert:right").await.unwrap();
            assert_eq!(now.elapsed(), Duration::ZERO);
        }
    };
    tokio::join!(hammering, others);
    assert!(minutes[0] <= 20, "{minutes:?}");
    assert_eq!(minutes[1..], [6, 6, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_shut_down_does_not_wait_for_who_is_held() {
    let (_fake, gate) = gate();
    let gate = gate.holding(Duration::from_secs(20));
    gate.release();
    let began = tokio::time::Instant::now();
    for _ in 0..30 {
        enter(&gate, "anna:old").await.unwrap_err();
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
}
