//! A server and all that it starts, as one process group: killed, stopped and gone together.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, sleep};

use crate::servers::{Failure, Outcome, PATIENCE};

/// Leads the group. It ends the group when the server has ended, and when we have: then its
/// standard input is closed, even if nobody could drop anything.
const LEADER: &str = r#"("$@"; kill -KILL 0) & cat >/dev/null; kill -KILL 0"#;

/// How much of the log is shown.
const SHOWN: u64 = 16 * 1024;

/// A server that runs or was killed.
#[derive(Debug)]
pub(crate) struct Process {
    command: Vec<String>,
    environment: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    /// What will run, and where its output goes.
    pub(crate) fn new(
        command: Vec<String>,
        environment: Vec<(String, String)>,
        log: PathBuf,
    ) -> Self {
        Self {
            command,
            environment,
            log,
            child: None,
        }
    }

    /// Starts it and waits until it accepts at all these ports.
    pub(crate) async fn start(&mut self, ports: &[u16]) -> Outcome {
        let open = || OpenOptions::new().create(true).append(true).open(&self.log);
        let mut leader = Command::new("sh");
        leader
            .args(["-c", LEADER, "sh"])
            .args(&self.command)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(open()?)
            .stderr(open()?)
            .process_group(0);
        self.child = Some(leader.spawn()?);
        let until = Instant::now() + PATIENCE;
        for port in ports {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, *port))
                .await
                .is_err()
            {
                if !self.runs()? || Instant::now() > until {
                    return Err(format!("it did not start:\n{}", self.log()).into());
                }
                // Others' start cannot be awaited.
                sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(())
    }

    fn runs(&mut self) -> Result<bool, Failure> {
        let Some(child) = &mut self.child else {
            return Ok(false);
        };
        Ok(child.try_wait()?.is_none())
    }

    /// Kills the group with all that belongs to it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = signal(&child, Signal::KILL);
            let _gone = child.wait();
            // The others of the group die a little later, and until then hold sockets.
            for _ in 0..200 {
                if group(&child).is_none_or(|group| test_kill_process_group(group).is_err()) {
                    break;
                }
                thread::sleep(std::time::Duration::from_millis(10));
            }
        }
    }

    /// Lets nobody of the group do anything until [`Self::resume`].
    pub(crate) fn pause(&self) -> Outcome {
        self.signal(Signal::STOP)
    }

    pub(crate) fn resume(&self) -> Outcome {
        self.signal(Signal::CONT)
    }

    fn signal(&self, what: Signal) -> Outcome {
        signal(self.child.as_ref().ok_or("it does not run")?, what)
    }

    /// The end of what it wrote.
    pub(crate) fn log(&self) -> String {
        tail(&self.log).unwrap_or_else(|error| format!("no log: {error}"))
    }
}

fn signal(child: &Child, what: Signal) -> Outcome {
    Ok(kill_process_group(
        group(child).ok_or("no process id")?,
        what,
    )?)
}

fn group(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(SHOWN)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("--- {}\n{}", self.log.display(), self.log());
        }
    }
}
