//! A decoded document as a tree of elements.
