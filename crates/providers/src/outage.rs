//! What counts as an outage of a provider, and which of them may pass.

use std::{error, io, time::Duration};

use http::StatusCode;
use latchkey_domain::provider::Error;
use reqwest::Response;

use crate::retry_after;

/// Why a provider counts as unavailable, where no library says it.
#[derive(Debug, thiserror::Error)]
enum Outage {
    /// It says so itself.
    #[error("it answered with status {0}")]
    Status(StatusCode),
    /// It did not answer, or not to the end.
    #[error("it took longer than {0:?}")]
    Slow(Duration),
}

/// Tells an outage and a limit from an answer.
pub(crate) fn sort(response: &Response) -> Result<(), Error> {
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => {
            Err(Error::RateLimited { retry_after: retry_after::read(response.headers()) })
        }
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Err(Error::Unavailable(Outage::Status(status).into()))
        }
        _ => Ok(()),
    }
}

/// A connection that failed on the way; the URL stays out of it, as its query is not for logs.
pub(crate) fn broken(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_connect() && error::Error::source(&error).is_some_and(is_about_tls) {
        return Error::Insecure(error.into());
    }
    Error::Unavailable(error.into())
}

/// Whatever rustls refuses comes as `InvalidData`; those who wrap it do not name it as their source.
fn is_about_tls(error: &(dyn error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::InvalidData)
        || io.and_then(io::Error::get_ref).is_some_and(|inner| is_about_tls(inner))
        || error.source().is_some_and(is_about_tls)
}

/// Whether the same request may well be answered a moment later: nobody was there, or somebody says that nobody is.
pub(crate) fn may_pass(error: &Error) -> bool {
    let Error::Unavailable(source) = error else { return false };
    match source.downcast_ref::<Outage>() {
        Some(Outage::Status(status)) => matches!(
            *status,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        ),
        Some(Outage::Slow(_)) | None => true,
    }
}

/// Gives a conversation with a provider its time.
pub(crate) async fn within<T>(
    limit: Duration,
    conversation: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let slow = |_| Err(Error::Unavailable(Outage::Slow(limit).into()));
    tokio::time::timeout(limit, conversation).await.unwrap_or_else(slow)
}
