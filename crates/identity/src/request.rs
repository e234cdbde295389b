//! Requests that may come twice, and changes that may meet another's.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use backon::ExponentialBuilder;
use latchkey_domain::{
    connection::Credential, grant::ApplicationGrant, id::EnvironmentId, time::Timestamp,
};
use latchkey_keyring::{Purpose, sha256};
use latchkey_store::{AnsweredRequest, Request, Tx};
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

impl RequestId {
    fn in_scope(&self, scope: Option<&EnvironmentId>) -> Request {
        Request { scope: scope.map(ToString::to_string).unwrap_or_default(), id: self.id }
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
        let key = request.in_scope(scope);
        match tx.answered_request(&key).await? {
            None => Ok(None),
            Some(before) if self.is_repeat(&key, request, &before)? => Ok(Some(before.resource)),
            Some(_) => Err(Error::RequestIdReused),
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
        let Some(request) = request else { return Ok(()) };
        let key = request.in_scope(scope);
        let fingerprint = self.seal_fingerprint(&key, request)?;
        let answered = AnsweredRequest { fingerprint, resource: resource.to_owned() };
        Ok(tx.add_request(&key, &answered, now).await?)
    }

    /// A request may hold a secret, so what is kept to compare it with is sealed. A seal names its
    /// key: a repeat is known for one, whichever key of the ring seals by then.
    fn seal_fingerprint(&self, key: &Request, request: &RequestId) -> Result<Vec<u8>> {
        let digest = sha256(&request.body);
        Ok(self.keyring.seal(Purpose::RequestFingerprint, &place(key), &digest)?)
    }

    /// Whether the same was asked for before. What was not sealed here counts as something else; what
    /// was sealed with a key that is missing here is for a replica that has it to compare.
    fn is_repeat(
        &self,
        key: &Request,
        request: &RequestId,
        before: &AnsweredRequest,
    ) -> Result<bool> {
        let purpose = Purpose::RequestFingerprint;
        match self.keyring.open(purpose, &place(key), &before.fingerprint) {
            Ok(opened) => Ok(opened.text == sha256(&request.body)),
            Err(latchkey_keyring::Error::NotOurs) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where a request's fingerprint is sealed for.
pub(crate) fn place(Request { scope, id }: &Request) -> Vec<u8> {
    format!("requests/{scope}/{id}/fingerprint").into_bytes()
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

/// How much of its content's hash stands for what has no version.
const ETAG_BYTES: usize = 12;

/// The text that stands for a grant as it is: its rights, and since when they are granted.
pub fn grant_etag(grant: &ApplicationGrant) -> String {
    let ApplicationGrant { connection, application, rights, created_at } = grant;
    content_etag(&format!("{connection} {application} {} {rights:?}", created_at.0))
}

/// The text that stands for a credential in its role.
pub fn credential_etag(credential: &Credential) -> String {
    content_etag(&format!("{} {:?}", credential.id, credential.role))
}

fn content_etag(content: &str) -> String {
    let hash = sha256(content.as_bytes());
    format!("\"{}\"", hex(&hash[..ETAG_BYTES]))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// Lets a change through whose caller knows the version that it changes, or does not care.
pub(crate) fn expect_etag(expected: Option<&str>, version: i64) -> Result<()> {
    expect_this_etag(expected, || Some(etag(version)))
}

/// The same of what has no version, or is not there.
pub(crate) fn expect_this_etag(
    expected: Option<&str>,
    current: impl FnOnce() -> Option<String>,
) -> Result<()> {
    match expected {
        Some(expected) if current().as_deref() != Some(expected) => Err(Error::EtagMismatch),
        _ => Ok(()),
    }
}
