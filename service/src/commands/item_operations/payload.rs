//! What an ItemOperations answer carries besides its document: binaries of a multipart answer (MS-ASCMD 2.2.1.10.1), and
//! attachments that are read while they are sent.

use std::collections::VecDeque;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use protocol::airsyncbase::BodyContent;
use protocol::command::item_operations::FetchContent;
use protocol::header;

use crate::commands::piecewise::{Form, Piecewise};
use crate::error::Fault;
use crate::http::answer::{Content, Streamed};

/// What goes with a document.
#[derive(Debug)]
pub(super) struct Payload {
    kind: Kind,
    binaries: Vec<Binary>,
    /// How long the binaries are, together.
    total: u64,
}

/// Where binaries go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Into the document, as base64.
    Inline,
    /// Behind it.
    Multipart,
}

#[derive(Debug)]
enum Binary {
    Held(Bytes),
    /// In a document, what stands in its place.
    Streamed(Box<Piecewise>, String),
}

/// More bytes than an answer can say.
#[derive(Debug)]
pub(super) struct TooMuch;

/// The longest answer: lengths and offsets have 32 bits, and the document needs some room.
const TOTAL_MAX: u64 = u32::MAX as u64 - (256 << 20);

impl Payload {
    /// Nothing yet.
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            binaries: Vec::new(),
            total: 0,
        }
    }

    /// Takes the content of an attachment.
    pub(super) fn content(&mut self, bytes: Vec<u8>) -> FetchContent {
        match self.kind {
            Kind::Inline => FetchContent::Inline(bytes),
            Kind::Multipart => FetchContent::Part(self.held(bytes)),
        }
    }

    /// Takes a body out of the document.
    pub(super) fn body(&mut self, content: BodyContent) -> BodyContent {
        match (self.kind, content) {
            (Kind::Multipart, BodyContent::Text(text)) => {
                BodyContent::Part(self.held(text.into_bytes()))
            }
            (Kind::Multipart, BodyContent::Bytes(bytes)) => BodyContent::Part(self.held(bytes)),
            (_, content) => content,
        }
    }

    /// Whether something is read while it is sent.
    pub(super) fn is_streamed(&self) -> bool {
        let streamed = |binary: &Binary| matches!(binary, Binary::Streamed(..));
        self.binaries.iter().any(streamed)
    }

    /// Takes an attachment that is read while it is sent.
    ///
    /// # Errors
    /// Longer than can be said; or no random bytes for its place.
    pub(super) fn streamed(
        &mut self,
        attachment: Piecewise,
    ) -> Result<Result<FetchContent, TooMuch>, Fault> {
        self.total = self.total.saturating_add(attachment.length());
        if self.total > TOTAL_MAX {
            return Ok(Err(TooMuch));
        }
        // Nobody can have written this into a message, so that it is found again.
        let mut place = vec![0; 24];
        getrandom::fill(&mut place).map_err(|_| Fault::Broken("no random bytes"))?;
        let written = STANDARD.encode(&place);
        self.binaries
            .push(Binary::Streamed(Box::new(attachment), written));
        Ok(Ok(match self.kind {
            Kind::Inline => FetchContent::Inline(place),
            Kind::Multipart => FetchContent::Part(self.number()),
        }))
    }

    fn held(&mut self, bytes: Vec<u8>) -> u32 {
        self.total = self.total.saturating_add(bytes.len() as u64);
        self.binaries.push(Binary::Held(bytes.into()));
        self.number()
    }

    fn number(&self) -> u32 {
        u32::try_from(self.binaries.len()).unwrap_or(u32::MAX)
    }

    /// The whole answer.
    ///
    /// # Errors
    /// A place in the document is not there.
    pub(super) fn with(self, document: Vec<u8>) -> Result<Content, Fault> {
        let document = Bytes::from(document);
        match self.kind {
            Kind::Inline if self.binaries.is_empty() => Ok(Content::Wbxml(document)),
            Kind::Inline => self.inline(document),
            Kind::Multipart => Ok(self.multipart(document)),
        }
    }

    /// The document, with attachments in their places.
    fn inline(self, document: Bytes) -> Result<Content, Fault> {
        let mut pieces = VecDeque::new();
        let mut rest = document.clone();
        for binary in self.binaries {
            let Binary::Streamed(attachment, place) = binary else {
                continue;
            };
            let at = find(&rest, place.as_bytes());
            let at = at.ok_or(Fault::Broken("an attachment has no place in its document"))?;
            pieces.push_back(Piece::Held(rest.split_to(at)));
            pieces.push_back(Piece::Streamed(attachment));
            let _ = rest.split_to(place.len());
        }
        pieces.push_back(Piece::Held(rest));
        let shown = (HeaderValue::from_static(header::WBXML), document);
        Ok(sent(pieces, shown, Form::Base64))
    }

    /// Count, then offset and length of each part in bytes from the beginning, then the parts; numbers are 32 bits,
    /// little-endian.
    fn multipart(self, document: Bytes) -> Content {
        let shown = document.clone();
        let mut pieces = VecDeque::from([Piece::Held(document)]);
        pieces.extend(self.binaries.into_iter().map(|binary| match binary {
            Binary::Held(bytes) => Piece::Held(bytes),
            Binary::Streamed(attachment, _) => Piece::Streamed(attachment),
        }));
        let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        let mut offset = 4 + 8 * pieces.len() as u64;
        let mut head = number(pieces.len() as u64).to_vec();
        for piece in &pieces {
            let length = piece.length(Form::Raw);
            head.extend(number(offset));
            head.extend(number(length));
            offset += length;
        }
        pieces.push_front(Piece::Held(head.into()));
        if pieces.iter().all(|piece| matches!(piece, Piece::Held(_))) {
            return Content::Multipart(joined(pieces));
        }
        let shown = (HeaderValue::from_static(header::MULTIPART), shown);
        sent(pieces, shown, Form::Raw)
    }
}

