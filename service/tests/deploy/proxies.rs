//! The files for proxies as they are, with a certificate; `faults/fronts.rs` sends requests through them.

use std::path::Path;
use std::process::Command;

use crate::tools::{checked, text};

/// A certificate with its key, in one file.
fn certificate(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["mail.example.org".to_owned()]).unwrap();
    let path = folder.join("directpush.pem");
    let pem = made.cert.pem() + &made.signing_key.serialize_pem();
    std::fs::write(&path, pem).unwrap();
    path.display().to_string()
}

#[test]
fn haproxy_takes_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = text("deploy/haproxy/haproxy.cfg");
    let config = config.replace("/etc/haproxy/directpush.pem", &certificate(folder.path()));
    let path = folder.path().join("haproxy.cfg");
    std::fs::write(&path, config).unwrap();
    checked(
        Command::new("haproxy").arg("-c").arg("-f").arg(path),
        "haproxy",
    );
}

#[test]
fn nginx_takes_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certificate(folder.path());
    let server = text("deploy/nginx/directpush.conf")
        .replace("/etc/nginx/directpush.pem", &certificate)
        .replace("/etc/nginx/directpush.key", &certificate);
    let below = folder.path().display();
    let config = format!(
        "pid {below}/pid;\nerror_log stderr;\nevents {{ }}\nhttp {{\naccess_log off;\n{server}}}\n"
    );
    let path = folder.path().join("nginx.conf");
    std::fs::write(&path, config).unwrap();
    let mut nginx = Command::new("nginx");
    checked(
        nginx
            .arg("-t")
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(path),
        "nginx-light",
    );
}
