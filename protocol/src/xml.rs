//! An XML view of a document, for people.
