//! Another implementation of TLS as the client: `openssl s_client` (package openssl).

use std::process::Stdio;

use protocol::query::Command;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command as Program};
use tokio::time::timeout;

use super::super::support::{Ask, LIMIT, noticed};
use super::{Secure, start};

struct Openssl {
    child: Child,
    input: ChildStdin,
}

impl Openssl {
    fn connect(secure: &Secure, version: &str) -> Self {
        let mut program = Program::new("openssl");
        program
            .args(["s_client", version, "-verify_return_error", "-CAfile"])
            .arg(&secure.files.cert)
            .args(["-servername", "mail.example", "-alpn", "h2,http/1.1"])
            .arg("-connect")
            .arg(secure.gateway.front.eas().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = program
            .spawn()
            .expect("openssl is missing: install the package openssl");
        let input = child.stdin.take().unwrap();
        Self { child, input }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).await.unwrap();
        self.input.flush().await.unwrap();
    }

    /// Waits for words of the other side, or of the program.
    async fn says(&mut self, words: &str) {
        until(self.child.stdout.as_mut().unwrap(), words).await;
    }

    async fn notes(&mut self, words: &str) {
        until(self.child.stderr.as_mut().unwrap(), words).await;
    }
}

async fn until(output: &mut (impl AsyncRead + Unpin), words: &str) {
    let mut seen = Vec::new();
    let reading =
        async {
            while !String::from_utf8_lossy(&seen).contains(words) {
                let byte = output.read_u8().await;
                seen.push(byte.unwrap_or_else(|_| {
                    panic!("no {words:?} in {}", String::from_utf8_lossy(&seen))
                }));
            }
        };
    timeout(LIMIT, reading).await.expect(words);
}

#[tokio::test]
async fn it_parks_and_renews_keys() {
    let secure = start().await;
    let mut openssl = Openssl::connect(&secure, "-tls1_3");
    openssl.says("ALPN protocol: http/1.1").await;
    // Asks for ours as well, or not.
    for command in [&b"K\n"[..], b"k\n"] {
        openssl.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&secure.gateway.commands.parked).await;
        openssl.send(command).await;
        openssl.notes("KEYUPDATE").await;
        // Comes after it, and is served after the answer.
        openssl
            .send(&Ask::command(Command::FolderSync).body(b"four").bytes())
            .await;
        secure.gateway.commands.release.notify_waiters();
        openssl.says("woken").await;
        openssl.says("body=4").await;
    }
    openssl.send(&Ask::command(Command::Ping).bytes()).await;
    noticed(&secure.gateway.commands.parked).await;
    openssl.send(b"Q\n").await;
    noticed(&secure.gateway.commands.left).await;
}

#[tokio::test]
async fn it_speaks_the_older_version_and_is_refused_another_beginning() {
    let secure = start().await;
    let mut openssl = Openssl::connect(&secure, "-tls1_2");
    openssl.says("ALPN protocol: http/1.1").await;
    openssl
        .send(&Ask::command(Command::FolderSync).body(b"four").bytes())
        .await;
    openssl.says("body=4").await;
    openssl.send(&Ask::command(Command::Ping).bytes()).await;
    noticed(&secure.gateway.commands.parked).await;
    // A renegotiation (RFC 5246 7.4.1.1): the refusal goes out although there is no answer yet.
    openssl.send(b"R\n").await;
    openssl.notes("no renegotiation").await;
    noticed(&secure.gateway.commands.left).await;
}
