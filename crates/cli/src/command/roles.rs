//! What keeps running: `serve`, `gateway`, `relay`.

use std::time::Duration;

use anyhow::{Result, anyhow};
use latchkey_store::Store;
use latchkey_telemetry::Telemetry;

use crate::{
    compose::{self, Service},
    config::{Config, Problems, Section},
    listen::{Place, bind},
    run::Run,
};

/// gRPC, the events' positions, mail where a server is configured, and the relay where a broker is configured.
pub(super) async fn serve(config: Config) -> Result<()> {
    config.check(&[
        Section::Server,
        Section::Store,
        Section::Keyring,
        Section::Providers,
        Section::Dns,
        Section::Relay,
        Section::Mail,
        Section::Telemetry,
    ])?;
    let telemetry = latchkey_telemetry::start(&config.telemetry)?;
    let mut run = Run::until_told()?;
    run.patience += Duration::from_secs(config.server.lameduck_seconds);
    let (store, providers, mailer) = tokio::try_join!(
        compose::connect_to_current(&config),
        compose::providers(&config),
        compose::mailer(&config),
    )?;
    let ring = config.keyring.ring()?;
    let service = Service::new(&config, store.clone(), ring, providers, mailer);
    let place = Place { what: "gRPC", setting: "server.listen" };
    let listener = bind(config.server.listen, place).await?;

    let below = run.stage();
    service.follow(&below);
    compose::metrics(&config, &below).await?;
    compose::relay(&config, &store, &below)?;
    service.serve(listener, &config, &run.stage());

    end(run, Some(store), telemetry).await
}

/// The sign-in pages.
pub(super) async fn gateway(config: Config) -> Result<()> {
    config.check(&[Section::Gateway, Section::Telemetry])?;
    let missing = || Problems::one("gateway: environment and key are missing".to_owned());
    let gateway = config.gateway.as_ref().ok_or_else(missing)?;
    let telemetry = latchkey_telemetry::start(&config.telemetry)?;
    let mut run = Run::until_told()?;
    let place = Place { what: "the gateway", setting: "gateway.listen" };
    let listener = bind(gateway.listen, place).await?;

    compose::metrics(&config, &run.stage()).await?;
    compose::gateway(gateway, None, listener, &run.stage())?;

    end(run, None, telemetry).await
}

/// Publishing alone.
pub(super) async fn relay(config: Config) -> Result<()> {
    config.check(&[Section::Store, Section::Relay, Section::Telemetry])?;
    if config.relay.url.is_none() {
        return Err(Problems::one("relay.url: is missing".to_owned()).into());
    }
    let telemetry = latchkey_telemetry::start(&config.telemetry)?;
    let mut run = Run::until_told()?;
    let store = compose::connect_to_current(&config).await?;

    let below = run.stage();
    compose::follow_clock(&store, &below);
    compose::metrics(&config, &below).await?;
    compose::relay(&config, &store, &run.stage())?;

    end(run, Some(store), telemetry).await
}

/// Waits for the end, then puts everything away, telemetry last.
pub(crate) async fn end(run: Run, store: Option<Store>, telemetry: Telemetry) -> Result<()> {
    let ended = run.finish().await;
    if let Some(store) = store
        && let Err(error) = store.close().await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the database was not closed");
    }
    // What is lost here are spans; the command did what it was asked.
    if let Err(error) = telemetry.stop().await {
        eprintln!("latchkey: {:#}", anyhow!(error));
    }
    ended
}
