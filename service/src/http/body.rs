//! Reading a request's body: bounded in size, in time, in memory, and after decompression.
//!
//! Nothing is executed before the body is complete.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time;

use crate::config::Limits;
use crate::http::answer::Refusal;
use crate::http::limits::BodyMemory;

/// A body that was read, and what it took on the wire.
#[derive(Debug)]
pub(crate) struct Complete {
    /// The bytes, decompressed.
    pub(crate) bytes: Bytes,
    /// How many bytes came.
    pub(crate) wire: usize,
}

/// Compressed bodies up to this many bytes are decompressed on the spot, larger ones on the blocking pool.
const ON_THE_SPOT: usize = 4 * 1024;

/// Reads a body.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
    memory: &BodyMemory,
) -> Result<Complete, Refusal> {
    let coding = Coding::of(headers)?;
    if announced(headers).is_some_and(|length| length > limits.body_bytes_max) {
        return Err(too_large());
    }
    let mut room = None;
    let reading = collect(body, limits, |size| {
        memory
            .grow(&mut room, size)
            .map_err(|_| Refusal::unavailable(10, "body memory is used up").closing())
    });
    let collected = time::timeout(limits.body_timeout, reading).await;
    let bytes = collected.map_err(|_elapsed| too_slow())??;
    let wire = bytes.len();
    let plain = match coding {
        Coding::Identity => bytes,
        _ if wire == 0 => bytes,
        coding => decompress(coding, bytes, limits.body_bytes_max).await?,
    };
    let counted = memory.grow(&mut room, plain.len());
    counted.map_err(|_| Refusal::unavailable(10, "body memory is used up"))?;
    Ok(Complete {
        bytes: keep(plain, room),
        wire,
    })
}

/// How long a body says it is.
pub(crate) fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a small rest of a body that nobody wants, so that the connection can go on. Whether it could.
pub(crate) async fn discard(headers: &HeaderMap, mut body: Body, pause: Duration) -> bool {
    const MOST: usize = 64 * 1024;
    if announced(headers).is_some_and(|length| length > MOST) {
        return false;
    }
    let reading = async {
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MOST {
                return false;
            }
        }
        true
    };
    time::timeout(pause, reading).await.unwrap_or(false)
}

async fn collect(
    mut body: Body,
    limits: &Limits,
    mut room_for: impl FnMut(usize) -> Result<(), Refusal>,
) -> Result<Bytes, Refusal> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    loop {
        let frame = time::timeout(limits.body_pause, body.frame()).await;
        let Some(frame) = frame.map_err(|_elapsed| too_slow())? else {
            break;
        };
        let Ok(frame) = frame else {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "body ended early").closing());
        };
        // Fields after the body (RFC 9112 7.1.2) say nothing that is of use here.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let size = first.len() + all.len() + data.len();
        if size > limits.body_bytes_max {
            return Err(too_large());
        }
        room_for(size)?;
        // Most bodies come in one piece, which is then not copied.
        match (first.is_empty(), all.is_empty()) {
            (true, true) => first = data,
            (false, _) => {
                all.extend_from_slice(&std::mem::take(&mut first));
                all.extend_from_slice(&data);
            }
            (true, false) => all.extend_from_slice(&data),
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// How a body is compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let Some(value) = headers.get(CONTENT_ENCODING) else {
            return Ok(Self::Identity);
        };
        let value = value
            .to_str()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match value.as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            _ => Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unknown content encoding",
            )),
        }
    }
}

async fn decompress(coding: Coding, bytes: Bytes, most: usize) -> Result<Bytes, Refusal> {
    if bytes.len() <= ON_THE_SPOT {
        return inflate(coding, &bytes, most);
    }
    let working = tokio::task::spawn_blocking(move || inflate(coding, &bytes, most));
    let done = working.await;
    done.map_err(|_| Refusal::unavailable(10, "decompression ended"))?
}

fn inflate(coding: Coding, bytes: &[u8], most: usize) -> Result<Bytes, Refusal> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let result = match coding {
        Coding::Identity => return Ok(Bytes::copy_from_slice(bytes)),
        Coding::Gzip => MultiGzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut plain),
        // RFC 9110 8.4.1.2 means the zlib format; some send it without its frame.
        Coding::Deflate => match ZlibDecoder::new(bytes).take(limit).read_to_end(&mut plain) {
            Ok(read) => Ok(read),
            Err(_) => {
                plain.clear();
                DeflateDecoder::new(bytes)
                    .take(limit)
                    .read_to_end(&mut plain)
            }
        },
    };
    match result {
        Ok(read) if read > most => Err(too_large()),
        Ok(_) => Ok(plain.into()),
        Err(_) => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "compressed body is damaged",
        )),
    }
}

fn too_large() -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body is larger than limits.body_bytes_max",
    )
    .closing()
}

fn too_slow() -> Refusal {
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "body came too slowly").closing()
}

/// Bytes that give their room back when the last of them is dropped.
struct Kept {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn keep(bytes: Bytes, room: Option<OwnedSemaphorePermit>) -> Bytes {
    match room {
        Some(room) => Bytes::from_owner(Kept { bytes, _room: room }),
        None => bytes,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn limits() -> Limits {
        let config = crate::config::Config::from_parts("", std::collections::BTreeMap::new());
        Limits {
            body_bytes_max: 100_000,
            ..config.unwrap().limits
        }
    }

    async fn read_as(coding: &str, bytes: Vec<u8>) -> Result<Bytes, StatusCode> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
        let memory = BodyMemory::new(1_000_000);
        let complete = read(&headers, Body::from(bytes), &limits(), &memory).await;
        complete
            .map(|complete| complete.bytes)
            .map_err(|refusal| refusal.status)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn bodies_are_decompressed() {
        let text = b"body ".repeat(1_000);
        assert_eq!(read_as("gzip", gzip(&text)).await.unwrap(), text);
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&text).unwrap();
        assert_eq!(
            read_as("deflate", zlib.finish().unwrap()).await.unwrap(),
            text
        );
        assert_eq!(read_as("identity", text.clone()).await.unwrap(), text);
        assert_eq!(read_as("gzip", Vec::new()).await.unwrap(), Bytes::new());
    }

    #[tokio::test]
    async fn a_bomb_does_not_go_off() {
        let bomb = gzip(&vec![0; 50_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(
            read_as("gzip", bomb).await,
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        );
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        assert_eq!(
            read_as("gzip", b"no gzip".to_vec()).await,
            Err(StatusCode::BAD_REQUEST)
        );
        assert_eq!(
            read_as("br", b"x".to_vec()).await,
            Err(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
        let cut = gzip(&b"body ".repeat(1_000));
        assert_eq!(
            read_as("gzip", cut[..cut.len() - 9].to_vec()).await,
            Err(StatusCode::BAD_REQUEST)
        );
    }

    #[tokio::test]
    async fn memory_is_given_back_with_the_last_byte() {
        let memory = BodyMemory::new(100_000);
        let body = || Body::from(vec![1; 80_000]);
        let headers = HeaderMap::new();
        let held = read(&headers, body(), &limits(), &memory).await.unwrap();
        let refused = read(&headers, body(), &limits(), &memory)
            .await
            .unwrap_err();
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        drop(held);
        assert!(read(&headers, body(), &limits(), &memory).await.is_ok());
    }
}
