//! The tags of all code pages (MS-ASWBXML 2.1.2).
