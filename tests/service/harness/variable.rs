//! What `scripts/test` tells the tests.

/// A variable that `scripts/test` sets.
pub(crate) fn variable(name: &str) -> String {
    optional(name)
        .unwrap_or_else(|| panic!("{name} is not set: scripts/test finds the programs and sets it"))
}

/// A variable that a person may set.
pub(crate) fn optional(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "how tests are told of their servers")]
    let value = std::env::var(name);
    value.ok()
}
