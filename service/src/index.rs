//! The change index: what changed, and what a device was told of it.
