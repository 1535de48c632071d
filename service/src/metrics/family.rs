//! Metrics with a series for each value of an enum.
//!
//! Invariant: label values come from [`Label::ALL`] only, so the number of series is known at compile time
//! and every series is there, at zero, from the start.

use std::marker::PhantomData;

use prometheus::core::{Collector, MetricVec, MetricVecBuilder};
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

/// A label: an enum whose values are the series.
pub trait Label: Copy + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// Every value.
    const ALL: &'static [Self];
    /// The value as it appears in the series.
    fn as_str(self) -> &'static str;
}

/// One label, or two as a pair.
pub trait Labels: Copy {
    /// Names in order.
    fn names() -> Vec<&'static str>;
    /// Every combination.
    fn all() -> Vec<Self>;
    /// Values in the order of the names.
    fn values(self) -> Vec<&'static str>;
}

impl<L: Label> Labels for L {
    fn names() -> Vec<&'static str> {
        vec![L::NAME]
    }

    fn all() -> Vec<Self> {
        L::ALL.to_vec()
    }

    fn values(self) -> Vec<&'static str> {
        vec![self.as_str()]
    }
}

impl<A: Label, B: Label> Labels for (A, B) {
    fn names() -> Vec<&'static str> {
        vec![A::NAME, B::NAME]
    }

    fn all() -> Vec<Self> {
        let with_second = |first: A| B::ALL.iter().map(move |second| (first, *second));
        A::ALL.iter().copied().flat_map(with_second).collect()
    }

    fn values(self) -> Vec<&'static str> {
        vec![self.0.as_str(), self.1.as_str()]
    }
}

/// A family of metrics, one for each value of `L`.
#[derive(Clone, Debug)]
pub struct Family<L, B: MetricVecBuilder> {
    vec: MetricVec<B>,
    label: PhantomData<fn(L)>,
}

impl<L: Labels, B: MetricVecBuilder> Family<L, B> {
    fn all_at_zero(vec: MetricVec<B>) -> Self {
        let family = Self {
            vec,
            label: PhantomData,
        };
        for label in L::all() {
            let _series = family.of(label);
        }
        family
    }

    /// The metric of one value.
    #[must_use]
    pub fn of(&self, label: L) -> B::M {
        self.vec.with_label_values(&label.values())
    }
}

/// Counters by label.
pub type Counters<L> = Family<L, <IntCounterVec as Vector>::Builder>;
/// Gauges by label.
pub type Gauges<L> = Family<L, <IntGaugeVec as Vector>::Builder>;
/// Histograms by label.
pub type Histograms<L> = Family<L, <HistogramVec as Vector>::Builder>;

/// Gives the builder inside of a vector type its name.
pub trait Vector {
    /// The builder.
    type Builder: MetricVecBuilder;
}

impl<B: MetricVecBuilder> Vector for MetricVec<B> {
    type Builder = B;
}

/// Registers metrics under `directpush_`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Register<'r>(pub(super) &'r Registry);

impl Register<'_> {
    fn keep<C: Collector + Clone + 'static>(self, collector: C) -> Result<C, prometheus::Error> {
        self.0.register(Box::new(collector.clone()))?;
        Ok(collector)
    }

    /// One counter.
    pub(super) fn counter(self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        self.keep(IntCounter::with_opts(options(name, help))?)
    }

    /// One gauge.
    pub(super) fn gauge(self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        self.keep(IntGauge::with_opts(options(name, help))?)
    }

    /// One histogram.
    pub(super) fn histogram(
        self,
        name: &str,
        help: &str,
        buckets: &[f64],
    ) -> Result<Histogram, prometheus::Error> {
        let options = HistogramOpts::from(options(name, help)).buckets(buckets.to_vec());
        self.keep(Histogram::with_opts(options)?)
    }

    /// Counters by label.
    pub(super) fn counters<L: Labels>(
        self,
        name: &str,
        help: &str,
    ) -> Result<Counters<L>, prometheus::Error> {
        let vec = IntCounterVec::new(options(name, help), &L::names())?;
        Ok(Family::all_at_zero(self.keep(vec)?))
    }

    /// Gauges by label.
    pub(super) fn gauges<L: Labels>(
        self,
        name: &str,
        help: &str,
    ) -> Result<Gauges<L>, prometheus::Error> {
        let vec = IntGaugeVec::new(options(name, help), &L::names())?;
        Ok(Family::all_at_zero(self.keep(vec)?))
    }

    /// Histograms by label.
    pub(super) fn histograms<L: Labels>(
        self,
        name: &str,
        help: &str,
        buckets: &[f64],
    ) -> Result<Histograms<L>, prometheus::Error> {
        let options = HistogramOpts::from(options(name, help)).buckets(buckets.to_vec());
        let vec = HistogramVec::new(options, &L::names())?;
        Ok(Family::all_at_zero(self.keep(vec)?))
    }

    /// Counters by command and number; the caller keeps both bounded.
    pub(super) fn numbered(
        self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, prometheus::Error> {
        self.keep(IntCounterVec::new(options(name, help), labels)?)
    }
}

fn options(name: &str, help: &str) -> Opts {
    Opts::new(format!("directpush_{name}"), help)
}
