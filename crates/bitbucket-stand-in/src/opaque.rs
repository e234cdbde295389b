//! Codes and tokens: random strings without meaning.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes in a code or token: 192 bits, so that none is ever given out twice.
const BYTES: usize = 24;

/// Makes a random string of 32 characters, safe in a URL.
pub(crate) fn opaque() -> String {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has a source of randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}
