//! Names of accounts, devices, folders and items inside the gateway.
