//! Bytes that wait, and no room for any others.

/// Bytes in order. It holds memory for what waits in it and is nothing when nothing does: a connection that rests has
/// three of them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    bytes: Vec<u8>,
    /// Bytes at the front that were taken.
    taken: usize,
}

/// What may be wasted before the rest is moved to a place of its own.
const WASTE_MAX: usize = 256;

impl Queue {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How much waits.
    pub(super) fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.taken)
    }

    /// What waits.
    pub(super) fn waiting(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    /// What waits, for somebody who works in place.
    pub(super) fn waiting_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.taken..).unwrap_or_default()
    }

    /// Adds bytes at the end.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.bytes.reserve_exact(bytes.len());
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Adds what `write` puts into `room` zeros at the end: as many bytes as it says, or none when it fails.
    ///
    /// # Errors
    /// That of `write`.
    pub(super) fn push_with<E>(
        &mut self,
        room: usize,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        let before = self.bytes.len();
        self.bytes.reserve_exact(room);
        self.bytes.resize(before.saturating_add(room), 0);
        let written = write(self.bytes.get_mut(before..).unwrap_or_default());
        let kept = written.as_ref().map_or(0, |written| *written);
        self.bytes.truncate(before.saturating_add(kept));
        if self.bytes.is_empty() {
            self.clear();
        }
        written.map(|_| ())
    }

    /// Forgets the first `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.taken = self.taken.saturating_add(count);
        if self.taken >= self.bytes.len() {
            self.clear();
        }
    }

    /// Gives back the memory of what was taken, if that is worth a copy.
    pub(super) fn settle(&mut self) {
        let left = self.len();
        if self.bytes.capacity() > left.saturating_mul(2).saturating_add(WASTE_MAX) {
            self.bytes = self.waiting().to_vec();
            self.taken = 0;
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let mut queue = Queue::default();
        queue.push(&[7; 20_000]);
        queue.push(b"rest");
        queue.consume(19_999);
        queue.settle();
        assert_eq!(queue.waiting(), b"\x07rest");
        assert!(queue.bytes.capacity() < 300);
        queue.push(b"!");
        queue.waiting_mut()[0] = b'>';
        assert_eq!(queue.waiting(), b">rest!");
        queue.consume(6);
        assert!(queue.is_empty() && queue.bytes.capacity() == 0);
    }

    #[test]
    fn what_fails_to_be_written_leaves_nothing() {
        let mut queue = Queue::default();
        assert_eq!(queue.push_with(10, |_| Err(3)), Err(3));
        assert_eq!(queue.bytes.capacity(), 0);
        queue.push(b"a");
        let two = |room: &mut [u8]| {
            room[..2].copy_from_slice(b"bc");
            Ok::<_, ()>(2)
        };
        assert_eq!(queue.push_with(10, two), Ok(()));
        assert_eq!(queue.waiting(), b"abc");
    }
}
