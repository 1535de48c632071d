//! Delivers mail as an MTA does, by LMTP (RFC 2033).

use std::net::Ipv4Addr;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::servers::{Failure, Outcome, PATIENCE};

/// Delivers one message to one recipient; when it returns, the server has it.
///
/// # Errors
/// The server refuses the recipient or the message, or it says nothing for half a minute.
pub async fn deliver(port: u16, recipient: &str, message: &[u8]) -> Outcome {
    timeout(PATIENCE, talk(port, recipient, message)).await?
}

async fn talk(port: u16, recipient: &str, message: &[u8]) -> Outcome {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let mut stream = BufReader::new(stream);
    expect(&mut stream, '2').await?;
    for (command, answer) in [
        ("LHLO test".to_owned(), '2'),
        ("MAIL FROM:<sender@example.org>".to_owned(), '2'),
        (format!("RCPT TO:<{recipient}>"), '2'),
        ("DATA".to_owned(), '3'),
    ] {
        say(&mut stream, command.as_bytes()).await?;
        expect(&mut stream, answer).await?;
    }
    stream.write_all(&stuffed(message)).await?;
    say(&mut stream, b".").await?;
    expect(&mut stream, '2').await?;
    say(&mut stream, b"QUIT").await
}

/// Complete lines, with dots doubled at their beginning (RFC 5321, section 4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend(b"\r\n");
    }
    out
}

async fn say(stream: &mut BufReader<TcpStream>, line: &[u8]) -> Outcome {
    stream.write_all(&[line, b"\r\n"].concat()).await?;
    Ok(())
}

async fn expect(stream: &mut BufReader<TcpStream>, class: char) -> Result<(), Failure> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if line.as_bytes().get(3) == Some(&b'-') {
            continue;
        }
        if line.starts_with(class) {
            return Ok(());
        }
        return Err(format!("LMTP: {line:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use super::stuffed;

    #[test]
    fn a_dot_at_the_beginning_is_doubled() {
        assert_eq!(stuffed(b".a\r\nb.\r\n.\r\n"), b"..a\r\nb.\r\n..\r\n");
        assert_eq!(stuffed(b"a"), b"a\r\n");
    }
}
