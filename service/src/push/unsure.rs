//! What is parked while the channel is away: hints of other nodes do not arrive, so the truth is read now and then.

use std::time::Duration;

use tokio::time;
use tokio_util::sync::CancellationToken;

use super::channel::Epoch;
use super::hub::Hub;

/// Between two comparisons of everything that is parked. A change made through another node is told within 5 s.
const EVERY: Duration = Duration::from_secs(4);

/// Compares everything while the channel is down, until told to stop.
pub(super) async fn run(hub: &Hub, stop: CancellationToken) {
    let compare = async {
        loop {
            time::sleep(EVERY).await;
            // Those who still wait for the last comparison are not asked for again.
            if matches!(hub.channel.epoch(), Epoch::Down(_)) && hub.queue.is_empty() {
                hub.compare_all();
            }
        }
    };
    let _stopped: Option<()> = stop.run_until_cancelled(compare).await;
}
