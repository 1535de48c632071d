//! How a phone reaches the server: from which address, with or without TLS, how fast.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Context as _;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_rustls::TlsConnector;

/// A connection, whatever is below it.
pub(crate) type Stream = Box<dyn Both>;

/// Reads and writes.
pub(crate) trait Both: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Both for S {}

/// How a phone reaches the server.
#[derive(Clone, Default)]
pub(crate) struct Way {
    /// Speaks TLS; the phone's own, with its own sessions.
    pub(crate) tls: Option<TlsConnector>,
    /// Where it comes from.
    pub(crate) source: Option<IpAddr>,
    /// How fast the network is, in bytes a second each way.
    pub(crate) bytes_per_s: Option<u32>,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Way")
            .field("tls", &self.tls.is_some())
            .field("source", &self.source)
            .field("bytes_per_s", &self.bytes_per_s)
            .finish()
    }
}

impl Way {
    /// Connects to `host:port`.
    pub(super) async fn connect(&self, authority: &str) -> io::Result<Stream> {
        let stream = self.tcp(authority).await?;
        stream.set_nodelay(true)?;
        let slowed: Stream = match self.bytes_per_s {
            Some(speed) => Box::new(Slow::new(stream, speed)),
            None => Box::new(stream),
        };
        let Some(tls) = &self.tls else {
            return Ok(slowed);
        };
        let host = authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(io::Error::other)?;
        Ok(Box::new(tls.connect(name, slowed).await?))
    }

    async fn tcp(&self, authority: &str) -> io::Result<TcpStream> {
        let Some(source) = self.source else {
            return TcpStream::connect(authority).await;
        };
        let mut addresses = lookup_host(authority).await?;
        let to = addresses.find(|to| to.is_ipv4() == source.is_ipv4());
        let to = to.ok_or_else(|| io::Error::other("no address of that family"))?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(source, 0))?;
        socket.connect(to).await
    }
}

/// The loopback address of the phone with this number, if there are several.
pub(crate) fn source(number: usize, addresses: u8) -> Option<IpAddr> {
    let last = u8::try_from(number % usize::from(addresses.max(1))).unwrap_or(0);
    (addresses > 1).then(|| Ipv4Addr::new(127, 0, 0, last.saturating_add(1)).into())
}

/// TLS clients that trust the system's authorities and these.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    config: ClientConfig,
    resumption: bool,
}

impl Trust {
    /// With or without resumption of sessions.
    ///
    /// # Errors
    /// The file cannot be read, or there are no certificates in it.
    pub(crate) fn new(ca_file: Option<&Path>, resumption: bool) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = ca_file {
            for certificate in CertificateDer::pem_file_iter(path)
                .with_context(|| format!("cannot read {}", path.display()))?
            {
                roots.add(certificate?)?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { config, resumption })
    }

    /// A phone's own client: what it resumes are its own sessions.
    pub(crate) fn phone(&self) -> TlsConnector {
        let mut config = self.config.clone();
        config.resumption = if self.resumption {
            Resumption::in_memory_sessions(SESSIONS)
        } else {
            Resumption::disabled()
        };
        Arc::new(config).into()
    }
}

/// Servers of one phone whose sessions it keeps.
const SESSIONS: usize = 2;

/// A slow network: so many bytes each tenth of a second, each way.
struct Slow {
    stream: TcpStream,
    share: usize,
    read: Bucket,
    write: Bucket,
}

struct Bucket {
    ticks: Interval,
    left: usize,
}

const TICK: Duration = Duration::from_millis(100);

impl Bucket {
    fn new() -> Self {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, left: 0 }
    }

    /// How many bytes may pass.
    fn poll(&mut self, context: &mut Context<'_>, share: usize) -> Poll<usize> {
        while self.left == 0 {
            if self.ticks.poll_tick(context).is_pending() {
                return Poll::Pending;
            }
            self.left = share;
        }
        Poll::Ready(self.left)
    }
}

impl Slow {
    fn new(stream: TcpStream, bytes_per_s: u32) -> Self {
        Self {
            stream,
            share: usize::try_from(bytes_per_s / 10).unwrap_or(1).max(1),
            read: Bucket::new(),
            write: Bucket::new(),
        }
    }
}

impl AsyncRead for Slow {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Poll::Ready(left) = this.read.poll(context, this.share) else {
            return Poll::Pending;
        };
        let mut part = vec![0; left.min(out.remaining())];
        let mut buffer = ReadBuf::new(&mut part);
        let read = Pin::new(&mut this.stream).poll_read(context, &mut buffer);
        if let Poll::Ready(Ok(())) = &read {
            let filled = buffer.filled();
            this.read.left = left.saturating_sub(filled.len());
            out.put_slice(filled);
        }
        read
    }
}

impl AsyncWrite for Slow {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Poll::Ready(left) = this.write.poll(context, this.share) else {
            return Poll::Pending;
        };
        let part = bytes.get(..left.min(bytes.len())).unwrap_or(bytes);
        let written = Pin::new(&mut this.stream).poll_write(context, part);
        if let Poll::Ready(Ok(count)) = &written {
            this.write.left = left.saturating_sub(*count);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn addresses_are_taken_in_turns() {
        assert_eq!(source(5, 1), None);
        assert_eq!(source(5, 4), Some([127, 0, 0, 2].into()));
    }

    #[tokio::test]
    async fn a_slow_network_is_slow_and_whole() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let way = Way {
            source: source(1, 2),
            bytes_per_s: Some(10_000),
            ..Way::default()
        };
        let (mut phone, (mut server, from)) = (
            way.connect(&authority).await.unwrap(),
            listener.accept().await.unwrap(),
        );
        assert_eq!(from.ip(), IpAddr::from([127, 0, 0, 2]));
        server.write_all(&[7; 3000]).await.unwrap();
        let began = std::time::Instant::now();
        let mut read = vec![0; 3000];
        phone.read_exact(&mut read).await.unwrap();
        assert!(began.elapsed() >= TICK, "{:?}", began.elapsed());
        assert!(read.iter().all(|byte| *byte == 7));
    }
}
