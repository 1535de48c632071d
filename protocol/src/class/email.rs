//! Class Email (MS-ASEMAIL).
