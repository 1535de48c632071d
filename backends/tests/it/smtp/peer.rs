//! An SMTP server that answers as it is told, written by hand for its faults. The service's tests use it as well.

#![allow(dead_code, reason = "each of the two uses a part of it")]

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What to answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) greeting: &'static str,
    pub(crate) extensions: &'static [&'static str],
    pub(crate) sign_in: &'static str,
    pub(crate) sender: &'static str,
    pub(crate) recipient: fn(&str) -> &'static str,
    pub(crate) data: &'static str,
    /// To the dot; `None`: the connection is closed instead.
    pub(crate) message: Option<&'static str>,
    /// After it has the dot, it says nothing until it is released.
    pub(crate) mute: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: "220 peer",
            extensions: &["8BITMIME"],
            sign_in: "235 in",
            sender: "250 ok",
            recipient: |_| "250 ok",
            data: "354 go on",
            message: Some("250 taken"),
            mute: false,
        }
    }
}

/// A message that came with its dot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    /// Sender, then recipients.
    pub(crate) envelope: Vec<String>,
    pub(crate) message: Vec<u8>,
}

#[derive(Debug, Default)]
struct Seen {
    taken: Vec<Mail>,
    received: Vec<Vec<u8>>,
    lines: Vec<String>,
    sign_ins: Vec<String>,
    connections: usize,
    closed: usize,
}

#[derive(Debug)]
pub(crate) struct Peer {
    port: u16,
    seen: Arc<(Mutex<Seen>, Notify)>,
    release: Arc<Notify>,
    /// Ends with the peer.
    _tasks: JoinSet<()>,
}

impl Peer {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new((Mutex::default(), Notify::new()));
        let theirs = Arc::clone(&seen);
        let release = Arc::new(Notify::new());
        let released = Arc::clone(&release);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let seen = Arc::clone(&theirs);
                let release = Arc::clone(&released);
                note(&seen, |seen| seen.connections += 1);
                connections.spawn(async move {
                    let _gone = serve(stream, script, &seen, &release).await;
                    note(&seen, |seen| seen.closed += 1);
                });
            }
        });
        Self {
            port,
            seen,
            release,
            _tasks: tasks,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn taken(&self) -> Vec<Mail> {
        self.seen.0.lock().unwrap().taken.clone()
    }

    /// What was said to sign in.
    pub(crate) fn sign_ins(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().sign_ins.clone()
    }

    /// All messages that came with their dot, also those that were not taken.
    pub(crate) fn received(&self) -> Vec<Vec<u8>> {
        self.seen.0.lock().unwrap().received.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.0.lock().unwrap().connections
    }

    /// Lets one answer out that is held back.
    pub(crate) fn release(&self) {
        self.release.notify_one();
    }

    pub(crate) async fn until_taken(&self, count: usize) {
        self.until(|seen| seen.taken.len() >= count).await;
    }

    pub(crate) async fn until_line(&self, line: &str) {
        self.until(|seen| seen.lines.iter().any(|seen| seen == line))
            .await;
    }

    pub(crate) async fn until_closed(&self) {
        self.until(|seen| seen.closed == seen.connections).await;
    }

    async fn until(&self, condition: impl Fn(&Seen) -> bool) {
        loop {
            let changed = self.seen.1.notified();
            if condition(&self.seen.0.lock().unwrap()) {
                return;
            }
            changed.await;
        }
    }
}

fn note(seen: &(Mutex<Seen>, Notify), change: impl FnOnce(&mut Seen)) {
    change(&mut seen.0.lock().unwrap());
    // There is one who waits at most; a permit for who asks right after.
    seen.1.notify_one();
}

async fn serve(
    stream: TcpStream,
    script: Script,
    seen: &(Mutex<Seen>, Notify),
    release: &Notify,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, script.greeting).await?;
    let mut mail = Mail::default();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end();
        let address = command.split(':').nth(1).unwrap_or_default();
        let address = address.split(' ').next().unwrap_or_default();
        let verb = command.get(..4).unwrap_or(command).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                for extension in script.extensions {
                    say(&mut stream, &format!("250-{extension}")).await?;
                }
                say(&mut stream, "250 HELP").await?;
            }
            "MAIL" => {
                mail = Mail {
                    envelope: vec![address.to_owned()],
                    ..Mail::default()
                };
                say(&mut stream, script.sender).await?;
            }
            "RCPT" => {
                let answer = (script.recipient)(address);
                if answer.starts_with('2') {
                    mail.envelope.push(address.to_owned());
                }
                say(&mut stream, answer).await?;
            }
            "DATA" => {
                say(&mut stream, script.data).await?;
                if script.data.starts_with('3') {
                    mail.message = message(&mut stream, seen).await?;
                    note(seen, |seen| seen.received.push(mail.message.clone()));
                    let Some(answer) = script.message else {
                        return Ok(());
                    };
                    if answer.starts_with('2') {
                        note(seen, |seen| seen.taken.push(mail.clone()));
                    }
                    if script.mute {
                        tokio::select! {
                            gone = stream.read_line(&mut line) => return gone.map(drop),
                            () = release.notified() => {}
                        }
                    }
                    say(&mut stream, answer).await?;
                }
            }
            "AUTH" => {
                note(seen, |seen| seen.sign_ins.push(command.to_owned()));
                say(&mut stream, script.sign_in).await?;
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

/// Lines up to the dot.
async fn message(
    stream: &mut BufReader<TcpStream>,
    seen: &(Mutex<Seen>, Notify),
) -> std::io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(message);
        }
        let text = line.strip_prefix(b".").unwrap_or(&line);
        message.extend_from_slice(text);
        let shown = String::from_utf8_lossy(text.trim_ascii_end()).into_owned();
        note(seen, |seen| seen.lines.push(shown));
    }
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{text}\r\n").as_bytes()).await?;
    stream.flush().await
}
