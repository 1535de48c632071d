//! The rules of a parked request as state machines without I/O.
