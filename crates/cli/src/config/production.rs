//! What production refuses.

use latchkey_providers::Registry;

use super::{Config, DEVELOPMENT_KEYRING, Section};

impl Config {
    /// What a section holds that is not fit for production, each with its field.
    pub(super) fn unfit_for_production(&self, section: Section) -> Vec<String> {
        let problem = match section {
            Section::Server if self.server.is_public() => {
                "listen: must be a loopback address in production: it has no TLS, so put what ends TLS in front of it"
            }
            Section::Keyring if self.keyring.file.ends_with(DEVELOPMENT_KEYRING) => {
                "file: must not be the key ring of `latchkey dev` in production"
            }
            Section::Keyring if !self.keyring.file.exists() => {
                "file: is not there: make it with `latchkey keyring add`"
            }
            Section::Relay if self.relay.uses_guest() => {
                "url: must not use the user guest in production"
            }
            Section::Mail if self.mail.as_ref().is_some_and(latchkey_mail::Config::is_exposed) => {
                "tls: must not be none in production, unless its host is a loopback host: codes go there"
            }
            Section::Gateway => return self.gateway.iter().flat_map(plain_addresses).collect(),
            Section::Providers => return self.stand_ins(),
            _ => return Vec::new(),
        };
        vec![problem.to_owned()]
    }

    fn stand_ins(&self) -> Vec<String> {
        let Ok(registry) = Registry::open(&self.providers) else { return Vec::new() };
        let is_stand_in =
            |name: &&_| registry.provider(name).is_some_and(|provider| provider.is_stand_in());
        let problem = |name| format!("{name}.stand_in: must not be set in production");
        registry.names().filter(is_stand_in).map(problem).collect()
    }
}

fn plain_addresses(gateway: &latchkey_gateway::Config) -> Vec<String> {
    let checks = [
        (gateway.base_url.scheme() != "https", "base_url: must be https in production"),
        (
            gateway.key_is_exposed(),
            "endpoint: must be https in production, unless its host is a loopback host: the key goes there",
        ),
    ];
    checks.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, told)| told.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use latchkey_gateway as gateway;

    use super::*;

    /// A configuration with everything that production refuses.
    fn careless() -> Config {
        let mut config = Config { production: true, ..Config::default() };
        config.server.listen = "0.0.0.0:50051".parse().unwrap();
        config.relay.url = Some("amqp://guest:guest@broker.example".into());
        config.mail = Some(latchkey_mail::Config {
            host: "smtp.example".to_owned(),
            tls: latchkey_mail::Tls::None,
            from_address: "login@acme.example".to_owned(),
            ..latchkey_mail::Config::default()
        });
        config.gateway = Some(gateway::Config {
            environment: "environments/live".to_owned(),
            key: "lk_gateway_x".into(),
            endpoint: "http://latchkey.example:50051".parse().unwrap(),
            ..gateway::Config::default()
        });
        let stand_in = toml::from_str("kind = 'bitbucket'\nstand_in = true").unwrap();
        config.providers.insert("acme".to_owned().try_into().unwrap(), stand_in);
        config
    }

    #[test]
    fn production_refuses_what_is_fit_for_development_only() {
        let problems = careless().check(&Section::ALL).unwrap_err().0;
        let fields = problems.iter().map(|problem| problem.split(": ").next().unwrap());
        let expected = [
            "server.listen",
            "keyring.file",
            "providers.acme.stand_in",
            "relay.url",
            "mail.tls",
            "gateway.base_url",
            "gateway.endpoint",
        ];
        assert_eq!(fields.collect::<Vec<_>>(), expected, "{problems:#?}");
    }

    #[test]
    fn development_takes_all_of_it() {
        let config = Config { production: false, ..careless() };
        assert_eq!(config.check(&Section::ALL), Ok(()));
    }

    #[test]
    fn production_needs_a_key_ring() {
        let mut config = Config { production: true, ..Config::default() };
        config.keyring.file = "/nowhere/at/all".into();
        let problems = config.check(&[Section::Keyring]).unwrap_err().0;
        assert_eq!(problems, ["keyring.file: is not there: make it with `latchkey keyring add`"]);
    }
}
