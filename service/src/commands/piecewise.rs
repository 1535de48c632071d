//! An attachment that is read, decoded and written piece by piece: some 200 KiB are held of it, however long it is.

use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use protocol::command::item_operations::ByteRange;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::convert::email::{Located, PartDecoder};

/// How many bytes are read at a time.
const PIECE: usize = 64 << 10;

/// How an attachment is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// As it is.
    Raw,
    /// As base64.
    Base64,
}

impl Form {
    /// How long so many bytes are when they are written.
    pub(super) fn length(self, bytes: u64) -> u64 {
        match self {
            Self::Raw => bytes,
            Self::Base64 => bytes.div_ceil(3) * 4,
        }
    }
}

/// Bytes of an attachment, and where they are in its message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Wanted {
    /// What has to be read of the message.
    pub(super) span: Range<u64>,
    /// Decoded bytes in it before those that are wanted.
    before: u64,
    /// How many are wanted.
    length: u64,
}

impl Wanted {
    /// A range of an attachment; `None` for all.
    pub(super) fn of(located: &Located, range: Option<ByteRange>) -> Self {
        let (first, length) = match range {
            Some(range) => (range.first, range.count()),
            None => (0, located.size),
        };
        let (span, before) = located.span(first, length);
        Self {
            span,
            before,
            length,
        }
    }
}

/// What is read.
pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// Where it comes from.
pub(super) enum Source {
    /// It is open.
    Open(Reader),
    /// It is opened when the first byte is wanted.
    Later(BoxFuture<'static, io::Result<Reader>>),
}

/// See the module.
pub(super) struct Piecewise {
    source: Source,
    /// Bytes of the content, not decoded, that were not read yet.
    left: u64,
    decoder: PartDecoder,
    /// Decoded bytes before those that are wanted.
    skip: u64,
    /// Decoded bytes that are wanted and were not written yet.
    wanted: u64,
    length: u64,
    /// Decoded, not written yet.
    ready: Vec<u8>,
    piece: Vec<u8>,
}

impl fmt::Debug for Piecewise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Piecewise")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Piecewise {
    /// Bytes of an attachment.
    pub(super) fn new(source: Source, located: &Located, wanted: &Wanted) -> Self {
        Self {
            source,
            left: wanted.span.end - wanted.span.start,
            decoder: located.decoder(),
            skip: wanted.before,
            wanted: wanted.length,
            length: wanted.length,
            ready: Vec::new(),
            piece: Vec::new(),
        }
    }

    /// How many bytes these are, decoded.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The next bytes as they are to be written; `None` after the last.
    ///
    /// # Errors
    /// The store cannot be read, or holds something else than before.
    pub(super) async fn next(&mut self, form: Form) -> io::Result<Option<Bytes>> {
        while self.wanted > 0 {
            self.read().await?;
            let count = match form {
                Form::Raw => self.ready.len(),
                // Whole groups, but for the last.
                Form::Base64 if (self.ready.len() as u64) < self.wanted => self.ready.len() / 3 * 3,
                Form::Base64 => self.ready.len(),
            };
            if count == 0 {
                continue;
            }
            self.wanted -= count as u64;
            let rest = self.ready.split_off(count);
            let bytes = std::mem::replace(&mut self.ready, rest);
            return Ok(Some(match form {
                Form::Raw => bytes.into(),
                Form::Base64 => STANDARD.encode(bytes).into(),
            }));
        }
        Ok(None)
    }

