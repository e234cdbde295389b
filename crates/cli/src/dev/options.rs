//! The flags of `latchkey dev`.

use std::net::SocketAddr;

use latchkey_telemetry::Config as Telemetry;
use secrecy::SecretString;

use crate::args::loopback;

/// How to try it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Begin anew: forget everything that an earlier `dev` kept in .latchkey/.
    #[arg(long)]
    pub(super) fresh: bool,
    /// Where the sign-in pages and the demo application are.
    #[arg(long, value_name = "ADDRESS", value_parser = loopback, default_value = "127.0.0.1:8080")]
    pub(super) gateway: SocketAddr,
    /// Where gRPC is.
    #[arg(long, value_name = "ADDRESS", value_parser = loopback, default_value = "127.0.0.1:50051")]
    pub(super) grpc: SocketAddr,
    /// Where the Bitbucket stand-in is.
    #[arg(long, value_name = "ADDRESS", value_parser = loopback, default_value = "127.0.0.1:7990")]
    pub(super) stand_in: SocketAddr,
    /// Where metrics are.
    #[arg(long, value_name = "ADDRESS", value_parser = loopback, default_value = "127.0.0.1:9464")]
    pub(super) metrics: SocketAddr,
    /// Put the real Bitbucket on the sign-in page too: the key of an OAuth consumer of yours.
    #[arg(long, value_name = "KEY", env = "LATCHKEY_BITBUCKET_KEY", requires = "bitbucket_secret")]
    pub(super) bitbucket_key: Option<String>,
    /// The consumer's secret. A flag shows in the list of processes (`ps`): prefer the variable.
    #[arg(long, value_name = "SECRET", env = "LATCHKEY_BITBUCKET_SECRET", hide_env_values = true)]
    #[arg(requires = "bitbucket_key")]
    pub(super) bitbucket_secret: Option<SecretString>,
    /// Publish events to this RabbitMQ too, such as `amqp://guest:guest@127.0.0.1:5672`. A password is better in the variable.
    #[arg(long, value_name = "URL", env = "LATCHKEY_AMQP_URL", hide_env_values = true)]
    pub(super) amqp_url: Option<SecretString>,
    /// What is logged on standard error: error, warn, info, debug, or target=level directives.
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    pub(super) log: String,
}

impl Options {
    /// Quiet by default, so that the lines on standard output can be read.
    pub(super) fn telemetry(&self) -> Telemetry {
        let default = Telemetry::default();
        // Of two directives for one target the later one holds.
        let log_filter = format!("{},{}", default.log_filter, self.log);
        Telemetry { log_filter, ..default }
    }

    /// The consumer at the real Bitbucket.
    pub(super) fn consumer(&self) -> Option<(&str, &SecretString)> {
        self.bitbucket_key.as_deref().zip(self.bitbucket_secret.as_ref())
    }
}
