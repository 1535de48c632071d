//! A client that sends what it is told, byte by byte, and reads responses.

use base64::Engine;
use protocol::query::Command;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::LIMIT;

/// A request to be sent.
#[derive(Clone)]
pub(in crate::http) struct Ask<'a> {
    pub(in crate::http) method: &'a str,
    pub(in crate::http) target: &'a str,
    pub(in crate::http) credentials: Option<&'a [u8]>,
    pub(in crate::http) headers: Vec<(&'a str, &'a str)>,
    pub(in crate::http) body: &'a [u8],
}

/// Where a command of version 14.1 is sent.
pub(in crate::http) const fn target(command: Command) -> &'static str {
    match command {
        Command::Sync => "/Microsoft-Server-ActiveSync?Cmd=Sync&DeviceId=phone&DeviceType=x",
        Command::Ping => "/Microsoft-Server-ActiveSync?Cmd=Ping&DeviceId=phone&DeviceType=x",
        Command::Settings => {
            "/Microsoft-Server-ActiveSync?Cmd=Settings&DeviceId=phone&DeviceType=x"
        }
        Command::FolderCreate => {
            "/Microsoft-Server-ActiveSync?Cmd=FolderCreate&DeviceId=phone&DeviceType=x"
        }
        Command::GetItemEstimate => {
            "/Microsoft-Server-ActiveSync?Cmd=GetItemEstimate&DeviceId=phone&DeviceType=x"
        }
        _ => "/Microsoft-Server-ActiveSync?Cmd=FolderSync&DeviceId=phone&DeviceType=x",
    }
}

impl<'a> Ask<'a> {
    /// A POST of a command in version 14.1, by anna.
    pub(in crate::http) fn command(command: Command) -> Self {
        Self::post(target(command)).with("MS-ASProtocolVersion", "14.1")
    }

    /// A POST without a version, by anna.
    pub(in crate::http) fn post(target: &'a str) -> Self {
        Self {
            method: "POST",
            target,
            credentials: Some(b"anna:secret"),
            headers: Vec::new(),
            body: b"",
        }
    }

    pub(in crate::http) fn method(self, method: &'a str) -> Self {
        Self { method, ..self }
    }

    pub(in crate::http) fn by(self, credentials: &'a [u8]) -> Self {
        Self {
            credentials: Some(credentials),
            ..self
        }
    }

    pub(in crate::http) fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(in crate::http) fn body(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// Without a length of its own, when one of the headers says it.
    pub(in crate::http) fn bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: mail.example\r\n",
            self.method, self.target
        );
        if let Some(credentials) = self.credentials {
            let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
            head.push_str(&format!("Authorization: Basic {encoded}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let framed = |name: &str| matches!(name, "Content-Length" | "Transfer-Encoding");
        if !self.headers.iter().any(|(name, _)| framed(name)) {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), self.body].concat()
    }
}

/// A connection that sends bytes and reads responses.
pub(in crate::http) struct Client<S> {
    pub(in crate::http) stream: S,
    buffer: Vec<u8>,
}

/// A response.
#[derive(Debug)]
pub(in crate::http) struct Response {
    pub(in crate::http) version: String,
    pub(in crate::http) status: u16,
    pub(in crate::http) headers: Vec<(String, String)>,
    pub(in crate::http) body: Vec<u8>,
}

impl Response {
    pub(in crate::http) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(in crate::http) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Root and status of a WBXML body, or the HTTP status.
    pub(in crate::http) fn told(&self) -> String {
        if self.status != 200 {
            return self.status.to_string();
        }
        let document =
            protocol::wbxml::decode(&self.body, &protocol::wbxml::Limits::default()).unwrap();
        let status = document
            .root
            .elements()
            .next()
            .unwrap()
            .value()
            .into_owned();
        format!("{} {status}", document.root.tag.name())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(in crate::http) fn over(stream: S) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub(in crate::http) async fn send(&mut self, bytes: &[u8]) {
        timeout(LIMIT, self.stream.write_all(bytes))
            .await
            .unwrap()
            .unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Sends a request and reads its response.
    pub(in crate::http) async fn ask(&mut self, request: &Ask<'_>) -> Response {
        self.send(&request.bytes()).await;
        self.response().await
    }

    /// Waits until the server asks for the body.
    pub(in crate::http) async fn interim(&mut self) {
        assert!(self.head().await.starts_with("HTTP/1.1 100 "));
    }

    async fn head(&mut self) -> String {
        loop {
            let end = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            assert!(
                self.fill().await > 0,
                "closed before a response: {:?}",
                self.buffer
            );
        }
    }

    /// The next response; its body must have a length.
    pub(in crate::http) async fn response(&mut self) -> Response {
        let head = self.head().await;
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut response = Response {
            version: head.split(' ').next().unwrap().to_owned(),
            status,
            headers,
            body: Vec::new(),
        };
        let length: usize = response
            .header("content-length")
            .expect("a length")
            .parse()
            .unwrap();
        while self.buffer.len() < length {
            assert!(self.fill().await > 0, "closed within a body");
        }
        response.body = self.buffer.drain(..length).collect();
        response
    }

    /// The next response, unless the server closes before it.
    pub(in crate::http) async fn try_response(&mut self) -> Option<Response> {
        if self.buffer.is_empty() && self.fill().await == 0 {
            return None;
        }
        Some(self.response().await)
    }

    /// Whether the server closes, without another byte.
    pub(in crate::http) async fn closed(&mut self) -> bool {
        self.buffer.is_empty() && self.fill().await == 0
    }

    async fn fill(&mut self) -> usize {
        let mut bytes = [0; 16 * 1024];
        let read = timeout(LIMIT, self.stream.read(&mut bytes))
            .await
            .expect("an answer in time");
        let read = read.unwrap_or(0);
        self.buffer.extend_from_slice(&bytes[..read]);
        read
    }
}
