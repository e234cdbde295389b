//! The status codes of gRPC (`grpc.github.io/grpc/core/md_doc_statuscodes.html`).

use http::HeaderMap;

/// By number, as they are written in metrics.
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// How an RPC ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(usize);

impl Code {
    /// The caller went away.
    pub(super) const CANCELLED: Self = Self(1);
    /// Nobody said.
    pub(super) const UNKNOWN: Self = Self(2);

    /// Reads `grpc-status` from headers or trailers, if it is there.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let status = headers.get("grpc-status")?;
        let number = status.to_str().ok().and_then(|number| number.parse().ok());
        Some(number.filter(|&number| number < NAMES.len()).map_or(Self::UNKNOWN, Self))
    }

    /// The number on the wire.
    pub(super) fn number(self) -> u64 {
        self.0 as u64
    }

    /// The name in the specification.
    pub(super) fn name(self) -> &'static str {
        NAMES[self.0]
    }

    /// Whether the server is at fault (OpenTelemetry's semantic conventions for gRPC spans).
    pub(super) fn is_server_fault(self) -> bool {
        matches!(
            self.name(),
            "UNKNOWN"
                | "DEADLINE_EXCEEDED"
                | "UNIMPLEMENTED"
                | "INTERNAL"
                | "UNAVAILABLE"
                | "DATA_LOSS"
        )
    }
}
