//! Everything that the product counts and measures, a function each.
//!
//! Labels come from closed lists: a literal of ours (`&'static str`), or a name from the configuration or the contract.
//! Never a user's id, an e-mail, a code, or anything else that a caller can make up. Before [`crate::start`] nothing is counted.

mod instruments;
mod process;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use opentelemetry::{KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::{Resource, error::OTelSdkError, metrics::SdkMeterProvider};
use prometheus::{Registry, proto::MetricFamily};

use instruments::Instruments;

/// The version of the product, which is that of the whole workspace.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The instruments of this process, once telemetry has started.
static INSTALLED: OnceLock<Installed> = OnceLock::new();

struct Installed {
    instruments: Instruments,
    registry: Registry,
    // Instruments go quiet when their provider is dropped.
    _provider: SdkMeterProvider,
}

/// Makes the instruments and the registry that `/metrics` reads.
pub(crate) fn install(resource: Resource) -> Result<(), OTelSdkError> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        // One meter for everything: its name on each line would say nothing.
        .scope_info_enabled(false)
        .build()?;
    let provider =
        SdkMeterProvider::builder().with_reader(exporter).with_resource(resource).build();
    let meter = provider.meter("latchkey");
    process::observe(&meter);

    let installed =
        Installed { instruments: Instruments::new(&meter), registry, _provider: provider };
    // Started once, so nothing is there yet; were there something, it would go on being used.
    let _ = INSTALLED.set(installed);
    Ok(())
}

/// What `/metrics` shows now; nothing before telemetry has started.
pub(crate) fn gather() -> Vec<MetricFamily> {
    INSTALLED.get().map(|installed| installed.registry.gather()).unwrap_or_default()
}

fn with(record: impl FnOnce(&Instruments)) {
    if let Some(installed) = INSTALLED.get() {
        record(&installed.instruments);
    }
}

/// Counts an RPC that ended, and how long it took.
pub(crate) fn rpc(service: &Arc<str>, method: &Arc<str>, code: &'static str, took: Duration) {
    with(|of| {
        let call = [
            KeyValue::new("service", Arc::clone(service)),
            KeyValue::new("method", Arc::clone(method)),
            KeyValue::new("code", code),
        ];
        of.rpc_requests.add(1, &call);
        of.rpc_duration.record(took.as_secs_f64(), &call[..2]);
    });
}

/// Counts an HTTP request that ended, by route and class of status, and how long its head took.
pub(crate) fn http_request(method: &'static str, route: &str, class: &'static str, took: Duration) {
    with(|of| {
        let request = [
            KeyValue::new("method", method),
            KeyValue::new("route", route.to_owned()),
            KeyValue::new("status_class", class),
        ];
        of.http_requests.add(1, &request);
        of.http_duration.record(took.as_secs_f64(), &request[..2]);
    });
}

/// Counts a sign-in that ended, and how long it took since it was begun; `reason` is `none` for one that succeeded.
pub fn sign_in(outcome: &'static str, reason: &'static str, provider: &str, took: Duration) {
    with(|of| {
        let ended = [
            KeyValue::new("provider", provider.to_owned()),
            KeyValue::new("outcome", outcome),
            KeyValue::new("reason", reason),
        ];
        of.sign_ins.add(1, &ended);
        of.sign_in_duration.record(took.as_secs_f64(), &ended[..2]);
    });
}

/// Counts a call to a provider, such as `exchange_code`, and how long it took.
pub fn provider_call(
    provider: &str,
    operation: &'static str,
    outcome: &'static str,
    took: Duration,
) {
    with(|of| {
        let call = [
            KeyValue::new("provider", provider.to_owned()),
            KeyValue::new("operation", operation),
            KeyValue::new("outcome", outcome),
        ];
        of.provider_calls.add(1, &call);
        of.provider_duration.record(took.as_secs_f64(), &call[..2]);
    });
}

/// Counts a sign-in for which its provider was not asked, as that is in trouble: `rate_limited`, `breaker_open` or
/// `bulkhead_full`.
pub fn provider_spared(provider: &str, reason: &'static str) {
    with(|of| of.provider_spared.add(1, &of_provider(provider, "reason", reason)));
}

/// Counts a change of a connection's circuit breaker: to `open`, `half_open` or `closed`.
pub fn provider_breaker(provider: &str, state: &'static str) {
    with(|of| of.provider_breaker.add(1, &of_provider(provider, "state", state)));
}

fn of_provider(provider: &str, label: &'static str, value: &'static str) -> [KeyValue; 2] {
    [KeyValue::new("provider", provider.to_owned()), KeyValue::new(label, value)]
}

/// Counts a callback that was turned away before its attempt was known: no seal opened, or not in this browser.
pub fn callbacks_refused(reason: &'static str) {
    with(|of| of.callbacks_refused.add(1, &[KeyValue::new("reason", reason)]));
}

/// Counts a call that came too often, by the limit that stopped it.
pub fn rate_limited(limit: &'static str) {
    with(|of| of.rate_limited.add(1, &[KeyValue::new("limit", limit)]));
}

/// Counts an event handed to the broker, by its type, such as `latchkey.user.signed_up.v1`, and how that ended.
pub fn event_published(event_type: &str, outcome: &'static str) {
    let event_type = KeyValue::new("type", event_type.to_owned());
    with(|of| of.events_published.add(1, &[event_type, KeyValue::new("outcome", outcome)]));
}

/// Counts an event that the broker gave back because no exchange took it: the topology is broken.
pub fn events_returned(event_type: &str) {
    with(|of| of.events_returned.add(1, &[KeyValue::new("type", event_type.to_owned())]));
}

/// Says how many events wait in `latchkey.unrouted`, to which no queue was bound.
pub fn events_unrouted(waiting: u64) {
    with(|of| of.events_unrouted.record(waiting, &[]));
}

/// Says how many events wait to be published.
pub fn outbox_depth(waiting: u64) {
    with(|of| of.outbox_depth.record(waiting, &[]));
}

/// Says how long the oldest waiting event has waited; zero when none does.
pub fn outbox_oldest_age(age: Duration) {
    with(|of| of.outbox_oldest_age.record(age.as_secs_f64(), &[]));
}

/// Says whether the relay is connected to the broker.
pub fn relay_connected(connected: bool) {
    with(|of| of.relay_connected.record(u64::from(connected), &[]));
}

/// Counts mails that were queued.
pub fn mails_queued(count: u64) {
    mails(count, "queued", "none");
}

/// Counts a try to send a mail: `sent`, `put_off` or `given_up`, and why.
pub fn mail(outcome: &'static str, reason: &'static str) {
    mails(1, outcome, reason);
}

/// Counts mails that nobody could send in time.
pub fn mails_expired(count: u64) {
    mails(count, "given_up", "expired");
}

fn mails(count: u64, outcome: &'static str, reason: &'static str) {
    let tried = [KeyValue::new("outcome", outcome), KeyValue::new("reason", reason)];
    with(|of| of.mails.add(count, &tried));
}

/// Says how many mails wait to be sent.
pub fn mail_waiting(waiting: u64) {
    with(|of| of.mail_waiting.record(waiting, &[]));
}

/// Says how long the oldest waiting mail has waited; zero when none does.
pub fn mail_oldest_age(age: Duration) {
    with(|of| of.mail_oldest_age.record(age.as_secs_f64(), &[]));
}
