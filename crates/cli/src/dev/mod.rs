//! `latchkey dev`: everything in one process, with nothing to install.

mod banner;
mod keys;
mod mail;
mod options;
mod places;
mod seed;
mod state;
mod way_in;

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use latchkey_domain::provider::ProviderName;
use latchkey_gateway::demo::DemoSettings;
use latchkey_proto::v1::FeedEvent;
use latchkey_providers::ProviderConfig;
use url::Url;

use crate::{
    client::{Client, environment_name},
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
/// Who may say that a request is on a custom domain, such as `acme.localhost:8080`: this machine.
const TRUSTED_PROXIES: [&str; 2] = ["127.0.0.0/8", "::1/128"];
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
    let providers = compose::providers(&config).await?;
    let (ring, mailer) = (config.keyring.ring()?, Arc::new(mail::OnTheTerminal));
    let service = Service::new(&config, store.clone(), ring, providers, Some(mailer));
    let mut keys = Keys::read(&state.keys())?;
    seed::seed(&service.latchkey, &options, &places, &mut keys).await?;
    keys.write(&state.keys())?;
    let position = store.last_position().await?;
    let (welcome, endpoint) =
        (banner::banner(&options, &places, &state, &keys), places.endpoint.clone());
    start(&mut run, service, &config, places, &keys)?;
    say(&welcome)?;
    show_events(&endpoint, &keys, position, &run.stage())?;

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

    let gateway = gateway(&places.base_url, places.endpoint, keys)?;
    let demo = DemoSettings {
        base_url: places.base_url,
        application: APPLICATION.to_owned(),
        key: keys.application.clone(),
        channel: latchkey_gateway::channel(&gateway)?,
    };
    compose::gateway(&gateway, Some(demo), places.gateway, &run.stage())
}

fn gateway(base_url: &Url, endpoint: Url, keys: &Keys) -> Result<latchkey_gateway::Config> {
    let trusted_proxies = TRUSTED_PROXIES.into_iter().map(str::parse);
    Ok(latchkey_gateway::Config {
        base_url: base_url.clone(),
        trusted_proxies: trusted_proxies.collect::<Result<_, _>>()?,
        environment: format!("environments/{ENVIRONMENT}"),
        endpoint,
        key: keys.gateway.clone(),
        ..latchkey_gateway::Config::default()
    })
}

/// The configuration that `dev` runs with: no file and no variable has a say in it.
fn config(options: &Options, places: &Places, state: &State) -> Result<Config> {
    let mut config = Config::default();
    config.server.reflection = true;
    config.store.url = state.database_url()?.into();
    config.keyring.file = state.keyring();
    config.relay.url.clone_from(&options.amqp_url);
    let settings = [
        ("issuer", STAND_IN_ISSUER.to_owned()),
        ("authorize_url", places.stand_in.authorize_url()),
        ("token_url", places.stand_in.token_url()),
        ("api_url", places.stand_in.api_url()),
    ];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    let stand_in = settings.chain([("stand_in".to_owned(), true.into())]).collect();
    let stand_in = ProviderConfig { kind: "bitbucket".to_owned(), settings: stand_in };
    config.providers = BTreeMap::from([(ProviderName::parse(STAND_IN)?, stand_in)]);
    Ok(config)
}

/// Shows each event as it happens.
fn show_events(endpoint: &Url, keys: &Keys, position: i64, stage: &Stage) -> Result<()> {
    let client = Client::new(endpoint, &keys.operator)?;
    let feed = Feed::new(client, environment_name(ENVIRONMENT), Some(position));
    let palette = Palette::of_stdout();
    let show = move |event: &FeedEvent| say(&line(event, palette));
    let stop = stage.stop.clone();
    stage.spawn("the events", async move {
        stop.run_until_cancelled(feed.follow(show)).await.unwrap_or(Ok(()))
    });
    Ok(())
}
