//! Container and compose file: no container is run here, so what they name is checked.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::tools::{checked, path, text};

/// The compose file as YAML reads it, merges included.
fn compose() -> Value {
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let mut python = Command::new("/usr/bin/python3");
    python
        .args(["-c", script])
        .arg(path("deploy/container/compose.yaml"));
    serde_json::from_str(&checked(&mut python, "python3-yaml")).unwrap()
}

#[test]
fn the_settings_of_a_node_are_good() {
    let mut check = Command::new(env!("CARGO_BIN_EXE_directpush"));
    check.args(["config", "check", "--config"]);
    check.arg(path("deploy/container/directpush.toml"));
    checked(&mut check, "directpush");
}

#[test]
fn dovecot_takes_its_file() {
    let mut doveconf = Command::new("doveconf");
    doveconf
        .arg("-n")
        .arg("-c")
        .arg(path("deploy/container/dovecot.conf"));
    let said = checked(&mut doveconf, "dovecot-core");
    assert!(
        said.contains("mail_location = maildir:/srv/mail/"),
        "{said}"
    );
}

#[test]
fn what_the_compose_file_names_is_there() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    for wanted in [
        "node1",
        "node2",
        "haproxy",
        "redis",
        "postgres",
        "dovecot",
        "prometheus",
    ] {
        assert!(services.contains_key(wanted), "{wanted}");
    }
    let volumes: BTreeSet<&String> = compose["volumes"].as_object().unwrap().keys().collect();
    let networks = compose["networks"].as_object().unwrap();
    for (name, service) in services {
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            let file = path("deploy/container").join(from);
            let there = match from.starts_with('.') {
                // The operator's own certificate.
                true => file.exists() || from == "./directpush.pem",
                false => volumes.contains(&from.to_owned()),
            };
            assert!(there, "{name}: {from}");
        }
        for other in service["depends_on"].as_array().into_iter().flatten() {
            assert!(
                services.contains_key(other.as_str().unwrap()),
                "{name}: {other}"
            );
        }
        let in_networks: Vec<&str> = match &service["networks"] {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            Value::Object(names) => names.keys().map(String::as_str).collect(),
            other => panic!("{name}: {other}"),
        };
        assert!(
            in_networks
                .iter()
                .all(|network| networks.contains_key(*network)),
            "{name}"
        );
    }
    // The nodes run as in the container file, and are where HAProxy looks for them.
    let haproxy = text("deploy/haproxy/haproxy.cfg");
    let container =
        path("deploy/container").join(compose["x-node"]["build"]["context"].as_str().unwrap());
    assert!(container.join("Cargo.toml").exists());
    for node in ["node1", "node2"] {
        let node_settings = &services[node];
        assert_eq!(node_settings["read_only"], true);
        let address = &node_settings["networks"]["inside"]["ipv4_address"];
        let server = format!("server {node} {}:8080", address.as_str().unwrap());
        assert!(haproxy.contains(&server), "{server}");
    }
    let proxy = services["haproxy"]["networks"]["inside"]["ipv4_address"]
        .as_str()
        .unwrap();
    assert!(text("deploy/container/directpush.toml").contains(proxy));
}

#[test]
fn the_container_runs_what_there_is_without_root() {
    let file = text("deploy/container/Containerfile");
    assert!(file.contains("USER 65532:65532"));
    let profile = "--profile dist";
    assert!(file.contains(profile) && text("Cargo.toml").contains("[profile.dist]"));
    assert!(file.contains("target/dist/directpush /usr/bin/directpush"));
}
