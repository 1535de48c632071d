//! Watchers: one per account with a parked device.
