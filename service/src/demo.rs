//! The demo: a gateway, a Maildir and a phone in one process.
