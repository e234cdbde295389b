//! What is there to begin with: made through the use cases, and again only where it is missing.

use anyhow::{Result, bail};
use bitbucket_stand_in::StandIn;
use latchkey_domain::{
    access::Principal,
    caller::Caller,
    environment::EnvironmentKind,
    host::Host,
    id::{ApplicationId, EnvironmentId},
    name::ApplicationName,
    policy::EnvironmentPolicies,
    text::DisplayName,
};
use latchkey_gateway::demo::CALLBACK;
use latchkey_identity::{
    ApplicationChanges, EnvironmentChanges, Error, Latchkey, NewApiKey, NewApplication,
    NewEnvironment,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    APPLICATION, ENVIRONMENT, Options, STAND_IN,
    keys::{Keys, fingerprint},
    places::Places,
    way_in::WayIn,
};

/// Who does all this.
pub(super) static OPERATOR: Caller = Caller::of_the_database();
/// The connection to the stand-in.
const CONNECTION: &str = "bitbucket";
/// The connection to the real Bitbucket.
pub(super) const CLOUD_CONNECTION: &str = "bitbucket-cloud";

/// The use cases, and where they do their work.
pub(super) struct Seed<'a> {
    pub(super) latchkey: &'a Latchkey,
    pub(super) environment: EnvironmentId,
    pub(super) application: ApplicationId,
}

/// Makes what is missing, and follows the addresses where they have changed.
pub(super) async fn seed(
    latchkey: &Latchkey,
    options: &Options,
    places: &Places,
    keys: &mut Keys,
) -> Result<()> {
    let (environment, application) = (ENVIRONMENT.parse()?, APPLICATION.parse()?);
    let seed = Seed { latchkey, environment, application };
    seed.environment(&places.base_url).await?;
    seed.application(&places.base_url).await?;
    seed.way_in(&WayIn {
        id: CONNECTION,
        display_name: "Bitbucket (stand-in)",
        provider: STAND_IN,
        client_id: StandIn::CONSUMER_KEY,
        client_secret: StandIn::CONSUMER_SECRET.into(),
        // Its accounts are made up, and linking by a proven address is there to be tried.
        trusted: true,
        replace: false,
    })
    .await?;
    if let Some((client_id, secret)) = options.consumer() {
        let now = fingerprint(client_id, secret);
        seed.way_in(&WayIn {
            id: CLOUD_CONNECTION,
            display_name: "Bitbucket",
            provider: "bitbucket",
            client_id,
            client_secret: secret.clone(),
            // The owner of a real account can change its primary address at will.
            trusted: false,
            replace: now.expose_secret() != keys.consumer.expose_secret(),
        })
        .await?;
        keys.consumer = now;
    }
    let id = || seed.environment.clone();
    let of_application = Principal::Application(id(), seed.application.clone());
    seed.key(&mut keys.operator, Principal::Operator).await?;
    seed.key(&mut keys.gateway, Principal::Gateway(id())).await?;
    seed.key(&mut keys.application, of_application).await
}

impl Seed<'_> {
    async fn environment(&self, base_url: &Url) -> Result<()> {
        let default_domain = host(base_url)?;
        let changes = EnvironmentChanges {
            default_domain: Some(default_domain.clone()),
            ..EnvironmentChanges::default()
        };
        let updated = self.latchkey.update_environment(&OPERATOR, &self.environment, &changes);
        if missing(updated.await)? {
            let new = NewEnvironment {
                id: Some(self.environment.clone()),
                display_name: DisplayName::parse("Development")?,
                kind: EnvironmentKind::NonProduction,
                default_domain,
                policies: EnvironmentPolicies::default(),
                request: None,
            };
            match self.latchkey.create_environment(&OPERATOR, &new).await {
                Err(Error::Exists) => {
                    bail!("the environment `dev` was deleted: begin anew with latchkey dev --fresh")
                }
                made => drop(made?),
            }
        }
        Ok(())
    }

    async fn application(&self, base_url: &Url) -> Result<()> {
        let redirect_uri = String::from(base_url.join(CALLBACK)?);
        let name = self.application_name();
        let there = match self.latchkey.application(&OPERATOR, &name).await {
            Err(Error::NotFound) => {
                let new = NewApplication {
                    environment: self.environment.clone(),
                    id: Some(self.application.clone()),
                    display_name: DisplayName::parse("Acme Notes")?,
                    redirect_uris: vec![redirect_uri],
                    request: None,
                };
                self.latchkey.create_application(&OPERATOR, &new).await?;
                return Ok(());
            }
            there => there?,
        };
        // Others may have been added since; the demo's own goes where the gateway is now.
        let others = there.redirect_uris.iter().map(ToString::to_string);
        let others = others.filter(|uri| !uri.ends_with(CALLBACK));
        let uris = others.chain([redirect_uri]).collect();
        let changes =
            ApplicationChanges { redirect_uris: Some(uris), ..ApplicationChanges::default() };
        self.latchkey.update_application(&OPERATOR, &name, &changes).await?;
        Ok(())
    }

    /// Makes a key in the place of one that does not work.
    async fn key(&self, key: &mut SecretString, principal: Principal) -> Result<()> {
        match self.latchkey.authenticate(key).await {
            Ok(there) if there.principal == principal => return Ok(()),
            Ok(_) | Err(Error::Unauthenticated) => {}
            Err(error) => return Err(error.into()),
        }
        let display_name = DisplayName::parse("latchkey dev")?;
        let new = NewApiKey { principal, display_name, expires_at: None, request: None };
        if let (_, Some(issued)) = self.latchkey.create_api_key(&OPERATOR, &new).await? {
            *key = issued.secret;
        }
        Ok(())
    }

    pub(super) fn application_name(&self) -> ApplicationName {
        let (environment, application) = (self.environment.clone(), self.application.clone());
        ApplicationName { environment, application }
    }
}

/// Whether what was asked for is not there.
pub(super) fn missing<T>(answer: Result<T, Error>) -> Result<bool> {
    match answer {
        Ok(_) => Ok(false),
        Err(Error::NotFound) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// The host of a base URL, with its port where it has one.
fn host(base_url: &Url) -> Result<Host> {
    let name = base_url.host_str().unwrap_or_default();
    let port = base_url.port().map(|port| format!(":{port}"));
    Ok(Host::parse(&format!("{name}{}", port.unwrap_or_default()))?)
}
