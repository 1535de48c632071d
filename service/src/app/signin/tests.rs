//! Tests of who is asked about whose password.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use backends::local::{LocalOptions, LocalStore};

use super::*;
use crate::app::servers::MailServer;
use crate::app::servers::fake::Fake;
use crate::http::users::{Cost, line};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

const SITE: &str = "
[auth]
domains = [\"example.org\", \"old.example\"]
[imap]
host = \"mail.example.org\"
login = \"%n\"
[[routes]]
domains = [\"old.example\"]
mail = \"maildir\"
";

fn scene() -> (SignIn, Arc<Fake>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users");
    let olga = line("olga@old.example", b"here", Cost::Token).unwrap();
    let anna = line("anna", b"here", Cost::Token).unwrap();
    std::fs::write(&path, format!("{olga}:o@elsewhere.example\n{anna}\n")).unwrap();
    let config = Config::from_parts(SITE, BTreeMap::new()).unwrap();
    let users = Users::load(&path, &config.auth.domains).unwrap();
    let (store, _driver) = LocalStore::new(LocalOptions::default());
    let fake = Fake::new(store);
    fake.allow("anna", "there");
    let server = Arc::clone(&fake) as Arc<dyn MailServer>;
    let servers = Servers::new([(Arc::clone(&config.servers[0]), server)]);
    (SignIn::new(Some(users), servers, &config), fake, folder)
}

async fn check(sign_in: &SignIn, login: &str, password: &str) -> Verdict {
    let account = sign_in.resolve(&LoginName::parse(login));
    sign_in
        .check(account.as_ref(), &Secret::from(password), HOME)
        .await
}

#[tokio::test]
async fn the_server_that_has_the_mail_is_asked() {
    let (sign_in, fake, _folder) = scene();
    for (login, password, verdict) in [
        ("anna", "there", Verdict::Right),
        ("ANNA@example.org", "there", Verdict::Right),
        // Whose mail is on a server is in the users file for nothing.
        ("anna", "here", Verdict::Wrong),
        ("bert", "there", Verdict::Wrong),
        ("olga@old.example", "here", Verdict::Right),
        ("o@elsewhere.example", "here", Verdict::Right),
        ("olga@old.example", "there", Verdict::Wrong),
        ("anna@old.example", "there", Verdict::Wrong),
        ("anna@elsewhere.example", "there", Verdict::Wrong),
    ] {
        assert_eq!(
            check(&sign_in, login, password).await,
            verdict,
            "{login} {password}"
        );
    }
    let asked = fake.asked.lock().unwrap().clone();
    let names: Vec<&str> = asked.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["anna", "anna", "anna", "bert"]);
    assert!(asked.iter().all(|(_, client)| *client == Some(HOME)));
}

#[tokio::test]
async fn a_server_that_cannot_say_is_not_a_wrong_password() {
    let (sign_in, fake, _folder) = scene();
    fake.away.store(true, Ordering::SeqCst);
    assert_eq!(check(&sign_in, "anna", "there").await, Verdict::Unavailable);
    assert_eq!(
        check(&sign_in, "olga@old.example", "here").await,
        Verdict::Right
    );
}

#[test]
fn accounts_of_servers_have_an_address_and_change_when_they_are_revoked() {
    let (sign_in, _fake, _folder) = scene();
    let resolve = |login: &str| sign_in.resolve(&LoginName::parse(login)).unwrap();
    let anna = resolve("anna");
    assert_eq!(anna.name.as_str(), "anna@example.org");
    assert_eq!(anna.address.as_deref(), Some("anna@example.org"));
    assert_eq!(anna.checker, Checker::Server(0));
    let bert = resolve("bert");
    sign_in.revoke(&anna.name);
    assert_ne!(resolve("anna").generation, anna.generation);
    assert_eq!(resolve("bert").generation, bert.generation);
}

#[test]
fn names_that_a_server_would_take_for_a_masters_are_nobodys() {
    let (sign_in, _fake, _folder) = scene();
    assert!(sign_in.resolve(&LoginName::parse("anna*gate")).is_none());
}