/// A stretch of an answer.
enum Piece {
    Held(Bytes),
    Streamed(Box<Piecewise>),
}

impl Piece {
    fn length(&self, form: Form) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Streamed(attachment) => form.length(attachment.length()),
        }
    }
}

fn joined(pieces: VecDeque<Piece>) -> Bytes {
    let mut whole = Vec::new();
    for piece in pieces {
        if let Piece::Held(bytes) = piece {
            whole.extend_from_slice(&bytes);
        }
    }
    whole.into()
}

/// An answer that is read while it is sent.
fn sent(pieces: VecDeque<Piece>, shown: (HeaderValue, Bytes), form: Form) -> Content {
    let length = pieces.iter().map(|piece| piece.length(form)).sum();
    let next = move |mut pieces: VecDeque<Piece>| async move {
        loop {
            let bytes = match pieces.front_mut() {
                None => return Ok(None),
                Some(Piece::Held(bytes)) => Some(std::mem::take(bytes)),
                Some(Piece::Streamed(attachment)) => attachment.next(form).await?,
            };
            let bytes = bytes.filter(|bytes| !bytes.is_empty());
            if bytes.is_none() {
                pieces.pop_front();
                continue;
            }
            return Ok(bytes.map(|bytes| (bytes, pieces)));
        }
    };
    let body = futures_util::stream::try_unfold(pieces, next);
    Content::Streamed(Box::new(Streamed::new(shown, length, Box::pin(body))))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_where_the_head_says() {
        let mut parts = Payload::new(Kind::Multipart);
        assert_eq!(parts.content(b"xyz".to_vec()), FetchContent::Part(1));
        assert_eq!(
            parts.body(BodyContent::Text("body".to_owned())),
            BodyContent::Part(2)
        );
        let Ok(Content::Multipart(written)) = parts.with(b"doc".to_vec()) else {
            panic!("no multipart answer");
        };
        let number =
            |at: usize| u32::from_le_bytes(written[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), 3);
        let part = |index: usize| &written[number(4 + 8 * index)..][..number(8 + 8 * index)];
        assert_eq!(
            (part(0), part(1), part(2)),
            (&b"doc"[..], &b"xyz"[..], &b"body"[..])
        );
    }
}
