//! Starting a sign-in: a seal and a URL, and nothing written.

use std::sync::Arc;

use latchkey_domain::{
    Invalid,
    application::Application,
    caller::Caller,
    connection::{Credential, serving},
    environment::Environment,
    grant::GrantRights,
    host::Host,
    id::AttemptId,
    name::{ApplicationName, ConnectionName},
    pkce::CodeChallenge,
    provider::{AuthorizationRequest, Provider},
    sign_in::Intent,
};
use latchkey_keyring::{random_token, sha256};
use latchkey_store::WayIn;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::attempt::{Attempt, RedirectUriId, Revision, cookie_name};
use crate::{Error, Latchkey, Result};

/// What a sign-in is started with.
#[derive(Debug, Clone)]
pub struct StartLogin {
    /// Through what.
    pub connection: ConnectionName,
    /// To what.
    pub application: ApplicationName,
    /// Where the browser goes afterwards.
    pub redirect_uri: String,
    /// The application's own state.
    pub application_state: SecretString,
    /// What the application will prove itself with.
    pub code_challenge: CodeChallenge,
    /// The host that the browser is on.
    pub host: Host,
    /// Whom it is for.
    pub intent: Intent,
    /// What the person is known by.
    pub login_hint: SecretString,
    /// OpenID Connect's `prompt`.
    pub prompt: String,
}

/// A sign-in that can begin.
#[derive(Debug)]
pub struct Started {
    /// Where to send the browser; holds the sealed state.
    pub authorization_url: SecretString,
    /// What the browser keeps.
    pub browser_secret: SecretString,
    /// Under which name.
    pub cookie_name: String,
}

impl Latchkey {
    /// Starts a sign-in.
    #[tracing::instrument(skip_all, fields(connection = %start.connection), err(level = "debug"))]
    pub async fn start_login(&self, caller: &Caller, start: StartLogin) -> Result<Started> {
        Self::see(caller, &start.connection.environment)?;
        let (application, way_in) = self.may_start(&start).await?;
        let uri = application.redirect_uri(&start.redirect_uri);
        let redirect_uri = RedirectUriId::of(uri.ok_or(Error::RedirectUriNotRegistered)?);
        let credentials = way_in.plain_credentials();
        let credential = serving(&credentials, &start.host).ok_or(Error::CredentialsMissing)?;
        // Before the person goes to the provider, and comes back for nothing.
        self.has_key_of(&way_in, credential.id)?;
        let provider = self.provider_of(&way_in)?;

        let browser_secret = random_token()?;
        let now = self.clock.now();
        let attempt = Attempt {
            id: AttemptId::new(now),
            started_at: now,
            environment: start.connection.environment.clone(),
            connection: start.connection.connection.clone(),
            revision: Revision::of(&*provider, credential, &start.host),
            credential: credential.id,
            application: start.application.application.clone(),
            redirect_uri,
            host: start.host.clone(),
            intent: start.intent,
            browser_hash: sha256(browser_secret.expose_secret().as_bytes()),
            code_challenge: start.code_challenge,
            application_state: start.application_state.expose_secret().to_owned(),
        };
        let state = attempt.seal(&self.keyring)?;
        let cookie_name = cookie_name(&state, &start.host);
        let url = authorization_url(&*provider, &way_in, (credential, &start), &state);
        let authorization_url = String::from(url).into();
        Ok(Started { authorization_url, browser_secret, cookie_name })
    }

    /// Finds what the sign-in is through and to, and whether the two may meet on this host.
    async fn may_start(&self, start: &StartLogin) -> Result<(Arc<Application>, Arc<WayIn>)> {
        let application = self.cache.application(&start.application).await?;
        let way_in = self.cache.way_in(&start.connection).await?;
        let environment = self.cache.environment(&start.connection.environment).await?;
        let (Some(application), Some(way_in), Some(environment)) =
            (application, way_in, environment)
        else {
            return Err(Error::NotFound);
        };
        host_is_ours(&start.host, &environment)?;
        if !self.is_open(&way_in, &environment) {
            return Err(Error::ConnectionDisabled);
        }
        let rights = self.cache.grant(&start.connection, &start.application).await?;
        if !rights.is_some_and(GrantRights::is_offered) {
            return Err(Error::ApplicationNotGranted);
        }
        Ok((application, way_in))
    }

    /// Whether anybody may come through a connection: it is not switched off, and the provider that
    /// the configuration names now is one that the environment admits.
    pub(super) fn is_open(&self, way_in: &WayIn, environment: &Environment) -> bool {
        let connection = &way_in.connection;
        let problem = self.admitted(&connection.provider, environment).err();
        if let Some(problem) = problem {
            let connection = connection.name();
            tracing::warn!(%connection, ?problem, "the connection's provider vouches for nobody");
        }
        problem.is_none() && !connection.disabled
    }

    /// The provider of a connection.
    pub(super) fn provider_of(&self, way_in: &WayIn) -> Result<Arc<dyn Provider>> {
        let found = self.providers.get(&way_in.connection.provider).cloned();
        found.ok_or(Error::Internal("the connection's provider is not configured any more"))
    }
}

pub(crate) fn host_is_ours(host: &Host, environment: &Environment) -> Result<()> {
    if *host == environment.default_domain {
        return Ok(());
    }
    Err(Error::field("host", Invalid::new("must be a host of the environment")))
}

fn authorization_url(
    provider: &dyn Provider,
    way_in: &WayIn,
    (credential, start): (&Credential, &StartLogin),
    state: &str,
) -> Url {
    let params = &way_in.connection.upstream_params;
    provider.authorization_url(&AuthorizationRequest {
        client_id: &credential.client_id,
        redirect_uri: &start.host.callback_url(&start.connection.connection),
        state,
        upstream_params: &params.filled(start.login_hint.expose_secret(), &start.prompt),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_can_be_shown_without_whom_it_is_for_and_what_it_carries() {
        let start = StartLogin {
            connection: "environments/dev/connections/bitbucket".parse().unwrap(),
            application: "environments/dev/applications/notes".parse().unwrap(),
            redirect_uri: "https://notes.example/callback".to_owned(),
            application_state: "state-secret".into(),
            code_challenge: CodeChallenge([3; 32]),
            host: Host::parse("login.example.com").unwrap(),
            intent: Intent::SignInOrUp,
            login_hint: "alice-secret@mail.example".into(),
            prompt: String::new(),
        };
        let started = Started {
            authorization_url: "https://bitbucket.example/?state=sealed-secret".into(),
            browser_secret: "browser-secret".into(),
            cookie_name: "latchkey-name".to_owned(),
        };
        let shown = format!("{start:?} {started:?}");
        assert!(shown.contains("notes.example") && shown.contains("latchkey-name"), "{shown}");
        assert!(!shown.contains("-secret"), "{shown}");
    }
}
