//! A log line for machines: one JSON object, with the trace it belongs to.

use std::fmt;

use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use serde::Serialize;
use serde_json::{Map, Serializer, Value};
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormattedFields,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

use super::{escape::EscapedJson, fields::Fields};

/// What `tracing-log` calls the target of a record that comes through the `log` crate.
const LOG_CRATE: &str = "log";

/// One line. Outside a trace the two ids are left out.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'a str,
    target: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<Map<String, Value>>,
}

/// Formats events as [`Line`]s.
pub(super) struct Json;

impl<S> FormatEvent<S, JsonFields> for Json
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        // The OpenTelemetry layer keeps its context in step with the span that is entered.
        let current = Context::current();
        let trace = Some(current.span().span_context().clone()).filter(SpanContext::is_valid);

        let target = event.metadata().target();
        let line = Line {
            timestamp,
            level: event.metadata().level().as_str(),
            target: match &fields.log_target {
                Some(origin) if target == LOG_CRATE => origin,
                _ => target,
            },
            message: fields.message.unwrap_or_default(),
            trace_id: trace.as_ref().map(|span| span.trace_id().to_string()),
            span_id: trace.as_ref().map(|span| span.span_id().to_string()),
            fields: fields.values,
            spans: spans(ctx),
        };
        write_line(&line, &mut writer)
    }
}

fn write_line(line: &Line<'_>, writer: &mut Writer<'_>) -> fmt::Result {
    let mut json = Vec::new();
    line.serialize(&mut Serializer::with_formatter(&mut json, EscapedJson))
        .map_err(|_| fmt::Error)?;
    writeln!(writer, "{}", std::str::from_utf8(&json).map_err(|_| fmt::Error)?)
}

/// The spans around an event, outermost first, each with its fields.
fn spans<S>(ctx: &FmtContext<'_, S, JsonFields>) -> Vec<Map<String, Value>>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let Some(innermost) = ctx.parent_span() else { return Vec::new() };
    let outermost_first = innermost.scope().from_root();
    outermost_first
        .map(|span| {
            let extensions = span.extensions();
            let mut fields = extensions
                .get::<FormattedFields<JsonFields>>()
                .and_then(|fields| serde_json::from_str::<Map<_, _>>(&fields.fields).ok())
                .unwrap_or_default();
            fields.insert("name".to_owned(), span.name().into());
            fields
        })
        .collect()
}
