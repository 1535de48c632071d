//! Watchers and refreshes against the real index, and a backend that the tests hold in their hands.

mod backend;
mod fresh;
mod scene;
mod watchers;
mod whole;
