//! How many requests are being worked at: those that are parked or held cost nothing and do not count.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

/// Requests that are being worked at. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct Workload(Arc<AtomicIsize>);

/// A request that is being worked at, until the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Work(Arc<Counted>);

/// While it lives, its request rests.
#[derive(Debug)]
pub struct Rest(Workload);

#[derive(Debug)]
struct Counted(Workload);

impl Workload {
    /// One more.
    #[must_use]
    pub fn begin(&self) -> Work {
        self.add(1);
        Work(Arc::new(Counted(self.clone())))
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        // Below zero for a moment, when a request that rests is dropped before its rest.
        usize::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(0)
    }

    fn add(&self, more: isize) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }
}

impl Work {
    /// It waits for something that costs nothing.
    #[must_use]
    pub fn rest(&self) -> Rest {
        let Counted(load) = self.0.as_ref();
        load.add(-1);
        Rest(load.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.0.add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_rests_does_not_count() {
        let load = Workload::default();
        let (one, other) = (load.begin(), load.begin());
        let same = one.clone();
        assert_eq!(load.count(), 2);
        let rest = other.rest();
        assert_eq!(load.count(), 1);
        drop(one);
        assert_eq!(load.count(), 1);
        drop(same);
        drop(other);
        assert_eq!(load.count(), 0);
        drop(rest);
        assert_eq!(load.count(), 0);
    }
}
