//! What fuzzing calls, and the corpus runs through: sealed tokens that strangers bring.
#![expect(clippy::missing_panics_doc, reason = "it panics when it finds something")]

use std::sync::LazyLock;

use latchkey_keyring::{KeyFile, KeyRing};

use crate::login;

static KEYRING: LazyLock<KeyRing> = LazyLock::new(|| {
    KeyRing::load(&KeyFile::generate().expect("random bytes")).expect("a fresh ring")
});

/// A state, a continuation, a login code: nobody but we can make one that opens.
pub fn sealed_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    assert!(!login::opens(text, &KEYRING), "it was forged");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_corpus_goes_through() {
        latchkey_test_corpus::run("sealed_token", super::sealed_token);
    }
}
