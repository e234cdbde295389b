//! Where everything listens.

use anyhow::Result;
use bitbucket_stand_in::{Settings, StandIn};
use tokio::net::TcpListener;
use url::Url;

use super::Options;
use crate::{
    command::stand_in,
    listen::{Place, bind},
};

/// The listeners, taken before anything else happens.
pub(super) struct Places {
    pub(super) gateway: TcpListener,
    pub(super) grpc: TcpListener,
    pub(super) metrics: TcpListener,
    pub(super) stand_in: StandIn,
    /// Where browsers reach the gateway.
    pub(super) base_url: Url,
    /// Where clients reach gRPC.
    pub(super) endpoint: Url,
}

impl Places {
    /// Takes all of them, or tells which one is taken.
    pub(super) async fn take(options: &Options) -> Result<Self> {
        let place = |what, setting| Place { what, setting };
        let gateway = bind(options.gateway, place("the gateway", "--gateway")).await?;
        let grpc = bind(options.grpc, place("gRPC", "--grpc")).await?;
        let metrics = bind(options.metrics, place("metrics", "--metrics")).await?;
        // Browsers know `localhost` as a secure place without TLS, whatever its address.
        let base_url = Url::parse(&format!("http://localhost:{}", gateway.local_addr()?.port()))?;
        let endpoint = Url::parse(&format!("http://{}", grpc.local_addr()?))?;
        let settings = Settings {
            listen: options.stand_in,
            callback_url: base_url.join("/login/callback")?.into(),
            ..Settings::default()
        };
        let stand_in = stand_in::start(settings, "--stand-in").await?;
        Ok(Self { gateway, grpc, metrics, stand_in, base_url, endpoint })
    }
}
