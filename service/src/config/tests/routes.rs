//! Tests of servers and routes: who is led where, and what is said of mistakes.

use super::*;

/// Where an account's mail is, under which name, and by what its password is checked.
fn led(config: &Config, account: &str) -> Option<(String, String, SignInBy)> {
    let route = config.routes.of(account)?;
    let (store, login) = match &route.mail {
        MailStore::Maildir => ("maildir".to_owned(), String::new()),
        MailStore::Imap { server, login } => (server.host.clone(), login.name(account)),
    };
    Some((store, login, route.sign_in))
}

#[track_caller]
fn leads(config: &Config, account: &str, store: &str, login: &str, sign_in: SignInBy) {
    let found = led(config, account).expect(account);
    assert_eq!(found, (store.to_owned(), login.to_owned(), sign_in));
}

#[test]
fn without_a_server_everything_is_as_before() {
    let config = from("", &[]).unwrap();
    leads(&config, "anna", "maildir", "", SignInBy::Users);
    assert!(config.servers.is_empty());
}

#[test]
fn one_server_for_everybody_is_one_line() {
    let config = from("[imap]\nhost = \"mail.example.org\"\n", &[]).unwrap();
    let server = &config.servers[0];
    assert_eq!((server.name.as_str(), server.port), ("imap", 993));
    assert_eq!(server.security, ServerSecurity::Tls);
    leads(
        &config,
        "anna@example.org",
        "mail.example.org",
        "anna@example.org",
        SignInBy::Server,
    );
}

