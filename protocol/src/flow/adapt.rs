//! How long a device's waits last before something on the way cuts them.
//!
//! A network address translator or a proxy forgets connections that are idle for a time of its own. A device whose
//! waits break at that time again and again learns of changes late. So after a few cuts at the same age its waits are
//! answered before that age, which costs it a request now and then, and are lengthened again, carefully: networks change.

use std::time::Duration;

/// So many cuts in a row at about the same age are no accident.
const CUTS: usize = 3;

/// Below this, waits break for other reasons than being idle.
const IDLE_MIN: Duration = Duration::from_secs(60);

/// Waits that must last before a longer one is tried, at first.
const LASTED: u32 = 8;

/// The same at most.
const LASTED_MAX: u32 = 64;

/// What was learnt of one device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Adaptive {
    /// Ages at which the last waits were cut, newest first.
    cuts: [Option<Duration>; CUTS],
    limit: Option<Duration>,
    /// What held before the last lengthening.
    proven: Option<Duration>,
    lasted: u32,
    needed: u32,
}

impl Adaptive {
    /// Nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            cuts: [None; CUTS],
            limit: None,
            proven: None,
            lasted: 0,
            needed: LASTED,
        }
    }

    /// How long a wait may last; `None`: as long as it was granted.
    #[must_use]
    pub const fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// A wait was cut at this age, by the device or on the way.
    pub fn cut(&mut self, age: Duration) {
        self.lasted = 0;
        if age < IDLE_MIN {
            return;
        }
        // The wait was a longer one than is known to last: back, and not so soon again.
        if let Some(proven) = self.proven
            && age >= proven - proven / 10
            && self.limit.is_none_or(|limit| age <= limit)
        {
            self.limit = Some(proven);
            self.proven = None;
            self.needed = (self.needed * 2).min(LASTED_MAX);
            return;
        }
        self.cuts.rotate_right(1);
        let [newest, ..] = &mut self.cuts;
        *newest = Some(age);
        let ages = self.cuts.iter().flatten();
        let (Some(shortest), Some(longest)) = (ages.clone().min(), ages.clone().max()) else {
            return;
        };
        let alike = *longest - *shortest <= *longest / 10;
        if alike && ages.count() == CUTS {
            let below = (*shortest * 4 / 5).max(IDLE_MIN);
            self.limit = Some(self.limit.map_or(below, |limit| limit.min(below)));
            self.proven = None;
            self.cuts = [None; CUTS];
        }
    }

    /// A wait of this age was answered, and of `granted` would have lasted at most.
    pub fn lasted(&mut self, age: Duration, granted: Duration) {
        // It outlived what was taken for a limit of the network.
        if self.cuts.iter().flatten().all(|cut| age > *cut) {
            self.cuts = [None; CUTS];
        }
        let Some(limit) = self.limit.filter(|limit| age >= *limit - *limit / 10) else {
            return;
        };
        self.lasted += 1;
        if self.lasted < self.needed {
            return;
        }
        self.lasted = 0;
        self.proven = Some(limit);
        let longer = limit + limit / 4;
        self.limit = (longer < granted).then_some(longer);
    }
}

impl Default for Adaptive {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// A phone that asks for half an hour, on a network that cuts what is idle for `network`; how often it was cut in
    /// so many waits, and how long the last of them lasted.
    fn live(adaptive: &mut Adaptive, network: Duration, waits: usize) -> (usize, Duration) {
        let granted = 28 * MINUTE;
        let (mut cuts, mut last) = (0, Duration::ZERO);
        for _ in 0..waits {
            let wait = adaptive.limit().map_or(granted, |limit| limit.min(granted));
            last = wait.min(network);
            if wait > network {
                cuts += 1;
                adaptive.cut(network);
            } else {
                adaptive.lasted(wait, granted);
            }
        }
        (cuts, last)
    }

    #[test]
    fn waits_are_kept_below_what_cuts_them() {
        for minutes in [2, 5, 10, 15, 27] {
            let mut adaptive = Adaptive::new();
            let network = minutes * MINUTE;
            let (cuts, _) = live(&mut adaptive, network, 12);
            assert!(cuts <= 4, "{minutes}: {cuts}");
            // From then on a cut now and then, where a longer wait is tried, and ever more rarely.
            let (cuts, last) = live(&mut adaptive, network, 1_000);
            assert!(cuts <= 20, "{minutes}: {cuts}");
            assert!(last >= network / 2, "{minutes}: {last:?}");
        }
    }

    #[test]
    fn waits_grow_again_when_the_network_is_better() {
        let mut adaptive = Adaptive::new();
        live(&mut adaptive, 5 * MINUTE, 20);
        assert!(adaptive.limit().is_some_and(|limit| limit <= 5 * MINUTE));
        let (cuts, last) = live(&mut adaptive, 60 * MINUTE, 600);
        assert_eq!((cuts, last), (0, 28 * MINUTE));
        assert_eq!(adaptive.limit(), None);
    }

    #[test]
    fn a_device_that_hangs_up_when_it_likes_is_left_alone() {
        let mut adaptive = Adaptive::new();
        for minutes in [3, 20, 7, 12, 5, 17, 2, 9, 25, 4] {
            adaptive.cut(minutes * MINUTE);
            adaptive.cut(Duration::from_secs(10));
            assert_eq!(adaptive.limit(), None);
        }
        for _ in 0..3 {
            adaptive.cut(8 * MINUTE);
            adaptive.lasted(20 * MINUTE, 28 * MINUTE);
        }
        assert_eq!(adaptive.limit(), None, "longer waits last");
    }
}
