//! One RPC under way on the server.

use std::{sync::Arc, time::Instant};

use http::HeaderMap;
use tracing::{Span, field::Empty};

use super::{code::Code, methods::Method};
use crate::{metrics, propagation};

/// Closes its span and counts itself when it ends, also when it is dropped because the caller went away.
#[derive(Debug)]
pub(super) struct Call {
    method: Arc<Method>,
    span: Span,
    started: Instant,
    ended: bool,
}

impl Call {
    /// Begins the span of an RPC, as a child of the caller's.
    pub(super) fn begin(method: Arc<Method>, headers: &HeaderMap) -> Self {
        let span = if method.traced { span(&method, headers) } else { Span::none() };
        Self { method, span, started: Instant::now(), ended: false }
    }

    /// The span, to be entered while the RPC is worked on.
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// Records how the RPC ended. Only the first time counts.
    pub(super) fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.span.record("rpc.grpc.status_code", code.number());
        if code.is_server_fault() {
            self.span.record("otel.status_code", "ERROR");
        }
        let Method { service, name, .. } = &*self.method;
        metrics::rpc(service, name, code.name(), self.started.elapsed());
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::CANCELLED);
    }
}

fn span(method: &Method, headers: &HeaderMap) -> Span {
    let Method { service, name, .. } = method;
    let span = tracing::info_span!(
        "rpc",
        otel.name = %format_args!("{service}/{name}"),
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system = "grpc",
        rpc.service = &**service,
        rpc.method = &**name,
        rpc.grpc.status_code = Empty,
    );
    propagation::set_parent_from_headers(&span, headers);
    span
}
