//! Runs what fuzzing found worth keeping, without a fuzzer: whatever once went wrong goes wrong again.
#![expect(clippy::unwrap_used, reason = "only tests use it, and a test that fails says where")]

use std::{fs, path::Path};

/// Calls a fuzz target with every file of its corpus, `fuzz/corpus/{target}`.
///
/// # Panics
///
/// If there is no corpus, or the target panics.
pub fn run(target: &str, call: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut count = 0;
    for file in files {
        call(&fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 5, "{target} has a corpus of {count}");
}
