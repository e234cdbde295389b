//! Log lines: text for people, JSON for machines, control characters escaped in both.

mod escape;
mod fields;
mod json;
mod text;

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::{self, MakeWriter, format::JsonFields},
    registry::LookupSpan,
};

use crate::{Config, LogFormat};

/// The layer that writes log lines as `config` wants them.
pub(crate) fn layer<S, W>(config: &Config, logs: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s> + Send + Sync,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // The filter was checked by `Config::problems`, so nothing of it is passed over here.
    let filter = EnvFilter::builder().parse_lossy(&config.log_filter);
    let lines = fmt::layer().with_writer(logs).with_ansi(false);
    match config.log_format {
        LogFormat::Text => lines.event_format(text::Text::default()).with_filter(filter).boxed(),
        LogFormat::Json => {
            lines.fmt_fields(JsonFields::new()).event_format(json::Json).with_filter(filter).boxed()
        }
    }
}
