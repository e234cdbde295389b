//! A gateway in front of the service, with the demo application behind it, on a port of its own.

use bitbucket_stand_in::{Consumer, StandIn};
use latchkey_domain::{caller::Caller, host::Host};
use latchkey_gateway::{Config, demo};
use latchkey_identity::{ApplicationChanges, EnvironmentChanges};
use tokio::net::TcpListener;
use url::Url;

use super::{TestApp, seed::REDIRECT_URI};

/// A gateway that people can visit.
#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    /// `http://localhost:{port}`, where the demo application is too.
    pub(crate) base_url: Url,
}

impl TestApp {
    /// Starts a gateway, and makes its host the environment's.
    pub(crate) async fn gateway(&self) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("localhost:{}", listener.local_addr().unwrap().port());
        let base_url = Url::parse(&format!("http://{host}/")).unwrap();
        self.move_to(&host, &base_url).await;
        let config = Config {
            base_url: base_url.clone(),
            environment: "environments/dev".to_owned(),
            endpoint: Url::parse(&self.address).unwrap(),
            key: self.keys.gateway.clone(),
            // Whoever comes from this machine says which host they are on.
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            ..Config::default()
        };
        assert_eq!(config.problems(), Vec::<String>::new());
        let channel = latchkey_gateway::channel(&config).unwrap();
        let demo = demo::DemoSettings {
            base_url: base_url.clone(),
            application: "notes".to_owned(),
            key: self.keys.application.clone(),
            channel: channel.clone(),
        };
        let router = latchkey_gateway::router(&config, channel).merge(demo::demo_router(demo));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            latchkey_gateway::serve(listener, router, stop).await.unwrap();
        });
        Gateway { base_url }
    }

    /// Moves the environment, the application and the consumer at Bitbucket to a host.
    async fn move_to(&self, host: &str, base_url: &Url) {
        let domain = EnvironmentChanges {
            default_domain: Some(Host::parse(host).unwrap()),
            ..EnvironmentChanges::default()
        };
        let operator = &Caller::of_the_database();
        let dev = "dev".parse().unwrap();
        self.latchkey.update_environment(operator, &dev, &domain).await.unwrap();
        let demo = base_url.join(demo::CALLBACK).unwrap().to_string();
        let uris = ApplicationChanges {
            redirect_uris: Some(vec![REDIRECT_URI.to_owned(), demo]),
            ..ApplicationChanges::default()
        };
        let notes = "environments/dev/applications/notes".parse().unwrap();
        self.latchkey.update_application(operator, &notes, &uris).await.unwrap();
        let callback = base_url.join("login/callback").unwrap();
        let (key, secret) = (StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET);
        self.bitbucket.add_consumer(Consumer::new(key, secret, callback.as_str()));
    }
}
