//! The alarm for short heartbeats: devices that ask for short ones have found that long ones are cut.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use prometheus::IntGauge;
use tracing::{info, warn};

use crate::ids::DeviceId;
use crate::metrics::ParkEnd;

/// Devices whose last end is remembered at most.
const DEVICES_MAX: usize = 100_000;

/// A window over the last heartbeats that say something.
///
/// A device begins where its maker set it (480 s for many), goes up after silence and down after a cut. So what it asks
/// for first, or after it was told of a change, says nothing of the network; what it asks for after its last request
/// ran out or broke is what it has found to last.
#[derive(Debug)]
pub(crate) struct Heartbeats {
    size: usize,
    alert_s: u64,
    average: IntGauge,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    last: VecDeque<u32>,
    sum: u64,
    alarmed: bool,
    ends: HashMap<DeviceId, ParkEnd>,
}

/// What an observation changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum News {
    None,
    Alarm(u64),
    Clear(u64),
}

impl Heartbeats {
    /// Looks at the last `size`, and warns when their average is at or below `alert_s` seconds.
    pub(crate) fn new(size: usize, alert_s: u64, average: IntGauge) -> Self {
        Self {
            size,
            alert_s,
            average,
            window: Mutex::default(),
        }
    }

    /// A request of a device was parked and ended so.
    pub(crate) fn asked(&self, device: DeviceId, seconds: u32, end: ParkEnd) {
        match self.observe(device, seconds, end) {
            News::None => {}
            News::Alarm(average_s) => warn!(
                average_s,
                alert_s = self.alert_s,
                "devices ask for short heartbeats: a proxy or firewall in front probably cuts idle connections; raise its time-outs or set push.park_max_s"
            ),
            News::Clear(average_s) => info!(average_s, "devices ask for long heartbeats again"),
        }
    }

    fn observe(&self, device: DeviceId, seconds: u32, end: ParkEnd) -> News {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.ends.len() >= DEVICES_MAX {
            window.ends.clear();
        }
        match window.ends.insert(device, end) {
            // Its length was put to the test, and the device drew its conclusion.
            Some(ParkEnd::Expired | ParkEnd::Shortened | ParkEnd::Closed) => {}
            None
            | Some(
                ParkEnd::Changed
                | ParkEnd::Hierarchy
                | ParkEnd::Superseded
                | ParkEnd::Drained
                | ParkEnd::Revoked
                | ParkEnd::Failed,
            ) => return News::None,
        }
        window.last.push_back(seconds);
        window.sum += u64::from(seconds);
        if window.last.len() > self.size
            && let Some(oldest) = window.last.pop_front()
        {
            window.sum -= u64::from(oldest);
        }
        let count = u64::try_from(window.last.len()).unwrap_or(u64::MAX);
        let average = window.sum / count.max(1);
        self.average.set(i64::try_from(average).unwrap_or(i64::MAX));
        let is_short = window.last.len() == self.size && average <= self.alert_s;
        match (is_short, std::mem::replace(&mut window.alarmed, is_short)) {
            (true, false) => News::Alarm(average),
            (false, true) => News::Clear(average),
            (true, true) | (false, false) => News::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: DeviceId = DeviceId(1);

    fn heartbeats(size: usize) -> (Heartbeats, IntGauge) {
        let average = IntGauge::new("average", "test").unwrap();
        (Heartbeats::new(size, 540, average.clone()), average)
    }

    #[test]
    fn a_full_window_of_short_heartbeats_is_told_once() {
        let (heartbeats, average) = heartbeats(3);
        let news: Vec<News> = [480, 480, 480, 480, 480, 1_680, 900]
            .into_iter()
            .map(|seconds| heartbeats.observe(PHONE, seconds, ParkEnd::Closed))
            .collect();
        let (none, alarm, clear) = (News::None, News::Alarm(480), News::Clear(880));
        // The first says nothing.
        assert_eq!(news, [none, none, none, alarm, none, clear, none]);
        assert_eq!(average.get(), 1_020);
    }

    #[test]
    fn devices_that_begin_or_get_mail_all_the_time_are_no_alarm() {
        let (heartbeats, average) = heartbeats(3);
        for device in 0..50 {
            // As AOSP begins: 480 s, and once that ran out, more.
            for (seconds, end) in [
                (480, ParkEnd::Changed),
                (480, ParkEnd::Changed),
                (480, ParkEnd::Expired),
                (780, ParkEnd::Changed),
                (780, ParkEnd::Superseded),
            ] {
                assert_eq!(
                    heartbeats.observe(DeviceId(device), seconds, end),
                    News::None
                );
            }
        }
        assert_eq!(average.get(), 780);
    }
}
