//! The commands, a file each.

pub(crate) mod access;
pub(crate) mod api_keys;
pub(crate) mod applications;
pub(crate) mod audit;
mod completions;
pub(crate) mod connections;
pub(crate) mod environments;
pub(crate) mod events;
mod healthcheck;
pub(crate) mod keyring;
pub(crate) mod login_test;
pub(crate) mod organizations;
pub(crate) mod policies;
pub(crate) mod roles;
pub(crate) mod stand_in;
pub(crate) mod users;

use anyhow::Result;

use crate::{
    apply,
    args::{Command, Source},
    compose,
    config::{Config, Problems, Section},
    dev, doctor, terminal,
};

/// What the commands on the database itself need.
const DATABASE: [Section; 2] = [Section::Store, Section::Telemetry];

/// Runs a command to its end.
pub(crate) async fn run(command: Command) -> Result<()> {
    match command {
        Command::Dev(options) => dev::run(*options).await,
        Command::Serve(source) => roles::serve(read(&source)?).await,
        Command::Gateway(source) => roles::gateway(read(&source)?).await,
        Command::Relay(source) => roles::relay(read(&source)?).await,
        Command::Migrate(source) => migrate(&read(&source)?).await,
        Command::CheckConfig(source) => check_config(read(&source)),
        Command::Doctor(options) => doctor::run(&options).await,
        Command::Healthcheck { url } => healthcheck::run(&url).await,
        Command::Keyring { source, command } => keyring::run(&read(&source)?, command).await,
        Command::Environments { access, command } => environments::run(&access, command).await,
        Command::ApiKeys { access, command } => api_keys::run(&access, command).await,
        Command::Connections { api, command } => connections::run(&api, command).await,
        Command::Applications { api, command } => applications::run(&api, command).await,
        Command::Organizations { api, command } => organizations::run(&api, command).await,
        Command::Audit { api, command } => audit::run(&api, command).await,
        Command::Users { api, command } => users::run(&api, command).await,
        Command::Events { api, command } => events::run(&api, command).await,
        Command::Apply { api, options } => apply::apply(&api, &options).await,
        Command::Export { api } => apply::export(&api).await,
        Command::Login { api, command } => login_test::run(&api, command).await,
        Command::Completions { shell } => completions::completions(shell),
        Command::Man { folder } => completions::man(&folder),
        Command::BitbucketStandIn(settings) => stand_in::run(settings).await,
    }
}

fn read(source: &Source) -> Result<Config> {
    Config::read(source.config.as_deref())
}

async fn migrate(config: &Config) -> Result<()> {
    config.check(&DATABASE)?;
    let telemetry = latchkey_telemetry::start(&config.telemetry)?;
    let store = compose::connect(config).await?;
    store.migrate().await?;
    store.close().await?;
    telemetry.stop().await?;
    terminal::say("the schema is current")
}

/// Ends with 1 where the other commands end with 2: here the problems are the answer.
fn check_config(config: Result<Config>) -> Result<()> {
    let checked = config.and_then(|config| Ok(config.check(&Section::ALL)?));
    match checked {
        Ok(()) => terminal::say("the configuration is good"),
        Err(error) => match error.downcast::<Problems>() {
            Ok(problems) => anyhow::bail!("{problems}"),
            Err(error) => Err(error),
        },
    }
}
