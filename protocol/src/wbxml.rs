//! WBXML 1.3: bytes to elements and back (MS-ASWBXML).
