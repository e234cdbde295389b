//! `latchkey dev`: everything in one process, with nothing to install.

mod banner;
mod keys;
mod options;
mod places;
mod seed;
mod state;

use std::collections::BTreeMap;

use anyhow::Result;
use latchkey_domain::provider::ProviderName;
use latchkey_gateway::demo::DemoSettings;
use latchkey_proto::v1::FeedEvent;
use latchkey_providers::ProviderConfig;
use secrecy::ExposeSecret;

use crate::{
    command::{keyring, roles::end},
    compose::{self, Service},
    config::Config,
    feed::{Feed, line},
    run::{Run, Stage},
    terminal::{Palette, say},
};

use keys::Keys;
use places::Places;
use state::State;

pub(crate) use options::Options;

/// The one environment.
const ENVIRONMENT: &str = "dev";
/// The one application.
const APPLICATION: &str = "demo";
/// What the stand-in is called as a provider.
const STAND_IN: &str = "bitbucket-stand-in";
/// Who vouches for the stand-in's accounts: the same whatever its port, so that people stay who they are.
const STAND_IN_ISSUER: &str = "http://bitbucket-stand-in.localhost";

/// Runs it until stopped.
pub(crate) async fn run(options: Options) -> Result<()> {
    let telemetry = latchkey_telemetry::start(&options.telemetry())?;
    let mut run = Run::until_told()?;
    // Before anything is deleted: whoever else runs here has these ports.
    let places = Places::take(&options).await?;
    let state = State::open(options.fresh)?;
    let config = config(&options, &places, &state)?;
    keyring::make(&config.keyring)?;
    let store = compose::connect(&config).await?;
    store.migrate().await?;
    let service = Service::new(&config, store.clone(), config.keyring.ring()?)?;
    let mut keys = Keys::read(&state.keys())?;
    seed::seed(&service.latchkey, &options, &places, &mut keys).await?;
    keys.write(&state.keys())?;
    let position = store.last_position().await?;
    say(&banner::banner(&options, &places, &state, &keys))?;
    start(&mut run, service, &config, places, &keys)?;
    show_events(&config, &keys, position, &run.stage())?;

    end(run, Some(store), telemetry).await?;
    say("\nStopped. What was made is kept: `latchkey dev` goes on from here.")
}

/// Starts what was prepared, from what others stand on to what stands on them.
fn start(
    run: &mut Run,
    service: Service,
    config: &Config,
    places: Places,
    keys: &Keys,
) -> Result<()> {
    let below = run.stage();
    let (stand_in, stop) = (places.stand_in, below.stop.clone());
    below.follow("the stand-in", async move {
        stop.cancelled().await;
        stand_in.stop().await;
    });
    service.follow(&below);
    compose::serve_metrics(places.metrics, &below);
    compose::relay(config, &service.store, &below)?;
    service.serve(places.grpc, config, &run.stage());

    let gateway = gateway(&places.base_url, places.endpoint, keys);
    let demo = DemoSettings {
        base_url: places.base_url,
        application: APPLICATION.to_owned(),
        key: keys.application.clone(),
        channel: latchkey_gateway::channel(&gateway)?,
    };
    compose::gateway(&gateway, Some(demo), places.gateway, &run.stage())
}