    /// Reads a piece and decodes it.
    async fn read(&mut self) -> io::Result<()> {
        self.piece.resize(PIECE, 0);
        if let Source::Later(opening) = &mut self.source {
            self.source = Source::Open(opening.await?);
        }
        let Source::Open(reader) = &mut self.source else {
            return Err(ErrorKind::NotConnected.into());
        };
        let count = reader.read(&mut self.piece).await?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let piece = self.piece.get(..count).unwrap_or_default();
        let content = piece.get(..take(&mut self.left, piece.len()));
        self.decoder
            .push(content.unwrap_or_default(), &mut self.ready);
        if self.left == 0 {
            self.decoder.finish(&mut self.ready);
        }
        let skipped = take(&mut self.skip, self.ready.len());
        self.ready.drain(..skipped);
        let most = usize::try_from(self.wanted).unwrap_or(usize::MAX);
        self.ready.truncate(most);
        if self.left == 0 && (self.ready.len() as u64) < self.wanted {
            // Fewer bytes than were announced: the message is another one.
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}

/// Takes at most `most` from a number; says how many.
fn take(from: &mut u64, most: usize) -> usize {
    let taken = usize::try_from(*from).unwrap_or(usize::MAX).min(most);
    *from -= taken as u64;
    taken
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use protocol::command::item_operations::RangeAsked;

    use super::*;
    use crate::convert::email::{Keep, Locator, Outline, Passed, Verdicts};

    fn outline(raw: &[u8]) -> Outline {
        let mut locator = Locator::new(Keep::headers(), Verdicts::default());
        locator.feed(raw).unwrap();
        match locator.finish().unwrap() {
            Passed::Found(outline) => outline,
            Passed::Again(_) => panic!("another pass"),
        }
    }

    fn message(content: &[u8]) -> Vec<u8> {
        let mut raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n\
            Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
            .to_vec();
        for line in STANDARD.encode(content).as_bytes().chunks(76) {
            raw.extend_from_slice(line);
            raw.push(b'\n');
        }
        raw.extend_from_slice(b"--b--\n");
        raw
    }

    /// Of a message of which only that much can be read.
    fn piecewise(raw: &[u8], located: &Located, wanted: &Wanted) -> Piecewise {
        let span = wanted.span.start as usize..raw.len().min(wanted.span.end as usize);
        let reader = Box::new(Cursor::new(raw[span].to_vec()));
        Piecewise::new(Source::Open(reader), located, wanted)
    }

    async fn read(raw: &[u8], asked: Option<&str>, form: Form) -> io::Result<Vec<u8>> {
        let outline = outline(raw);
        let located = outline.leaf("2").unwrap();
        let range = asked.map(|text| RangeAsked::parse(text).within(located.size).unwrap());
        let wanted = Wanted::of(located, range);
        let mut attachment = piecewise(raw, located, &wanted);
        let announced = form.length(attachment.length());
        let mut written = Vec::new();
        while let Some(bytes) = attachment.next(form).await? {
            assert!(!bytes.is_empty());
            written.extend_from_slice(&bytes);
        }
        assert_eq!(written.len() as u64, announced);
        Ok(written)
    }

    #[tokio::test]
    async fn any_range_is_what_it_is_of_the_whole() {
        let content: Vec<u8> = (0..300_001_u32).map(|at| (at % 251) as u8).collect();
        let raw = message(&content);
        for (asked, first, end) in [
            (None, 0, content.len()),
            (Some("0-0"), 0, 1),
            (Some("5-"), 5, content.len()),
            (Some("100000-200001"), 100_000, 200_002),
            (Some("300000-400000"), 300_000, content.len()),
        ] {
            let expected = &content[first..end];
            let written = read(&raw, asked, Form::Raw).await.unwrap();
            assert!(written == expected, "{asked:?}");
            let written = read(&raw, asked, Form::Base64).await.unwrap();
            assert!(written == STANDARD.encode(expected).as_bytes(), "{asked:?}");
            let range = asked.map(|text| {
                RangeAsked::parse(text)
                    .within(content.len() as u64)
                    .unwrap()
            });
            let wanted = Wanted::of(outline(&raw).leaf("2").unwrap(), range);
            let read = wanted.span.end - wanted.span.start;
            let needed = expected.len() as u64 * 77 / 57;
            assert!(read <= needed + 2 * 77, "{read} bytes for {asked:?}");
        }
    }

    #[tokio::test]
    async fn a_message_that_has_become_another_is_an_error() {
        let raw = message(&[7; 200_000]);
        let outline = outline(&raw);
        let located = outline.leaf("2").unwrap();
        let cut = raw[..raw.len() / 2].to_vec();
        let mut other = raw.clone();
        let place = located.body.start as usize + 1_000;
        other[place..place + 4].copy_from_slice(b"====");
        for changed in [cut, other] {
            let mut attachment = piecewise(&changed, located, &Wanted::of(located, None));
            let ended = loop {
                match attachment.next(Form::Raw).await {
                    Ok(Some(_)) => {}
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            assert!(ended.is_err());
        }
    }
}
