//! One sign-in in traces, in metrics and in the log.

use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};

use crate::{
    both,
    harness::{
        TestApp,
        broker::Arrived,
        telemetry::{RECORDED, attribute, hex, sample, trace_id},
    },
};

const SIGNED_IN: [&str; 3] = ["outcome=\"signed_in\"", "reason=\"none\"", "provider=\"stand-in\""];
const DENIED: [&str; 2] = ["outcome=\"refused\"", "reason=\"DENIED_BY_USER\""];
const COMPLETE: [&str; 3] =
    ["service=\"latchkey.v1.SocialLogin\"", "method=\"CompleteLogin\"", "code=\"OK\""];
const SIGNED_UP: [&str; 2] = ["type=\"latchkey.user.signed_up.v1\"", "outcome=\"sent\""];

const SERVER: i32 = SpanKind::Server as i32;

/// The trace of the last span of this name.
async fn trace_of(name: &str) -> Vec<Span> {
    let spans = RECORDED.spans().await;
    let root = spans.iter().rev().find(|span| span.name == name);
    let root = trace_id(root.unwrap_or_else(|| panic!("no span {name}")));
    spans.into_iter().filter(|span| trace_id(span) == root).collect()
}

/// The one span of this name.
fn one<'a>(trace: &'a [Span], name: &str) -> &'a Span {
    let found: Vec<_> = trace.iter().filter(|span| span.name == name).collect();
    let names = || trace.iter().map(|span| span.name.as_str()).collect::<Vec<_>>();
    assert_eq!(found.len(), 1, "spans named {name} among {:?}", names());
    found[0]
}

/// Whether one span is below another, however deep.
fn is_below(trace: &[Span], span: &Span, above: &Span) -> bool {
    let parent = trace.iter().find(|other| other.span_id == span.parent_span_id);
    parent.is_some_and(|parent| parent.span_id == above.span_id || is_below(trace, parent, above))
}

/// The `traceparent` of a span.
fn traceparent(span: &Span) -> String {
    format!("00-{}-{}-01", trace_id(span), hex(&span.span_id))
}

async fn page(app: &TestApp) -> String {
    RECORDED.metrics(&app.http).await
}

both! {
    async fn one_trace_leads_from_the_browser_to_the_broker(app) {
        std::sync::LazyLock::force(&RECORDED);
        let gateway = app.gateway().await;
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.*.v1").await;
        let relay = app.relay_to(&corner);

        app.sign_in_at(&gateway, "alice").await;
        let arrived = queue.take(2).await;
        app.until_all_sent().await;

        let trace = trace_of("GET /login/callback/{connection}").await;
        let http = one(&trace, "GET /login/callback/{connection}");
        let rpc = one(&trace, "latchkey.v1.SocialLogin/CompleteLogin");
        assert_eq!((http.kind, rpc.kind), (SERVER, SERVER));
        assert!(http.parent_span_id.is_empty(), "the browser is a stranger");
        assert!(is_below(&trace, rpc, http));
        for call in ["provider.exchange", "provider.account", "provider.email"] {
            assert!(is_below(&trace, one(&trace, call), rpc), "{call}");
        }
        let sql: Vec<_> = trace.iter().filter(|span| attribute(span, "db.system").is_some()).collect();
        assert!(sql.iter().any(|span| is_below(&trace, span, rpc)), "statements are spans");
        assert!(sql.iter().all(|span| attribute(span, "db.statement").is_none()), "without text");

        assert_eq!(arrived.len(), 2);
        let published: Vec<_> =
            trace.iter().filter(|span| span.name == "publish event").collect();
        assert_eq!(published.len(), 2, "each event's publishing is in the trace that it comes from");
        for message in &arrived {
            assert_in_trace(message, &trace, rpc);
        }
        queue.close().await;
        relay.stop().await;
    }

    async fn a_sign_in_shows_in_the_metrics(app) {
        std::sync::LazyLock::force(&RECORDED);
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.*.v1").await;
        let before = page(&app).await;
        let count = |page: &str, name: &str, labels: &[&str]| -> f64 {
            sample(page, name, labels).parse().unwrap()
        };

        app.sign_in("alice").await;
        let begun = app.begin().await;
        let denied = app.deny(&begun).await;
        app.complete(&begun, &denied).await.unwrap();
        let relay = app.relay_to(&corner);
        queue.take(2).await;
        app.until_all_sent().await;

        let after = page(&app).await;
        let grown = |name: &str, labels: &[&str]| {
            count(&after, name, labels) - count(&before, name, labels)
        };
        for (name, labels, by) in [
            ("latchkey_sign_ins_total", &SIGNED_IN[..], 1.0),
            ("latchkey_sign_ins_total", &DENIED, 1.0),
            ("latchkey_sign_in_duration_seconds_count", &SIGNED_IN[..1], 1.0),
            ("latchkey_provider_calls_total", &["outcome=\"ok\""], 3.0),
            ("latchkey_provider_duration_seconds_count", &[], 3.0),
            ("latchkey_rpc_requests_total", &COMPLETE, 2.0),
            ("latchkey_rpc_duration_seconds_count", &COMPLETE[..2], 2.0),
            ("latchkey_events_published_total", &SIGNED_UP, 1.0),
        ] {
            assert!((grown(name, labels) - by).abs() < 0.5, "{name} {labels:?} in\n{after}");
        }
        for name in ["latchkey_outbox_depth", "latchkey_outbox_oldest_age_seconds"] {
            assert!(after.lines().any(|line| line.starts_with(name)), "{name} in\n{after}");
        }
        assert_eq!(sample(&after, "latchkey_relay_connected", &[]), "1");
        queue.close().await;
        relay.stop().await;
    }
}

/// The message tells the same trace in its header and in its envelope: that of a span of the RPC.
fn assert_in_trace(message: &Arrived, trace: &[Span], rpc: &Span) {
    let told = message.header("traceparent");
    assert_eq!(message.envelope()["traceparent"], told);
    let origin = trace.iter().find(|span| traceparent(span) == told);
    let origin = origin.unwrap_or_else(|| panic!("{told} is no span of the trace"));
    assert!(is_below(trace, origin, rpc));
    let id = |span: &&Span| attribute(span, "event.id") == Some(message.id());
    let published = trace.iter().find(id).expect("a span of its publishing");
    assert_eq!(published.parent_span_id, origin.span_id);
}
