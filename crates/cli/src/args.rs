//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};
use url::Url;

use crate::{apply, client::Api, command, dev, doctor};

const EXIT_CODES: &str = "\
Settings: defaults, then a TOML file (--config, LATCHKEY_CONFIG, or ./latchkey.toml if it is there), then variables
such as LATCHKEY__STORE__URL, then LATCHKEY__STORE__URL_FILE, whose file holds the value. config/example.toml tells
every setting.

Exit codes: 0 it is done, or stopped as it was told to; 1 it failed; 2 the command line, the configuration or a field
of the request is wrong; 3 the key does not work, or may not do this; 4 what was named is not there; 5 what is there is
in the way: it has another etag, the id is taken, or it is in use; 6 it may work later.";

/// Latchkey: sign in with Bitbucket, for any application.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the settings come from.
#[derive(Debug, clap::Args)]
pub(crate) struct Source {
    /// The configuration's TOML file; without it, ./latchkey.toml if it is there.
    #[arg(long, global = true, env = "LATCHKEY_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try it: everything in one process, with a Bitbucket stand-in and nothing to install.
    Dev(Box<dev::Options>),
    /// Serve gRPC, and publish events where `relay.url` is set.
    Serve(Source),
    /// Serve the sign-in pages over HTTP, as a client of `serve`.
    Gateway(Source),
    /// Publish events to RabbitMQ, and nothing else.
    Relay(Source),
    /// Bring the database's schema up to date. Twice is once.
    Migrate(Source),
    /// Tell everything that is wrong with the configuration, at once; ends with 1 if anything is.
    CheckConfig(Source),
    /// Look at everything that the service stands on, and say what to mend; ends with 1 if anything is.
    Doctor(doctor::Options),
    /// Ask a running Latchkey for a sign of life; ends with 1 if there is none.
    Healthcheck {
        /// With a path it is asked over HTTP, without one by grpc.health.v1.
        #[arg(default_value = "http://127.0.0.1:50051")]
        url: Url,
    },
    /// The keys that seal secrets and sign-ins under way, in the file of `keyring.file`.
    Keyring {
        #[command(flatten)]
        source: Source,
        #[command(subcommand)]
        command: command::keyring::Command,
    },
    /// Environments; without a key, on the database itself.
    Environments {
        #[command(flatten)]
        access: command::access::Access,
        #[command(subcommand)]
        command: command::environments::Command,
    },
    /// API keys; without a key, on the database itself: this is how the first one is made.
    ApiKeys {
        #[command(flatten)]
        access: command::access::Access,
        #[command(subcommand)]
        command: command::api_keys::Command,
    },
    /// Ways to sign in, with their credentials and who may use them.
    Connections {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::connections::Command,
    },
    /// What people sign in to.
    Applications {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::applications::Command,
    },
    /// Customers, and the domains that their people sign in on.
    Organizations {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::organizations::Command,
    },
    /// The people who signed up.
    Users {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::users::Command,
    },
    /// Who changed what of the configuration.
    Audit {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::audit::Command,
    },
    /// The log of events.
    Events {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::events::Command,
    },
    /// Bring an environment to what a YAML file says. Twice is once.
    Apply {
        #[command(flatten)]
        api: Api,
        #[command(flatten)]
        options: apply::Options,
    },
    /// Write an environment as the YAML file that `apply` takes, with references in place of secrets.
    Export {
        #[command(flatten)]
        api: Api,
    },
    /// Signing in, tried out.
    Login {
        #[command(flatten)]
        api: Api,
        #[command(subcommand)]
        command: command::login_test::Command,
    },
    /// A Bitbucket to develop and test against: it signs anybody in as anybody.
    BitbucketStandIn(bitbucket_stand_in::Settings),
    /// Print the script that teaches a shell to complete these commands.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Write a manual page for each command.
    Man {
        /// The folder of the pages, which is made if it is not there.
        folder: PathBuf,
    },
}

/// Where `dev` listens, unless told otherwise.
pub(crate) fn loopback(address: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = address.parse().map_err(|_| "must be such as 127.0.0.1:8080")?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err("must be a loopback address: `dev` lets anybody in".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_whole() {
        Args::command().debug_assert();
    }

    #[test]
    fn dev_listens_on_this_machine_alone() {
        assert!(loopback("127.0.0.1:8080").is_ok());
        assert!(loopback("[::1]:0").is_ok());
        assert!(loopback("0.0.0.0:8080").is_err());
    }
}
