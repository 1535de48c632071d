//! What the service promises, each promise to be taken away; and how often what goes wrong may go wrong.

/// A promise (`service/src` says where it is kept).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rule {
    /// A Ping is registered, so that hints count, before the store is read for it.
    R1,
    /// A read counts only if the bus had the same epoch before and after.
    R2,
    /// A new bus connection verifies every Ping parked on the node.
    R3,
    /// The store is written before the hint is published.
    R4,
    /// A watcher listens first, then compares.
    R5,
    /// A starting watcher publishes the current number, changed or not.
    R6,
    /// Every refresh ends with publishing the current number.
    R7,
    /// A node with a Ping parked looks again and again whether the lease is free.
    R8,
    /// A publish that failed is repeated, or the watcher starts over.
    R9,
    /// A watcher proves its backend connection alive within a bound, or starts over.
    R10,
    /// Who loses the compare-and-swap reads again.
    R11,
    /// A Sync answer is in doubt until proved received, and then announced.
    R12,
    /// Only the device's own next request on its connection end to end is a proof (part of R12).
    R12Proof,
    /// A device is told nothing that the index does not know.
    Learn,
    /// What an upload may have written over is listed anew.
    List,
}

impl Rule {
    pub(crate) const ALL: [Self; 15] = [
        Self::R1,
        Self::R2,
        Self::R3,
        Self::R4,
        Self::R5,
        Self::R6,
        Self::R7,
        Self::R8,
        Self::R9,
        Self::R10,
        Self::R11,
        Self::R12,
        Self::R12Proof,
        Self::Learn,
        Self::List,
    ];
}

/// How often each fault may still happen. A node that is down may come back at any time.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Budget {
    /// The item becomes something new in the backend.
    pub(crate) change: u8,
    /// The item becomes what it was before.
    pub(crate) revert: u8,
    /// A device changes the item through a node.
    pub(crate) upload: u8,
    /// A node dies.
    pub(crate) crash: u8,
    /// A node loses its bus connection, and the hints on it.
    pub(crate) cut: u8,
    /// A publish fails.
    pub(crate) refuse: u8,
    /// A watcher's backend connection dies silently.
    pub(crate) deaf: u8,
    /// An answer to Sync or Ping is lost.
    pub(crate) lose: u8,
    /// The lease of an owner that lives runs out.
    pub(crate) expire: u8,
}

impl Budget {
    /// 14 bits.
    pub(crate) fn pack(self) -> u16 {
        let two = [self.change, self.cut, self.deaf, self.expire, self.lose];
        let one = [self.revert, self.upload, self.crash, self.refuse];
        let two = two
            .into_iter()
            .fold(0, |all, value| all << 2 | u16::from(value));
        one.into_iter()
            .fold(two, |all, value| all << 1 | u16::from(value))
    }
}
