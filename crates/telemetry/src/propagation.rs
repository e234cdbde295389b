//! Carries a trace from process to process, in W3C Trace Context headers (www.w3.org/TR/trace-context).

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// The current span as a `traceparent` header's value, to be kept with what is sent later. `None` outside a trace.
pub fn current_traceparent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Makes `span` a child of the caller's span, where the headers name one.
///
/// Call it before the span is entered: a span that has begun keeps its parent.
/// For callers that are known; what a stranger sends belongs in [`link_to`].
pub fn set_parent_from_headers(span: &Span, headers: &HeaderMap) {
    set_parent(span, &extract(&Extract(headers)));
}

/// Makes `span` a child of the span that a stored `traceparent` names. Call it before the span is entered.
pub fn set_parent_from_traceparent(span: &Span, traceparent: &str) {
    set_parent(span, &from_traceparent(traceparent));
}

/// Links `span` to the span that a `traceparent` names, without making it a child.
pub fn link_to(span: &Span, traceparent: &str) {
    span.add_link(from_traceparent(traceparent));
}

/// Writes the current span into the headers of an outgoing request; writes nothing outside a trace.
pub fn inject(headers: &mut HeaderMap) {
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut Inject(headers));
}

fn set_parent(span: &Span, parent: &SpanContext) {
    if !parent.is_valid() {
        return;
    }
    let context = Context::new().with_remote_span_context(parent.clone());
    // An error says that nobody traces this span, or that it has begun: the trace is then a new one, which is no fault.
    let _ = span.set_parent(context);
}

fn from_traceparent(traceparent: &str) -> SpanContext {
    extract(&HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]))
}

/// Reads a span's identity; what cannot be read is an invalid one.
fn extract(carrier: &dyn Extractor) -> SpanContext {
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), carrier);
    context.span().span_context().clone()
}

struct Extract<'a>(&'a HeaderMap);

impl Extractor for Extract<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Inject<'a>(&'a mut HeaderMap);

impl Injector for Inject<'_> {
    fn set(&mut self, key: &str, value: String) {
        // An empty `tracestate` says nothing, and some peers refuse it.
        if value.is_empty() {
            return;
        }
        if let (Ok(name), Ok(value)) = (key.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
