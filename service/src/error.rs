//! The one place where errors become EAS statuses and HTTP codes.
