//! The binary and the composition root.

fn main() {}
