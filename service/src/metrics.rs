//! Everything that is counted, in one place.
