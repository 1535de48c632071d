//! Disks that fill up, turn read-only or take no more, and are well again: real file systems in a mount namespace that
//! only the service sees (`unshare`, `mount`, `nsenter` and `prlimit` of util-linux; a kernel that lets everybody make user
//! namespaces, or a test that runs as root).

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system that a service sees at `at`.
pub(crate) struct Disk {
    service: u32,
    at: PathBuf,
}

/// A shell's command that makes a file system in memory; its directory is made too.
pub(crate) fn mount(at: &Path, options: &str) -> String {
    let at = at.display();
    format!(
        "mkdir -p {at} && {{ mount -t tmpfs -o {options} none {at} || \
         {{ echo 'this test must be able to mount a file system: as root, or in a user namespace' >&2; exit 1; }}; }}"
    )
}

impl Disk {
    /// Of the service with this process id.
    pub(crate) fn of(service: u32, at: &Path) -> Self {
        let at = at.to_owned();
        Self { service, at }
    }

    /// Where it is for this process.
    pub(crate) fn path(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.service));
        root.join(self.at.strip_prefix("/").unwrap())
    }

    /// Leaves room for no byte; new files can still be made.
    pub(crate) fn fill(&self) {
        let mut ballast = File::create(self.path().join("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Leaves room for no file either.
    pub(crate) fn crowd(&self) {
        let made = |number: &u32| {
            let path = self.path().join(format!("crowd{number}"));
            File::create(path).is_ok()
        };
        assert!(
            (0..).take_while(made).count() > 0,
            "there was no room before"
        );
    }

    /// Makes room again.
    pub(crate) fn clear(&self) {
        for entry in std::fs::read_dir(self.path()).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if name == "ballast" || name.starts_with("crowd") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    /// `ro`: from now on nothing can be written; `rw`: it can.
    pub(crate) fn remount(&self, mode: &str) {
        let service = self.service.to_string();
        let within = ["-t", &service, "-U", "-m", "--preserve-credentials"];
        let options = format!("remount,{mode}");
        let mut command = Command::new("nsenter");
        command
            .args(within)
            .args(["mount", "-o", &options])
            .arg(&self.at);
        run(&mut command);
    }
}

/// Runs one of these programs.
pub(crate) fn run(command: &mut Command) {
    let output = command.output().expect("util-linux must be installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
