//! Requests that may come twice, and changes that may meet another's.

use std::{fmt, time::Duration};

use backon::ExponentialBuilder;
use latchkey_domain::{id::EnvironmentId, time::Timestamp};
use latchkey_keyring::Purpose;
use latchkey_store::{Request, RequestSeen, Tx};
use uuid::Uuid;

use crate::{Error, Latchkey, Result};

/// A caller's id for a request, and what it asks for.
#[derive(Clone)]
pub struct RequestId {
    /// The id.
    pub id: Uuid,
    /// The request as it came, in bytes that are equal for equal requests.
    pub body: Vec<u8>,
}

/// Its body may hold a secret.
impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl Latchkey {
    /// What came of a request before, if it came before.
    pub(crate) async fn answered_before(
        &self,
        tx: &Tx,
        scope: Option<&EnvironmentId>,
        request: Option<&RequestId>,
    ) -> Result<Option<String>> {
        let Some(request) = request else { return Ok(None) };
        match tx.request_seen(&self.in_scope(request, scope)?).await? {
            RequestSeen::New => Ok(None),
            RequestSeen::Before(resource) => Ok(Some(resource)),
            RequestSeen::WithAnotherBody => Err(Error::RequestIdReused),
        }
    }

    /// Remembers what came of a request.
    pub(crate) async fn remember(
        &self,
        tx: &Tx,
        scope: Option<&EnvironmentId>,
        request: Option<&RequestId>,
        (resource, now): (&str, Timestamp),
    ) -> Result<()> {
        if let Some(request) = request {
            tx.add_request(&self.in_scope(request, scope)?, resource, now).await?;
        }
        Ok(())
    }

    /// A request may hold a secret, so what is kept to compare it with needs our key.
    fn in_scope(&self, request: &RequestId, scope: Option<&EnvironmentId>) -> Result<Request> {
        let key = self.keyring.primary();
        Ok(Request {
            scope: scope.map(ToString::to_string).unwrap_or_default(),
            id: request.id,
            fingerprint: self.keyring.derive(key, Purpose::RequestFingerprint, &request.body)?,
        })
    }
}

/// How a whole transaction is tried again after a conflict: five times, soon, and not in step.
pub(crate) fn after_conflict() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_millis(100))
        .with_max_times(5)
        .with_jitter()
}

/// The text that stands for a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Lets a change through whose caller knows the version that it changes, or does not care.
pub(crate) fn expect_etag(expected: Option<&str>, version: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != etag(version) => Err(Error::EtagMismatch),
        _ => Ok(()),
    }
}
