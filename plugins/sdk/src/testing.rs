//! What plugin tests use, natively.
