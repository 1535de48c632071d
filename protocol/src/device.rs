//! A phone as a state machine without I/O.
