//! Tasks have an owner who stops them and waits.
