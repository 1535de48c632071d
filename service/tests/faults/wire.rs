//! HTTP/1.1 as far as a phone needs it, by hand, so that every way of breaking is seen as it is.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::device::{Answer, Failure, Request};
use protocol::header;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Every account's password.
pub(crate) const PASSWORD: &str = "secret";

/// Where the service is for a phone, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) account: String,
}

/// An answer, and the connection if it can be used again.
pub(crate) type Exchanged = (Option<TcpStream>, Result<Answer, Failure>);

impl Server {
    /// Makes a connection.
    pub(crate) async fn connect(&self) -> Result<TcpStream, Failure> {
        let stream = TcpStream::connect(self.address)
            .await
            .map_err(|_refused| Failure::Unreachable)?;
        stream.set_nodelay(true).unwrap();
        Ok(stream)
    }

    /// Sends a request on `stream`, if it is open still, or on a new connection.
    pub(crate) async fn exchange(self, stream: Option<TcpStream>, request: Request) -> Exchanged {
        let mut stream = match stream.filter(is_open) {
            Some(stream) => stream,
            None => match self.connect().await {
                Ok(stream) => stream,
                Err(failure) => return (None, Err(failure)),
            },
        };
        if stream.write_all(&self.bytes(&request)).await.is_err() {
            return (None, Err(Failure::Cut));
        }
        match read_answer(&mut stream).await {
            Some(answer) => {
                let closes = answer.header("connection") == Some("close");
                ((!closes).then_some(stream), Ok(answer))
            }
            None => (None, Err(Failure::Cut)),
        }
    }

    /// A request as it travels.
    pub(crate) fn bytes(&self, request: &Request) -> Vec<u8> {
        let credentials = STANDARD.encode(format!("{}:{PASSWORD}", self.account));
        let target = match request.query.as_str() {
            "" => header::PATH.to_owned(),
            query => format!("{}?{query}", header::PATH),
        };
        let mut head = format!(
            "{} {target} HTTP/1.1\r\nHost: faults\r\nAuthorization: Basic {credentials}\r\n\
             Content-Length: {}\r\n",
            request.method.as_str(),
            request.body.len()
        );
        for (name, value) in &request.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&request.body);
        bytes
    }
}

/// Whether nothing came on an idle connection, its end least of all.
fn is_open(stream: &TcpStream) -> bool {
    let nothing = stream.try_read(&mut [0]).map_err(|error| error.kind());
    nothing == Err(std::io::ErrorKind::WouldBlock)
}

/// One whole answer; `None` when it breaks off.
pub(crate) async fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(stream, &mut bytes).await?;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.trim_end().split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    let length = answer
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        read_more(stream, &mut bytes).await?;
    }
    assert_eq!(bytes.len(), head + length, "more than one answer came");
    answer.body = bytes.split_off(head);
    Some(answer)
}

async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(bytes).await {
        Ok(1..) => Some(()),
        Ok(0) | Err(_) => None,
    }
}
