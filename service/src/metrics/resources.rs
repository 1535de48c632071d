//! What the service takes of the system, and what it keeps. Set now and then by `app`.

use prometheus::{Error, IntGauge, Registry};

use super::family::Register;

/// What the service takes of the system, and what it keeps.
#[derive(Clone, Debug)]
pub struct ResourceMetrics {
    /// Directories that inotify watches.
    pub watches: IntGauge,
    /// How many it may, for the service's user.
    pub watches_max: IntGauge,
    /// Times that the kernel refused a watch.
    pub watches_refused: IntGauge,
    /// Bytes of the state store, its log included.
    pub store_bytes: IntGauge,
    /// Accounts in it.
    pub accounts: IntGauge,
    /// Devices in it.
    pub devices: IntGauge,
    /// Folders that devices sync.
    pub collections: IntGauge,
    /// Items that could not be sent to a device.
    pub skipped: IntGauge,
}

impl ResourceMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        let gauge = |name, help| register.gauge(name, help);
        Ok(Self {
            watches: gauge("inotify_watches", "Directories that are watched now.")?,
            watches_max: gauge(
                "inotify_watches_max",
                "Directories that the kernel watches for the service's user.",
            )?,
            watches_refused: gauge(
                "inotify_watches_refused",
                "Times that the kernel refused a watch since the start.",
            )?,
            store_bytes: gauge("store_bytes", "Bytes of the state store, its log included.")?,
            accounts: gauge("accounts", "Accounts that have signed in.")?,
            devices: gauge("devices", "Devices that are known.")?,
            collections: gauge("synced_folders", "Folders that devices sync.")?,
            skipped: gauge("skipped_items", "Items that could not be sent to a device.")?,
        })
    }
}
