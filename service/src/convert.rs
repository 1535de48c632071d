//! Text formats to EAS items and back; pure.
