//! A running `latchkey dev`, for the tests that look at it.

use std::{path::Path, process::Command};

use crate::process::{Ended, Running, ended, latchkey};

pub(crate) const FREE_PORTS: &str =
    "--gateway 127.0.0.1:0 --grpc 127.0.0.1:0 --stand-in 127.0.0.1:0 --metrics 127.0.0.1:0";

/// A running `dev`, and what its banner says.
pub(crate) struct Dev {
    pub(crate) process: Running,
    /// All that it said first.
    pub(crate) banner: Vec<String>,
    pub(crate) base_url: String,
    pub(crate) key: String,
    pub(crate) endpoint: String,
}

/// Starts it in a folder.
pub(crate) fn start(folder: &Path, flags: &str) -> Dev {
    start_with(folder, flags, &[])
}

/// Starts it with variables.
pub(crate) fn start_with(folder: &Path, flags: &str, variables: &[(&str, &str)]) -> Dev {
    let mut command = latchkey(folder, &format!("dev {FREE_PORTS} {flags}"));
    let mut process = Running::start(command.envs(variables.iter().copied()));
    let banner = process.lines_until("Events, as they happen");
    let last_word = |text: &str| {
        let line = banner.iter().find(|line| line.contains(text)).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    let (base_url, key) = (last_word("http://localhost:"), last_word("Admin key"));
    let method = last_word("buf curl");
    let endpoint = method.split("latchkey.v1").next().unwrap().to_owned();
    Dev { process, banner, base_url, key, endpoint }
}

impl Dev {
    /// A command that asks it, as an operator, about its environment.
    pub(crate) fn command(&self, folder: &Path, line: &str) -> Command {
        let mut command = latchkey(folder, line);
        command.env("LATCHKEY_SERVER", &self.endpoint).env("LATCHKEY_KEY", &self.key);
        command.env("LATCHKEY_ENVIRONMENT", "dev");
        command
    }

    /// Runs such a command to its end.
    pub(crate) fn ask(&self, folder: &Path, line: &str) -> Ended {
        ended(&mut self.command(folder, line))
    }

    /// What the banner says behind a name.
    pub(crate) fn row(&self, name: &str) -> &str {
        let mut rows = self.banner.iter().map(|line| line.trim());
        rows.find_map(|row| row.strip_prefix(name)).unwrap().trim()
    }

    /// The callback URL that it tells to register at the real Bitbucket.
    pub(crate) fn callback_url(&self) -> &str {
        let mut words = self.banner.iter().flat_map(|line| line.split(' '));
        words.find(|word| word.contains("/login/callback/")).unwrap()
    }
}
