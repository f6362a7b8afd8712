//! What the bundled transforms compute, as plain Rust: text in, text out.
//!
//! A family (`time.*`, `case.*`) and a dialect (`entra.expression`) that offer the same thing both
//! call it here, so that they cannot come to differ by accident; where the originals disagree, the
//! difference is an argument. Nothing here knows columns, options or WIT: that is the business of
//! the components, which contain only what they call.

pub mod case;
pub mod convert;
pub mod country;
pub mod expression;
pub mod fold;
pub mod list;
pub mod mail;
pub mod name;
pub mod regex;
pub mod text;
pub mod time;
pub mod url;
