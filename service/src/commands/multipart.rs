//! The multipart form of an ItemOperations answer: the document, then binaries as they are (MS-ASCMD 2.2.1.10.1).

use protocol::airsyncbase::BodyContent;
use protocol::command::item_operations::FetchContent;

/// Binaries that the document refers to by number, from 1.
#[derive(Debug, Default)]
pub(super) struct Parts {
    binaries: Vec<Vec<u8>>,
}

impl Parts {
    /// Takes the content of an attachment out of the document.
    pub(super) fn content(&mut self, content: FetchContent) -> FetchContent {
        match content {
            FetchContent::Inline(bytes) => FetchContent::Part(self.add(bytes)),
            part @ FetchContent::Part(_) => part,
        }
    }

    /// Takes a body out of the document.
    pub(super) fn body(&mut self, content: BodyContent) -> BodyContent {
        match content {
            BodyContent::Text(text) => BodyContent::Part(self.add(text.into_bytes())),
            BodyContent::Bytes(bytes) => BodyContent::Part(self.add(bytes)),
            part @ BodyContent::Part(_) => part,
        }
    }

    fn add(&mut self, bytes: Vec<u8>) -> u32 {
        self.binaries.push(bytes);
        u32::try_from(self.binaries.len()).unwrap_or(u32::MAX)
    }

    /// Count, then offset and length of each part in bytes from the beginning, then the parts; numbers are 32 bits,
    /// little-endian.
    pub(super) fn written(&self, document: &[u8]) -> Vec<u8> {
        let parts = || std::iter::once(document).chain(self.binaries.iter().map(Vec::as_slice));
        let head = 4 + 8 * (1 + self.binaries.len());
        let mut written = Vec::with_capacity(head + parts().map(<[u8]>::len).sum::<usize>());
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        written.extend(number(1 + self.binaries.len()));
        let mut offset = head;
        for part in parts() {
            written.extend(number(offset));
            written.extend(number(part.len()));
            offset += part.len();
        }
        parts().for_each(|part| written.extend_from_slice(part));
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_where_the_head_says() {
        let mut parts = Parts::default();
        assert_eq!(
            parts.content(FetchContent::Inline(b"xyz".to_vec())),
            FetchContent::Part(1)
        );
        assert_eq!(
            parts.body(BodyContent::Text("body".to_owned())),
            BodyContent::Part(2)
        );
        let written = parts.written(b"doc");
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
