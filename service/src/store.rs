//! The state store: all SQL of the gateway.
