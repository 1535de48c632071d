//! Which channel an account's hints travel through, and which part of a Redis Cluster that is in. Pure.

use crate::ids::AccountId;

/// Channels. Fixed, and the same on every node: a node listens to all of them, so that a parked request costs Redis
/// nothing and a new connection has listened in a moment.
pub(super) const SHARDS: u16 = 256;

/// One of the channels.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Place(u16);

impl Place {
    /// Where an account is.
    #[must_use]
    pub(super) fn of(account: AccountId) -> Self {
        // Fibonacci hashing: accounts are numbered one after the other, or in steps by who made them.
        let number = account
            .0
            .cast_unsigned()
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            >> 56;
        Self(u16::try_from(number).unwrap_or(0) % SHARDS)
    }

    /// All.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..SHARDS).map(Self)
    }

    /// Its number.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The channel. The braces keep it, and the keys beside it, in one slot of a Redis Cluster.
    #[must_use]
    pub(super) fn channel(self, prefix: &str) -> String {
        format!("{prefix}:{{{}}}:hints", self.0)
    }

    /// The slot of a Redis Cluster: CRC-16 (XMODEM) of what is in the braces, by 16384.
    pub(super) fn slot(self) -> u16 {
        let text = self.0.to_string();
        let crc = text.bytes().fold(0_u16, |crc, byte| {
            (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
                let carry = crc & 0x8000 != 0;
                (crc << 1) ^ if carry { 0x1021 } else { 0 }
            })
        });
        crc % 16_384
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn accounts_are_spread() {
        let mut counts = BTreeMap::new();
        for account in 0..25_600 {
            *counts.entry(Place::of(AccountId(account))).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), usize::from(SHARDS));
        assert!(
            counts.values().all(|count| (50..200).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn slots_are_those_of_redis() {
        // CLUSTER KEYSLOT of "0", "1", "17" and "255".
        for (shard, slot) in SLOTS {
            assert_eq!(Place(shard).slot(), slot, "{shard}");
        }
    }

    const SLOTS: [(u16, u16); 4] = [(0, 13_907), (1, 9_842), (17, 12_304), (255, 14_163)];
}
