//! What stands in the log.

use serde_json::Value;

use crate::fixture::FIXTURE;

/// A line of its own, a colour, a C1 control, two separators and a reversal.
const NASTY: &str = "a\r\n{\"level\":\"ERROR\"}\u{1b}[31m\u{9b}\u{7f}\u{2028}\u{2029}\u{202e}z";

fn only_line(needle: &str) -> Value {
    let lines = FIXTURE.log_lines(needle);
    assert_eq!(lines.len(), 1, "{lines:?}");
    serde_json::from_str(&lines[0]).unwrap()
}

#[test]
fn text_from_outside_stays_inside_its_json_string() {
    std::sync::LazyLock::force(&FIXTURE);

    tracing::info!(user.name = NASTY, nasty_message = true, "{NASTY}");

    let raw = FIXTURE.log_lines("nasty_message").concat();
    assert!(
        !raw.chars().any(|c| c.is_control() || "\u{2028}\u{2029}\u{202e}".contains(c)),
        "{raw}"
    );
    let line = only_line("nasty_message");
    assert_eq!(line["fields"]["user.name"], NASTY);
    assert_eq!(line["message"], NASTY);
}

#[test]
fn a_line_names_its_trace_and_the_spans_around_it() {
    std::sync::LazyLock::force(&FIXTURE);
    let span =
        tracing::info_span!("outer", provider = "bitbucket", user.id = tracing::field::Empty);
    let inner = span.in_scope(|| tracing::info_span!("inner"));
    span.record("user.id", "u1");

    let traceparent = inner.in_scope(|| {
        tracing::warn!(attempt.age_ms = 7, "within two spans");
        latchkey_telemetry::current_traceparent().unwrap()
    });

    let line = only_line("within two spans");
    let ids = format!("00-{}-{}-01", text(&line["trace_id"]), text(&line["span_id"]));
    assert_eq!(ids, traceparent);
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["fields"]["attempt.age_ms"], 7);
    assert_eq!(line["spans"][0]["name"], "outer");
    assert_eq!(line["spans"][0]["provider"], "bitbucket");
    assert_eq!(line["spans"][0]["user.id"], "u1");
    assert_eq!(line["spans"][1]["name"], "inner");
}

#[test]
fn an_error_is_logged_with_its_causes() {
    std::sync::LazyLock::force(&FIXTURE);
    let cause = std::io::Error::other("no route");
    let error = Outer(cause);

    tracing::error!(error = &error as &dyn std::error::Error, "an error with a cause");

    assert_eq!(only_line("an error with a cause")["fields"]["error"], "asking failed: no route");
}

#[test]
fn a_line_outside_every_span_has_no_trace() {
    std::sync::LazyLock::force(&FIXTURE);

    tracing::info!("outside every span");

    assert_eq!(only_line("outside every span").get("trace_id"), None);
    assert_eq!(latchkey_telemetry::current_traceparent(), None);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[derive(Debug)]
struct Outer(std::io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("asking failed")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
