//! What every test starts with: a tenant, an application, a connection, and a key of each kind.

use bitbucket_stand_in::StandIn;
use latchkey_domain::{
    access::Principal,
    caller::Caller,
    environment::EnvironmentKind,
    grant::RightsChange,
    host::Host,
    name::ApplicationName,
    policy::{ConnectionPolicies, EnvironmentPolicies},
    provider::ProviderName,
    text::DisplayName,
    upstream::UpstreamParams,
};
use latchkey_identity::{
    Latchkey, NewApiKey, NewApplication, NewConnection, NewCredential, NewEnvironment, WantedGrant,
};
use secrecy::{ExposeSecret, SecretString};

use super::app::HOST;

/// A key of each kind.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) operator: SecretString,
    pub(crate) environment: SecretString,
    pub(crate) gateway: SecretString,
    pub(crate) application: SecretString,
    pub(crate) consumer: SecretString,
}

/// Where the application takes people back.
pub(crate) const REDIRECT_URI: &str = "https://notes.example/callback";

const OPERATOR: &Caller = &Caller::of_the_database();

impl Keys {
    /// The keys of every kind.
    pub(crate) const fn all(&self) -> [&SecretString; 5] {
        [&self.operator, &self.environment, &self.gateway, &self.application, &self.consumer]
    }

    pub(crate) async fn seed(latchkey: &Latchkey) -> Self {
        let environment = NewEnvironment {
            id: Some("dev".parse().unwrap()),
            display_name: name("Development"),
            kind: EnvironmentKind::NonProduction,
            default_domain: Host::parse(HOST).unwrap(),
            policies: EnvironmentPolicies::default(),
            request: None,
        };
        let environment = latchkey.create_environment(OPERATOR, &environment).await.unwrap().id;
        let application = NewApplication {
            environment: environment.clone(),
            id: Some("notes".parse().unwrap()),
            display_name: name("Notes"),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            request: None,
        };
        let application = latchkey.create_application(OPERATOR, &application).await.unwrap();
        connection(latchkey, &application.name()).await;
        let key = async |principal| key(latchkey, principal).await;
        let of = || environment.clone();
        Self {
            operator: key(Principal::Operator).await,
            environment: key(Principal::Environment(of())).await,
            gateway: key(Principal::Gateway(of())).await,
            application: key(Principal::Application(of(), application.id.clone())).await,
            consumer: key(Principal::Consumer(of())).await,
        }
    }
}

async fn connection(latchkey: &Latchkey, application: &ApplicationName) {
    let new = NewConnection {
        environment: application.environment.clone(),
        id: Some("bitbucket".parse().unwrap()),
        display_name: name("Bitbucket"),
        provider: ProviderName::parse("stand-in").unwrap(),
        trusted_provider: false,
        upstream_params: UpstreamParams::default(),
        policies: ConnectionPolicies::default(),
        disabled: false,
        request: None,
        validate_only: false,
    };
    let made = latchkey.create_connection(OPERATOR, new).await.unwrap().connection.name();
    let credential = NewCredential {
        connection: made.clone(),
        client_id: StandIn::CONSUMER_KEY.to_owned(),
        client_secret: StandIn::CONSUMER_SECRET.into(),
        host: None,
        request: None,
        validate_only: false,
    };
    latchkey.create_credential(OPERATOR, &credential).await.unwrap();
    let grant = WantedGrant {
        connection: made,
        application: application.clone(),
        rights: RightsChange::default(),
        etag: None,
    };
    latchkey.grant_application(OPERATOR, &grant).await.unwrap();
}

/// A key.
pub(crate) async fn key(latchkey: &Latchkey, principal: Principal) -> SecretString {
    let new = NewApiKey { principal, display_name: name("test"), expires_at: None, request: None };
    let (_, issued) = latchkey.create_api_key(OPERATOR, &new).await.unwrap();
    issued.unwrap().secret.expose_secret().into()
}

pub(crate) fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}
