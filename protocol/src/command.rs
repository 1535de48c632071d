//! Typed requests and responses, one module per command (MS-ASCMD 2.2.1).
