//! The front of the service over real sockets, with commands of the tests' own behind it.

mod auth;
mod autodiscover;
mod bad_input;
mod connection;
mod drain;
mod hooks;
mod overload;
mod parking;
mod proxy;
mod receipts;
mod servers;
mod support;
mod tls;
mod transfer;
