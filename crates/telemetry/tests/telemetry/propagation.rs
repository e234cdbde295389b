//! A trace that is kept in a row and taken up again later.

use std::sync::LazyLock;

use http::HeaderMap;
use latchkey_telemetry::{
    current_traceparent, inject, link_to, set_parent_from_headers, set_parent_from_traceparent,
};

use crate::{collector::hex, fixture::FIXTURE};

#[test]
fn a_span_made_later_is_a_child_of_the_stored_one() {
    LazyLock::force(&FIXTURE);
    let stored = tracing::info_span!("commit").in_scope(|| current_traceparent().unwrap());

    let publish = tracing::info_span!("publish");
    set_parent_from_traceparent(&publish, &stored);
    let sent = publish.in_scope(|| current_traceparent().unwrap());
    drop(publish);

    assert_eq!(sent[..36], stored[..36]);
    FIXTURE.runtime.block_on(async {
        let spans = FIXTURE.delivered_spans_of(&stored[3..35]).await;
        let publish = spans.iter().find(|span| span.name == "publish").unwrap();
        assert_eq!(hex(&publish.parent_span_id), stored[36..52]);
    });
}

#[test]
fn a_linked_span_keeps_a_trace_of_its_own() {
    LazyLock::force(&FIXTURE);
    let stored = tracing::info_span!("commit").in_scope(|| current_traceparent().unwrap());

    let batch = tracing::info_span!("batch");
    link_to(&batch, &stored);
    let own = batch.in_scope(|| current_traceparent().unwrap());
    drop(batch);

    assert_ne!(own[3..35], stored[3..35]);
    FIXTURE.runtime.block_on(async {
        let batch = FIXTURE.span_of(&own[3..35]).await;
        assert_eq!(hex(&batch.links[0].span_id), stored[36..52]);
    });
}

#[test]
fn a_traceparent_that_cannot_be_read_begins_a_new_trace() {
    LazyLock::force(&FIXTURE);
    let zeros = format!("00-{:032}-{:016}-01", 0, 0);

    for unreadable in ["", "00", "not a traceparent", zeros.as_str()] {
        let span = tracing::info_span!("publish");
        set_parent_from_traceparent(&span, unreadable);

        let own = span.in_scope(|| current_traceparent().unwrap());
        assert!(own.starts_with("00-") && own != zeros, "{own}");
    }
}

#[test]
fn a_span_that_was_entered_keeps_its_trace() {
    LazyLock::force(&FIXTURE);
    let span = tracing::info_span!("begun");
    let before = span.in_scope(|| current_traceparent().unwrap());

    let mut headers = HeaderMap::new();
    tracing::info_span!("other").in_scope(|| inject(&mut headers));
    set_parent_from_headers(&span, &headers);

    assert_eq!(span.in_scope(|| current_traceparent().unwrap()), before);
}

#[test]
fn nothing_is_injected_outside_a_trace() {
    LazyLock::force(&FIXTURE);
    let mut headers = HeaderMap::new();

    inject(&mut headers);

    assert!(headers.is_empty(), "{headers:?}");
}
