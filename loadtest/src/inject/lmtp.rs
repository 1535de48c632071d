//! LMTP (RFC 2033) on a connection that is kept, with the times that matter: before the dot, and after the 250.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection on which a transaction may begin.
pub(super) struct Lmtp {
    stream: BufReader<TcpStream>,
}

impl Lmtp {
    /// Connects to `host:port`.
    pub(super) async fn connect(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.with_context(|| format!("LMTP at {address}"))?;
        stream.set_nodelay(true)?;
        let mut connection = Self {
            stream: BufReader::new(stream),
        };
        connection.expect('2').await?;
        connection.say("LHLO loadtest", '2').await?;
        Ok(connection)
    }

    /// Delivers a message; when the dot was about to be sent, and when the 250 had arrived.
    pub(super) async fn deliver(
        &mut self,
        recipient: &str,
        message: &str,
    ) -> anyhow::Result<(Instant, Instant)> {
        self.say("MAIL FROM:<load@example.org>", '2').await?;
        self.say(&format!("RCPT TO:<{recipient}>"), '2').await?;
        self.say("DATA", '3').await?;
        self.stream.write_all(stuffed(message).as_bytes()).await?;
        let before = Instant::now();
        self.say(".", '2').await?;
        Ok((before, Instant::now()))
    }

    async fn say(&mut self, line: &str, class: char) -> anyhow::Result<()> {
        let bytes = format!("{line}\r\n");
        self.stream.write_all(bytes.as_bytes()).await?;
        self.expect(class).await.with_context(|| line.to_owned())
    }

    async fn expect(&mut self, class: char) -> anyhow::Result<()> {
        loop {
            let mut line = String::new();
            timeout(PATIENCE, self.stream.read_line(&mut line)).await??;
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            ensure!(line.starts_with(class), "LMTP: {line:?}");
            return Ok(());
        }
    }
}

/// Lines that end with CRLF, dots doubled at their beginning (RFC 5321, section 4.5.2).
fn stuffed(message: &str) -> String {
    let mut out = String::with_capacity(message.len() + 64);
    for line in message.lines() {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::stuffed;

    #[test]
    fn lines_end_as_they_should_and_dots_are_doubled() {
        assert_eq!(stuffed("a: b\n\n.c\n"), "a: b\r\n\r\n..c\r\n");
    }
}
