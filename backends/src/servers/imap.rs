//! IMAP by hand: says a command, reads until its tag. It understands literals and nothing else, so
//! that it shares nothing with the client that is tested against it.

use std::net::Ipv4Addr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::servers::{Failure, Login, Outcome, PATIENCE};

/// One connection, without TLS.
#[derive(Debug)]
pub struct RawImap {
    stream: BufReader<TcpStream>,
    number: u32,
}

/// What the server said to one command.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The untagged lines, with their literals in place.
    pub lines: Vec<String>,
    /// The tagged line without the tag.
    pub end: String,
}

impl Reply {
    /// The reply of a command that was not refused.
    ///
    /// # Errors
    /// It was: NO or BAD.
    pub fn ok(self) -> Result<Self, Failure> {
        if self.end.starts_with("OK") {
            return Ok(self);
        }
        Err(format!("IMAP: {}", self.end).into())
    }

    /// All words after `word`, in all lines, the tagged one as well.
    #[must_use]
    pub fn after(&self, word: &str) -> Option<&str> {
        let lines = self.lines.iter().chain([&self.end]);
        let mut found = lines.filter_map(|line| Some(line.split_once(word)?.1));
        found.next().map(str::trim_start)
    }

    /// The number after `word`.
    #[must_use]
    pub fn number(&self, word: &str) -> Option<u32> {
        let rest = self.after(word)?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit());
        rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
    }
}

impl RawImap {
    /// Connects to a loopback port and reads the greeting.
    ///
    /// # Errors
    /// Nobody is there, or says nothing.
    pub async fn connect(port: u16) -> Result<Self, Failure> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        let mut connection = Self {
            stream: BufReader::new(stream),
            number: 0,
        };
        let greeting = connection.line().await?;
        if !greeting.starts_with("* OK") {
            return Err(format!("IMAP: {greeting}").into());
        }
        Ok(connection)
    }

    /// Connects and logs in.
    ///
    /// # Errors
    /// As with [`Self::connect`], or the login is refused.
    pub async fn login(port: u16, login: &Login) -> Result<Self, Failure> {
        let mut connection = Self::connect(port).await?;
        let command = format!("LOGIN {} {}", quoted(&login.user), quoted(&login.password));
        connection.run(&command).await?;
        Ok(connection)
    }

    /// Says a command and reads its reply, whichever it is.
    ///
    /// # Errors
    /// The connection fails, or half a minute passes.
    pub async fn command(&mut self, command: &str) -> Result<Reply, Failure> {
        self.number += 1;
        let tag = format!("h{}", self.number);
        let line = format!("{tag} {command}\r\n");
        self.stream.write_all(line.as_bytes()).await?;
        self.reply(&tag).await
    }

    /// Says a command that must be taken.
    ///
    /// # Errors
    /// As with [`Self::command`], or it is refused.
    pub async fn run(&mut self, command: &str) -> Result<Reply, Failure> {
        let reply = self.command(command).await?.ok();
        reply.map_err(|error| format!("{command}: {error}").into())
    }

    /// Says a command that ends with a literal.
    ///
    /// # Errors
    /// As with [`Self::run`].
    pub async fn run_with(&mut self, command: &str, literal: &[u8]) -> Result<Reply, Failure> {
        self.number += 1;
        let tag = format!("h{}", self.number);
        let line = format!("{tag} {command} {{{}}}\r\n", literal.len());
        self.stream.write_all(line.as_bytes()).await?;
        // A server may say other things before it says "go on".
        loop {
            let line = self.line().await?;
            if line.starts_with('+') {
                break;
            }
            if let Some(end) = line.strip_prefix(&tag) {
                return Err(format!("{command}: {}", end.trim()).into());
            }
        }
        self.stream.write_all(literal).await?;
        self.stream.write_all(b"\r\n").await?;
        self.reply(&tag).await?.ok()
    }

    /// Begins to IDLE (RFC 2177). [`Self::line`] reads what comes.
    ///
    /// # Errors
    /// The server does not.
    pub async fn idle(&mut self) -> Outcome {
        self.stream.write_all(b"idle IDLE\r\n").await?;
        loop {
            let line = self.line().await?;
            if line.starts_with('+') {
                return Ok(());
            }
            if line.starts_with("idle ") {
                return Err(line.into());
            }
        }
    }

    /// The next line with its literals, without its end.
    ///
    /// # Errors
    /// The connection fails, or half a minute passes.
    pub async fn line(&mut self) -> Result<String, Failure> {
        timeout(PATIENCE, self.read()).await?
    }

    async fn read(&mut self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        loop {
            let mut part = Vec::new();
            if self.stream.read_until(b'\n', &mut part).await? == 0 {
                return Err("IMAP: the connection is closed".into());
            }
            let whole = part.strip_suffix(b"\r\n").unwrap_or(&part);
            let Some(length) = literal(whole) else {
                bytes.extend(whole);
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            };
            let mut content = vec![0; length];
            self.stream.read_exact(&mut content).await?;
            bytes.extend(part);
            bytes.extend(content);
        }
    }

    async fn reply(&mut self, tag: &str) -> Result<Reply, Failure> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            match line.strip_prefix(tag) {
                Some(end) if end.starts_with(' ') => {
                    let end = end.trim_start().to_owned();
                    return Ok(Reply { lines, end });
                }
                _ => lines.push(line),
            }
        }
    }
}

/// The length that a line announces at its end: `{12}`.
fn literal(line: &[u8]) -> Option<usize> {
    let open = line.iter().rposition(|&byte| byte == b'{')?;
    let number = line.get(open + 1..)?.strip_suffix(b"}")?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

/// A quoted string.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
