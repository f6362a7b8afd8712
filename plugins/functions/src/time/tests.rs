//! Tests of dates: what the vendors promise, and what nobody does.

mod patterns;
mod vendors;
