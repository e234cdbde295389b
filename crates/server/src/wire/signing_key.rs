//! The keys that tokens are verified with.

use latchkey_domain::{id::EnvironmentId, name::EnvironmentName};
use latchkey_identity::{KeySet, PublishedKey};
use latchkey_proto::{v1, well_known::Duration};
use tonic::Status;

use super::Fields;

pub(crate) fn list(request: v1::ListSigningKeysRequest) -> Result<EnvironmentId, Status> {
    let mut fields = Fields::new();
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    fields.finish(parent.map(|parent| parent.environment))
}

pub(crate) fn listed(found: KeySet) -> v1::ListSigningKeysResponse {
    let seconds = i64::try_from(found.kept_for.as_secs()).unwrap_or(i64::MAX);
    v1::ListSigningKeysResponse {
        keys: found.keys.into_iter().map(encode).collect(),
        issuer: found.issuer,
        max_age: Some(Duration { seconds, nanos: 0 }),
    }
}

/// The members of a JWK for ES256 (RFC 7518, 3.1 and 6.2.1).
fn encode(key: PublishedKey) -> v1::SigningKey {
    v1::SigningKey {
        kid: key.id.to_string(),
        kty: "EC".to_owned(),
        r#use: "sig".to_owned(),
        alg: "ES256".to_owned(),
        crv: "P-256".to_owned(),
        x: key.public.x(),
        y: key.public.y(),
    }
}
