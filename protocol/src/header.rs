//! Names and values of the HTTP headers (MS-ASHTTP 2.2.1.1.2).
