//! HTTP/1.1 as a phone does it: a connection that is kept open, one request on it at a time.

mod way;

use std::future::{self, Future};
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http_body_util::{BodyExt, Full};
use hyper::Uri;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HOST, HeaderValue};
use hyper::http::response;
use hyper_util::rt::TokioIo;
use protocol::device::{Answer, Failure, Request};
use protocol::header;

pub(crate) use way::{Stream, Trust, Way, source};

/// Where the server is, and who a phone says it is.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// `host:port`.
    authority: Arc<str>,
    authorization: Arc<str>,
    way: Way,
}

/// A request that is over.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// What came back, complete, or why nothing did.
    pub(crate) outcome: Result<Answer, Failure>,
    /// When the last byte of the answer was there.
    pub(crate) ended: Instant,
}

/// One of a phone's two connections. Dropping it closes the connection.
#[derive(Default)]
pub(crate) struct Lane {
    link: Option<Link>,
    under_way: Option<UnderWay>,
}

/// A request, with the connection that is left when it is over.
type UnderWay = Pin<Box<dyn Future<Output = (Option<Link>, Exchange)> + Send>>;

/// An open connection.
struct Link {
    sender: SendRequest<Full<Bytes>>,
    /// `None` once the connection has ended.
    driver: Option<Connection<TokioIo<Stream>, Full<Bytes>>>,
}

impl Server {
    /// The server at `url`, whose path does not matter, for one account.
    ///
    /// # Errors
    /// When `url` is none, or is one of HTTPS: see [`Self::reached_by`].
    pub(crate) fn new(url: &str, user: &str, password: &str) -> anyhow::Result<Self> {
        Self::reached_by(Way::default(), url, user, password)
    }

    /// The same, reached in another way.
    ///
    /// # Errors
    /// When `url` is none, or `way` has no TLS and it is one of HTTPS, or the other way round.
    pub(crate) fn reached_by(
        way: Way,
        url: &str,
        user: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is no URL"))?;
        let (scheme, port) = match way.tls {
            Some(_) => ("https", 443),
            None => ("http", 80),
        };
        ensure!(
            uri.scheme_str() == Some(scheme),
            "{url}: only {scheme} is spoken here"
        );
        let host = uri.host().context("the URL has no host")?;
        let port = uri.port_u16().unwrap_or(port);
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        Ok(Self {
            authority: format!("{host}:{port}").into(),
            authorization: format!("Basic {credentials}").into(),
            way,
        })
    }

    /// A connection that nothing was said on.
    ///
    /// # Errors
    /// Nobody takes it.
    pub(crate) async fn open(&self) -> io::Result<Stream> {
        self.way.connect(&self.authority).await
    }

    /// The bytes of a request with this body.
    pub(crate) fn bytes(&self, request: &Request, body: &[u8]) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nAccept-Encoding: gzip\r\n",
            request.method.as_str(),
            target(request),
            self.authority,
            self.authorization,
        );
        for (name, value) in &request.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let length = body.len().to_string();
        head.extend(["Content-Length: ", length.as_str(), "\r\n\r\n"]);
        [head.as_bytes(), body].concat()
    }

    async fn connect(&self) -> io::Result<Link> {
        let stream = self.open().await?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        Ok(Link {
            sender,
            driver: Some(driver),
        })
    }

    fn request(
        &self,
        request: &Request,
    ) -> Result<hyper::Request<Full<Bytes>>, hyper::http::Error> {
        let target = target(request);
        let mut builder = hyper::Request::builder()
            .method(request.method.as_str())
            .uri(target)
            .header(HOST, &*self.authority)
            .header(AUTHORIZATION, &*self.authorization)
            .header(ACCEPT_ENCODING, "gzip");
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        builder.body(Full::new(Bytes::from(request.body.clone())))
    }
}

fn target(request: &Request) -> String {
    match request.query.as_str() {
        "" => header::PATH.to_owned(),
        query => format!("{}?{query}", header::PATH),
    }
}

impl Lane {
    /// Sends a request; what was under way is given up.
    pub(crate) fn start(&mut self, server: &Server, request: Request) {
        let link = self.link.take();
        self.under_way = Some(Box::pin(exchange(server.clone(), link, request)));
    }

    /// Whether a request is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Closes the connection and forgets what was under way on it.
    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }

    /// Waits until the request under way is over; for ever if there is none. Cancel-safe: the request goes on with
    /// the next call.
    pub(crate) async fn finished(&mut self) -> Exchange {
        let Some(under_way) = &mut self.under_way else {
            return future::pending().await;
        };
        let (link, exchange) = under_way.await;
        self.under_way = None;
        self.link = link;
        exchange
    }
}

/// Sends a request, on `link` if that is still open, and takes the whole answer in.
async fn exchange(
    server: Server,
    mut link: Option<Link>,
    request: Request,
) -> (Option<Link>, Exchange) {
    let outcome = loop {
        let reused = link.is_some();
        let mut open = match link.take() {
            Some(open) => open,
            None => match server.connect().await {
                Ok(open) => open,
                Err(_refused) => break Err(Failure::Unreachable),
            },
        };
        match open.ask(&server, &request).await {
            Ok((answer, stays)) => {
                link = stays.then_some(open);
                break Ok(answer);
            }
            // The server closed the connection while nothing was on it: that is no failure.
            Err(error) if reused && error.is_canceled() => {}
            Err(_cut) => break Err(Failure::Cut),
        }
    };
    let ended = Instant::now();
    (link, Exchange { outcome, ended })
}

impl Link {
    /// The answer, and whether the connection can be used again.
    async fn ask(
        &mut self,
        server: &Server,
        request: &Request,
    ) -> Result<(Answer, bool), hyper::Error> {
        let Ok(request) = server.request(request) else {
            // What a phone writes fits into HTTP; if it ever did not, no server would answer it either.
            return Ok((Answer::default(), true));
        };
        let Self { sender, driver } = self;
        let asking = async {
            let answer = sender.send_request(request).await?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>((answer_of(&head, &body), sender.is_closed()))
        };
        let mut asking = std::pin::pin!(asking);
        // Only while a request is under way does anybody look at the connection.
        let ended = async {
            if let Some(driver) = driver {
                let _broken = driver.await;
            }
        };
        let answered = tokio::select! {
            biased;
            answered = &mut asking => Some(answered),
            () = ended => None,
        };
        if let Some(answered) = answered {
            let (answer, closed) = answered?;
            return Ok((answer, !closed));
        }
        // What still waits to be sent is told so only when the connection is dropped.
        self.driver = None;
        let (answer, _closed) = asking.await?;
        Ok((answer, false))
    }
}

fn answer_of(head: &response::Parts, body: &[u8]) -> Answer {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let packed = head
        .headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "gzip");
    Answer {
        status: head.status.as_u16(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body: if packed { unpack(body) } else { body.to_vec() },
    }
}

/// What cannot be unpacked is left out: the phone will call the answer malformed.
fn unpack(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let unpacked = GzDecoder::new(body)
        .take(UNPACKED_MAX)
        .read_to_end(&mut plain);
    if unpacked.is_err() {
        plain.clear();
    }
    plain
}

/// No answer is larger than this, in bytes.
const UNPACKED_MAX: u64 = 64 << 20;
