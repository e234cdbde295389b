//! People who go on signing in, at two replicas of which each seals with a key of its own.

use std::{collections::BTreeMap, sync::Arc};

use bitbucket_stand_in::{Settings, StandIn};
use latchkey_dns::Resolver;
use latchkey_domain::{
    caller::Caller,
    environment::EnvironmentKind,
    grant::RightsChange,
    host::Host,
    mail::Language,
    name::{ApplicationName, ConnectionName},
    pkce::CodeChallenge,
    policy::{ConnectionPolicies, EnvironmentPolicies},
    provider::ProviderName,
    sign_in::Intent,
    text::DisplayName,
    upstream::UpstreamParams,
};
use latchkey_identity::{
    Callback, Latchkey, NewApplication, NewConnection, NewCredential, NewEnvironment, Outcome,
    Parts, ProviderAnswer, Providers, StartLogin, WantedGrant,
};
use latchkey_keyring::KeyRing;
use latchkey_providers::{ProviderConfig, Registry};
use latchkey_store::{ConfigCache, Store};
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

const CALLER: &Caller = &Caller::of_the_database();
const HOST: &str = "login.example.com";
const REDIRECT_URI: &str = "https://shop.example/callback";

/// The two replicas, and who signs in there.
pub(super) struct People {
    stop: CancellationToken,
    signing_in: JoinHandle<u32>,
}

impl People {
    pub(super) async fn start(store: &Store, rings: [KeyRing; 2]) -> Self {
        let settings = Settings {
            callback_url: format!("https://{HOST}/login/callback"),
            ..Settings::on_free_port()
        };
        let stand_in = StandIn::start(settings).await.unwrap();
        let providers = providers(stand_in.base_url());
        let stop = CancellationToken::new();
        let replicas = rings.map(|ring| replica(store, ring, providers.clone(), &stop));
        configure(&replicas[0]).await;
        let until = stop.clone();
        let signing_in = tokio::spawn(async move {
            let mut count = 0;
            while !until.is_cancelled() {
                for begun_at in &replicas {
                    for ended_at in &replicas {
                        sign_in(begun_at, ended_at).await;
                        count += 1;
                    }
                }
            }
            stand_in.stop().await;
            count
        });
        Self { stop, signing_in }
    }

    /// How often somebody signed in. A sign-in that failed fails here.
    pub(super) async fn stop(self) -> u32 {
        self.stop.cancel();
        self.signing_in.await.unwrap()
    }
}

fn providers(base_url: &str) -> Providers {
    let settings = serde_json::json!({
        "kind": "bitbucket",
        "stand_in": true,
        "issuer": base_url,
        "authorize_url": format!("{base_url}/site/oauth2/authorize"),
        "token_url": format!("{base_url}/site/oauth2/access_token"),
        "api_url": format!("{base_url}/2.0"),
    });
    let config: ProviderConfig = serde_json::from_value(settings).unwrap();
    let name = ProviderName::parse("stand-in").unwrap();
    let registry = Registry::open(&BTreeMap::from([(name.clone(), config)])).unwrap();
    Providers::from([(name.clone(), registry.provider(&name).unwrap())])
}

fn replica(
    store: &Store,
    ring: KeyRing,
    providers: Providers,
    stop: &CancellationToken,
) -> Latchkey {
    let cache = ConfigCache::new(store.clone());
    tokio::spawn(cache.clone().follow(stop.clone()));
    let clock = Arc::new(store.clock());
    let latchkey = Latchkey::new(Parts {
        store: store.clone(),
        cache,
        keyring: Arc::new(ring),
        providers,
        resolver: Arc::new(Resolver::new(&latchkey_dns::Config::default())),
        mailer: None,
        clock,
    });
    tokio::spawn(latchkey.clone().note_sealing(stop.clone()));
    latchkey
}

fn connection() -> ConnectionName {
    "environments/dev/connections/bitbucket".parse().unwrap()
}

fn application() -> ApplicationName {
    "environments/dev/applications/shop".parse().unwrap()
}

fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}

/// A connection to sign in through, and one to keep credentials in.
async fn configure(latchkey: &Latchkey) {
    let environment = NewEnvironment {
        id: Some("dev".parse().unwrap()),
        display_name: name("Development"),
        kind: EnvironmentKind::NonProduction,
        default_domain: Host::parse(HOST).unwrap(),
        policies: EnvironmentPolicies::default(),
        request: None,
    };
    latchkey.create_environment(CALLER, &environment).await.unwrap();
    let shop = NewApplication {
        environment: "dev".parse().unwrap(),
        id: Some("shop".parse().unwrap()),
        display_name: name("Shop"),
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        request: None,
    };
    latchkey.create_application(CALLER, &shop).await.unwrap();
    add_connections(latchkey).await;
}

async fn add_connections(latchkey: &Latchkey) {
    for id in ["bitbucket", "unused"] {
        let new = NewConnection {
            environment: "dev".parse().unwrap(),
            id: Some(id.parse().unwrap()),
            display_name: name("Bitbucket"),
            provider: ProviderName::parse("stand-in").unwrap(),
            trusted_provider: false,
            upstream_params: UpstreamParams::default(),
            policies: ConnectionPolicies::default(),
            disabled: false,
            request: None,
            validate_only: false,
        };
        latchkey.create_connection(CALLER, new).await.unwrap();
    }
    let credential = NewCredential {
        connection: connection(),
        client_id: StandIn::CONSUMER_KEY.to_owned(),
        client_secret: StandIn::CONSUMER_SECRET.into(),
        host: None,
        request: None,
        validate_only: false,
    };
    latchkey.create_credential(CALLER, &credential).await.unwrap();
    let rights = RightsChange::default();
    let (connection, application) = (connection(), application());
    let grant = WantedGrant { connection, application, rights, etag: None };
    latchkey.grant_application(CALLER, &grant).await.unwrap();
}

async fn sign_in(begun_at: &Latchkey, ended_at: &Latchkey) {
    let start = StartLogin {
        connection: connection(),
        application: application(),
        redirect_uri: REDIRECT_URI.to_owned(),
        application_state: "state".into(),
        code_challenge: CodeChallenge([3; 32]),
        host: Host::parse(HOST).unwrap(),
        organization: None,
        intent: Intent::SignInOrUp,
        login_hint: String::new().into(),
        prompt: String::new(),
        link_ticket: None,
    };
    let started = begun_at.start_login(CALLER, start).await.unwrap();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let browser = browser.no_proxy().tls_certs_only([]).build().unwrap();
    let asked = browser.post(started.authorization_url.expose_secret());
    let form = [("account", "alice"), ("decision", "grant")];
    let answer = asked.form(&form).send().await.unwrap();
    let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let parameter = |name: &str| {
        let found = location.query_pairs().find(|(key, _)| key == name);
        found.unwrap().1.into_owned()
    };
    let callback = Callback {
        connection: connection(),
        host: Host::parse(HOST).unwrap(),
        state: parameter("state").into(),
        browser_secret: started.browser_secret,
        answer: ProviderAnswer::Code(parameter("code").into()),
        language: Language::English,
    };
    let ended = ended_at.complete_login(CALLER, callback).await.unwrap();
    assert!(matches!(ended.outcome, Outcome::SignedIn), "{ended:?}");
}
