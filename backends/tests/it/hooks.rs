//! The scripts in `deploy/hooks`, run by the servers that they are for.

mod dovecot;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use backends::servers::Posted;
use serde_json::Value;
use tempfile::TempDir;

const TOKEN: &str = "t0ken";

/// A script as it is shipped, where servers that are nobody can read it.
fn shipped(name: &str) -> (TempDir, PathBuf) {
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/hooks");
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    let source = hooks.join(name);
    let script = dir.path().join(source.file_name().unwrap());
    fs::copy(source, &script).unwrap();
    fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    (dir, script)
}

fn json(posted: &Posted) -> Value {
    serde_json::from_str(&posted.body).unwrap_or_else(|error| panic!("{error}: {posted:?}"))
}
