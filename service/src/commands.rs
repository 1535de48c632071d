//! One file per EAS command; calls downwards only.
