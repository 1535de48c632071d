//! A relay that others wrote.
