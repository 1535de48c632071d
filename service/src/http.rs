//! Connections, requests, authentication, answers.