const SITE: &str = "
[auth]
domains = [\"example.org\", \"branch.example\", \"old.example\"]
[imap]
host = \"mail.example.org\"
login = \"%n\"
sweep_s = 300
master_user = \"gate\"
master_password_file = \"/etc/directpush/master\"
[servers.branch]
host = \"192.0.2.7\"
security = \"starttls\"
[[routes]]
domains = [\"Branch.example\"]
mail = \"branch\"
contacts = \"none\"
[[routes]]
users = [\"boss@branch.example\", \"Clerk\"]
mail = \"imap\"
login = \"%u\"
sign_in = \"users\"
[[routes]]
domains = [\"old.example\"]
mail = \"maildir\"
";

#[test]
fn users_win_over_domains_and_the_rest_goes_to_the_first_server() {
    let config = from(SITE, &[]).unwrap();
    leads(
        &config,
        "anna@example.org",
        "mail.example.org",
        "anna",
        SignInBy::Server,
    );
    leads(
        &config,
        "bert@branch.example",
        "192.0.2.7",
        "bert",
        SignInBy::Server,
    );
    let boss = "boss@branch.example";
    leads(&config, boss, "mail.example.org", boss, SignInBy::Users);
    leads(
        &config,
        "clerk@example.org",
        "mail.example.org",
        "clerk@example.org",
        SignInBy::Users,
    );
    leads(
        &config,
        "clerk",
        "mail.example.org",
        "clerk",
        SignInBy::Users,
    );
    leads(&config, "olga@old.example", "maildir", "", SignInBy::Users);
    assert!(!config.routes.of("bert@branch.example").unwrap().contacts);
    let branch = config.servers.iter().find(|server| server.name == "branch");
    let branch = branch.unwrap();
    // Inherited, but for what only the server itself can say.
    assert_eq!((branch.sweep.as_secs(), branch.port), (300, 143));
    assert!(branch.master.is_none());
}

#[test]
fn the_environment_overrides_and_adds_servers_and_routes() {
    let variables = [
        ("DIRECTPUSH_SERVERS__BRANCH__PORT", "1143"),
        ("DIRECTPUSH_SERVERS__FAR__HOST", "far.example"),
        ("DIRECTPUSH_ROUTES__0__LOGIN", "%u"),
        ("DIRECTPUSH_ROUTES__3__MAIL", "far"),
        ("DIRECTPUSH_ROUTES__3__USERS", "zoe@old.example"),
        ("DIRECTPUSH_IMAP__PASS_CLIENT_ADDRESS", "no"),
    ];
    let config = from(SITE, &variables).unwrap();
    let bert = "bert@branch.example";
    leads(&config, bert, "192.0.2.7", bert, SignInBy::Server);
    leads(
        &config,
        "zoe@old.example",
        "far.example",
        "zoe",
        SignInBy::Server,
    );
    let port = |name: &str| config.servers.iter().find(|server| server.name == name);
    assert_eq!(port("branch").unwrap().port, 1143);
    assert!(!port("far").unwrap().pass_client_address);
}

#[test]
fn who_is_nowhere_is_nobody() {
    let text = "[mail]\nstore = \"none\"\n[servers.a]\nhost = \"a\"\n[[routes]]\ndomains = [\"a.example\"]\nmail = \"a\"\n";
    let config = from(text, &[]).unwrap();
    assert!(led(&config, "anna@a.example").is_some());
    assert!(led(&config, "anna@b.example").is_none());
    assert!(led(&config, "anna").is_none());
}

#[test]
fn all_mistakes_of_servers_and_routes_are_said() {
    let text = "
[auth]
domains = [\"example.org\"]
[imap]
host = \"mail.example.org\"
security = \"plain\"
login = \"gate\"
watch = \"hook\"
master_user = \"gate\"
master_style = \"ab\"
colour = \"blue\"
[servers.none]
port = 70000
[[routes]]
mail = \"imap\"
[[routes]]
domains = [\"elsewhere.example\"]
mail = \"brunch\"
[[routes]]
users = [\"anna\"]
[[routes]]
users = [\"anna\"]
mail = \"maildir\"
login = \"%u\"
sign_in = \"server\"
[[routes]]
users = [\"bert\", \"bert@example.org\"]
mail = \"imap\"
contacts = \"dav\"
sign_in = \"users\"
";
    let variables = [("DIRECTPUSH_ROUTES__9__MAIL", "imap")];
    let said = problems(text, &variables);
    assert_eq!(
        said,
        [
            "line 5: imap.host is another machine, and security = \"plain\" sends passwords and mail in clear; plain-anywhere does so on purpose",
            "line 7: imap.login needs %u or %n, or all accounts would share one name",
            "line 8: imap.watch needs listen.hooks: where should the server call?",
            "line 9: imap.master_user needs master_password_file beside it",
            "line 10: imap.master_style is authzid, or one character that names do not have, such as *",
            "line 11: imap.colour is not a setting",
            "line 12: servers.none has a name that a server cannot have: lower case letters, digits, - and _",
            "line 12: servers.none needs a host",
            "line 13: servers.none.port is from 0 to 65535, not 70000",
            "line 14: routes.0 needs domains or users: whom is it for?",
            "line 17: routes.1.domains has \"elsewhere.example\", which is not in auth.domains",
            "line 18: routes.1.mail is \"brunch\", and there is no [servers.brunch]",
            "line 19: routes.2 needs mail: maildir, imap, or the name of a server",
            "line 24: routes.3.login has no meaning with a Maildir",
            "line 25: routes.3.sign_in cannot be server with a Maildir",
            "line 29: routes.4.contacts is one of vdir, none, not \"dav\"",
            "line 30: routes.4.sign_in needs a master user at the server: passwords of the users file open no mailbox there",
            "DIRECTPUSH_ROUTES__9__MAIL: names no setting",
        ]
    );
}

#[test]
fn whom_two_routes_are_for_is_said() {
    let text = "
[auth]
domains = [\"example.org\"]
[[routes]]
users = [\"anna\"]
mail = \"maildir\"
[[routes]]
users = [\"Anna@example.org\"]
mail = \"maildir\"
";
    let said = problems(text, &[]);
    assert_eq!(
        said,
        ["line 7: routes.1 is for anna@example.org, for whom a route above is"]
    );
}

#[test]
fn sections_of_another_form_are_said() {
    assert_eq!(
        problems("imap = 1\nroutes = 2\nservers = 3\n", &[]),
        [
            "line 1: imap is a section, [imap], not integer",
            "line 2: routes is a list of tables, [[routes]], not integer",
            "line 3: servers is a section, [servers.NAME], not integer",
        ]
    );
    assert_eq!(
        problems("[servers]\nbranch = \"mail.branch.example\"\n", &[]),
        [
            "line 2: servers.branch is a section, [servers.branch], not string",
            "line 2: servers.branch needs a host",
        ]
    );
}

#[test]
fn hooks_and_submission_need_what_they_rest_on() {
    assert_eq!(
        problems(
            "[listen]\nhooks = \"127.0.0.1:9090\"\n[hooks]\nnetworks = [\"here\"]\n[smtp]\nauth = \"user\"\nuser = \"gate\"\n",
            &[]
        ),
        [
            "line 2: listen.hooks is the address of another listener",
            "line 2: listen.hooks needs hooks.token_file: who may call?",
            "line 4: hooks.networks has \"here\", which is no network",
            "line 6: smtp.auth needs smtp.host: whom to sign in to?",
            "line 7: smtp.user has no meaning with smtp.auth = \"user\"",
        ]
    );
    let config = from(
        "[smtp]\nhost = \"mail.example.org\"\nauth = \"user\"\n",
        &[],
    )
    .unwrap();
    assert_eq!(config.smtp.relay.unwrap().auth, RelayAuth::User);
}
