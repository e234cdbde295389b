//! What is wrong with a configuration that can be read.

use std::{
    fmt::{self, Write},
    net::SocketAddr,
};

use latchkey_providers::Registry;

use super::Config;

/// Everything that is wrong, a sentence each.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Problems(pub(crate) Vec<String>);

impl Problems {
    /// A single problem.
    pub(crate) fn one(problem: String) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => f.write_str(one),
            all => {
                write!(f, "the configuration has {} problems", all.len())?;
                all.iter().try_for_each(|problem| {
                    f.write_char('\n')?;
                    write!(f, "  {problem}")
                })
            }
        }
    }
}

/// A part of the configuration that can be checked by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// `[server]`
    Server,
    /// `[store]`
    Store,
    /// `[keyring]`
    Keyring,
    /// `[providers]`
    Providers,
    /// `[dns]`
    Dns,
    /// `[relay]`
    Relay,
    /// `[mail]`
    Mail,
    /// `[gateway]`
    Gateway,
    /// `[telemetry]`
    Telemetry,
}

impl Section {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Server,
        Self::Store,
        Self::Keyring,
        Self::Providers,
        Self::Dns,
        Self::Relay,
        Self::Mail,
        Self::Gateway,
        Self::Telemetry,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Store => "store",
            Self::Keyring => "keyring",
            Self::Providers => "providers",
            Self::Dns => "dns",
            Self::Relay => "relay",
            Self::Mail => "mail",
            Self::Gateway => "gateway",
            Self::Telemetry => "telemetry",
        }
    }
}

impl Config {
    /// Lets a configuration through whose sections have no problems.
    pub(crate) fn check(&self, sections: &[Section]) -> Result<(), Problems> {
        let problems = sections.iter().flat_map(|section| self.problems_of(*section));
        let problems = problems.chain(self.shared_addresses(sections)).collect::<Vec<_>>();
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    fn problems_of(&self, section: Section) -> Vec<String> {
        let mut problems = match section {
            Section::Server => self.server.problems(),
            Section::Store => self.store.problems(),
            Section::Keyring => self.keyring_problems(),
            Section::Providers => Registry::open(&self.providers).err().unwrap_or_default(),
            Section::Dns => self.dns.problems(),
            Section::Relay => self.relay.problems(),
            Section::Mail => {
                self.mail.as_ref().map_or_else(Vec::new, latchkey_mail::Config::problems)
            }
            Section::Gateway => {
                self.gateway.as_ref().map_or_else(Vec::new, latchkey_gateway::Config::problems)
            }
            Section::Telemetry => self.telemetry.problems(),
        };
        if self.production {
            problems.extend(self.unfit_for_production(section));
        }
        // Some parts name their section themselves.
        let name = format!("{}.", section.name());
        let told = |problem: String| {
            if problem.starts_with(&name) { problem } else { format!("{name}{problem}") }
        };
        problems.into_iter().map(told).collect()
    }

    /// A file that is not there is told when it is needed, and in production.
    fn keyring_problems(&self) -> Vec<String> {
        match self.keyring.file() {
            Ok(None) => Vec::new(),
            Ok(Some(_)) => problem_of(self.keyring.ring().err()),
            Err(error) => problem_of(Some(error)),
        }
    }

    /// Two listeners of one process cannot share an address.
    fn shared_addresses(&self, sections: &[Section]) -> Option<String> {
        let metrics = self.telemetry.metrics_listen.filter(|address| address.port() != 0)?;
        let listens = |section, address: Option<SocketAddr>| {
            sections.contains(&section) && address == Some(metrics)
        };
        let shared = if listens(Section::Server, Some(self.server.listen)) {
            "server.listen"
        } else if listens(Section::Gateway, self.gateway.as_ref().map(|it| it.listen)) {
            "gateway.listen"
        } else {
            return None;
        };
        Some(format!("telemetry.metrics_listen: is {shared} too"))
    }
}

fn problem_of(error: Option<anyhow::Error>) -> Vec<String> {
    error.iter().map(|error| format!("file: {error:#}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ring_that_cannot_be_read_is_told_without_what_is_in_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hunter2 = ").unwrap();
        let mut config = Config::default();
        config.keyring.file = file.path().to_owned();
        let problems = config.check(&[Section::Keyring]).unwrap_err().0;
        assert_eq!(problems.len(), 1);
        assert!(problems[0].ends_with("it is not a key ring"), "{problems:?}");
    }

    #[test]
    fn every_section_tells_its_problems_under_its_name() {
        let mut config = Config::default();
        config.store.max_connections = 0;
        config.dns.servers = vec!["192.0.2.53:0".parse().unwrap()];
        config.relay.unrouted = String::new();
        let mail = latchkey_mail::Config { host: "smtp.example".to_owned(), ..Default::default() };
        config.mail = Some(mail);
        config.telemetry.sample_ratio = 2.0;
        config.telemetry.metrics_listen = Some(config.server.listen);
        let problems = config.check(&Section::ALL).unwrap_err().0;
        let begins = [
            "store.max_connections",
            "dns.servers",
            "relay.unrouted",
            "mail.from_address",
            "telemetry.sample_ratio",
            "telemetry.metrics",
        ];
        assert_eq!(problems.len(), begins.len(), "{problems:#?}");
        for (problem, begin) in problems.iter().zip(begins) {
            assert!(problem.starts_with(begin), "{problem}");
        }
    }
}
