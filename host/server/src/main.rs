//! The binary `attune`.
fn main() {}
