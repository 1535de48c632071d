//! How durations are spread: HDR histograms, of all of a run and of its moments.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

/// The longest duration that is told from a longer one.
const LONGEST_US: u64 = 3_600_000_000;

/// Durations, to three digits.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    /// `None` if there is no memory for it.
    histogram: Option<Histogram<u64>>,
}

/// How durations are spread, in milliseconds; nothing without a measurement.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) count: u64,
    pub(crate) p50: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) max: Option<f64>,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            histogram: Histogram::new_with_bounds(1, LONGEST_US, 3).ok(),
        }
    }
}

impl Latencies {
    /// Counts one.
    pub(crate) fn record(&mut self, took: Duration) {
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(micros(took));
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    /// How many took no time at all: a server may tell its phones before it tells whoever made the change.
    pub(crate) fn at_once(&self) -> u64 {
        self.histogram.as_ref().map_or(0, |all| all.count_at(0))
    }

    /// How many were longer than `from`, and not longer than `to`.
    pub(crate) fn between(&self, from: Duration, to: Duration) -> u64 {
        let (from, to) = (micros(from), micros(to));
        let Some(histogram) = &self.histogram else {
            return 0;
        };
        let recorded = histogram.iter_recorded();
        let inside = recorded.filter(|step| {
            let value = histogram.lowest_equivalent(step.value_iterated_to());
            from < value && value <= to
        });
        inside.map(|step| step.count_since_last_iteration()).sum()
    }

    /// How they are spread.
    pub(crate) fn spread(&self) -> Spread {
        let at = |quantile: f64| {
            let histogram = self.histogram.as_ref().filter(|one| !one.is_empty())?;
            Some(as_ms(histogram.value_at_quantile(quantile)))
        };
        Spread {
            count: self.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}

/// Durations by the time at which they ended, to two digits.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    began: Instant,
    slice: Duration,
    slices: BTreeMap<u64, Histogram<u32>>,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Moment {
    /// Its middle, in seconds from the beginning.
    pub(crate) at_s: f64,
    pub(crate) count: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Series {
    /// From `began` on, in slices of this length.
    pub(crate) fn new(began: Instant, slice: Duration) -> Self {
        Self {
            began,
            slice: slice.max(Duration::from_millis(100)),
            slices: BTreeMap::new(),
        }
    }

    /// Counts one that ended `at`.
    pub(crate) fn record(&mut self, at: Instant, took: Duration) {
        let since = at.saturating_duration_since(self.began);
        let Ok(slice) = u64::try_from(since.as_millis() / self.slice.as_millis()) else {
            return;
        };
        if !self.slices.contains_key(&slice)
            && let Ok(empty) = Histogram::new_with_bounds(1, LONGEST_US, 2)
        {
            self.slices.insert(slice, empty);
        }
        if let Some(histogram) = self.slices.get_mut(&slice) {
            histogram.saturating_record(micros(took));
        }
    }

    /// The moments in which anything ended.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        let slice_s = self.slice.as_secs_f64();
        let moments = self.slices.iter().map(|(number, histogram)| Moment {
            at_s: (as_f64(*number) + 0.5) * slice_s,
            count: histogram.len(),
            p50_ms: as_ms(histogram.value_at_quantile(0.5)),
            p99_ms: as_ms(histogram.value_at_quantile(0.99)),
            max_ms: as_ms(histogram.max()),
        });
        moments.collect()
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// Three digits: the histogram knows no more.
fn as_ms(micros: u64) -> f64 {
    let mut unit = 1;
    while micros / unit >= 1000 {
        unit *= 10;
    }
    as_f64((micros + unit / 2) / unit * unit) / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn as_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn percentiles_are_those_of_the_durations() {
        let mut latencies = Latencies::default();
        assert!(latencies.spread().p50.is_none());
        for ms in 1..=100 {
            latencies.record(ms * MS);
        }
        let spread = latencies.spread();
        assert_eq!((spread.p50, spread.p99), (Some(50.0), Some(99.0)));
        assert_eq!((spread.count, spread.max), (100, Some(100.0)));
        assert_eq!(latencies.between(Duration::ZERO, MS), 1);
        assert_eq!(latencies.between(5 * MS, 10 * MS), 5);
    }

    #[test]
    fn moments_are_told_apart() {
        let began = Instant::now();
        let mut series = Series::new(began, 1000 * MS);
        series.record(began + 100 * MS, 3 * MS);
        series.record(began + 200 * MS, 5 * MS);
        series.record(began + 4500 * MS, 9 * MS);
        let moments = series.moments();
        let seen: Vec<_> = moments.iter().map(|one| (one.at_s, one.count)).collect();
        assert_eq!(seen, [(0.5, 2), (4.5, 1)]);
        assert!(moments[0].max_ms >= 5.0 && moments[0].max_ms < 5.1);
    }
}
