//! Who may hold up whom: wrong passwords at a server that takes its time to say so.

use super::*;

/// How long the server takes to say that a password is wrong.
const DELAY: Duration = Duration::from_secs(2);
/// Sign-ins to a server at once.
const PLACES: usize = 4;

/// A server that knows the password "right", and says at once so, and late that another one is wrong.
#[derive(Default)]
struct Server {
    checks: AtomicUsize,
    wrong: AtomicUsize,
}

#[async_trait]
impl Authenticator for Server {
    fn resolve(&self, login: &LoginName) -> Option<Account> {
        Some(Account {
            name: AccountName::new(&login.local),
            address: None,
            generation: 0,
            checker: Checker::Server(usize::from(login.local.starts_with("other"))),
        })
    }

    async fn check(
        &self,
        _account: Option<&Account>,
        password: &Secret,
        _client: IpAddr,
    ) -> Verdict {
        self.checks.fetch_add(1, Ordering::SeqCst);
        if password.expose() == b"right" {
            return Verdict::Right;
        }
        tokio::time::sleep(DELAY).await;
        self.wrong.fetch_add(1, Ordering::SeqCst);
        Verdict::Wrong
    }
}

struct Scene {
    server: Arc<Server>,
    gate: Gate,
    tasks: Tasks,
}

impl Scene {
    fn new() -> Self {
        let settings = config::Auth {
            server_checks_max: PLACES,
            checks_waiting_max: 1_000,
            ..settings()
        };
        let server = Arc::new(Server::default());
        let metrics = Metrics::new().unwrap().auth;
        let gate = Gate::new(Arc::clone(&server) as _, &settings, metrics, &Tasks::new());
        Self {
            server,
            gate: gate.unwrap(),
            tasks: Tasks::new(),
        }
    }

    /// Somebody tries many passwords at once, each time anew when an answer has come.
    fn guess(&self, name: &str, client: IpAddr, times: usize) {
        for guess in 0..times {
            let (gate, name) = (self.gate.clone(), name.to_owned());
            self.tasks.spawn(async move {
                while enter_from(&gate, &format!("{name}:guess{guess}"), client)
                    .await
                    .is_err()
                {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            });
        }
    }

    /// Signs somebody in, and answers how long that took.
    async fn takes(&self, name: &str, client: IpAddr) -> Duration {
        let began = tokio::time::Instant::now();
        let entered = enter_from(&self.gate, &format!("{name}:right"), client).await;
        assert_eq!(entered.as_deref(), Ok(name));
        began.elapsed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_wrong_passwords_for_one_account_do_not_hold_up_another() {
    let scene = Scene::new();
    scene.guess("anna", AWAY, 1_000);
    for second in 0..60 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // From the very network, too.
        for (client, place) in [(HOME, "home"), (AWAY, "away")] {
            let name = format!("bert{second}{place}");
            assert_eq!(scene.takes(&name, client).await, Duration::ZERO, "{name}");
        }
    }
    assert!(scene.server.wrong.load(Ordering::SeqCst) >= 10);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_guesses_many_names_does_not_hold_up_others() {
    let scene = Scene::new();
    for name in 0..200 {
        scene.guess(&format!("victim{name}"), AWAY, 5);
    }
    for second in 0..60 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let name = format!("bert{second}");
        assert_eq!(scene.takes(&name, HOME).await, Duration::ZERO);
    }
    assert!(scene.server.wrong.load(Ordering::SeqCst) >= 50);
}

#[tokio::test(start_paused = true)]
async fn many_networks_that_guess_fill_half_of_the_places() {
    let scene = Scene::new();
    let network = |number: u8| IpAddr::from([10, 0, number, 1]);
    for number in 0..40 {
        scene.guess(&format!("victim{number}"), network(number), 1);
        scene.guess(&format!("prey{number}"), network(number), 1);
    }
    // Until each of them was wrong once they look like anybody.
    let known = || scene.server.wrong.load(Ordering::SeqCst) >= 80;
    while !known() {
        tokio::time::sleep(DELAY).await;
    }
    for number in 40..60 {
        let name = format!("victim{}", number - 40);
        for guess in 0..5 {
            scene.guess(&format!("{name}-{guess}"), network(number - 40), 1);
        }
    }
    for second in 0..30 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let name = format!("bert{second}");
        assert_eq!(scene.takes(&name, HOME).await, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_holds_up_its_own_accounts_only() {
    let scene = Scene::new();
    for number in 0..20 {
        scene.guess(
            &format!("victim{number}"),
            IpAddr::from([10, 0, number, 1]),
            1,
        );
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(scene.server.checks.load(Ordering::SeqCst), PLACES);
    assert_eq!(scene.takes("other-anna", HOME).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_a_server_calls_wrong_is_asked_again_after_a_minute() {
    let scene = Scene::new();
    for (minute, checks) in [(0, 1), (0, 1), (1, 2)] {
        tokio::time::sleep(Duration::from_secs(minute * 61)).await;
        let _refused = enter_from(&scene.gate, "anna:old", HOME).await.unwrap_err();
        assert_eq!(scene.server.checks.load(Ordering::SeqCst), checks);
    }
}
