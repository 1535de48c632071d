//! WBXML tags: a code page and a token.
