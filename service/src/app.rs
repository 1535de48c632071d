//! Puts the parts together, and takes them apart in order.
