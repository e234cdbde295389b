//! Domain events as CloudEvents bytes.
