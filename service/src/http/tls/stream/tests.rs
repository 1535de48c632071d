//! Tests of the stream with tokio-rustls as its peer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client;

use super::*;
use crate::http::tls::testing::{BOTH, Ends, name};

/// Both ends, after the handshake.
async fn met<S: AsyncRead + AsyncWrite + Unpin>(
    ends: &Ends,
    here: S,
    there: S,
) -> (TlsStream<S>, client::TlsStream<S>) {
    let connector = TlsConnector::from(Arc::clone(&ends.client));
    let acceptor = Acceptor::new(Arc::clone(&ends.server));
    let (server, client) = tokio::join!(acceptor.accept(here), connector.connect(name(), there));
    (server.unwrap(), client.unwrap())
}

async fn over_memory(
    ends: &Ends,
    room: usize,
) -> (TlsStream<DuplexStream>, client::TlsStream<DuplexStream>) {
    let (here, there) = duplex(room);
    met(ends, here, there).await
}

async fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (there, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (accepted.unwrap().0, there.unwrap())
}

async fn over_sockets(ends: &Ends) -> (TlsStream<TcpStream>, client::TlsStream<TcpStream>) {
    let (here, there) = sockets().await;
    met(ends, here, there).await
}

/// What each side sends.
fn numbered(size: usize) -> Vec<u8> {
    (0..size)
        .map(|place| u8::try_from(place % 251).unwrap())
        .collect()
}

/// Sends while it reads, to the end of both.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: io::Result<S>, size: usize) {
    let sent = numbered(size);
    let (mut incoming, mut outgoing) = tokio::io::split(stream.unwrap());
    let mut read = Vec::new();
    tokio::join!(
        async {
            outgoing.write_all(&sent).await.unwrap();
            outgoing.shutdown().await.unwrap();
        },
        async { incoming.read_to_end(&mut read).await.unwrap() },
    );
    assert!(read == sent);
}

/// Both sides, from the handshake on.
async fn both_ways<S: AsyncRead + AsyncWrite + Unpin>(ends: &Ends, here: S, there: S, size: usize) {
    let connector = TlsConnector::from(Arc::clone(&ends.client));
    let acceptor = Acceptor::new(Arc::clone(&ends.server));
    tokio::join!(
        async { talk(acceptor.accept(here).await, size).await },
        async { talk(connector.connect(name(), there).await, size).await },
    );
}

#[tokio::test]
async fn both_sides_talk_at_once() {
    for ends in BOTH.iter() {
        for room in [7, 1_000, 100_000] {
            let (here, there) = duplex(room);
            both_ways(ends, here, there, 40_000 + 10 * room).await;
        }
        let (here, there) = sockets().await;
        both_ways(ends, here, there, 1_000_000).await;
    }
}

#[tokio::test]
async fn several_pieces_are_one_record() {
    for ends in BOTH.iter() {
        let (mut server, mut client) = over_memory(ends, 100_000).await;
        let pieces = [&b"head "[..], b"", b"and body"].map(IoSlice::new);
        assert!(server.is_write_vectored());
        assert_eq!(server.write_vectored(&pieces).await.unwrap(), 13);
        assert_eq!(server.write_vectored(&[]).await.unwrap(), 0);
        server.flush().await.unwrap();
        let mut text = [0; 13];
        client.read_exact(&mut text).await.unwrap();
        assert_eq!(&text, b"head and body");
    }
}

#[tokio::test]
async fn what_has_come_is_read_without_a_word_from_the_socket() {
    for ends in BOTH.iter() {
        let (mut server, mut client) = over_memory(ends, 100_000).await;
        for _ in 0..3 {
            client.write_all(b"abcdef").await.unwrap();
        }
        client.flush().await.unwrap();
        let mut all = Vec::new();
        while let Some(read) = server.read_u8().now_or_never() {
            all.push(read.unwrap());
        }
        assert_eq!(all, b"abcdefabcdefabcdef");
    }
}

