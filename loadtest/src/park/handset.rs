//! A phone that costs little: its account is set up as a phone does it, then all it has is a connection and the bytes
//! of its Ping.

use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use protocol::command::Body;
use protocol::command::ping::{PingRequest, PingResponse};
use protocol::device::{Config, Connection, Device, Event, Output, Profile, Request};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time;

use crate::wire::{Lane, Server, Stream};

/// Larger answers than that are none to a Ping.
const ANSWER_MAX: usize = 16 * 1024;

/// For how long a phone says that it waits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub(super) enum Wait {
    /// Longer than what is measured.
    #[default]
    Long,
    /// So that it expires in between.
    Short,
}

/// A phone whose account is set up.
pub(super) struct Handset {
    server: Server,
    /// The request for each [`Wait`], head and body.
    long: Box<[u8]>,
    short: Box<[u8]>,
    /// The body of the answer when nothing happened.
    expired: Box<[u8]>,
}

/// What came back for a Ping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    /// When its last byte was there.
    pub(super) at: Instant,
    /// Its length, head and all.
    pub(super) bytes: usize,
    /// Whether it says that nothing happened.
    pub(super) expired: bool,
}

impl Handset {
    /// Sets an account up, and stops where the phone would begin to wait.
    ///
    /// # Errors
    /// The phone gives up, or writes what cannot be read.
    pub(super) async fn set_up(
        server: Server,
        user: &str,
        id: String,
        (long_s, short_s): (u32, u32),
    ) -> anyhow::Result<Self> {
        let mut device = Device::new(Config::new(Profile::aosp(), user, id));
        let mut lane = Lane::default();
        let ping = loop {
            match device.poll(Instant::now()) {
                Output::Send(request) if request.connection == Connection::Push => break request,
                Output::Send(request) => lane.start(&server, request),
                Output::Close(_) => lane.close(),
                Output::Wait { until } => {
                    let pause = async {
                        match until {
                            Some(until) => time::sleep_until(until.into()).await,
                            None => std::future::pending().await,
                        }
                    };
                    let exchange = tokio::select! {
                        exchange = lane.finished() => exchange,
                        () = pause => continue,
                    };
                    match &exchange.outcome {
                        Ok(answer) => device.answered(Connection::Main, answer, exchange.ended),
                        Err(failure) => device.failed(Connection::Main, *failure, exchange.ended),
                    }
                }
            }
            while let Some(event) = device.next_event() {
                if let Event::PushStopped(_) = event {
                    bail!("a phone gave up");
                }
            }
        };
        let version = device.version().context("no version was agreed upon")?;
        let request = |heartbeat_s| prepared(&server, &ping, heartbeat_s, version);
        let expired = PingResponse::expired().to_element(version);
        Ok(Self {
            long: request(long_s)?,
            short: request(short_s)?,
            expired: wbxml::encode(&expired, version).into(),
            server,
        })
    }

    /// A new connection.
    ///
    /// # Errors
    /// Nobody takes it.
    pub(super) async fn connect(&self) -> io::Result<Stream> {
        self.server.open().await
    }

    /// Sends the Ping.
    ///
    /// # Errors
    /// The connection is broken.
    pub(super) async fn send(&self, stream: &mut Stream, wait: Wait) -> io::Result<()> {
        let request = match wait {
            Wait::Long => &self.long,
            Wait::Short => &self.short,
        };
        stream.write_all(request).await?;
        stream.flush().await
    }

    /// Takes in what is there of the answer, and says whether it is whole. Cancel-safe: what was read is in `taken`.
    ///
    /// # Errors
    /// The connection ends, or the answer is none to a Ping.
    pub(super) async fn receive(
        &self,
        stream: &mut Stream,
        taken: &mut Vec<u8>,
    ) -> anyhow::Result<Answered> {
        loop {
            // Not kept while it waits: there are many.
            let mut part = [0; 512];
            let count = stream.read(&mut part).await?;
            ensure!(count > 0, "the connection was closed");
            taken.extend_from_slice(part.get(..count).unwrap_or_default());
            if let Some(body) = whole(taken)? {
                return Ok(Answered {
                    at: Instant::now(),
                    bytes: taken.len(),
                    expired: *body == *self.expired,
                });
            }
        }
    }
}

/// The body of an answer, once all of it is there.
fn whole(taken: &[u8]) -> anyhow::Result<Option<&[u8]>> {
    ensure!(taken.len() <= ANSWER_MAX, "that is no answer to a Ping");
    let end = taken.windows(4).position(|four| four == b"\r\n\r\n");
    let Some((head, rest)) = end.and_then(|end| taken.split_at_checked(end + 4)) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(head)?;
    let first = head.lines().next().unwrap_or_default();
    ensure!(
        first.starts_with("HTTP/1.1 200"),
        "a Ping was answered with {head:?}"
    );
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.trim().parse::<usize>().ok())?
    });
    let length = length.context("an answer without its length")?;
    Ok(rest.get(..length))
}

/// The bytes of a phone's Ping with another heartbeat.
fn prepared(
    server: &Server,
    ping: &Request,
    heartbeat_s: u32,
    version: Version,
) -> anyhow::Result<Box<[u8]>> {
    let document = wbxml::decode(&ping.body, &Limits::default())?;
    let mut asked = PingRequest::from_element(&document.root)?;
    asked.heartbeat_s = Some(heartbeat_s);
    let body = wbxml::encode(&asked.to_element(version), version);
    Ok(server.bytes(ping, &body).into())
}

/// How long until a Ping is given up that nothing ends.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_last_byte_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        for cut in 0..answer.len() {
            assert_eq!(whole(&answer[..cut]).unwrap(), None, "{cut}");
        }
        assert_eq!(whole(answer).unwrap(), Some(&b"abc"[..]));
        let refused = whole(b"HTTP/1.1 503 Busy\r\n\r\n").unwrap_err();
        assert!(refused.to_string().contains("503"), "{refused}");
    }
}
