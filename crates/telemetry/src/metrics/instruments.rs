//! The instruments, with their names, units and meaning.

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};

/// Bounds in seconds for work of our own, which takes milliseconds.
const FAST: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bounds in seconds for a sign-in, most of which is a person reading and typing (an attempt may take minutes).
const HUMAN: [f64; 10] = [0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 2700.0];

/// One field for each; `/metrics` adds `_total` to counters and `_seconds` to durations.
pub(super) struct Instruments {
    pub(super) rpc_requests: Counter<u64>,
    pub(super) rpc_duration: Histogram<f64>,
    pub(super) http_requests: Counter<u64>,
    pub(super) http_duration: Histogram<f64>,
    pub(super) sign_ins: Counter<u64>,
    pub(super) sign_in_duration: Histogram<f64>,
    pub(super) provider_calls: Counter<u64>,
    pub(super) provider_duration: Histogram<f64>,
    pub(super) provider_spared: Counter<u64>,
    pub(super) provider_breaker: Counter<u64>,
    pub(super) callbacks_refused: Counter<u64>,
    pub(super) rate_limited: Counter<u64>,
    pub(super) events_published: Counter<u64>,
    pub(super) events_returned: Counter<u64>,
    pub(super) events_unrouted: Gauge<u64>,
    pub(super) outbox_depth: Gauge<u64>,
    pub(super) outbox_oldest_age: Gauge<f64>,
    pub(super) relay_connected: Gauge<u64>,
    pub(super) mails: Counter<u64>,
    pub(super) mail_waiting: Gauge<u64>,
    pub(super) mail_oldest_age: Gauge<f64>,
}

impl Instruments {
    pub(super) fn new(meter: &Meter) -> Self {
        let count = |name, what| meter.u64_counter(name).with_description(what).build();
        let level = |name, what| meter.u64_gauge(name).with_description(what).build();
        Self {
            rpc_requests: count("latchkey_rpc_requests", "RPCs ended, by status code"),
            rpc_duration: duration(meter, "latchkey_rpc_duration", "time an RPC took", &FAST),
            http_requests: count("latchkey_http_requests", "HTTP requests ended, by status class"),
            http_duration: duration(meter, "latchkey_http_duration", "time to answer", &FAST),
            sign_ins: count("latchkey_sign_ins", "sign-ins ended, by outcome and reason"),
            sign_in_duration: duration(meter, "latchkey_sign_in_duration", "start to end", &HUMAN),
            provider_calls: count("latchkey_provider_calls", "calls to identity providers"),
            provider_duration: duration(
                meter,
                "latchkey_provider_duration",
                "time an identity provider took",
                &FAST,
            ),
            provider_spared: count("latchkey_provider_spared", "sign-ins not taken to a provider"),
            provider_breaker: count("latchkey_provider_breaker", "changes of circuit breakers"),
            callbacks_refused: count("latchkey_callbacks_refused", "callbacks of unknown attempts"),
            rate_limited: count("latchkey_rate_limited", "calls that came too often, by limit"),
            events_published: count("latchkey_events_published", "events handed to the broker"),
            events_returned: count("latchkey_events_returned", "events no exchange took"),
            events_unrouted: level("latchkey_events_unrouted", "events no queue was bound for"),
            outbox_depth: level("latchkey_outbox_depth", "events waiting to be published"),
            outbox_oldest_age: age(
                meter,
                "latchkey_outbox_oldest_age",
                "age of the oldest waiting event",
            ),
            relay_connected: level("latchkey_relay_connected", "1 while connected to the broker"),
            mails: count("latchkey_mails", "mails queued and tries to send them, by outcome"),
            mail_waiting: level("latchkey_mail_waiting", "mails waiting to be sent"),
            mail_oldest_age: age(
                meter,
                "latchkey_mail_oldest_age",
                "age of the oldest waiting mail",
            ),
        }
    }
}

fn age(meter: &Meter, name: &'static str, what: &'static str) -> Gauge<f64> {
    meter.f64_gauge(name).with_unit("s").with_description(what).build()
}

fn duration(
    meter: &Meter,
    name: &'static str,
    what: &'static str,
    bounds: &[f64],
) -> Histogram<f64> {
    meter
        .f64_histogram(name)
        .with_unit("s")
        .with_description(what)
        .with_boundaries(bounds.to_vec())
        .build()
}
