//! What a stand-in is started with.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::consumer;

/// Whose wire the stand-in speaks: Bitbucket's from 4 May 2026 on (CHANGE-3052), or the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
pub enum Mode {
    /// `scope` in the token reply; a bearer header is the only way to present a token.
    #[default]
    #[serde(rename = "2026")]
    #[value(name = "2026")]
    Since2026,
    /// `scopes` in the token reply; tokens in the query or the body are accepted as well.
    #[serde(rename = "legacy")]
    #[value(name = "legacy")]
    Legacy,
}

/// What a stand-in is started with; usable as clap arguments and as a configuration section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, default_value_t = Settings::default().listen)]
    pub listen: SocketAddr,
    /// Which Bitbucket to be.
    #[arg(long, value_enum, default_value_t)]
    pub mode: Mode,
    /// Where clients reach it, if not at the address itself: links in API answers begin with it.
    #[arg(long)]
    pub base_url: Option<String>,
    /// The callback URL of the ready-made consumer; redirects must start with it.
    #[arg(long, default_value = consumer::CALLBACK_URL)]
    pub callback_url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7990)),
            mode: Mode::default(),
            base_url: None,
            callback_url: consumer::CALLBACK_URL.to_owned(),
        }
    }
}

impl Settings {
    /// The defaults on a free loopback port, as tests want them.
    pub fn on_free_port() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Mode, Settings};

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn a_command_line_without_arguments_means_the_defaults() {
        assert_eq!(Command::parse_from(["stand-in"]).settings, Settings::default());
    }

    #[test]
    fn a_command_line_can_say_everything() {
        let line = ["stand-in", "--listen", "127.0.0.1:0", "--mode", "legacy"];
        let legacy = Settings { mode: Mode::Legacy, ..Settings::on_free_port() };
        assert_eq!(Command::parse_from(line).settings, legacy);
    }

    #[test]
    fn a_configuration_section_reads_the_same_names() {
        let section = serde_json::json!({ "listen": "127.0.0.1:0", "mode": "legacy" });
        let legacy = Settings { mode: Mode::Legacy, ..Settings::on_free_port() };
        assert_eq!(serde_json::from_value::<Settings>(section).unwrap(), legacy);
    }
}
