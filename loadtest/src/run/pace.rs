//! When the next change is due.

use std::time::Duration;

use crate::dice::Dice;
use crate::scenario::{Changes, Pattern};

/// Distances between changes.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    pattern: Pattern,
    /// The mean distance; `None` if there are no changes.
    gap: Option<Duration>,
    burst: u32,
    /// Left of the present burst.
    left: u32,
}

/// Longer than any run: there are no changes.
const NEVER: Duration = Duration::from_secs(1 << 30);

impl Pace {
    pub(super) fn new(changes: &Changes) -> Self {
        let gap = (changes.rate > 0.0).then(|| Duration::from_secs_f64(1.0 / changes.rate));
        Self {
            pattern: changes.pattern,
            gap,
            burst: changes.burst.max(1),
            left: changes.burst.max(1),
        }
    }

    /// From one change to the next.
    pub(super) fn next(&mut self, dice: &mut Dice) -> Duration {
        let Some(gap) = self.gap else {
            return NEVER;
        };
        match self.pattern {
            Pattern::Even => gap,
            Pattern::Burst => {
                self.left -= 1;
                if self.left > 0 {
                    return Duration::ZERO;
                }
                self.left = self.burst;
                gap * self.burst
            }
            // The share is below 1, so that the logarithm is finite.
            Pattern::Poisson => gap.mul_f64(-(1.0 - dice.share()).ln()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_has_the_rate_that_was_asked_for() {
        for pattern in [Pattern::Even, Pattern::Burst, Pattern::Poisson] {
            let mut pace = Pace::new(&Changes {
                rate: 20.0,
                pattern,
                burst: 10,
                ..Changes::default()
            });
            let mut dice = Dice::new(3);
            let gaps: Vec<_> = (0..10_000).map(|_| pace.next(&mut dice)).collect();
            let total: Duration = gaps.iter().sum();
            let seconds = total.as_secs_f64();
            assert!((475.0..525.0).contains(&seconds), "{pattern:?} {seconds}");
            let at_once = gaps.iter().filter(|gap| gap.is_zero()).count();
            assert_eq!(at_once, if pattern == Pattern::Burst { 9000 } else { 0 });
        }
    }
}
