//! The program, and messages that are made for it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;

use backends::servers::{Dovecot, DovecotOptions};

/// The service in a process of its own, whose mail is on a server of this machine.
pub(crate) struct Service {
    child: Child,
    pub(crate) eas: SocketAddr,
    _place: tempfile::TempDir,
}

impl Service {
    /// Starts it before the IMAP server at `port`.
    pub(crate) fn start(port: u16) -> Self {
        let place = tempfile::tempdir().unwrap();
        let at = place.path().display();
        let settings = format!(
            "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{at}/control\"\n\
             [auth]\ndomains = [\"example.org\"]\n[contacts]\nvdir = \"\"\n[store]\npath = \"{at}/state.db\"\n\
             [imap]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\nlogin = \"%n\"\n"
        );
        let config = place.path().join("directpush.toml");
        fs::write(&config, settings).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_directpush"))
            .args(["serve", "--config", config.to_str().unwrap()])
            .env_remove("RUST_LOG")
            // The machine may be busy with other tests.
            .env("DIRECTPUSH_LIMITS__OVERLOAD_LAG_MS", "0")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let eas = listening(&mut log);
        // Ends with the program.
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self {
            child,
            eas,
            _place: place,
        }
    }

    /// A figure of its memory in KiB: `VmRSS`, `VmHWM`.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Lets `VmHWM` begin anew, and says what is used now, in KiB.
    pub(crate) fn at_rest(&self) -> u64 {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
        self.memory("VmRSS")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn listening(log: &mut impl BufRead) -> SocketAddr {
    let mut told = String::new();
    loop {
        let mut line = String::new();
        let read = log.read_line(&mut line).unwrap();
        told += &line;
        assert!(read > 0, "it does not start:\n{told}");
        if let Some((_, rest)) = line.split_once("eas=")
            && let Some(eas) = rest.split_whitespace().next()
            && let Ok(eas) = eas.parse()
        {
            return eas;
        }
    }
}

/// A Dovecot whose folders are not directories: looking for changes in one of 30,000 files takes it seconds.
pub(crate) async fn dovecot() -> Dovecot {
    let options = DovecotOptions {
        extra: "mail_location = mdbox:~/mdbox\n".to_owned(),
        ..DovecotOptions::default()
    };
    Dovecot::start(&options).await.unwrap()
}

/// Puts a message into a new folder of anna's as often as is said, by one command.
pub(crate) async fn fill(dovecot: &Dovecot, folder: &str, count: usize, content: &str) {
    let one = format!(" (\\Seen) {{{}+}}\r\n{content}", content.len());
    let mut connection = dovecot.connect("anna").await.unwrap();
    connection.run(&format!("CREATE {folder}")).await.unwrap();
    let command = format!("APPEND {folder}{}", one.repeat(count));
    assert!(connection.command(&command).await.unwrap().ok().is_ok());
}

/// A message with an attachment of some 50 MB, and what that is when it is decoded.
pub(crate) fn large() -> (String, Vec<u8>) {
    let line = format!("{}\r\n", "QUJDREVG".repeat(9));
    let lines = 680_000;
    let mut raw = "From: bo@example.org\r\nSubject: Large\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThe text.\r\n--b\r\n\
        Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=large.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
        .to_owned();
    raw.push_str(&line.repeat(lines));
    raw.push_str("QQ==\r\n--b--\r\n");
    let mut content = b"ABCDEF".repeat(9 * lines);
    content.push(b'A');
    (raw, content)
}
