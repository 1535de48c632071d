//! Folders, items, changes and watches over the stores that people run.
