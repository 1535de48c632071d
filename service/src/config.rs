//! The configuration file: as written, checked, and explained.
