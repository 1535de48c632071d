//! The request line: plain and base64 query strings (MS-ASHTTP 2.2.1.1.1).
