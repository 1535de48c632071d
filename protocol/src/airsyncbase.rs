//! Bodies and attachments (MS-ASAIRS).
