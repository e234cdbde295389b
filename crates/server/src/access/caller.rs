//! Who calls, and from where, as a request tells it.

use std::sync::Arc;

use http::{HeaderMap, header::AUTHORIZATION};
use latchkey_domain::{
    access::ApiKey,
    caller::{Caller, Origin},
};
use latchkey_identity::Error;
use secrecy::SecretString;
use tonic::{Request, Status, metadata::MetadataMap};

use crate::status;

/// By which callers find their own calls in our audit.
const REQUEST_ID: &str = "x-request-id";
/// Several times a UUID; what is longer is left out.
const MAX_REQUEST_ID: usize = 128;

/// `authorization: Bearer {key}` (RFC 6750, 2.1), once.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.into())
}

/// Who calls, and from where.
pub(crate) fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    // Of a call within this process, which no layer asked for a key.
    if let Some(caller) = request.extensions().get::<Caller>() {
        return Ok(caller.clone());
    }
    let key = request.extensions().get::<Arc<ApiKey>>();
    let key = key.ok_or(Error::Unauthenticated).map_err(status::from_error)?;
    let address = request.remote_addr().map(|peer| peer.ip());
    Ok(Caller::with_key(key, Origin { address, request_id: request_id(request.metadata()) }))
}

/// What the peer calls this call: `x-request-id`, if it can be shown as it is.
fn request_id(metadata: &MetadataMap) -> Option<String> {
    let id = metadata.get(REQUEST_ID)?.to_str().ok()?;
    let shown = id.len() <= MAX_REQUEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    (shown && !id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_as_one_bearer_token() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).is_some()
        };
        assert!(read(&["Bearer lk_operator_x"]));
        assert!(read(&["bearer lk_operator_x"]));
        assert!(!read(&[]));
        assert!(!read(&["lk_operator_x"]));
        assert!(!read(&["Basic lk_operator_x"]));
        assert!(!read(&["Bearer a", "Bearer b"]));
    }
}