#[tokio::test]
async fn no_more_is_taken_than_the_socket_takes() {
    for ends in BOTH.iter() {
        let (mut server, mut client) = over_memory(ends, 4_000).await;
        let mut taken = 0;
        while let Some(written) = server.write(&[5; 100_000]).now_or_never() {
            taken += written.unwrap();
        }
        assert_eq!(taken, PIECE_MAX);
        assert!(server.flush().now_or_never().is_none());
        let mut read = vec![0; taken];
        let (flushed, read_all) = tokio::join!(server.flush(), client.read_exact(&mut read));
        assert!(flushed.is_ok() && read_all.is_ok());
        assert!(server.session.to_send().is_empty());
    }
}

#[tokio::test]
async fn an_end_without_goodbye_is_one_in_the_middle() {
    for ends in BOTH.iter() {
        let (mut server, mut client) = over_sockets(ends).await;
        client.write_all(b"half").await.unwrap();
        client.flush().await.unwrap();
        let (mut socket, _) = client.into_inner();
        socket.shutdown().await.unwrap();
        let mut read = Vec::new();
        let error = server.read_to_end(&mut read).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(read, b"half");
        // And it stays so.
        assert!(server.read(&mut [0; 10]).await.is_err());
    }
}

#[tokio::test]
async fn goodbye_is_said_once_and_an_answer_may_follow_the_peers() {
    for ends in BOTH.iter() {
        let (mut server, mut client) = over_sockets(ends).await;
        client.shutdown().await.unwrap();
        assert_eq!(server.read(&mut [0; 10]).await.unwrap(), 0);
        server.write_all(b"bye").await.unwrap();
        server.shutdown().await.unwrap();
        server.shutdown().await.unwrap();
        let error = server.write_all(b"more").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        let mut read = Vec::new();
        client.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"bye");
    }
}

#[tokio::test]
async fn who_does_not_speak_tls_is_told_so() {
    let (here, mut there) = duplex(1_000);
    let acceptor = Acceptor::new(Arc::clone(&BOTH[1].server));
    there.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let error = acceptor.accept(here).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let mut alert = Vec::new();
    there.read_to_end(&mut alert).await.unwrap();
    assert_eq!(alert[0], 21); // an alert (RFC 8446 5.1)

    let (here, there) = duplex(1_000);
    drop(there);
    let error = acceptor.accept(here).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn an_alert_goes_out_before_the_error_is_told() {
    for ends in BOTH.iter() {
        let (mut server, client) = over_memory(ends, 1_000).await;
        let (mut there, mut tls) = client.into_inner();
        there.write_all(&[23, 3, 3, 0, 30]).await.unwrap();
        there.write_all(&[9; 30]).await.unwrap();
        let error = server.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(server.write(b"more").await.is_err());
        drop(server);
        let mut bytes = Vec::new();
        there.read_to_end(&mut bytes).await.unwrap();
        tls.read_tls(&mut bytes.as_slice()).unwrap();
        let told = tls.process_new_packets().unwrap_err();
        assert!(matches!(told, rustls::Error::AlertReceived(_)), "{told:?}");
    }
}

/// Counts how often a task was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn who_waits_is_woken_by_what_comes_and_by_nothing_else() {
    let (mut server, mut client) = over_memory(&BOTH[1], 100_000).await;
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    let mut room = [0; 10];
    let mut poll = |server: &mut TlsStream<DuplexStream>| {
        let mut buf = ReadBuf::new(&mut room);
        let read = Pin::new(server).poll_read(&mut cx, &mut buf);
        read.map(|read| read.map(|()| buf.filled().len()).unwrap())
    };
    assert!(poll(&mut server).is_pending());
    assert_eq!(woken.0.load(Ordering::SeqCst), 0);
    client.get_mut().1.refresh_traffic_keys().unwrap();
    client.flush().await.unwrap();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    assert!(poll(&mut server).is_pending(), "it was no word");
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    client.write_all(b"word").await.unwrap();
    client.flush().await.unwrap();
    assert_eq!(woken.0.load(Ordering::SeqCst), 2);
    assert_eq!(poll(&mut server), Poll::Ready(4));
}
