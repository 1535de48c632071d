//! Where things are, and programs of others that check them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Below the root of the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join(name)
}

/// A file of the repository.
pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs a program of a Debian package, and gives what it said if it was content.
pub(crate) fn checked(command: &mut Command, package: &str) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("install {package}: {error}"));
    let said = [stdout, stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(status.success(), "{command:?}: {said}");
    said
}

/// `promtool`: installed, or where `.ci/promtool` puts it.
#[expect(
    clippy::disallowed_methods,
    reason = "the cache of who runs the tests is no setting of the service's"
)]
pub(crate) fn promtool() -> Command {
    let cache = std::env::var("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var("HOME").unwrap_or_default()).join(".cache");
    let unpacked = cache.unwrap_or_else(|_| home());
    let unpacked = unpacked.join("directpush/promtool/promtool");
    let mut promtool = if unpacked.exists() {
        Command::new(unpacked)
    } else {
        Command::new("promtool")
    };
    promtool.current_dir(path("deploy/prometheus"));
    promtool
}
