//! Tests of the settings: what is said of mistakes, and that all of them are said.

use super::*;

mod routes;

#[track_caller]
fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match from(text, variables) {
        Err(ConfigError::Problems(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

fn from(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Config::from_parts(text, variables.iter().map(own).collect())
}

#[test]
fn without_a_file_the_defaults_hold() {
    let config = from("", &[]).unwrap();
    assert_eq!(config.push.heartbeat_min, Duration::from_secs(60));
    assert_eq!(config.max_version, Version::V16_1);
}

#[test]
fn the_example_with_everything_switched_on_is_the_default() {
    let example = reference_example();
    let uncommented: Vec<&str> = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting,
            _ => line,
        })
        .collect();
    let config = from(&uncommented.join("\n"), &[]).unwrap();
    assert_eq!(
        format!("{config:?}"),
        format!("{:?}", from("", &[]).unwrap())
    );
}

#[test]
fn all_mistakes_are_said_at_once() {
    let text = "
[listen]
eas = \"nowhere\"
tls_cert = \"/tmp/cert.pem\"
[limits]
conections_max = 5
header_bytes_max = \"big\"
[push]
heartbeat_min_s = 4000
[protcol]
max_version = \"14.1\"
[log]
format = \"xml\"
[mail]
maildir = \"/var/mail/%d\"
";
    assert_eq!(
        problems(text, &[("DIRECTPUSH_AUTH__NOTHING", "1")]),
        [
            "line 3: listen.eas is an address and port, such as 0.0.0.0:443, not \"nowhere\"",
            "line 4: listen.tls_cert needs tls_key beside it",
            "line 6: limits.conections_max is not a setting; is connections_max meant?",
            "line 7: limits.header_bytes_max is a number, not string",
            "line 9: push.heartbeat_min_s is above push.heartbeat_max_s = 3540",
            "line 9: push.heartbeat_min_s is above 480: devices that begin there would stop",
            "line 9: push.heartbeat_min_s is from 1 to 3540, not 4000",
            "line 10: protcol is not a section; is protocol meant?",
            "line 13: log.format is one of text, json, not \"xml\"",
            "line 15: mail.maildir needs %u or %n, or all accounts would share one Maildir",
            "DIRECTPUSH_AUTH__NOTHING: names no setting",
            "push.park_max_s is below push.heartbeat_min_s = 4000",
        ]
    );
}

#[test]
fn a_heartbeat_that_common_devices_use_cannot_be_refused() {
    assert_eq!(
        problems("[push]\nheartbeat_max_s = 900\n", &[]),
        [
            "line 2: push.heartbeat_max_s is below 1680: devices that end there would stop; set push.park_max_s in its place"
        ]
    );
    let config = from("[push]\npark_max_s = 900\n", &[]).unwrap();
    assert_eq!(config.push.park_max, Duration::from_secs(900));
}

#[test]
fn broken_syntax_is_named_with_its_line() {
    let problems = problems(
        "[push]\nheartbeat_min_s = = 5\n[log]\nlevel = \"info\n",
        &[],
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("line 2: ")),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("line 4: ")),
        "{problems:?}"
    );
}

#[test]
fn the_environment_wins_and_reads_lists() {
    let variables = [
        ("DIRECTPUSH_PUSH__HEARTBEAT_MIN_S", "120"),
        ("DIRECTPUSH_AUTH__DOMAINS", "Example.org, example.net"),
        ("DIRECTPUSH_CONFIG", "not a setting, and none of ours"),
    ];
    let config = from("[push]\nheartbeat_min_s = 90\n", &variables).unwrap();
    assert_eq!(config.push.heartbeat_min, Duration::from_secs(120));
    assert_eq!(config.auth.domains, ["example.org", "example.net"]);
    let variables = [("DIRECTPUSH_PUSH__HEARTBEAT_MIN_S", "soon")];
    assert_eq!(
        problems("", &variables),
        [
            "DIRECTPUSH_PUSH__HEARTBEAT_MIN_S: push.heartbeat_min_s is a number from 0 on, not \"soon\""
        ]
    );
}

#[test]
fn settings_of_the_reference_server_are_understood() {
    let config = from("[push]\nMinHeartbeatInterval = 120\n", &[]).unwrap();
    assert_eq!(config.push.heartbeat_min, Duration::from_secs(120));
    assert_eq!(
        problems(
            "[push]\nMinHeartbeatInterval = 120\nheartbeat_min_s = 60\n",
            &[]
        ),
        ["line 2: push.heartbeat_min_s is said twice, once by its other name"]
    );
}

#[test]
fn a_maildir_is_made_from_the_account() {
    let template = PathTemplate::new("/var/mail/%d/%n/Maildir");
    let path = template.path("anna@example.org");
    assert_eq!(path, PathBuf::from("/var/mail/example.org/anna/Maildir"));
    assert_eq!(
        template.path("anna"),
        PathBuf::from("/var/mail//anna/Maildir")
    );
    assert_eq!(
        PathTemplate::new("/m/%u").path("a@b"),
        PathBuf::from("/m/a@b")
    );
}

#[test]
fn contacts_are_switched_off_by_an_empty_template() {
    let config = from("", &[]).unwrap();
    let path = config.contacts.vdir.unwrap().path("anna@example.org");
    assert_eq!(path, PathBuf::from("/var/vdir/example.org/anna/contacts"));
    let config = from("[contacts]\nvdir = \"\"\n", &[]).unwrap();
    assert_eq!(config.contacts.vdir, None);
    assert_eq!(
        problems("[contacts]\nvdir = \"contacts/%x\"\n", &[]).len(),
        3
    );
}
