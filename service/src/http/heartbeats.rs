//! The alarm for short heartbeats: devices that ask for short ones have found that long ones are cut.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use prometheus::IntGauge;
use tracing::{info, warn};

/// A window over the last heartbeats that were asked for.
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

    /// A device asked for a heartbeat.
    pub(crate) fn asked(&self, seconds: u32) {
        match self.observe(seconds) {
            News::None => {}
            News::Alarm(average_s) => warn!(
                average_s,
                alert_s = self.alert_s,
                "devices ask for short heartbeats: a proxy or firewall in front probably cuts idle connections; raise its time-outs or set push.park_max_s"
            ),
            News::Clear(average_s) => info!(average_s, "devices ask for long heartbeats again"),
        }
    }

    fn observe(&self, seconds: u32) -> News {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
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

    #[test]
    fn a_full_window_of_short_heartbeats_is_told_once() {
        let average = IntGauge::new("average", "test").unwrap();
        let heartbeats = Heartbeats::new(3, 540, average.clone());
        let news: Vec<News> = [480, 480, 480, 480, 1_680, 900]
            .into_iter()
            .map(|seconds| heartbeats.observe(seconds))
            .collect();
        let (none, alarm, clear) = (News::None, News::Alarm(480), News::Clear(880));
        assert_eq!(news, [none, none, alarm, none, clear, none]);
        assert_eq!(average.get(), 1_020);
    }
}
