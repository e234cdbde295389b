//! What an operator can set about the broker.

use lapin::uri::AMQPUri;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

/// AMQP 0-9-1 writes names as a length in one octet and that many octets (4.2.5.3).
const MAX_NAME_LENGTH: usize = 255;

/// The `[relay]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where RabbitMQ is: `amqps://user:password@broker.example/vhost`. Events stay in the feed when unset.
    pub url: Option<SecretString>,
    /// The durable topic exchange that events are published to.
    pub exchange: String,
    /// The exchange and the queue that take the events which no queue is bound for.
    pub unrouted: String,
}

impl Default for Config {
    fn default() -> Self {
        let (exchange, unrouted) = ("latchkey.events".to_owned(), "latchkey.unrouted".to_owned());
        Self { url: None, exchange, unrouted }
    }
}

impl Config {
    /// Everything that is wrong, a sentence each, with the field's name and without its value.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (field, name) in [("exchange", &self.exchange), ("unrouted", &self.unrouted)] {
            if let Some(problem) = name_problem(name) {
                problems.push(format!("{field}: {problem}"));
            }
        }
        if self.exchange == self.unrouted {
            problems.push("unrouted: must not be the name of the exchange".to_owned());
        }
        if let Some(Err(problem)) = self.url.as_ref().map(parse) {
            problems.push(format!("url: {problem}"));
        }
        problems
    }

    /// Whether it signs in as `guest`, which every new broker knows with the same password: not for
    /// production.
    pub fn uses_guest(&self) -> bool {
        let uri = self.url.as_ref().and_then(|url| parse(url).ok());
        uri.is_some_and(|uri| uri.authority.userinfo.username == "guest")
    }
}

fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.len() > MAX_NAME_LENGTH {
        return Some("must have 1 to 255 bytes");
    }
    name.starts_with("amq.").then_some("must not begin with `amq.`, which is the broker's own")
}

/// Reads the broker's URI (the RabbitMQ URI specification).
///
/// The parser takes an IPv6 address or an absent host for `localhost` without a word, and an empty
/// path for a virtual host without a name, so these are refused here.
pub(crate) fn parse(url: &SecretString) -> Result<AMQPUri, &'static str> {
    const REFUSED: &str = "must be such as `amqps://user:password@broker.example/vhost`";
    let text = url.expose_secret();
    let uri: AMQPUri = text.parse().map_err(|_| REFUSED)?;
    let parts = Url::parse(text).map_err(|_| REFUSED)?;
    if !matches!(parts.host(), Some(Host::Domain(host)) if !host.is_empty()) {
        return Err("must have a host: a name or an IPv4 address");
    }
    if parts.path() == "/" {
        return Err("must name a virtual host after its last slash, or leave that slash out");
    }
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(url: &str) -> Config {
        Config { url: Some(url.into()), ..Config::default() }
    }

    #[test]
    fn without_a_broker_nothing_is_wrong() {
        assert_eq!(Config::default().problems(), Vec::<String>::new());
        assert!(!Config::default().uses_guest());
    }

    #[test]
    fn a_url_that_would_lead_elsewhere_is_refused() {
        for bad in [
            "http://broker.example",
            "broker.example:5672",
            "amqp:///vhost",
            "amqp://[::1]:5672",
            "amqp://broker.example/",
            "",
        ] {
            assert_eq!(with(bad).problems().len(), 1, "{bad}");
        }
        for good in ["amqp://broker.example", "amqps://u:p@127.0.0.1:5671/%2f", "amqp://b/vhost"] {
            assert_eq!(with(good).problems(), Vec::<String>::new(), "{good}");
        }
    }

    #[test]
    fn every_problem_is_told_at_once_and_none_tells_the_password() {
        let config = Config {
            url: Some("amqp://user:hunter2@[::1]".into()),
            exchange: "amq.topic".to_owned(),
            unrouted: String::new(),
        };
        let problems = config.problems();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(!format!("{problems:?} {config:?}").contains("hunter2"));
    }

    #[test]
    fn guest_is_noticed_also_where_no_user_is_named() {
        assert!(with("amqp://guest:guest@broker.example").uses_guest());
        assert!(with("amqp://broker.example").uses_guest());
        assert!(!with("amqp://latchkey:secret@broker.example").uses_guest());
    }
}
