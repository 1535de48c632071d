//! A server that says what it is told to, at the other end of a pipe, for what no real one can be made to do.

use std::collections::BTreeSet;

use backends::imap::{ImapServer, Session};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};

use crate::imap::plain;

pub(crate) type Pipe = Session<DuplexStream>;

/// The server's end.
pub(crate) struct Peer(BufReader<DuplexStream>);

impl Peer {
    /// A pipe that holds so many bytes, before the greeting.
    pub(crate) fn new(room: usize) -> (DuplexStream, Self) {
        let (ours, theirs) = duplex(room);
        (ours, Self(BufReader::new(theirs)))
    }

    /// A session that has been greeted, with a server that can do this.
    pub(crate) async fn greets(server: &ImapServer, extensions: &str) -> (Pipe, Self) {
        let (ours, mut peer) = Self::new(64 << 10);
        peer.says(&format!("* OK [CAPABILITY {extensions}] ready\r\n"))
            .await;
        (Session::greeted(ours, server).await.unwrap(), peer)
    }

    pub(crate) async fn says(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next line, without its end.
    pub(crate) async fn hears(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }

    /// Hears one line, and answers.
    pub(crate) async fn answers(&mut self, heard: &str, said: &str) {
        assert_eq!(self.hears().await, heard);
        self.says(said).await;
    }
}

/// A server that is known as a pipe only.
pub(crate) fn server() -> ImapServer {
    ImapServer {
        disabled: BTreeSet::new(),
        ..plain(143)
    }
}
