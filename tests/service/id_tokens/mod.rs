//! Id tokens: what they say, who signed them, and who takes them for true.

mod claims;
mod keys;
mod refused;
mod rotation;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_proto::v1::{ListSigningKeysRequest, ListSigningKeysResponse};
use serde_json::Value;

use crate::harness::{TestApp, admin::DEV};

/// A part of a token: 0 is the header, 1 the claims.
pub(crate) fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("a token has three parts");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The name of the key that signed.
fn signer(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}

impl TestApp {
    /// The keys that the environment's tokens are verified with.
    pub(crate) async fn signing_keys(&self) -> ListSigningKeysResponse {
        let request = ListSigningKeysRequest { parent: DEV.to_owned() };
        self.login().list_signing_keys(request).await.unwrap().into_inner()
    }

    /// Their names.
    async fn key_names(&self) -> Vec<String> {
        self.signing_keys().await.keys.into_iter().map(|key| key.kid).collect()
    }
}
