//! Status codes of all commands (MS-ASCMD 2.2.2, 2.2.3.177).
