//! The program that is tested against: the service's, from the same build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The `directpush` program beside the load test's own. It belongs to another package, so cargo builds it for these
/// tests only when the whole workspace is tested; otherwise it is built here if it is missing or old.
pub(crate) fn directpush() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let own = Path::new(env!("CARGO_BIN_EXE_directpush-loadtest"));
        let program = own.with_file_name("directpush");
        let built = fs::metadata(&program).and_then(|program| program.modified());
        if built.is_err() || built.unwrap() < newest_source() {
            build(own);
        }
        program
    })
}

fn build(own: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--locked",
        "-p",
        "directpush",
        "--bin",
        "directpush",
    ]);
    let folder = own.parent().unwrap();
    cargo.arg("--target-dir").arg(folder.parent().unwrap());
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success());
}

/// When the program's sources were last changed.
fn newest_source() -> SystemTime {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<_> = ["protocol", "backends", "service"]
        .map(|name| root.join(name).join("src"))
        .into();
    let mut newest = SystemTime::UNIX_EPOCH;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                newest = newest.max(entry.metadata().unwrap().modified().unwrap());
            }
        }
    }
    newest
}
