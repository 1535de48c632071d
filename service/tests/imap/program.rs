//! The program itself, in a process of its own.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::phone::LIMIT;

/// The service in a process. Killed when dropped; a test that fails shows the end of its log.
pub(crate) struct Program {
    child: Child,
    /// Where devices are served.
    pub(crate) eas: SocketAddr,
    /// Where operators look.
    pub(crate) admin: SocketAddr,
    /// Where mail servers call.
    pub(crate) hooks: Option<SocketAddr>,
    log: PathBuf,
    /// Reads the log on, since the service would stop when nobody does.
    _reading: JoinSet<()>,
}

/// How much of the log is shown.
const SHOWN: usize = 16 * 1024;

impl Program {
    /// Starts it with these settings; devices are served when this returns.
    pub(crate) fn start(settings: &Path, log: PathBuf) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_directpush"))
            .args(["serve", "--config", settings.to_str().unwrap()])
            .env_remove("RUST_LOG")
            // The machine may be busy with other tests.
            .env("DIRECTPUSH_LIMITS__OVERLOAD_LAG_MS", "0")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut told = String::new();
        let hooks = fs::read_to_string(settings).unwrap().contains("\nhooks = ");
        let hooks = hooks.then(|| address(&mut lines, "hooks=", &mut told));
        let eas = address(&mut lines, "eas=", &mut told);
        let admin = told.lines().last().unwrap();
        let admin = value(admin, "admin=").unwrap();
        fs::write(&log, told).unwrap();
        let mut kept = fs::File::options().append(true).open(&log).unwrap();
        let mut reading = JoinSet::new();
        reading.spawn_blocking(move || {
            use std::io::Write;
            for line in lines.map_while(Result::ok) {
                let _kept = writeln!(kept, "{line}");
            }
        });
        Self {
            child,
            eas,
            admin,
            hooks,
            log,
            _reading: reading,
        }
    }

    /// All that it has logged so far.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The text of `/metrics`.
    pub(crate) async fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.admin).await.unwrap();
        let request = b"GET /metrics HTTP/1.1\r\nHost: imap\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        let reading = stream.read_to_string(&mut answer);
        timeout(LIMIT, reading).await.unwrap().unwrap();
        answer
    }

    /// The value of a series, as `/metrics` has it; of a name without labels the sum of its series.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let text = self.metrics().await;
        let lines = text.lines().filter_map(|line| line.rsplit_once(' '));
        lines
            .filter(|(name, _)| {
                let rest = name.strip_prefix(series);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
            })
            .map(|(_, value)| value.trim().parse::<f64>().unwrap())
            .sum()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
        if std::thread::panicking() {
            let told = self.told();
            let from = told.ceil_char_boundary(told.len().saturating_sub(SHOWN));
            eprintln!("--- {}\n{}", self.log.display(), &told[from..]);
        }
    }
}

/// The address that the log says after `name`.
fn address(lines: &mut Lines<BufReader<ChildStderr>>, name: &str, told: &mut String) -> SocketAddr {
    loop {
        let line = lines.next();
        let line = line.unwrap_or_else(|| panic!("it does not start:\n{told}"));
        let line = line.unwrap();
        told.push_str(&line);
        told.push('\n');
        if let Some(address) = value(&line, name) {
            return address;
        }
    }
}

fn value(line: &str, name: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(name)?;
    rest.split_whitespace().next()?.parse().ok()
}
