//! The service as a client sees it that shares no code with it: the Python programs in `walk/`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the programs need, for whoever finds it missing.
const INSTALL: &str = "apt-get install -y python3 libwbxml2-utils libxml2-utils";

/// Runs a program of `walk/`; what it printed is shown when it fails.
#[track_caller]
fn python(program: &str, arguments: &[&str]) {
    let script = here().join(program);
    let output = Command::new("python3")
        .arg("-B")
        .arg(&script)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("python3 does not run ({error}): {INSTALL}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk")
}

#[test]
fn the_client_agrees_with_vectors_and_with_libwbxml() {
    let vectors = here().join("../../../protocol/tests/golden/wbxml");
    python("selftest.py", &["--vectors", vectors.to_str().unwrap()]);
}
