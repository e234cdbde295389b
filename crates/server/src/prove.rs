//! Whose key a call brings.

use std::{net::IpAddr, sync::Arc};

use http::HeaderMap;
use latchkey_domain::access::ApiKey;
use latchkey_identity::{Error, Latchkey};
use tonic::Status;

use crate::{access::bearer, limits::Limits, status};

/// Finds out whose key a call brings. A peer that brings wrong ones too often is not asked for a
/// while.
pub(crate) async fn prove(
    latchkey: &Latchkey,
    limits: &Limits,
    peer: Option<IpAddr>,
    headers: &HeaderMap,
) -> Result<Arc<ApiKey>, Status> {
    let secret = bearer(headers);
    limits.ask(peer, secret.as_ref())?;
    let found = match &secret {
        Some(secret) => latchkey.authenticate(secret).await,
        None => Err(Error::Unauthenticated),
    };
    match (&found, &secret) {
        (Ok(_), Some(secret)) => limits.key_worked(secret),
        (Err(Error::Unauthenticated), _) => limits.key_failed(peer),
        _ => {}
    }
    found.map_err(status::from_error)
}
