//! The PROXY protocol, versions 1 and 2: one header before everything else on a connection.
//!
//! Only the header's own bytes are taken from the socket, so that TLS or HTTP find theirs untouched.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// What a header says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ProxyHeader {
    /// The connection is made for this client.
    Client(SocketAddr),
    /// The connection is the proxy's own (health checks), or for a client it cannot name.
    Local,
}

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Longest header of version 1, line end included.
const LINE_MAX: usize = 107;

/// Reads the header.
///
/// # Errors
/// When the connection ends, or what comes is not a header.
pub(crate) async fn read_header(stream: &mut TcpStream) -> io::Result<ProxyHeader> {
    let mut first = [0; 12];
    stream.read_exact(&mut first).await?;
    if first == *SIGNATURE {
        read_binary(stream).await
    } else {
        read_line(stream, &first).await
    }
}

async fn read_binary(stream: &mut TcpStream) -> io::Result<ProxyHeader> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [version_command, family, high, low] = head;
    let mut addresses = vec![0; usize::from(u16::from_be_bytes([high, low]))];
    stream.read_exact(&mut addresses).await?;
    match version_command {
        0x20 => Ok(ProxyHeader::Local),
        0x21 => binary(family, &addresses).ok_or_else(unreadable),
        _ => Err(unreadable()),
    }
}

/// Addresses of version 2; what follows them (TLVs) does not matter to us.
fn binary(family: u8, bytes: &[u8]) -> Option<ProxyHeader> {
    let port = |bytes: &[u8], at: usize| -> Option<u16> {
        Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
    };
    let client = match family {
        0x11 => {
            let ip: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
            SocketAddr::new(Ipv4Addr::from(ip).into(), port(bytes, 8)?)
        }
        0x21 => {
            let ip: [u8; 16] = bytes.get(..16)?.try_into().ok()?;
            SocketAddr::new(Ipv6Addr::from(ip).into(), port(bytes, 32)?)
        }
        _ => return Some(ProxyHeader::Local),
    };
    Some(ProxyHeader::Client(client))
}

async fn read_line(stream: &mut TcpStream, first: &[u8]) -> io::Result<ProxyHeader> {
    if !first.starts_with(b"PROXY ") {
        return Err(unreadable());
    }
    let mut line = first.to_vec();
    // Byte by byte, since what follows the line is not ours. At most a hundred of them, once a connection.
    while !line.ends_with(b"\r\n") {
        if line.len() >= LINE_MAX {
            return Err(unreadable());
        }
        line.push(stream.read_u8().await?);
    }
    let text = std::str::from_utf8(&line).map_err(|_| unreadable())?;
    textual(text.trim_end()).ok_or_else(unreadable)
}

fn textual(line: &str) -> Option<ProxyHeader> {
    let mut words = line.split(' ').skip(1);
    match words.next()? {
        "UNKNOWN" => Some(ProxyHeader::Local),
        "TCP4" | "TCP6" => {
            let ip: IpAddr = words.next()?.parse().ok()?;
            let port = words.nth(1)?.parse().ok()?;
            Some(ProxyHeader::Client(SocketAddr::new(ip, port)))
        }
        _ => None,
    }
}

fn unreadable() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no PROXY header")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> Option<ProxyHeader> {
        Some(ProxyHeader::Client(text.parse().unwrap()))
    }

    #[test]
    fn version_1() {
        assert_eq!(
            textual("PROXY TCP4 192.0.2.1 10.0.0.1 5000 443"),
            client("192.0.2.1:5000")
        );
        assert_eq!(
            textual("PROXY TCP6 2001:db8::1 ::1 5000 443"),
            client("[2001:db8::1]:5000")
        );
        assert_eq!(textual("PROXY UNKNOWN"), Some(ProxyHeader::Local));
        assert_eq!(textual("PROXY TCP4 nonsense"), None);
        assert_eq!(textual("PROXY UDP4 192.0.2.1 10.0.0.1 5000 443"), None);
    }

    #[test]
    fn version_2() {
        let v4 = [192, 0, 2, 1, 10, 0, 0, 1, 0x13, 0x88, 0x01, 0xBB];
        assert_eq!(binary(0x11, &v4), client("192.0.2.1:5000"));
        let mut v6 = vec![0; 36];
        v6[0..4].copy_from_slice(&[0x20, 0x01, 0x0D, 0xB8]);
        v6[15] = 1;
        v6[32..34].copy_from_slice(&[0x13, 0x88]);
        assert_eq!(binary(0x21, &v6), client("[2001:db8::1]:5000"));
        assert_eq!(binary(0x11, &v4[..9]), None);
        assert_eq!(binary(0x00, &[]), Some(ProxyHeader::Local));
    }
}
