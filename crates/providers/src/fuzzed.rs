//! What fuzzing calls, and the corpus runs through: what a provider may answer.

pub use crate::bitbucket::fuzzed::provider_json;

#[cfg(test)]
mod tests {
    #[test]
    fn the_corpus_goes_through() {
        latchkey_test_corpus::run("provider_json", super::provider_json);
    }
}
