//! A gateway for browsers, and a browser that signs somebody in there.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bitbucket_stand_in::Consumer;
use latchkey_domain::{access::Principal, environment::EnvironmentKind, host::Host};
use latchkey_identity::{NewApplication, NewEnvironment};
use reqwest::Response;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use url::Url;

use super::{
    TestApp,
    person::VERIFIER,
    seed::{self, REDIRECT_URI},
};

/// The key and the secret of the consumer that it signs people in with.
pub(crate) const CONSUMER: (&str, &str) = ("consumerOfTheWeb", "secret-of-the-consumer-of-the-web");

/// Where a gateway listens.
pub(crate) struct Web(Url);

impl TestApp {
    /// A gateway on plain http, with an environment `web` of its own whose domain is where it listens.
    pub(crate) async fn gateway(&self) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let base_url = Url::parse(&format!("http://{host}")).unwrap();
        let config = latchkey_gateway::Config {
            base_url: base_url.clone(),
            environment: "environments/web".to_owned(),
            endpoint: self.address.parse().unwrap(),
            key: self.seed_web(&host).await,
            ..latchkey_gateway::Config::default()
        };
        assert_eq!(config.problems(), [""; 0]);
        let channel = latchkey_gateway::channel(&config).unwrap();
        let router = latchkey_gateway::router(&config, channel);
        let serving = latchkey_gateway::serve(listener, router, self.stop.clone());
        self.tasks.spawn(async move { serving.await.unwrap() });
        Web(base_url)
    }

    /// The environment, its application and its connection; the gateway's key of it.
    async fn seed_web(&self, host: &str) -> secrecy::SecretString {
        let environment = NewEnvironment {
            id: Some("web".parse().unwrap()),
            display_name: seed::name("Web"),
            kind: EnvironmentKind::NonProduction,
            default_domain: Host::parse(host).unwrap(),
            request: None,
        };
        let environment = self.latchkey.create_environment(&environment).await.unwrap().id;
        let application = NewApplication {
            environment: environment.clone(),
            id: Some("notes".parse().unwrap()),
            display_name: seed::name("Notes"),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            request: None,
        };
        let creating = self.latchkey.create_application(&Principal::Operator, &application);
        let application = creating.await.unwrap().name();
        let callback = format!("http://{host}/login/callback");
        self.bitbucket.add_consumer(Consumer::new(CONSUMER.0, CONSUMER.1, &callback));
        seed::connection(&self.latchkey, &application, CONSUMER).await;
        seed::key(&self.latchkey, Principal::Gateway(environment)).await
    }

    /// What a gateway answers to a browser without cookies.
    pub(crate) async fn visit_at(&self, web: &Web, path_and_query: &str) -> Response {
        self.http.get(web.0.join(path_and_query).unwrap()).send().await.unwrap()
    }

    /// A whole sign-in in a browser; where it ends, at the application.
    pub(crate) async fn sign_in_at(&self, web: &Web, account: &str) -> Url {
        let mut start = web.0.join("/login").unwrap();
        start.query_pairs_mut().extend_pairs([
            ("application", "notes"),
            ("connection", "bitbucket"),
            ("redirect_uri", REDIRECT_URI),
            ("state", "the-applications-own"),
            ("code_challenge", &BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))),
        ]);
        let started = self.http.get(start).send().await.unwrap();
        let cookies = cookies(&started);
        let form = [("account", account), ("decision", "grant")];
        let consented = self.http.post(location(&started)).form(&form).send().await.unwrap();
        let callback = location(&consented);
        assert!(callback.as_str().starts_with(web.0.as_str()), "{callback}");
        let returned = self.http.get(callback).header("cookie", cookies).send().await.unwrap();
        location(&returned)
    }
}

/// Where the browser is sent.
fn location(answer: &Response) -> Url {
    let status = answer.status();
    let location = answer.headers().get("location");
    let location = location.unwrap_or_else(|| panic!("{status} without a redirect"));
    Url::parse(location.to_str().unwrap()).unwrap()
}

/// The cookies of an answer, as the browser sends them back.
fn cookies(answer: &Response) -> String {
    let set = answer.headers().get_all("set-cookie").into_iter();
    let pairs = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}
