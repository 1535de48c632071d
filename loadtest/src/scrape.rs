//! What the service says of itself: its metrics, and what the kernel says of its process, now and then.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Sender;
use tokio::time::{self, MissedTickBehavior};

use crate::gauge::Gauge;

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One look at the service.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Look {
    /// Since the beginning, in seconds.
    pub(crate) at_s: f64,
    /// Requests that are parked.
    pub(crate) parked: Option<f64>,
    /// Proportional set size, in KiB.
    pub(crate) pss_kib: Option<f64>,
    /// Processor time used until then, in seconds.
    pub(crate) cpu_s: Option<f64>,
    /// Open files.
    pub(crate) files: Option<f64>,
}

/// Series of a page of metrics, by name and labels as they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Asks the listener at `host:port`.
    ///
    /// # Errors
    /// It does not answer, or something else is there.
    pub(crate) async fn of(admin: &str) -> anyhow::Result<Self> {
        let asked = time::timeout(PATIENCE, get(admin));
        let text = asked
            .await
            .with_context(|| format!("no metrics at {admin}"))??;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let series = lines.filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        });
        Self(series.collect())
    }

    /// The sum of all series of a name.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        self.series(name).map(|(_, value)| value).sum()
    }

    /// Sums by the value of one label.
    pub(crate) fn by(&self, name: &str, label: &str) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for (labels, value) in self.series(name) {
            let start = format!("{label}=\"");
            let found = labels.split_once(&start);
            let found = found.and_then(|(_, rest)| rest.split('"').next());
            *sums
                .entry(found.unwrap_or_default().to_owned())
                .or_default() += value;
        }
        sums
    }

    /// Labels and values of a name.
    fn series(&self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().filter_map(move |(series, value)| {
            let labels = series.strip_prefix(name)?;
            (labels.is_empty() || labels.starts_with('{')).then_some((labels, *value))
        })
    }
}

async fn get(admin: &str) -> anyhow::Result<String> {
    let stream = TcpStream::connect(admin).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = hyper::Request::get("/metrics")
        .header(HOST, admin)
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let asking = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{admin}: {status}");
        Ok(String::from_utf8_lossy(&body).into_owned())
    };
    let (asked, _closed) = tokio::join!(asking, connection);
    asked
}

/// Where there is something to look at.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    pub(crate) admin: Option<String>,
    pub(crate) gauge: Option<Gauge>,
}

impl Observed {
    /// Looks until nobody wants it any more.
    ///
    /// # Errors
    /// The service is gone.
    pub(crate) async fn look_on(
        self,
        began: Instant,
        every: Duration,
        looks: Sender<Look>,
    ) -> anyhow::Result<()> {
        let mut ticks = time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let look = self.look(began).await?;
            if looks.send(look).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Looks now.
    ///
    /// # Errors
    /// The service is gone.
    pub(crate) async fn look(&self, began: Instant) -> anyhow::Result<Look> {
        let parked = match &self.admin {
            Some(admin) => Some(Metrics::of(admin).await?.sum("directpush_parked")),
            None => None,
        };
        let since = began.elapsed();
        let taken = self.gauge.as_ref().map(|gauge| gauge.look(since));
        let taken = taken.transpose().context("the service is gone")?;
        Ok(Look {
            at_s: since.as_secs_f64(),
            parked,
            pss_kib: taken.map(|taken| taken.pss_kib),
            cpu_s: taken.map(|taken| taken.cpu_s),
            files: taken.map(|taken| taken.files),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_summed() {
        let page = "# HELP x y\nparked{kind=\"ping\"} 3\nparked{kind=\"sync\"} 2\nparked_ends 9\n\
                    ends{kind=\"ping\",reason=\"changed\"} 4\nends{kind=\"sync\",reason=\"changed\"} 1\n";
        let metrics = Metrics::parse(page);
        assert!((metrics.sum("parked") - 5.0).abs() < 1e-9);
        assert_eq!(
            metrics.by("ends", "reason"),
            BTreeMap::from([("changed".to_owned(), 5.0)])
        );
        assert!(metrics.by("none", "reason").is_empty());
    }
}
