//! Parked requests and the channel that wakes them.
