//! Logs: one line a request, fields rather than sentences.
