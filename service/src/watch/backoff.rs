//! Growing pauses with a cap, spread so that many watchers do not come back in the same moment.

use std::time::Duration;

/// The first pause.
const MIN: Duration = Duration::from_secs(1);

/// The longest pause: nothing waits longer for a backend that has come back.
const MAX: Duration = Duration::from_secs(60);

/// The pause after so many failures in a row: doubled each time, capped, and 75 to 125 % of that.
pub(super) fn pause(failures: u32) -> Duration {
    let doubled = MIN.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(10)));
    let percent = 75 + u32::from(random()) * 50 / u32::from(u8::MAX);
    doubled.min(MAX).saturating_mul(percent) / 100
}

/// A random byte; the middle when the system has none to give, since it only spreads load.
fn random() -> u8 {
    let mut byte = [128];
    let _kept_without_randomness = getrandom::fill(&mut byte);
    let [byte] = byte;
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_cap_and_are_spread() {
        for (failures, middle_s) in [(1, 1), (2, 2), (3, 4), (7, 60), (1000, 60)] {
            let middle = Duration::from_secs(middle_s);
            let pause = pause(failures);
            assert!(pause >= middle * 3 / 4, "{failures}: {pause:?}");
            assert!(pause <= middle * 5 / 4, "{failures}: {pause:?}");
        }
    }
}
