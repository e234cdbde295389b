//! Each call to a provider as a span and a count.

use std::time::Instant;

use latchkey_domain::provider::{Error, ProviderName};
use latchkey_telemetry::metrics;
use tracing::{Instrument as _, Span};

/// Runs a call inside its span, and says how it ended and how long it took.
pub(crate) async fn watched<T>(
    provider: &ProviderName,
    operation: &'static str,
    span: Span,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let started = Instant::now();
    let result = call.instrument(span.clone()).await;
    let outcome = result.as_ref().err().map_or("ok", outcome);
    if outcome != "ok" {
        span.record("otel.status_code", "ERROR").record("error.type", outcome);
    }
    metrics::provider_call(provider.as_str(), operation, outcome, started.elapsed());
    result
}

fn outcome(error: &Error) -> &'static str {
    match error {
        Error::ClientRefused => "client_refused",
        Error::CodeRefused => "code_refused",
        Error::ScopeMissing => "scope_missing",
        Error::RateLimited { .. } => "rate_limited",
        Error::Insecure(_) => "insecure",
        Error::Unavailable(_) => "unavailable",
        Error::Malformed(_) => "malformed",
    }
}

/// The span of a call; a macro, as a span's name must be a literal.
macro_rules! call_span {
    ($name:literal, $provider:expr) => {
        tracing::info_span!(
            $name,
            otel.kind = "client",
            provider = %$provider,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
        )
    };
}
pub(crate) use call_span;
