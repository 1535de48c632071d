//! HTTP/1.1 as a phone does it: a connection that is kept open, one request on it at a time.

mod counted;

use std::future::{self, Future};
use std::io::{self, Read};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HOST};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use protocol::device::{Answer, Failure, Request};
use protocol::header;
use tokio::net::TcpStream;

use counted::{Count, Counted};

/// Where the server is, and who the phone says it is.
#[derive(Clone, Debug)]
pub(super) struct Server {
    address: SocketAddr,
    authorization: Arc<str>,
}

/// A request that is over.
#[derive(Debug)]
pub(super) struct Exchange {
    /// What came back, complete, or why nothing did.
    pub(super) outcome: Result<Answer, Failure>,
    /// When the request was handed over.
    pub(super) began: Instant,
    /// When the last byte of the answer was there.
    pub(super) ended: Instant,
    /// Bytes on the wire, head included.
    pub(super) sent: u64,
    /// Bytes on the wire, head included.
    pub(super) received: u64,
}

/// One of the phone's two connections. Dropping it, or a lane's request, closes the connection.
#[derive(Default)]
pub(super) struct Lane {
    link: Option<Link>,
    under_way: Option<UnderWay>,
}

/// A request, with the connection that is left when it is over.
type UnderWay = Pin<Box<dyn Future<Output = (Option<Link>, Exchange)> + Send>>;

/// An open connection.
struct Link {
    sender: SendRequest<Full<Bytes>>,
    driver: Connection<TokioIo<Counted>, Full<Bytes>>,
    count: Arc<Count>,
}

impl Server {
    pub(super) fn new(address: SocketAddr, user: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        Self {
            address,
            authorization: format!("Basic {credentials}").into(),
        }
    }

    /// The whole URL that phones talk to.
    pub(super) fn url(&self) -> String {
        format!("http://{}{}", self.address, header::PATH)
    }

    async fn connect(&self) -> io::Result<Link> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let count = Arc::new(Count::default());
        let stream = TokioIo::new(Counted::new(stream, Arc::clone(&count)));
        let (sender, driver) = http1::handshake(stream).await.map_err(io::Error::other)?;
        Ok(Link {
            sender,
            driver,
            count,
        })
    }

    fn request(&self, request: &Request) -> Result<http::Request<Full<Bytes>>, http::Error> {
        let target = match request.query.as_str() {
            "" => header::PATH.to_owned(),
            query => format!("{}?{query}", header::PATH),
        };
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(target)
            .header(HOST, self.address.to_string())
            .header(AUTHORIZATION, &*self.authorization)
            .header(ACCEPT_ENCODING, "gzip");
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        builder.body(Full::new(Bytes::from(request.body.clone())))
    }
}

impl Lane {
    /// Sends a request; what was under way is given up.
    pub(super) fn start(&mut self, server: &Server, request: Request) {
        let link = self.link.take();
        let server = server.clone();
        self.under_way = Some(Box::pin(exchange(server, link, request)));
    }

    /// Closes the connection and forgets what was under way on it.
    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    /// Waits until the request under way is over; for ever if there is none. Cancel-safe: the request goes on with
    /// the next call.
    pub(super) async fn finished(&mut self) -> Exchange {
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
    let began = Instant::now();
    let (mut sent, mut received) = (0, 0);
    let outcome = loop {
        let reused = link.is_some();
        let mut open = match link.take() {
            Some(open) => open,
            None => match server.connect().await {
                Ok(open) => open,
                Err(_refused) => break Err(Failure::Unreachable),
            },
        };
        let before = open.count.now();
        let outcome = open.ask(&server, &request).await;
        let after = open.count.now();
        sent += after.0 - before.0;
        received += after.1 - before.1;
        match outcome {
            Ok((answer, stays)) => {
                link = stays.then_some(open);
                break Ok(answer);
            }
            // The server closed the connection while nothing was on it: that is no failure.
            Err(error) if reused && error.is_canceled() => {}
            Err(_cut) => break Err(Failure::Cut),
        }
    };
    let exchange = Exchange {
        outcome,
        began,
        ended: Instant::now(),
        sent,
        received,
    };
    (link, exchange)
}

impl Link {
    /// The answer, and whether the connection can be used again.
    async fn ask(
        &mut self,
        server: &Server,
        request: &Request,
    ) -> Result<(Answer, bool), hyper::Error> {
        let Ok(request) = server.request(request) else {
            // What the phone writes fits into HTTP; if it ever did not, the server would not answer it either.
            return Ok((Answer::default(), true));
        };
        let Self { sender, driver, .. } = self;
        let asking = async {
            let answer = sender.send_request(request).await?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>((answer_of(&head, &body), sender.is_closed()))
        };
        let mut asking = std::pin::pin!(asking);
        // Only while a request is under way does anybody look at the connection.
        let (answered, open) = tokio::select! {
            biased;
            answered = &mut asking => (answered, true),
            _ended = driver => (asking.await, false),
        };
        let (answer, closed) = answered?;
        Ok((answer, open && !closed))
    }
}

fn answer_of(head: &http::response::Parts, body: &[u8]) -> Answer {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
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
