//! What an operator can set about logs, traces and metrics.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// What is kept quiet by default: libraries that report their own work as if it were ours.
const DEFAULT_FILTER: &str =
    "info,h2=warn,hyper=warn,lapin=error,opentelemetry=warn,sea_orm=warn,sqlx=warn,tonic=warn";

/// The `[telemetry]` section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How a log line looks on standard error: `text` for people, `json` for machines.
    pub log_format: LogFormat,
    /// What is logged, as comma-separated `target=level` directives; a lone level is the default.
    pub log_filter: String,
    /// Where spans go by OTLP over gRPC, such as `http://127.0.0.1:4317`. Nothing is exported when unset.
    pub otlp_endpoint: Option<String>,
    /// The share of new traces that is recorded, 0 to 1. A trace begun by a caller keeps the caller's decision.
    pub sample_ratio: f64,
    /// The name that traces and metrics carry as `service.name`.
    pub service_name: String,
    /// Where `/metrics` and `/healthz` are served. Nothing listens when unset.
    pub metrics_listen: Option<SocketAddr>,
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            log_format: LogFormat::default(),
            log_filter: DEFAULT_FILTER.to_owned(),
            otlp_endpoint: None,
            sample_ratio: 1.0,
            service_name: "latchkey".to_owned(),
            metrics_listen: None,
        }
    }
}

impl Config {
    /// Lists everything that is wrong, each line beginning with the field's name; empty when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Err(error) = EnvFilter::builder().parse(&self.log_filter) {
            problems.push(format!("log_filter: {error}"));
        }
        if let Some(Err(problem)) = self.otlp_endpoint.as_deref().map(collector) {
            problems.push(format!("otlp_endpoint: {problem}"));
        }
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            problems.push("sample_ratio: must be between 0 and 1".to_owned());
        }
        if self.service_name.trim().is_empty() {
            problems.push("service_name: must not be empty".to_owned());
        }
        problems
    }
}

/// Reads the address of a collector. What was given is not repeated: it may hold a password.
pub(crate) fn collector(endpoint: &str) -> Result<http::Uri, &'static str> {
    let uri: http::Uri =
        endpoint.parse().map_err(|_| "must be a URL such as http://127.0.0.1:4317")?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(uri),
        _ => Err("must be a URL that begins with http:// or https:// and names a host"),
    }
}
